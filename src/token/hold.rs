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
use crate::time::clock::{between, dated, now_ms};
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
            Cause::Credentials if self.is_never_the_same(credentials) => return,
            Cause::Credentials => Kind::Secret,
            Cause::Request if self.fetches() => return,
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
        self.found_out.borrow_mut().of_hold = true;
        self.say(put, "");
    }

    /// Whether nothing of what was sent is sent again: neither what is fetched for each request nor what a person approves is.
    fn is_never_the_same(&self, credentials: &Credentials) -> bool {
        credentials.secrets.is_empty() && (self.fetches() || self.principal.chosen.is_approved())
    }

    fn fetches(&self) -> bool {
        self.principal.chosen.fetched().next().is_some()
    }

    pub(super) fn end_hold(&self, credentials: &Credentials) {
        let is_held = hold::is_held(self.store, &self.principal.login);
        self.found_out.borrow_mut().of_hold |= is_held;
        self.say(
            hold::clear(self.store, &self.principal.login, credentials.attempt(), now_ms()),
            "",
        );
    }

    /// Exit 7 while the vendor's pause lasts.
    pub(super) fn keep_pause(&self) -> Result<()> {
        self.keep_pause_of(&self.principal.chosen.base.origin())
    }

    pub(super) fn keep_pause_of(&self, origin: &str) -> Result<()> {
        match pause::check(self.store, origin, now_ms()) {
            None => Ok(()),
            Some(left) => Err(Error::rate_limited(format!(
                "{}: {origin} asked for a pause, which lasts another {}",
                self.vendor().name,
                duration::words(left)
            ))),
        }
    }

    /// The one that a 429 asks for, which was sent at this millisecond.
    pub(super) fn note_pause(&self, origin: &str, answer: &Answer, sent_at: i64) {
        let seconds = pause_of(answer, dated(sent_at));
        self.say(pause::put(self.store, origin, seconds, now_ms()), "");
        self.found_out.borrow_mut().paused.insert(origin.to_owned());
    }

    fn error_of_held(&self, held: &Held) -> Error {
        let (what, are, them) = match held.kind {
            Kind::Secret => ("these credentials were", "are", "them"),
            Kind::Request => ("this very request was", "is", "it"),
        };
        let ago = duration::words(between(held.refused_at, now_ms()));
        let left = duration::words(between(now_ms(), held.until));
        Error::refused(format!(
            "{}: {what} refused {ago} ago and {are} not sent again: {}",
            self.vendor().name,
            held.words
        ))
        .with_hint(format!(
            "correct {them}, send {them} again with --fresh, or wait {left}"
        ))
    }

    /// Of a request of a login.
    pub(super) fn error_of_login(&self, credentials: &Credentials, refusal: &Refusal) -> Error {
        if refusal.cause == Cause::Credentials && !self.fetches() && self.is_never_the_same(credentials) {
            return Error::from(refusal).of(&self.vendor().name);
        }
        self.error_of(refusal)
    }

    pub(super) fn error_of(&self, refusal: &Refusal) -> Error {
        let error = Error::from(refusal).of(&self.vendor().name);
        match refusal.cause {
            Cause::Credentials if self.fetches() => error
                .with_hint("look at what the vendor expects of the job's identity token: issuer, subject and audience"),
            Cause::Credentials => error
                .with_hint("check the credentials; the same ones are held back for five minutes, or sent with --fresh"),
            Cause::Vendor if refusal.is_elsewhere => error.with_hint(format!(
                "look at the URL, {}; --url, {} or url in the profile gives another",
                self.principal.chosen.base.as_str(),
                self.vendor().variable_of("url")
            )),
            Cause::Request | Cause::Vendor => error,
        }
    }
}

/// `Retry-After` (RFC 9110 section 10.2.3) in seconds; a date is read against the vendor's own clock.
fn pause_of(answer: &Answer, sent_at: Timestamp) -> i64 {
    let asked = answer.header("retry-after").map(str::trim).and_then(|text| {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(text.parse().unwrap_or(LONGEST_PAUSE));
        }
        let now = answer.header("date").and_then(http_date).unwrap_or(sent_at);
        Some(http_date(text)?.as_second() - now.as_second())
    });
    asked.unwrap_or(PAUSE).clamp(1, LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pause(retry_after: Option<&str>, date: Option<&str>) -> i64 {
        let headers = [("date", date), ("retry-after", retry_after)].into_iter();
        let answer = Answer {
            headers: headers
                .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
                .collect(),
            ..Answer::new(429, "")
        };
        pause_of(&answer, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_pause_is_in_seconds_or_until_a_date_by_the_vendors_clock() {
        let date = Some("Fri, 31 Dec 9999 23:59:00 GMT");
        for (retry_after, seconds) in [
            (None, 30),
            (Some("120"), 120),
            (Some("0"), 1),
            (Some("99999999999999999999999"), 3600),
            (Some("Fri, 31 Dec 1999 23:59:59 GMT"), 3600),
            (Some("soon"), 30),
        ] {
            assert_eq!(pause(retry_after, None), seconds, "{retry_after:?}");
        }
        let date_of = |seconds: i64| {
            let time = Timestamp::from_second(1_705_309_200 + seconds).unwrap();
            time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
        };
        assert_eq!(pause(Some(&date_of(90)), Some(&date_of(0))), 90);
        assert_eq!(pause(Some(&date_of(0)), Some(&date_of(90))), 1);
        assert!((1..=3600).contains(&pause(date, date)));
    }

    fn head() -> impl Strategy<Value = Option<String>> {
        let date =
            "[A-Z][a-z]{2}, [0-9]{1,2} (Jan|Feb|Dec|Foo) [0-9]{1,6} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|[+-][0-9]{4}|X)";
        proptest::option::of(prop_oneof![any::<String>(), "[ ]?[0-9]{0,30}", date])
    }

    proptest! {
        #[test]
        fn whatever_the_vendor_says_a_pause_lasts_a_second_to_an_hour(retry_after in head(), date in head()) {
            prop_assert!((1..=3600).contains(&pause(retry_after.as_deref(), date.as_deref())));
        }
    }
}
