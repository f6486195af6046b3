//! Code for `| source` and for `eval (…)` in fish, where single quotes keep everything but `\` and `'`.

use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "the type of every format")]
pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    let value = token.replace('\\', r"\\").replace('\'', r"\'");
    Ok(format!("set -gx {variable} '{value}';\n"))
}

pub(super) fn failing(variable: Option<&str>) -> String {
    match variable {
        Some(variable) => format!("set -e {variable}; false;\n"),
        None => "false;\n".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_escaped() {
        assert_eq!(render("T", r"a'b\").unwrap(), "set -gx T 'a\\'b\\\\';\n");
    }
}
