//! Refresh tokens among machines: who may send one, and that the only one is never lost.
//!
//! A refresh token lies in the store alone, under the number of the turn that brought it; on this machine lies one only until it
//! is delivered. It is sent by one who said so in the store before, and by nobody after that: whether it was used up by one who
//! did not come back is not known. Without the store nobody sends one that lies there, or may lie there.

use std::time::Duration;

use super::Need;
use super::ask::Issued;
use super::run::Failure;
use crate::cache::entry::Entry;
use crate::cache::{absence, lock};
use crate::error::{Error, Exit, Result};
use crate::shared::{Errand, Lease, Taken};
use crate::time::clock::now_ms;

/// How long the right to ask is kept from others while a token is delivered that was got without it.
const TO_DELIVER: Duration = Duration::from_secs(3);

impl Need<'_> {
    /// The token whose refresh token may be sent: that in the store, or one of this machine's own that it has not got yet.
    pub(super) fn to_refresh(&self, lease: Option<&Lease>) -> Option<Entry> {
        let here = self.look();
        let Some(lease) = lease else {
            // Whether the store got it after all is not known without the store.
            return here.map(|here| Entry {
                refresh_token: here.refresh_token.filter(|_| here.ticket.is_none()),
                ..here
            });
        };
        let there = self.there(&lease.seen);
        let follows = |here: &Entry| {
            let known = here.ticket.as_ref().map_or(here.generation, |ticket| ticket.follows);
            there.as_ref().is_none_or(|there| there.generation <= known)
        };
        if let Some(here) = here
            .clone()
            .filter(|here| here.refresh_token.is_some() && follows(here))
        {
            return Some(here);
        }
        let mut entry = there.or(here)?;
        if entry.refresh_token.is_some() && !lease.may_refresh() {
            if lease.seen.is_spending {
                self.session
                    .voice
                    .explain("whether the refresh token is used up is not known, so it is not sent again");
            }
            entry.refresh_token = None;
        }
        Some(entry)
    }

    /// Sends a refresh token: not without time to write down what it brings, and so that nobody sends it again.
    pub(super) fn spending(
        &self,
        lease: Option<&Lease>,
        send: impl FnOnce() -> std::result::Result<Issued, Failure>,
    ) -> Result<std::result::Result<Issued, Failure>> {
        if !self.shared.is_on() {
            return Ok(send());
        }
        if lease.is_some_and(|lease| !lease.has_time()) {
            let name = &self.vendor().name;
            let text = format!("{name}: the turn among the machines was over before the refresh token was sent");
            return Err(Error::unreachable(text).own());
        }
        // One that the store has not got is on this machine alone.
        let undelivered = self.look().filter(|here| here.refresh_token.is_some());
        let is_spent = |is_spent| lease.iter().for_each(|lease| lease.is_spent.set(is_spent));
        is_spent(true);
        if let Some(here) = &undelivered {
            self.strike_out(here);
        }
        let outcome = send();
        let is_unsent = match &outcome {
            Ok(_) | Err(Failure::Step(_)) => false,
            Err(Failure::Last(refusal)) => refusal.exit == Exit::RateLimited,
            Err(Failure::Error(error)) => {
                error.is_unconnected() || !matches!(error.exit, Exit::Unreachable | Exit::Vendor)
            }
        };
        if is_unsent {
            is_spent(false);
            if let Some(here) = &undelivered {
                self.keep_here(here, false);
            }
        }
        Ok(outcome)
    }

    /// Brings a token to the store, and gives what is to be kept on this machine: with the refresh token only where the store
    /// has not got it. The error is of a store that is required.
    pub(super) fn share(&self, entry: Entry, lease: Option<&Lease>) -> (Option<Entry>, Result<()>) {
        let Some(lease) = lease else {
            let here = self.look().filter(|_| self.shared.is_on());
            let generation = here.and_then(|here| here.generation);
            return (Some(Entry { generation, ..entry }), Ok(()));
        };
        match self.shared.put(lease, &entry, self.holding(&lease.seen)) {
            Ok(Some(true)) => {
                let generation = Some(lease.ticket().number);
                (Some(delivered(&Entry { generation, ..entry })), Ok(()))
            }
            Ok(Some(false)) => {
                self.session
                    .voice
                    .explain("another machine got a newer token meanwhile; this one is for this call alone");
                (None, Ok(()))
            }
            unwritten => (Some(undelivered(entry, lease)), unwritten.map(drop)),
        }
    }

    /// Brings a refresh token to the store that could not be brought before, without a word and not at every call. Whoever else
    /// does it now does it for this one.
    pub(super) fn deliver(&self, entry: &Entry) {
        if entry.refresh_token.is_none() || !self.shared.is_on() || self.shared.is_known_to_be_gone() {
            return;
        }
        let digest = self.principal.identity.digest();
        let in_vain = format!("the place of {digest}");
        if absence::check(self.store, &in_vain, now_ms()).is_some() {
            return;
        }
        let Some(_turn) = lock::take_free(self.store, &digest) else {
            return;
        };
        if let Some(entry) = self.look().filter(|entry| entry.refresh_token.is_some()) {
            match self.shared.quietly(|| self.delivery_of(&entry)) {
                Ok(Some(entry)) => self.keep_here(&entry, false),
                // That a store is required is said by who needs it.
                Ok(None) | Err(_) => absence::put(self.store, &in_vain, "", now_ms()),
            }
        }
    }

    /// The same in one's turn on this machine, before anything is looked for in the store.
    pub(super) fn deliver_first(&self) -> Result<()> {
        if !self.shared.is_on() {
            return Ok(());
        }
        let here = self.look().filter(|entry| entry.refresh_token.is_some());
        if let Some(entry) = here
            && let Some(entry) = self.delivery_of(&entry)?
        {
            self.keep_here(&entry, false);
        }
        Ok(())
    }

    /// What is to be kept here from then on, if anything has changed.
    fn delivery_of(&self, entry: &Entry) -> Result<Option<Entry>> {
        let spot = self.spot();
        let Some(seen) = self.shared.look(&spot)? else {
            return Ok(None);
        };
        let is_newest = match &entry.ticket {
            Some(ticket) if seen.turn_of_entry() > ticket.follows && seen.turn_of_entry() != Some(ticket.number) => {
                Some(false)
            }
            // In the turn that brought it, which may be over.
            Some(ticket) => self.shared.put_late(&spot, seen.ahead, ticket, entry)?,
            None if seen.turn_of_entry() > entry.generation => Some(false),
            None => {
                let errand = Errand {
                    spend: false,
                    life: TO_DELIVER,
                    waits: false,
                };
                return Ok(match self.shared.take(&spot, &seen, &errand)? {
                    Some(Taken::Mine(lease)) => {
                        let entry = undelivered(entry.clone(), &lease);
                        // From now on it is the store's, whatever happens.
                        self.keep_here(&entry, false);
                        self.share(entry, Some(&lease)).0
                    }
                    _ => None,
                });
            }
        };
        if is_newest == Some(false) {
            self.session.voice.explain(
                "the shared store has a newer token, or was told to forget this one, whose refresh token is dropped",
            );
        }
        Ok(is_newest.map(|_| {
            let generation = entry
                .ticket
                .as_ref()
                .map(|ticket| ticket.number)
                .or(seen.turn_of_entry());
            delivered(&Entry {
                generation,
                ..entry.clone()
            })
        }))
    }

    /// Exit 5 where only a refresh token could have served that lies in a store that is not to be reached.
    pub(super) fn for_want_of_store(&self, error: Error) -> Error {
        let is_there = || {
            self.look()
                .is_some_and(|entry| entry.generation.is_some() || entry.ticket.is_some())
        };
        if !error.is_missing() || !self.shared.is_gone() || !is_there() {
            return error;
        }
        let name = &self.vendor().name;
        let text = format!("{name}: the refresh token lies in the shared store, which cannot be used now, and");
        Error::unreachable(format!("{text} {}", error.text())).own()
    }
}

/// As it is kept on a machine until the store has it.
fn undelivered(entry: Entry, lease: &Lease) -> Entry {
    Entry {
        generation: None,
        ticket: Some(lease.ticket().clone()),
        ..entry
    }
}

/// As it is kept on a machine once the store has it.
pub(super) fn delivered(entry: &Entry) -> Entry {
    Entry {
        refresh_token: None,
        ticket: None,
        generation: entry.generation.filter(|_| entry.refresh_token.is_some()),
        ..entry.clone()
    }
}
