//! One request to the vendor, and what keeps it from being sent: a pause that the vendor asked for, a refused secret.
//!
//! Logins of one person take turns, whatever token they are for, so that a wrong password is sent once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Need;
use crate::cache::clock::{between, now_ms};
use crate::cache::entry::{self, Entry};
use crate::cache::guard::Guard;
use crate::cache::hold::{self, Attempt, Kind};
use crate::cache::identity::Login;
use crate::cache::lock::{self, Turn, Waiter};
use crate::cache::pause;
use crate::duration;
use crate::error::{Error, Exit, Result};
use crate::http::{self, Answer};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::vendor::answer::{self, Cause, Context, Grant, Refusal};
use crate::vendor::definition::Exchange;
use crate::vendor::http_date;
use crate::vendor::request::{self, Inputs};

/// Pauses in seconds: where the vendor names none, and the longest that is kept.
const PAUSE: i64 = 30;
const LONGEST_PAUSE: i64 = 3600;

pub(super) enum Failure {
    /// The vendor answered.
    Refusal(Refusal),
    Error(Error),
}

/// How a revocation went.
#[derive(Debug)]
pub(crate) enum Revoked {
    Now,
    /// The vendor refuses to hear of the token, in these words.
    Before(String),
}

/// An answer with what is needed to read it.
struct Exchanged {
    answer: Answer,
    sent_at: Timestamp,
    redactor: Redactor,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Need<'_> {
    /// The grant, and when it was asked for. Asks a person for what no other source has.
    pub(super) fn log_in(&self, guard: Option<&Guard>) -> Result<(Grant, i64)> {
        let vendor = self.sources.vendor;
        self.keep_pause()?;
        let secrets = self.secrets_for(&vendor.definition.login, guard)?;
        let login = self.login();
        let _turn = if self.no_cache {
            None
        } else {
            Some(self.login_turn(&login)?)
        };
        let canonical = self.canonical(&secrets);
        let values: Vec<&[u8]> = secrets.values().map(|secret| secret.expose().as_bytes()).collect();
        let attempt = Attempt {
            secrets: &values,
            request: canonical.expose().as_bytes(),
        };
        if !self.fresh
            && let Some(held) = hold::check(self.store, &login, attempt, now_ms())
        {
            return Err(self.held(&held));
        }
        self.sources
            .voice
            .explain(&format!("logging in at {}", self.chosen.base.origin()));
        match self.ask(&vendor.definition.login, secrets.clone()) {
            Ok(answered) => {
                self.say(hold::clear(self.store, &login, attempt, now_ms()), "");
                Ok(answered)
            }
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Refusal(refusal)) => {
                let kind = match refusal.cause {
                    Cause::Credentials => Some(Kind::Secret),
                    Cause::Request => Some(Kind::Request),
                    Cause::Vendor => None,
                };
                if let Some(kind) = kind {
                    self.say(
                        hold::put(self.store, &login, kind, attempt, &refusal.words, now_ms()),
                        "",
                    );
                }
                Err(self.error_of(&refusal))
            }
        }
    }

    /// `None` where there is nothing to refresh with or the vendor refuses it, so that a login is due.
    pub(super) fn refresh(&self, entry: &Entry, guard: &Guard) -> Result<Option<(Grant, i64)>> {
        let exchange = self.sources.vendor.definition.refresh.as_ref();
        let (Some(exchange), Some(refresh_token)) = (exchange, &entry.refresh_token) else {
            return Ok(None);
        };
        self.sources.voice.explain("refreshing the token");
        let mut secrets = self.secrets_for(exchange, Some(guard))?;
        secrets.insert("token".to_owned(), entry.token.clone());
        secrets.insert("refresh-token".to_owned(), refresh_token.clone());
        match self.ask(exchange, secrets) {
            Ok(answered) => Ok(Some(answered)),
            Err(Failure::Refusal(refusal)) if refusal.exit == Exit::Refused => {
                let words = &refusal.words;
                self.sources
                    .voice
                    .explain(&format!("the refresh token is refused: {words}; logging in"));
                // Struck out at once, since no login may follow that replaces it. That it cannot be kept is said where the
                // login's token is kept.
                let struck_out = Entry {
                    refresh_token: None,
                    ..entry.clone()
                };
                let _ = entry::keep(self.store, &struck_out);
                Ok(None)
            }
            Err(Failure::Refusal(refusal)) => Err(self.error_of(&refusal)),
            Err(Failure::Error(error)) => Err(error),
        }
    }

    /// Who logs in where, for the hold.
    pub(crate) fn login(&self) -> Login {
        Login {
            vendor: self.sources.vendor.name.clone(),
            origin: self.chosen.base.origin(),
            fields: self.chosen.login(self.sources.vendor),
        }
    }

    fn secrets_for(&self, exchange: &Exchange, guard: Option<&Guard>) -> Result<BTreeMap<String, Secret>> {
        let asking = |asking| guard.into_iter().for_each(|guard| guard.asking(asking));
        self.chosen
            .secrets(self.sources.vendor, exchange)
            .into_iter()
            .filter_map(|field| {
                let found = self.sources.secret_if_any(field, self.chosen, asking).transpose()?;
                Some(found.map(|secret| (field.name.clone(), secret)))
            })
            .collect()
    }

    fn login_turn(&self, login: &Login) -> Result<Guard> {
        let waiter = Waiter {
            what: &self.sources.vendor.name,
            began: self.began,
            fresh: self.fresh,
            deadline: self.sources.deadline,
        };
        match lock::acquire(self.store, &login.digest(), waiter, || None::<Guard>, |_| false)? {
            Turn::Held(guard) | Turn::Found(guard) => Ok(guard),
            Turn::Failed(error) => Err(error),
        }
    }

    /// Every value of the login, so that the very same request is recognized whenever it is sent.
    fn canonical(&self, secrets: &BTreeMap<String, Secret>) -> Secret {
        let secrets: BTreeMap<&String, &str> = secrets.iter().map(|(name, secret)| (name, secret.expose())).collect();
        Secret::new(serde_json::json!([self.identity(), secrets]).to_string())
    }

    /// Has the vendor end a token that it gave.
    pub(crate) fn revoke(&self, exchange: &Exchange, entry: &Entry) -> Result<Revoked> {
        let mut secrets = self.secrets_for(exchange, None)?;
        secrets.insert("token".to_owned(), entry.token.clone());
        secrets.extend(
            entry
                .refresh_token
                .clone()
                .map(|token| ("refresh-token".to_owned(), token)),
        );
        let exchanged = self.exchange(exchange, secrets)?;
        match answer::revoked(&exchanged.answer, &self.context(&exchanged)) {
            Ok(()) => Ok(Revoked::Now),
            Err(refusal) if refusal.exit == Exit::Refused => Ok(Revoked::Before(refusal.words)),
            Err(refusal) => Err(self.error_of(&refusal)),
        }
    }

    fn ask(
        &self,
        exchange: &Exchange,
        secrets: BTreeMap<String, Secret>,
    ) -> std::result::Result<(Grant, i64), Failure> {
        let exchanged = self.exchange(exchange, secrets)?;
        let read = answer::grant(&exchanged.answer, &self.context(&exchanged));
        read.map(|grant| (grant, exchanged.sent_at.as_millisecond()))
            .map_err(Failure::Refusal)
    }

    /// Sends one request, unless the vendor asked for a pause, and keeps the pause that it asks for now.
    fn exchange(&self, exchange: &Exchange, secrets: BTreeMap<String, Secret>) -> Result<Exchanged> {
        let name = &self.sources.vendor.name;
        self.keep_pause()?;
        let sent = secrets.clone();
        let sent_at = Timestamp::now();
        let inputs = Inputs {
            plain: &self.chosen.plain,
            secrets,
            now: sent_at,
        };
        let request = request::build(exchange, &self.chosen.base, &inputs).map_err(|error| error.of(name))?;
        let credentials = request.credentials();
        let redactor = Redactor::new(sent.values().chain(&credentials));
        let waiting = self.sources.voice.wait_for(&format!("waiting for {name}"));
        let answer = http::send(&request, self.sources.deadline, self.sources.voice).map_err(|error| error.of(name))?;
        drop(waiting);
        if answer.status == 429 {
            let seconds = pause_of(&answer, sent_at);
            self.say(
                pause::put(self.store, &self.chosen.base.origin(), seconds, now_ms()),
                "",
            );
        }
        Ok(Exchanged {
            answer,
            sent_at,
            redactor,
        })
    }

    fn context<'a>(&'a self, exchanged: &'a Exchanged) -> Context<'a> {
        Context {
            rules: &self.sources.vendor.definition.answer,
            plain: &self.chosen.plain,
            sent_at: exchanged.sent_at,
            redactor: &exchanged.redactor,
        }
    }

    /// Exit 7 while the vendor's pause lasts.
    fn keep_pause(&self) -> Result<()> {
        match pause::check(self.store, &self.chosen.base.origin(), now_ms()) {
            None => Ok(()),
            Some(left) => Err(Error::rate_limited(format!(
                "{}: {} asked for a pause, which lasts another {}",
                self.sources.vendor.name,
                self.chosen.base.origin(),
                duration::words(left)
            ))),
        }
    }

    fn held(&self, refusal: &hold::Refusal) -> Error {
        let what = match refusal.kind {
            Kind::Secret => "these credentials were",
            Kind::Request => "this very request was",
        };
        let ago = duration::words(between(refusal.refused_at, now_ms()));
        let left = duration::words(between(now_ms(), refusal.until));
        Error::refused(format!(
            "{}: {what} refused {ago} ago and are not sent again: {}",
            self.sources.vendor.name, refusal.words
        ))
        .with_hint(format!("correct them, send them again with --fresh, or wait {left}"))
    }

    fn error_of(&self, refusal: &Refusal) -> Error {
        let error = Error::from(refusal).of(&self.sources.vendor.name);
        match refusal.cause {
            Cause::Credentials => error
                .with_hint("check the credentials; the same ones are held back for five minutes, or sent with --fresh"),
            Cause::Request | Cause::Vendor => error,
        }
    }
}

/// `Retry-After` (RFC 9110 section 10.2.3) in seconds; a date is read against the vendor's own clock.
fn pause_of(answer: &Answer, sent_at: Timestamp) -> i64 {
    let asked = answer.retry_after.as_deref().map(str::trim).and_then(|text| {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(text.parse().unwrap_or(LONGEST_PAUSE));
        }
        let now = answer.date.as_deref().and_then(http_date).unwrap_or(sent_at);
        Some(http_date(text)?.as_second() - now.as_second())
    });
    asked.unwrap_or(PAUSE).clamp(1, LONGEST_PAUSE)
}
