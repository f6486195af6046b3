//! A new token for a refresh token, and what follows where there is none.
//!
//! While the cached token lasts, a refresh that fails is a failure. Once that has ended, whatever else fails than the
//! connection is followed by a login, in what is left of the time, where its secrets are there without asking a person: a
//! vendor may say in many ways that a refresh token is spent. A refusal is followed by a login in any case.

use super::ask::Issued;
use super::run::Failure;
use super::stop::Stop;
use super::{Need, Provenance};
use crate::cache::entry::{self, Entry};
use crate::error::{Error, Exit, Result};
use crate::shared::Lease;
use crate::time::clock::now_ms;
use crate::time::deadline::Deadline;

impl<'a> Need<'a> {
    /// `None` where there is nothing to refresh with, or where a login is due.
    pub(super) fn refresh(
        &self,
        entry: &Entry,
        lease: Option<&Lease>,
    ) -> std::result::Result<Option<Issued>, Stop<'a>> {
        let plan = self.principal.chosen.refresh_plan();
        let (Some(plan), Some(refresh_token)) = (plan, &entry.refresh_token) else {
            return Ok(None);
        };
        if entry.refresh_token(now_ms()).is_none() {
            self.session.voice.explain("the refresh token has ended; logging in");
            return Ok(None);
        }
        self.session.voice.explain("refreshing the token");
        let own = self.secrets_unasked(&plan)?;
        let mut secrets = own.clone();
        secrets.insert("token".to_owned(), entry.token.clone());
        secrets.insert("refresh-token".to_owned(), refresh_token.clone());
        let credentials = self.own_credentials(&own, &secrets);
        let turn = credentials
            .as_ref()
            .map(|credentials| self.login_turn(credentials))
            .transpose()?
            .flatten();
        let has_ended = entry.expires_at <= now_ms();
        let whole = lease.map_or(&self.session.deadline, |lease| &lease.deadline);
        // The other half is for the login.
        let half = Deadline::after(whole.remaining() / 2);
        let deadline = if has_ended { &half } else { whole };
        let asked = match self.begin(&plan, secrets, deadline) {
            Ok(run) => self.spending(lease, || self.answered(run, Provenance::Refresh, deadline))?,
            Err(failure) => Err(failure),
        };
        match asked {
            Ok(mut issued) => {
                if issued.grant.refresh_token.is_none() {
                    issued.refresh_expires_at = issued.refresh_expires_at.or(entry.refresh_expires_at);
                }
                let next = issued.grant.refresh_token.get_or_insert_with(|| refresh_token.clone());
                issued.has_rotated = next.expose() != refresh_token.expose();
                issued.turn = turn;
                Ok(Some(issued))
            }
            Err(Failure::Last(refusal)) if refusal.exit == Exit::Refused => {
                self.session
                    .voice
                    .explain(&format!("the refresh token is refused: {}; logging in", refusal.words));
                self.strike_out(entry);
                Ok(None)
            }
            // The refresh token was not sent, so it stays. The login sends what was refused once more, and holds it back.
            Err(Failure::Step(refusal)) if refusal.exit == Exit::Refused => {
                self.session.voice.explain(&format!(
                    "a step of the refresh is refused: {}; logging in",
                    refusal.words
                ));
                Ok(None)
            }
            Err(Failure::Step(refusal) | Failure::Last(refusal)) => {
                Ok(self.log_in_instead(self.error_of(&refusal), has_ended)?)
            }
            Err(Failure::Error(error)) => Ok(self.log_in_instead(error, has_ended)?),
        }
    }

    /// `None` where a login may succeed after this.
    fn log_in_instead(&self, error: Error, has_ended: bool) -> Result<Option<Issued>> {
        let is_of_refresh = matches!(error.exit, Exit::Unreachable | Exit::Vendor) && !error.is_unconnected();
        if !has_ended || !is_of_refresh || !self.has_credentials_at_hand() {
            return Err(error);
        }
        self.session.voice.explain(&format!("{}; logging in", error.text()));
        Ok(None)
    }

    pub(super) fn has_credentials_at_hand(&self) -> bool {
        let chosen = &self.principal.chosen;
        // A person's yes is not.
        if chosen.is_approved() {
            return false;
        }
        let mut fields = chosen.secrets(&chosen.login_plan()).into_iter();
        fields.all(|field| self.session.has_at_hand(field, chosen))
    }

    /// At once, since no login may follow that replaces the entry. That it cannot be kept is said where the login's token
    /// is kept.
    pub(super) fn strike_out(&self, entry: &Entry) {
        let struck_out = Entry {
            refresh_token: None,
            refresh_expires_at: None,
            ..entry.clone()
        };
        let _ = entry::keep(self.store, &struck_out);
    }
}
