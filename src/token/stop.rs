//! What ends an attempt without a token.

use crate::definition::plan::Plan;
use crate::error::Error;

/// Why there is no token yet.
pub(super) enum Stop<'a> {
    /// Only a person can tell the secrets of these requests, or approve them.
    Person(Plan<'a>),
    Error(Error),
}

impl From<Error> for Stop<'_> {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}
