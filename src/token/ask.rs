//! What the vendor is asked for: a login, a revocation, or what a refresh sends.
//!
//! Whatever carries the secrets of one login takes turns, whatever token it is for, so that a wrong one is sent once.

use std::collections::BTreeMap;

use super::hold::Credentials;
use super::run::{Exchanged, Failure, Run};
use super::stop::Stop;
use super::{Need, Provenance};
use crate::cache::entry::Entry;
use crate::cache::guard::Guard;
use crate::cache::lock;
use crate::definition::answer::{self, Cause, Grant};
use crate::definition::plan::Plan;
use crate::definition::request::LASTING_TOKEN;
use crate::error::Result;
use crate::inputs::Unasked;
use crate::secret::Secret;
use crate::time::clock::span_ms;
use crate::time::deadline::Deadline;

/// What the vendor gave, and how it was asked.
pub(super) struct Issued {
    pub(super) grant: Grant,
    /// When the request was sent, in milliseconds of the wall clock.
    pub(super) asked_at: i64,
    pub(super) provenance: Provenance,
    /// The refresh token that it was got with is used up.
    pub(super) has_rotated: bool,
    /// Where the vendor says it, in milliseconds.
    pub(super) refresh_expires_at: Option<i64>,
    /// Of the login, until the token is kept: whoever has it next finds every token that the login was given.
    pub(super) turn: Option<Guard>,
}

impl Issued {
    /// In milliseconds; `None` where the vendor does not say.
    pub(super) fn expires_at(&self) -> Option<i64> {
        let lifetime = self.grant.lifetime?;
        Some(self.asked_at.saturating_add(span_ms(lifetime)))
    }
}

/// How a revocation went.
#[derive(Debug)]
pub(crate) enum Revoked {
    Now,
    /// The vendor refuses to hear of the token, in these words.
    Before(String),
}

impl<'a> Need<'a> {
    /// `approved` is how far a login came that a person approves.
    pub(super) fn log_in(
        &self,
        secrets: &BTreeMap<String, Secret>,
        approved: Option<Run<'a>>,
        deadline: &Deadline,
    ) -> Result<Issued> {
        let credentials = self.credentials(secrets, secrets);
        let turn = self.turn_of_login()?;
        if !approved.as_ref().is_some_and(Run::is_answered) {
            self.check_hold(&credentials)?;
        }
        self.session
            .voice
            .explain(&format!("logging in at {}", self.principal.chosen.base.origin()));
        let plan = self.principal.chosen.login_plan();
        let is_approved = approved.is_some();
        let exchanged = match approved {
            Some(run) => self.finish(run, deadline),
            None => self.run(&plan, secrets.clone(), deadline),
        };
        match exchanged.and_then(|exchanged| self.issued(&exchanged, Provenance::Login)) {
            Ok(mut issued) => {
                self.end_hold(&credentials);
                issued.turn = turn;
                Ok(issued)
            }
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Step(refusal) | Failure::Last(refusal)) => {
                // The next approval makes another request.
                if !is_approved || refusal.cause != Cause::Request {
                    self.hold_back(&credentials, &refusal);
                }
                Err(self.error_of_login(&credentials, &refusal))
            }
        }
    }

    /// The secrets of a plan. Asks a person for what no other source has.
    pub(super) fn secrets(&self, plan: &Plan<'a>) -> Result<BTreeMap<String, Secret>> {
        let chosen = &self.principal.chosen;
        let found = chosen.secrets(plan).into_iter().filter_map(|field| {
            let found = self.session.secret(field, chosen).transpose()?;
            Some(found.map(|secret| (field.name.clone(), secret)))
        });
        found.collect()
    }

    /// The same where nobody is asked.
    pub(super) fn secrets_unasked(&self, plan: &Plan<'a>) -> std::result::Result<BTreeMap<String, Secret>, Stop<'a>> {
        let chosen = &self.principal.chosen;
        let mut secrets = BTreeMap::new();
        for field in chosen.secrets(plan) {
            match self.session.secret_unasked(field, chosen)? {
                Unasked::Found(secret) => {
                    secrets.insert(field.name.clone(), secret);
                }
                Unasked::Absent => {}
                Unasked::Person => return Err(Stop::Person(plan.clone())),
            }
        }
        Ok(secrets)
    }

    /// Waits until no other request carries this login's secrets, and stops where these were refused a moment ago.
    pub(super) fn login_turn(&self, credentials: &Credentials) -> Result<Option<Guard>> {
        let turn = self.turn_of_login()?;
        self.check_hold(credentials)?;
        Ok(turn)
    }

    fn turn_of_login(&self) -> Result<Option<Guard>> {
        if self.no_cache {
            return Ok(None);
        }
        let (turn, has_waited) = lock::queue(self.store, &self.principal.login.digest(), self.waiter())?;
        // Where nobody gets a token of another's, the first answer is all that is waited for.
        Ok((!has_waited || !self.keeps_nothing.get()).then_some(turn))
    }

    /// Has the vendor end a token that it gave.
    pub(crate) fn revoke(&self, plan: &Plan<'a>, entry: &Entry) -> Result<Revoked> {
        let own = self.secrets(plan)?;
        let mut secrets = own.clone();
        let refresh_token = entry.refresh_token.clone();
        let lasting = refresh_token.clone().unwrap_or_else(|| entry.token.clone());
        secrets.insert("token".to_owned(), entry.token.clone());
        secrets.insert(LASTING_TOKEN.to_owned(), lasting);
        secrets.extend(refresh_token.map(|token| ("refresh-token".to_owned(), token)));
        let credentials = self.own_credentials(&own, &secrets);
        let _turn = credentials
            .as_ref()
            .map(|credentials| self.login_turn(credentials))
            .transpose()?;
        let exchanged = match self.run(plan, secrets, &self.session.deadline) {
            Ok(exchanged) => exchanged,
            Err(Failure::Step(refusal) | Failure::Last(refusal)) => return Err(self.error_of(&refusal)),
            Err(Failure::Error(error)) => return Err(error),
        };
        let ended = answer::revoked(&exchanged.answer, &self.context(&exchanged));
        match ended {
            Ok(()) => Ok(Revoked::Now),
            // Nothing but the token was sent, so it is the token that is refused.
            Err(refusal) if refusal.status == 401 && own.is_empty() => Ok(Revoked::Before(refusal.words)),
            Err(refusal) => Err(self.error_of(&refusal)),
        }
    }

    pub(super) fn answered(
        &self,
        run: Run<'a>,
        provenance: Provenance,
        deadline: &Deadline,
    ) -> std::result::Result<Issued, Failure> {
        self.issued(&self.finish(run, deadline)?, provenance)
    }

    fn issued(&self, exchanged: &Exchanged, provenance: Provenance) -> std::result::Result<Issued, Failure> {
        let grant = answer::grant(&exchanged.answer, &self.context(exchanged)).map_err(Failure::Last)?;
        let end = |lifetime| exchanged.sent_at.saturating_add(span_ms(lifetime));
        Ok(Issued {
            refresh_expires_at: grant.refresh_lifetime.map(end),
            grant,
            asked_at: exchanged.sent_at,
            provenance,
            has_rotated: false,
            turn: None,
        })
    }
}
