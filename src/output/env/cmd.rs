//! Lines for cmd.exe, run one by one by `for /f "delims=" %i in ('…') do @%i` or written to a batch file and called.
//!
//! The two ways differ in how they read `%`, delayed expansion takes `!`, and a `"` ends the quotes that keep `&`, `|`,
//! `<`, `>`, `^` and brackets literal: tokens with these three are refused. Not tested in the real one.

use super::cannot_carry;
use crate::error::Result;

/// The longest line that cmd.exe reads.
const LONGEST: usize = 8191;

pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) || token.contains(['%', '!', '"']) {
        return Err(cannot_carry(
            "cmd",
            "it has a character that cmd.exe changes, as `%`, `!` and `\"`",
        ));
    }
    let line = format!("set \"{variable}={token}\"");
    if line.len() > LONGEST {
        return Err(cannot_carry("cmd", "it is longer than a line of cmd.exe can be"));
    }
    Ok(line + "\n")
}

/// Without `exit`, which would close the window of whoever types it at the prompt.
pub(super) fn failing(variable: Option<&str>) -> String {
    match variable {
        Some(variable) => format!("set \"{variable}=\"\ncmd /c exit 1\n"),
        None => "cmd /c exit 1\n".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_what_they_can_and_the_rest_is_refused() {
        assert_eq!(render("T", "a&b^c|d>e(f)'").unwrap(), "set \"T=a&b^c|d>e(f)'\"\n");
        for token in ["%PATH%", "a!b", "a\"&calc", "a b", "a\nb", "ä"] {
            assert!(render("T", token).is_err(), "{token}");
        }
    }

    #[test]
    fn a_line_that_cmd_would_cut_is_refused() {
        let room = LONGEST - "set \"T=\"".len();
        assert!(render("T", &"a".repeat(room)).is_ok());
        assert!(render("T", &"a".repeat(room + 1)).is_err());
    }
}
