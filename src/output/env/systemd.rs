//! A line for `EnvironmentFile=` (systemd.exec(5)).
//!
//! Within double quotes a backslash takes its meaning from `"`, `\`, `` ` `` and `$`, and everything else is itself.

use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "a format may refuse a value")]
pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    let mut value = String::new();
    for character in token.chars() {
        if "\"\\`$".contains(character) {
            value.push('\\');
        }
        value.push(character);
    }
    Ok(format!("{variable}=\"{value}\"\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_within_double_quotes_is_escaped() {
        assert_eq!(render("T", "a'#;%b").unwrap(), "T=\"a'#;%b\"\n");
        assert_eq!(render("T", r#"a"b\c`d$e"#).unwrap(), "T=\"a\\\"b\\\\c\\`d\\$e\"\n");
    }
}
