//! What the vendor is asked for: a login, a refresh or a revocation.
//!
//! Whatever carries the secrets of one login takes turns, whatever token it is for, so that a wrong one is sent once.

use std::collections::BTreeMap;

use super::hold::Credentials;
use super::run::Failure;
use super::{Need, Provenance};
use crate::cache::entry::{self, Entry};
use crate::cache::guard::Guard;
use crate::cache::lock;
use crate::definition::answer::{self, Grant};
use crate::definition::plan::Plan;
use crate::error::{Exit, Result};
use crate::secret::Secret;
use crate::time::clock::span_ms;

/// What the vendor gave, and how it was asked.
pub(super) struct Issued {
    pub(super) grant: Grant,
    /// When the request was sent, in milliseconds of the wall clock.
    pub(super) asked_at: i64,
    pub(super) provenance: Provenance,
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

impl Need<'_> {
    /// Asks a person for what no other source has.
    pub(super) fn log_in(&self, guard: Option<&Guard>) -> Result<Issued> {
        let origin = self.principal.chosen.base.origin();
        self.keep_pause(&origin)?;
        let plan = self.principal.chosen.login_plan();
        let secrets = self.secrets_for(&plan, guard)?;
        let credentials = self.credentials(&secrets, &secrets);
        let _turn = self.login_turn(&credentials)?;
        self.session.voice.explain(&format!("logging in at {origin}"));
        match self.ask(&plan, secrets.clone(), Provenance::Login) {
            Ok(issued) => {
                self.end_hold(&credentials);
                Ok(issued)
            }
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Step(refusal) | Failure::Last(refusal)) => {
                self.hold_back(&credentials, &refusal);
                Err(self.error_of(&refusal))
            }
        }
    }

    /// `None` where there is nothing to refresh with or the vendor refuses it, so that a login is due.
    pub(super) fn refresh(&self, entry: &Entry, guard: &Guard) -> Result<Option<Issued>> {
        let plan = self.principal.chosen.refresh_plan();
        let (Some(plan), Some(refresh_token)) = (plan, &entry.refresh_token) else {
            return Ok(None);
        };
        self.session.voice.explain("refreshing the token");
        let own = self.secrets_for(&plan, Some(guard))?;
        let mut secrets = own.clone();
        secrets.insert("token".to_owned(), entry.token.clone());
        secrets.insert("refresh-token".to_owned(), refresh_token.clone());
        let credentials = self.own_credentials(&own, &secrets);
        let _turn = credentials
            .as_ref()
            .map(|credentials| self.login_turn(credentials))
            .transpose()?;
        match self.ask(&plan, secrets, Provenance::Refresh) {
            Ok(mut issued) => {
                issued.grant.refresh_token.get_or_insert_with(|| refresh_token.clone());
                Ok(Some(issued))
            }
            Err(Failure::Last(refusal)) if refusal.exit == Exit::Refused => {
                // So that the login that follows does not send the same secret again.
                self.hold_secrets_back(credentials.as_ref(), &refusal);
                let words = &refusal.words;
                self.session
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
            Err(Failure::Step(refusal) | Failure::Last(refusal)) => Err(self.error_of(&refusal)),
            Err(Failure::Error(error)) => Err(error),
        }
    }

    fn secrets_for(&self, plan: &Plan, guard: Option<&Guard>) -> Result<BTreeMap<String, Secret>> {
        let asking = |asking| guard.into_iter().for_each(|guard| guard.asking(asking));
        self.principal
            .chosen
            .secrets(plan)
            .into_iter()
            .filter_map(|field| {
                let found = self.session.secret(field, &self.principal.chosen, asking).transpose()?;
                Some(found.map(|secret| (field.name.clone(), secret)))
            })
            .collect()
    }

    /// Waits until no other request carries this login's secrets, and stops where these were refused a moment ago.
    fn login_turn(&self, credentials: &Credentials) -> Result<Option<Guard>> {
        let turn = if self.no_cache {
            None
        } else {
            Some(lock::wait(self.store, &self.principal.login.digest(), self.waiter())?)
        };
        self.check_hold(credentials)?;
        Ok(turn)
    }

    /// Has the vendor end a token that it gave.
    pub(crate) fn revoke(&self, plan: &Plan, entry: &Entry) -> Result<Revoked> {
        let own = self.secrets_for(plan, None)?;
        let mut secrets = own.clone();
        secrets.insert("token".to_owned(), entry.token.clone());
        secrets.extend(
            entry
                .refresh_token
                .clone()
                .map(|token| ("refresh-token".to_owned(), token)),
        );
        let credentials = self.own_credentials(&own, &secrets);
        let _turn = credentials
            .as_ref()
            .map(|credentials| self.login_turn(credentials))
            .transpose()?;
        let exchanged = match self.run(plan, secrets) {
            Ok(exchanged) => exchanged,
            Err(Failure::Step(refusal) | Failure::Last(refusal)) => return Err(self.error_of(&refusal)),
            Err(Failure::Error(error)) => return Err(error),
        };
        let ended = answer::revoked(&exchanged.answer, &self.context(&exchanged));
        if let Err(refusal) = &ended {
            self.hold_secrets_back(credentials.as_ref(), refusal);
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
        plan: &Plan,
        secrets: BTreeMap<String, Secret>,
        provenance: Provenance,
    ) -> std::result::Result<Issued, Failure> {
        let exchanged = self.run(plan, secrets)?;
        let grant = answer::grant(&exchanged.answer, &self.context(&exchanged)).map_err(Failure::Last)?;
        Ok(Issued {
            grant,
            asked_at: exchanged.sent_at.as_millisecond(),
            provenance,
        })
    }
}
