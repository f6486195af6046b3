//! The logging command that sets a secret variable of an Azure pipeline.
//!
//! The agent decodes `%3B`, `%5D`, `%0D` and `%0A`, and `%AZP25` for the percent sign itself (since version 2.184). It is
//! the agent that masks the value from then on.

use crate::error::Result;

#[expect(clippy::unnecessary_wraps, reason = "the type of every format")]
pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    let value = token.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A");
    Ok(format!(
        "##vso[task.setvariable variable={variable};issecret=true]{value}\n"
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::VISIBLE;
    use super::*;

    /// As the agent does it.
    fn decoded(command: &str) -> String {
        let (_, value) = command.trim_end().split_once(']').unwrap();
        let value = value.replace("%3B", ";").replace("%0D", "\r").replace("%0A", "\n");
        value.replace("%5D", "]").replace("%AZP25", "%")
    }

    #[test]
    fn the_variable_is_a_secret() {
        assert_eq!(
            render("T", "a%b]").unwrap(),
            "##vso[task.setvariable variable=T;issecret=true]a%AZP25b]\n"
        );
        assert_eq!(decoded(&render("T", VISIBLE).unwrap()), VISIBLE);
    }

    proptest! {
        #[test]
        fn the_agent_gets_the_value_back(value in "[%AZP250DB;3\\[\\]#!-~]{1,40}") {
            prop_assert_eq!(decoded(&render("T", &value).unwrap()), value);
        }
    }
}
