//! The terminal on Unix: `/dev/tty`.
//!
//! A visible line is edited by the terminal itself, and Ctrl-C and Ctrl-Z do what they always do. A hidden one is read
//! character by character, since the terminal's own lines end at 4096 bytes. Ctrl-C still reaches the whole foreground group,
//! so a script around tok ends as well. Ctrl-Z stops it as ever, but only once the shell has its echo back; the question is
//! asked again when the group goes on, so that a line meant for the shell is never taken for a password. (`rpassword` turns
//! both off, signals only its own process, drops control characters and takes a lost terminal for Enter.)
//!
//! Whatever ends the process while something hidden is asked, the terminal is restored.

mod signals;
mod turn;
mod unless;

pub(super) use signals::outlive_file_limit;

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
};

use self::unless::Unless;
use crate::terminal::paint::has_colours;
use crate::terminal::{Meanwhile, Screen};

#[derive(Debug)]
pub(super) struct Terminal {
    tty: File,
}

impl Terminal {
    pub(super) fn open() -> Option<Self> {
        let tty = OpenOptions::new().read(true).write(true).open("/dev/tty").ok()?;
        in_foreground(&tty).then_some(Self { tty })
    }

    pub(super) fn tell(&self, text: &str) -> io::Result<()> {
        (&self.tty).write_all(text.as_bytes())
    }

    pub(super) fn screen(&self) -> Screen {
        Screen {
            columns: tcgetwinsize(&self.tty).map_or(0, |size| size.ws_col),
            colours: has_colours(&self.tty),
        }
    }

    /// `None` at Ctrl-D, here and below.
    pub(super) fn ask(&self, prompt: &str) -> io::Result<Option<Vec<u8>>> {
        let _turn = turn::take()?;
        self.expect_foreground()?;
        (&self.tty).write_all(prompt.as_bytes())?;
        let mut line = Vec::new();
        // One byte at a time: what was typed ahead belongs to the next question.
        BufReader::with_capacity(1, &self.tty).read_until(b'\n', &mut line)?;
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(line));
        }
        // Ctrl-D leaves the cursor behind the prompt.
        (&self.tty).write_all(b"\n")?;
        Ok(Some(line).filter(|line| !line.is_empty()))
    }

    pub(super) fn ask_hidden(&self, prompt: &str) -> io::Result<Option<Vec<u8>>> {
        loop {
            match self.ask_hidden_once(prompt)? {
                Typed::Line(line) => return Ok(Some(line)),
                Typed::End => return Ok(None),
                Typed::Suspend => signals::suspend(),
            }
        }
    }

    fn ask_hidden_once(&self, prompt: &str) -> io::Result<Typed> {
        let _turn = turn::take()?;
        self.expect_foreground()?;
        signals::watch(close_prompt)?;
        let suspend_key = tcgetattr(&self.tty)?.special_codes[SpecialCodeIndex::VSUSP];
        let _hidden = Hidden::begin(&self.tty, Patience::Endless)?;
        (&self.tty).write_all(prompt.as_bytes())?;
        read_hidden(BufReader::with_capacity(1, &self.tty), suspend_key)
    }

    pub(super) fn ask_unless<T>(
        &self,
        prompt: &str,
        mut happened: impl FnMut() -> Option<T>,
    ) -> io::Result<Meanwhile<T>> {
        loop {
            let mut input = Unless::new(&self.tty, &mut happened);
            if let Some(value) = input.until_foreground()? {
                return Ok(Meanwhile::Happened(value));
            }
            let typed = self.ask_hidden_unless(prompt, &mut input);
            if let Some(value) = input.value {
                return Ok(Meanwhile::Happened(value));
            }
            match typed? {
                Typed::Line(line) => return Ok(Meanwhile::Typed(Some(line))),
                Typed::End => return Ok(Meanwhile::Typed(None)),
                Typed::Suspend => signals::suspend(),
            }
        }
    }

    fn ask_hidden_unless(&self, prompt: &str, input: impl Read) -> io::Result<Typed> {
        let _turn = turn::take()?;
        signals::watch(close_prompt)?;
        let suspend_key = tcgetattr(&self.tty)?.special_codes[SpecialCodeIndex::VSUSP];
        let _hidden = Hidden::begin(&self.tty, Patience::Short)?;
        (&self.tty).write_all(prompt.as_bytes())?;
        read_hidden(BufReader::with_capacity(1, input), suspend_key)
    }

    fn expect_foreground(&self) -> io::Result<()> {
        if in_foreground(&self.tty) {
            return Ok(());
        }
        Err(io::Error::other("nobody answers a background process"))
    }
}

/// Only a process in the foreground may touch its terminal; another would be stopped.
fn in_foreground(tty: impl AsFd) -> bool {
    tcgetpgrp(tty).is_ok_and(|group| group == getpgrp())
}

pub(super) fn owns_stderr() -> bool {
    in_foreground(io::stderr())
}

/// What a special key is set to that shall not exist (`_POSIX_VDISABLE`).
const NO_KEY: u8 = if cfg!(target_os = "linux") { 0 } else { 0xff };

/// The hidden prompt that is open. A process has one terminal, so it has one of these.
static OPEN: Mutex<Option<Prompt>> = Mutex::new(None);

fn open_prompt() -> MutexGuard<'static, Option<Prompt>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Prompt {
    tty: File,
    before: Termios,
}

impl Prompt {
    /// A terminal that cannot be restored has gone, or is the shell's by now.
    fn restore(&self) {
        if in_foreground(&self.tty) {
            let _ = tcsetattr(&self.tty, OptionalActions::Now, &self.before);
            let _ = (&self.tty).write_all(b"\n");
        }
    }
}

/// How long a character is waited for.
#[derive(Debug, Clone, Copy)]
enum Patience {
    Endless,
    /// A tenth of a second, after which nothing was typed.
    Short,
}

/// Keeps the input hidden until it is dropped.
struct Hidden;

impl Hidden {
    fn begin(tty: &File, patience: Patience) -> io::Result<Self> {
        let before = tcgetattr(tty)?;
        let mut modes = before.clone();
        let off = LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON;
        modes.local_modes.remove(off);
        let (least, tenths) = match patience {
            Patience::Endless => (1, 0),
            Patience::Short => (0, 1),
        };
        modes.special_codes[SpecialCodeIndex::VMIN] = least;
        modes.special_codes[SpecialCodeIndex::VTIME] = tenths;
        modes.special_codes[SpecialCodeIndex::VSUSP] = NO_KEY;
        let tty = tty.try_clone()?;
        let mut open = open_prompt();
        tcsetattr(&tty, OptionalActions::Now, &modes)?;
        *open = Some(Prompt { tty, before });
        Ok(Self)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        close_prompt();
    }
}

fn close_prompt() {
    if let Some(prompt) = open_prompt().take() {
        prompt.restore();
    }
}

/// What comes of a hidden prompt.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    /// Without its end.
    Line(Vec<u8>),
    /// Ctrl-D before anything else.
    End,
    /// The key that stops a process, whatever was typed before it.
    Suspend,
}

/// The keys that take something back do so.
fn read_hidden(input: impl BufRead, suspend_key: u8) -> io::Result<Typed> {
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
