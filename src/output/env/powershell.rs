//! Code for `| Invoke-Expression` in PowerShell, which takes U+2018 to U+201B for a single quote as well and ends a
//! string at any of them. Not tested in the real one.

use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "the type of every format")]
pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    let mut value = String::with_capacity(token.len());
    for character in token.chars() {
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            value.push(character);
        }
        value.push(character);
    }
    Ok(format!("$env:{variable} = '{value}'\n"))
}

/// Assigning null removes the variable; a throw ends the script whatever `$ErrorActionPreference` says.
pub(super) fn failing(variable: Option<&str>) -> String {
    match variable {
        Some(variable) => format!("$env:{variable} = $null; throw 'tok: no token'\n"),
        None => "throw 'tok: no token'\n".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_single_quote_is_doubled() {
        assert_eq!(
            render("T", "a'b$`\u{2019}").unwrap(),
            "$env:T = 'a''b$`\u{2019}\u{2019}'\n"
        );
    }

    #[test]
    fn failing_code_removes_the_variable_first() {
        assert_eq!(failing(Some("T")), "$env:T = $null; throw 'tok: no token'\n");
    }
}
