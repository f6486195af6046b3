//! What the user wants of it: `TOK_SEAL`.

use crate::error::{Error, Result};
use crate::inputs::variable;

const VARIABLE: &str = "TOK_SEAL";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Sealed where there is a key or a place for one, else in clear.
    #[default]
    Auto,
    /// Sealed or not kept, and what lies there in clear does not count.
    Require,
    /// In clear.
    Off,
}

impl Policy {
    /// Exit 2 where the variable says something else.
    pub(crate) fn of_environment() -> Result<Self> {
        match variable::read(VARIABLE)?.as_deref() {
            None | Some("auto") => Ok(Self::Auto),
            Some("require") => Ok(Self::Require),
            Some("off") => Ok(Self::Off),
            Some(word) => Err(Error::usage(format!(
                "{VARIABLE}: '{}' is neither auto nor require nor off",
                word.escape_debug()
            ))),
        }
    }
}
