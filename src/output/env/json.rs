//! An object with the variable as its one key, also for nushell's `from json | load-env`.

use serde_json::json;

use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "the type of every format")]
pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    Ok(format!("{}\n", json!({ variable: token })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_is_the_key() {
        assert_eq!(render("T", r#"a"\"#).unwrap(), "{\"T\":\"a\\\"\\\\\"}\n");
    }
}
