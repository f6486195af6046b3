//! A line for `docker run --env-file`, which takes everything behind `=` as it stands: no quotes, no escapes.

use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "a format may refuse a value")]
pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    Ok(format!("{variable}={token}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_quoted() {
        assert_eq!(render("T", r#"'a"b\c#$d"#).unwrap(), "T='a\"b\\c#$d\n");
    }
}
