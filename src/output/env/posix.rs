//! Code for `eval` in every shell of the Bourne family.
//!
//! It must work as `eval "$(…)"` and as `eval $(…)`, and in the latter the shell splits the code at blanks and expands
//! `*`, `?` and `[` in it before `eval` sees it: quotes inside the code do not help. Hence no character that any shell
//! treats so stands in it, and a blank only where a blank is meant.

use super::quote::{is_plain, printf};
use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "the type of every format")]
pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    let value = if is_plain(token) {
        format!("'{token}'")
    } else {
        format!("\"$({})\"", printf(token))
    };
    Ok(format!("{variable}={value};export {variable};\n"))
}

pub(super) fn failing(variable: Option<&str>) -> String {
    match variable {
        Some(variable) => format!("unset {variable}; false;\n"),
        None => "false;\n".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_tokens_are_quoted_and_others_are_escaped() {
        assert_eq!(render("T", "a.B-9_~+/=").unwrap(), "T='a.B-9_~+/=';export T;\n");
        assert_eq!(
            render("T", "-a*9").unwrap(),
            "T=\"$(printf '\\055a\\0529')\";export T;\n"
        );
    }

    #[test]
    fn failing_code_is_as_documented() {
        assert_eq!(failing(Some("MODULUS_TOKEN")), "unset MODULUS_TOKEN; false;\n");
        assert_eq!(failing(None), "false;\n");
    }
}
