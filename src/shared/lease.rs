//! The right to ask for all machines.
//!
//! It ends by itself and is not renewed; it lasts longer than the request that it is for and the writing after that. Whoever
//! takes it to refresh says in the same step which refresh token that spends. A token is written if what it follows lies there
//! still, also when the right is over by then: the newest token is the truth.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::names::Whose;
use super::seen::{Seen, Spot};
use super::shelf::{Leave, Names, Raw, Wish};
use super::{Purpose, Shared};
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

impl Shared<'_> {
    /// `spend` says whether the refresh token is to be sent; `life` is how long the right lasts, for the request and for writing
    /// down what it brings.
    pub(crate) fn take(
        &self,
        spot: &Spot,
        seen: &Seen,
        spend: bool,
        life: Duration,
        waits: bool,
    ) -> Result<Option<Taken>> {
        let owner = format!(
            "{:016x}",
            getrandom::u64().map_err(|error| Error::other(format!("cannot get random numbers: {error}")))?
        );
        let purpose = if waits { Purpose::Wait } else { Purpose::Ask };
        let mut policy = String::new();
        let taken = self.run(purpose, |open, limit| {
            let (began, sent) = (Instant::now(), now_ms());
            let deadline = Deadline::after(life.saturating_sub(TO_WRITE.min(life / 4)));
            let generation = |spends: bool, raw: &Raw| raw.generation.filter(|_| spend && spends);
            let wish = |known, spend| Wish {
                owner: &owner,
                life,
                known,
                spend,
                marks: &open.marks,
                until: sent.saturating_sub(seen.ahead).saturating_add(span_ms(limit)),
            };
            let names = open.names(&spot.whose);
            let own = generation(seen.older.is_none(), &seen.raw);
            let mut given = open.shelf.take(&names, &wish(&seen.raw, own), limit)?;
            policy = std::mem::take(&mut given.policy);
            let left = limit.saturating_sub(began.elapsed());
            let mut spends = own;
            let mut older = None;
            if let (Some(_), Some((names, raw))) = (given.fence, &seen.older) {
                let generation = generation(true, raw);
                if open.shelf.take(names, &wish(raw, generation), left)?.fence.is_none() {
                    // A machine asks that has the older key alone.
                    let end = Leave {
                        owner: &owner,
                        ..Leave::default()
                    };
                    open.shelf.leave(&open.names(&spot.whose), &end, left)?;
                    given.fence = None;
                } else {
                    spends = generation;
                    older = Some(names.clone());
                }
            }
            let again = open.opened(spot, given.raw, sent, || Ok(seen.older.clone()))?;
            let Some(number) = given.fence else {
                return Ok(Taken::Not(Box::new(again)));
            };
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
                spends,
                is_spent: Cell::new(false),
                is_over: Cell::new(false),
                older,
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
