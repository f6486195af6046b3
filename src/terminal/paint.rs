//! Colours for people: `NO_COLOR`, `CLICOLOR_FORCE` and `CLICOLOR` decide, in this order, and else whether there is a terminal.

use std::env;
use std::io::IsTerminal;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    Plain,
    Strong,
    Good,
    Warning,
    Bad,
    Hint,
}

impl Paint {
    /// As it is where there are no colours.
    pub(crate) fn of(self, text: &str, colours: bool) -> String {
        let code = match self {
            Self::Plain => return text.to_owned(),
            Self::Strong => "1",
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "1;31",
            Self::Hint => "36",
        };
        if colours {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Whether a stream takes colours.
pub(crate) fn has_colours(stream: &impl IsTerminal) -> bool {
    decide(
        |name| env::var_os(name).and_then(|value| value.into_string().ok()),
        || stream.is_terminal() && cfg!(unix),
    )
}

fn decide(variable: impl Fn(&str) -> Option<String>, is_terminal: impl Fn() -> bool) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    let refused = set("CLICOLOR").is_some_and(|value| value == "0") || set("TERM").is_some_and(|value| value == "dumb");
    !refused && is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_decide_and_else_the_terminal() {
        let with = |set: &[(&str, &str)], terminal| {
            let found = |name: &str| set.iter().find(|(own, _)| *own == name);
            decide(|name| found(name).map(|(_, value)| (*value).to_owned()), || terminal)
        };
        assert!(with(&[], true));
        assert!(!with(&[], false));
        assert!(!with(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], true));
        assert!(with(&[("NO_COLOR", "")], true));
        assert!(with(&[("CLICOLOR_FORCE", "1")], false));
        assert!(!with(&[("CLICOLOR_FORCE", "0")], false));
        assert!(!with(&[("CLICOLOR", "0")], true));
        assert!(!with(&[("TERM", "dumb")], true));
    }
}
