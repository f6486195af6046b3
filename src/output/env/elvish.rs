//! Code for `eval (… | slurp)` in elvish, where a single quote inside single quotes is doubled.

use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "the type of every format")]
pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    Ok(format!("set-env {variable} '{}'\n", token.replace('\'', "''")))
}

/// An exception, elvish's way to fail.
pub(super) fn failing(variable: Option<&str>) -> String {
    match variable {
        Some(variable) => format!("unset-env {variable}; fail 'tok: no token'\n"),
        None => "fail 'tok: no token'\n".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(render("T", r"a'b\").unwrap(), "set-env T 'a''b\\'\n");
    }
}
