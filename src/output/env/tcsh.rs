//! Code for `` eval `…` `` in tcsh and csh, which split and glob it first as [`posix`](super::posix) describes. Quotes do
//! not protect from `!` either, so that the same escapes serve here.

use super::quote::{is_plain, printf};
use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "the type of every format")]
pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    let value = if is_plain(token) {
        format!("'{token}'")
    } else {
        format!("\"`{}`\"", printf(token))
    };
    Ok(format!("setenv {variable} {value};\n"))
}

pub(super) fn failing(variable: Option<&str>) -> String {
    match variable {
        Some(variable) => format!("unsetenv {variable}; false;\n"),
        None => "false;\n".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_tokens_are_quoted_and_others_are_escaped() {
        assert_eq!(render("T", "a=b").unwrap(), "setenv T 'a=b';\n");
        assert_eq!(render("T", "a!").unwrap(), "setenv T \"`printf 'a\\041'`\";\n");
    }
}
