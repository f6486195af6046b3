//! What keeps a request from being sent: a secret that was refused, a pause that the vendor asked for.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Need;
use crate::cache::hold::{self, Attempt, Held, Kind};
use crate::cache::pause;
use crate::definition::answer::{Cause, Refusal};
use crate::definition::http_date;
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::secret::Secret;
use crate::time::clock::{between, now_ms};
use crate::time::duration;

/// Pauses in seconds: where the vendor names none, and the longest that is kept.
const PAUSE: i64 = 30;
const LONGEST_PAUSE: i64 = 3600;

/// The secrets that are about to be sent, as they are compared with what was refused.
pub(super) struct Credentials<'a> {
    secrets: Vec<&'a [u8]>,
    request: Secret,
}

impl Credentials<'_> {
    fn attempt(&self) -> Attempt<'_> {
        Attempt {
            secrets: &self.secrets,
            request: self.request.expose().as_bytes(),
        }
    }
}

impl Need<'_> {
    /// Of the login's own secrets, and all secrets that are sent.
    pub(super) fn credentials<'a>(
        &self,
        own: &'a BTreeMap<String, Secret>,
        sent: &BTreeMap<String, Secret>,
    ) -> Credentials<'a> {
        Credentials {
            secrets: own.values().map(|secret| secret.expose().as_bytes()).collect(),
            request: self.canonical(sent),
        }
    }

    /// The same, but `None` where none of the login's own secrets is sent.
    pub(super) fn own_credentials<'a>(
        &self,
        own: &'a BTreeMap<String, Secret>,
        sent: &BTreeMap<String, Secret>,
    ) -> Option<Credentials<'a>> {
        (!own.is_empty()).then(|| self.credentials(own, sent))
    }

    /// Every value of the login, so that the very same request is recognized whenever it is sent.
    fn canonical(&self, secrets: &BTreeMap<String, Secret>) -> Secret {
        let secrets: BTreeMap<&String, &str> = secrets.iter().map(|(name, secret)| (name, secret.expose())).collect();
        Secret::new(serde_json::json!([self.principal.identity, secrets]).to_string())
    }

    /// Exit 4 where it was refused a moment ago and nobody wants it sent all the same.
    pub(super) fn check_hold(&self, credentials: &Credentials) -> Result<()> {
        if self.fresh {
            return Ok(());
        }
        match hold::check(self.store, &self.principal.login, credentials.attempt(), now_ms()) {
            None => Ok(()),
            Some(held) => Err(self.error_of_held(&held)),
        }
    }

    /// Holds back what the vendor refused in a login, if it is to blame. In any other request it may be the token that it
    /// refuses.
    pub(super) fn hold_back(&self, credentials: &Credentials, refusal: &Refusal) {
        let kind = match refusal.cause {
            Cause::Credentials => Kind::Secret,
            Cause::Request => Kind::Request,
            Cause::Vendor => return,
        };
        let put = hold::put(
            self.store,
            &self.principal.login,
            kind,
            credentials.attempt(),
            &refusal.words,
            now_ms(),
        );
        self.say(put, "");
    }

    pub(super) fn end_hold(&self, credentials: &Credentials) {
        self.say(
            hold::clear(self.store, &self.principal.login, credentials.attempt(), now_ms()),
            "",
        );
    }

    /// Exit 7 while the vendor's pause lasts.
    pub(super) fn keep_pause(&self) -> Result<()> {
        match pause::check(self.store, &self.principal.chosen.base.origin(), now_ms()) {
            None => Ok(()),
            Some(left) => Err(Error::rate_limited(format!(
                "{}: {} asked for a pause, which lasts another {}",
                self.vendor().name,
                self.principal.chosen.base.origin(),
                duration::words(left)
            ))),
        }
    }

    fn error_of_held(&self, held: &Held) -> Error {
        let (what, are) = match held.kind {
            Kind::Secret => ("these credentials were", "are"),
            Kind::Request => ("this very request was", "is"),
        };
        let ago = duration::words(between(held.refused_at, now_ms()));
        let left = duration::words(between(now_ms(), held.until));
        Error::refused(format!(
            "{}: {what} refused {ago} ago and {are} not sent again: {}",
            self.vendor().name,
            held.words
        ))
        .with_hint(format!("correct them, send them again with --fresh, or wait {left}"))
    }

    pub(super) fn error_of(&self, refusal: &Refusal) -> Error {
        let error = Error::from(refusal).of(&self.vendor().name);
        match refusal.cause {
            Cause::Credentials => error
                .with_hint("check the credentials; the same ones are held back for five minutes, or sent with --fresh"),
            Cause::Request | Cause::Vendor => error,
        }
    }
}

/// `Retry-After` (RFC 9110 section 10.2.3) in seconds; a date is read against the vendor's own clock.
pub(super) fn pause_of(answer: &Answer, sent_at: Timestamp) -> i64 {
    let asked = answer.retry_after.as_deref().map(str::trim).and_then(|text| {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(text.parse().unwrap_or(LONGEST_PAUSE));
        }
        let now = answer.date.as_deref().and_then(http_date).unwrap_or(sent_at);
        Some(http_date(text)?.as_second() - now.as_second())
    });
    asked.unwrap_or(PAUSE).clamp(1, LONGEST_PAUSE)
}
