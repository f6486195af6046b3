//! What is typed where it cannot be seen, key by key.

use std::io::{self, BufRead};

/// What a special key is set to that shall not exist (`_POSIX_VDISABLE`).
pub(super) const NO_KEY: u8 = if cfg!(target_os = "linux") { 0 } else { 0xff };

/// What comes of a hidden prompt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Without its end.
    Line(Vec<u8>),
    /// Ctrl-D before anything else.
    End,
    /// The key that stops a process, whatever was typed before it.
    Suspend,
}

/// The keys that take something back do so.
pub(super) fn read_hidden(input: impl BufRead, suspend_key: u8) -> io::Result<Typed> {
    const CTRL_D: u8 = 0x04;
    const BACKSPACE: u8 = 0x08;
    const CTRL_U: u8 = 0x15;
    const CTRL_W: u8 = 0x17;
    const DELETE: u8 = 0x7f;
    let mut line = Vec::new();
    for byte in input.bytes() {
        match byte? {
            b'\n' | b'\r' => return Ok(Typed::Line(line)),
            CTRL_D if line.is_empty() => return Ok(Typed::End),
            key if key == suspend_key && key != NO_KEY => return Ok(Typed::Suspend),
            BACKSPACE | DELETE => drop_character(&mut line),
            CTRL_U | CTRL_W => line.clear(),
            byte => line.push(byte),
        }
    }
    Err(io::Error::other("it has gone"))
}

fn drop_character(line: &mut Vec<u8>) {
    while let Some(byte) = line.pop() {
        let continues = byte & 0b1100_0000 == 0b1000_0000;
        if !continues {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CTRL_Z: u8 = 0x1a;

    fn typed(keys: &str) -> Option<String> {
        match read_hidden(keys.as_bytes(), CTRL_Z).ok()? {
            Typed::Line(line) => Some(String::from_utf8(line).unwrap()),
            Typed::End | Typed::Suspend => None,
        }
    }

    #[test]
    fn a_line_ends_with_enter() {
        assert_eq!(typed(" p w \nmore").unwrap(), " p w ");
        assert_eq!(typed("pw\r").unwrap(), "pw");
    }

    #[test]
    fn half_a_password_is_not_taken_when_the_terminal_goes() {
        assert!(read_hidden(&b"hal"[..], CTRL_Z).is_err());
        assert_eq!(read_hidden(&b"\x04"[..], CTRL_Z).unwrap(), Typed::End);
    }

    #[test]
    fn the_key_that_stops_a_process_is_whatever_it_is_set_to() {
        let typed = |keys: &str, key| read_hidden(keys.as_bytes(), key).unwrap();
        assert_eq!(typed("half\x1a", CTRL_Z), Typed::Suspend);
        assert_eq!(typed("half\x19", 0x19), Typed::Suspend);
        assert_eq!(typed("p\0\n", NO_KEY), Typed::Line(b"p\0".to_vec()));
    }

    #[test]
    fn keys_take_back_characters_and_the_line() {
        assert_eq!(typed("\x7fpä\x7fw😀\x08\n").unwrap(), "pw");
        assert_eq!(typed("wrong\x15right\n").unwrap(), "right");
    }
}
