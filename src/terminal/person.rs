//! Who approves a login.

use std::fmt;

use super::Terminal;

#[derive(Clone, Copy)]
pub(crate) enum Person<'a> {
    At(&'a Terminal),
    /// Nobody, but what plays a person's part with what would be shown.
    Script(&'a dyn Fn(&str)),
}

impl fmt::Debug for Person<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::At(_) => "a person",
            Self::Script(_) => "a script",
        })
    }
}
