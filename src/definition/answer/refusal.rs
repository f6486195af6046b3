//! Why an answer gives nothing, and what must not be sent again for it.

use crate::error::{Error, Exit};
use crate::http::Answer;

/// Why an answer holds no grant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) exit: Exit,
    pub(crate) cause: Cause,
    pub(crate) status: u16,
    /// The vendor's words or tok's own, sanitized.
    pub(crate) words: String,
    /// What answered may be something else than the API: there is nothing, or a redirect, or a page for people.
    pub(crate) is_elsewhere: bool,
}

/// What must not be sent again as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// 401, 403, or the vendor's own flag: these credentials.
    Credentials,
    /// 400, 422, or a text in the place of a token: this very request.
    Request,
    /// Nothing: the vendor failed, or asks for a pause.
    Vendor,
}

impl From<&Refusal> for Error {
    fn from(refusal: &Refusal) -> Self {
        let what = match refusal.exit {
            Exit::Refused => "the vendor refused the request",
            Exit::RateLimited => "the vendor asks for a pause",
            _ => "the vendor failed or was not understood",
        };
        let text = format!("{what} (HTTP {}): {}", refusal.status, refusal.words);
        Self::new(refusal.exit, text)
    }
}

impl Refusal {
    pub(in crate::definition) fn misunderstood(answer: &Answer, words: impl Into<String>) -> Self {
        Self {
            exit: Exit::Vendor,
            cause: Cause::Vendor,
            status: answer.status,
            words: words.into(),
            is_elsewhere: false,
        }
    }

    /// In the place of what was asked for the vendor says this.
    pub(super) fn instead(answer: &Answer, words: String) -> Self {
        Self {
            exit: Exit::Refused,
            cause: Cause::Request,
            ..Self::misunderstood(answer, words)
        }
    }
}
