//! The right to ask for all machines.
//!
//! It ends by itself and is not renewed; it lasts longer than the request that it is for and the writing after that. Whoever
//! takes it to refresh says in the same step which refresh token that spends. A token is written if what it follows lies there
//! still, also when the right is over by then: the newest token is the truth.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::names::Whose;
use super::seen::{Seen, Spot};
use super::shelf::{Answer, Given, Leave, Names, Raw, Wish};
use super::{Open, Purpose, Shared};
use crate::cache::entry::Ticket;
use crate::error::{Error, Result};
use crate::time::clock::{now_ms, span_ms};
use crate::time::deadline::Deadline;

/// For what comes after the request, at most.
const TO_WRITE: Duration = Duration::from_secs(2);

/// With less of the right left nothing is sent, or with less than a third where it is short.
const LEAST: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Lease {
    /// What lay there when it was given.
    pub(crate) seen: Seen,
    pub(super) whose: Whose,
    /// Its number is larger than that of every turn before.
    ticket: Ticket,
    end: Instant,
    life: Duration,
    /// The request has to be over then.
    pub(crate) deadline: Deadline,
    /// The generation that is said to be being spent.
    pub(super) spends: Option<u64>,
    /// Whether its refresh token was sent, so that nobody may send it again.
    pub(crate) is_spent: Cell<bool>,
    pub(super) is_over: Cell<bool>,
    /// What lies under the older key is moved.
    pub(super) older: Option<Names>,
}

#[derive(Debug)]
pub(crate) enum Taken {
    Mine(Box<Lease>),
    /// Another has it, or something has changed.
    Not(Box<Seen>),
}

impl Lease {
    /// Whether the refresh token that lies there may be sent by this process.
    pub(crate) fn may_refresh(&self) -> bool {
        self.spends.is_some()
    }

    pub(crate) fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// By a clock that no other machine has.
    pub(crate) fn has_time(&self) -> bool {
        self.end.saturating_duration_since(Instant::now()) > LEAST.min(self.life / 3)
    }
}

/// What a turn is taken for.
#[derive(Debug)]
pub(crate) struct Errand {
    /// Whether the refresh token that was seen is to be sent.
    pub(crate) spend: bool,
    /// How long the right lasts, for the request and for writing down what it brings.
    pub(crate) life: Duration,
    /// Whether another machine was waited for, which has an end of its own.
    pub(crate) waits: bool,
}

impl Shared<'_> {
    pub(crate) fn take(&self, spot: &Spot, seen: &Seen, what: &Errand) -> Result<Option<Taken>> {
        let owner = getrandom::u64().map_err(|error| Error::other(format!("cannot get random numbers: {error}")))?;
        let owner = format!("{owner:016x}");
        let purpose = if what.waits { Purpose::Wait } else { Purpose::Ask };
        let mut policy = String::new();
        let taken = self.run(purpose, |open, limit| {
            let (began, sent, life) = (Instant::now(), now_ms(), what.life);
            let deadline = Deadline::after(life.saturating_sub(TO_WRITE.min(life / 4)));
            let (given, older) = open.take(spot, seen, what, &owner, limit)?;
            policy.clone_from(&given.policy);
            let again = open.opened(spot, given.raw, sent, || Ok(older.clone()))?;
            let Some(number) = given.fence else {
                return Ok(Taken::Not(Box::new(again)));
            };
            let generation = older.as_ref().map_or(&seen.raw, |(_, raw)| raw).generation;
            Ok(Taken::Mine(Box::new(Lease {
                ticket: Ticket {
                    number,
                    owner: owner.clone(),
                    follows: again.raw.generation,
                },
                seen: again,
                whose: spot.whose.clone(),
                end: began + life,
                life,
                deadline,
                spends: generation.filter(|_| what.spend),
                is_spent: Cell::new(false),
                is_over: Cell::new(false),
                older: older.map(|(names, _)| names),
            })))
        })?;
        if !["", "noeviction"].contains(&policy.as_str()) {
            self.warn_of(&format!(
                "its maxmemory-policy is {policy}, which drops locks and refresh tokens where memory is short; noeviction does \
                 not"
            ));
        }
        Ok(taken)
    }
}

impl Open {
    /// Where something lies under the older key, the turn there is taken as well: a token is spent there, and moved. What lies
    /// there by then comes back.
    fn take(
        &self,
        spot: &Spot,
        seen: &Seen,
        what: &Errand,
        owner: &str,
        limit: Duration,
    ) -> Answer<(Given, Option<(Names, Raw)>)> {
        let (began, names) = (Instant::now(), self.names(&spot.whose));
        let until = now_ms().saturating_sub(seen.ahead).saturating_add(span_ms(limit));
        let wish = |known, spends: bool| Wish {
            owner,
            life: what.life,
            known,
            spend: known.generation.filter(|_| what.spend && spends),
            marks: &self.marks,
            until,
        };
        let mut given = self.shelf.take(&names, &wish(&seen.raw, seen.older.is_none()), limit)?;
        let mut older = seen.older.clone();
        let left = || limit.saturating_sub(began.elapsed());
        if let (Some((names_there, raw)), Some(_)) = (&mut older, given.fence) {
            let there = self.shelf.take(names_there, &wish(raw, true), left())?;
            *raw = there.raw;
            if there.fence.is_none() {
                // A machine asks that has the older key alone, or has asked.
                given.fence = None;
                let end = Leave {
                    owner,
                    ..Leave::default()
                };
                self.shelf.leave(&names, &end, left())?;
            }
        }
        Ok((given, older))
    }
}
