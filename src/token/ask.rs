//! One request to the vendor: a login, a refresh or a revocation.
//!
//! Whatever carries the secrets of one login takes turns, whatever token it is for, so that a wrong one is sent once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Need;
use super::refusal::{Trial, pause_of};
use crate::cache::entry::{self, Entry};
use crate::cache::guard::Guard;
use crate::cache::identity::Login;
use crate::cache::lock::{self, Waiter};
use crate::cache::pause;
use crate::definition::answer::{self, Context, Grant, Refusal};
use crate::definition::request::{self, Inputs};
use crate::definition::schema::Exchange;
use crate::error::{Error, Exit, Result};
use crate::http::{self, Answer};
use crate::secret::Secret;
use crate::text::redact::Redactor;
use crate::time::clock::now_ms;

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
        let trial = self.trial(&secrets, &secrets);
        let _turn = self.login_turn(&trial)?;
        self.sources
            .voice
            .explain(&format!("logging in at {}", self.chosen.base.origin()));
        match self.ask(&vendor.definition.login, secrets.clone()) {
            Ok(answered) => {
                self.end_hold(&trial);
                Ok(answered)
            }
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Refusal(refusal)) => {
                self.hold_back(&trial, &refusal);
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
        let own = self.secrets_for(exchange, Some(guard))?;
        let mut secrets = own.clone();
        secrets.insert("token".to_owned(), entry.token.clone());
        secrets.insert("refresh-token".to_owned(), refresh_token.clone());
        let trial = self.trial_with_secrets(&own, &secrets);
        let _turn = trial.as_ref().map(|trial| self.login_turn(trial)).transpose()?;
        match self.ask(exchange, secrets) {
            Ok(answered) => Ok(Some(answered)),
            Err(Failure::Refusal(refusal)) if refusal.exit == Exit::Refused => {
                // So that the login that follows does not send the same secret again.
                self.hold_secrets_back(trial.as_ref(), &refusal);
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
                let found = self.sources.secret(field, self.chosen, asking).transpose()?;
                Some(found.map(|secret| (field.name.clone(), secret)))
            })
            .collect()
    }

    /// Waits until no other request carries this login's secrets, and stops where these were refused a moment ago.
    fn login_turn(&self, trial: &Trial) -> Result<Option<Guard>> {
        let waiter = Waiter {
            what: &self.sources.vendor.name,
            began: self.began,
            fresh: self.fresh,
            deadline: self.sources.deadline,
        };
        let turn = if self.no_cache {
            None
        } else {
            Some(lock::wait(self.store, &trial.login.digest(), waiter)?)
        };
        self.check_hold(trial)?;
        Ok(turn)
    }

    /// Has the vendor end a token that it gave.
    pub(crate) fn revoke(&self, exchange: &Exchange, entry: &Entry) -> Result<Revoked> {
        let own = self.secrets_for(exchange, None)?;
        let mut secrets = own.clone();
        secrets.insert("token".to_owned(), entry.token.clone());
        secrets.extend(
            entry
                .refresh_token
                .clone()
                .map(|token| ("refresh-token".to_owned(), token)),
        );
        let trial = self.trial_with_secrets(&own, &secrets);
        let _turn = trial.as_ref().map(|trial| self.login_turn(trial)).transpose()?;
        let exchanged = self.exchange(exchange, secrets)?;
        let ended = answer::revoked(&exchanged.answer, &self.context(&exchanged));
        if let Err(refusal) = &ended {
            self.hold_secrets_back(trial.as_ref(), refusal);
        }
        match ended {
            Ok(()) => Ok(Revoked::Now),
            // Nothing but the token was sent, so it is the token that is refused.
            Err(refusal) if refusal.status == 401 && own.is_empty() => Ok(Revoked::Before(refusal.words)),
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
}
