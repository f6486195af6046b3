//! The right to ask for all machines, and what becomes of it.
//!
//! It ends by itself and is not renewed; it lasts longer than the request that it is for and the writing after that. Whoever
//! takes it to refresh says in the same step which refresh token that spends. A token is written if what it follows lies there
//! still, also when the right is over by then: the newest token is the truth.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::names::Whose;
use super::parcel::{self, Failed};
use super::seen::{Seen, Spot};
use super::shelf::{Leave, Names, Put, Wish};
use super::{Open, Purpose, Shared};
use crate::cache::entry::Entry;
use crate::cache::fingerprint::Fingerprint;
use crate::error::{Error, Result};
use crate::time::clock::{between, now_ms};
use crate::time::deadline::Deadline;

/// For what comes after the request.
const TO_WRITE: Duration = Duration::from_secs(2);

/// With less of the right left nothing is sent.
const LEAST: Duration = Duration::from_secs(1);

/// How long a failure is there for those who have waited for it.
const FAILURE: Duration = Duration::from_secs(60);

/// How long a refresh token is kept after its token has ended.
const REFRESHABLE: Duration = Duration::from_secs(30 * 24 * 3600);

#[derive(Debug)]
pub(crate) struct Lease {
    /// What lay there when it was given.
    pub(crate) seen: Seen,
    whose: Whose,
    owner: String,
    /// Larger than that of every turn before.
    turn: u64,
    end: Instant,
    /// The request has to be over then.
    pub(crate) deadline: Deadline,
    /// The generation that is said to be being spent.
    spends: Option<u64>,
    /// Whether its refresh token was sent, so that nobody may send it again.
    pub(crate) is_spent: Cell<bool>,
    is_over: Cell<bool>,
    /// What lies under the older key is moved.
    older: Option<Names>,
}

#[derive(Debug)]
pub(crate) enum Taken {
    Mine(Box<Lease>),
    /// Another has it, or something has changed.
    Not(Box<Seen>),
}

/// What is left behind by one who got nothing.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    pub(crate) failure: Option<(Error, Option<Fingerprint>)>,
    /// Refusals, and how long they count.
    pub(crate) hold: Option<(serde_json::Value, Duration)>,
    pub(crate) pause: Option<Duration>,
}

impl Lease {
    /// Whether the refresh token that lies there may be sent by this process.
    pub(crate) fn may_refresh(&self) -> bool {
        self.spends.is_some()
    }

    /// The number of this turn, and of the token that it brings.
    pub(crate) fn turn(&self) -> u64 {
        self.turn
    }

    /// What its token follows.
    pub(crate) fn follows(&self) -> Option<u64> {
        self.seen.raw.generation
    }

    /// By a clock that no other machine has.
    pub(crate) fn has_time(&self) -> bool {
        self.end.saturating_duration_since(Instant::now()) > LEAST
    }
}

impl Shared<'_> {
    /// `spend` says whether the refresh token is to be sent; `request` is how long that may take.
    pub(crate) fn take(
        &self,
        spot: &Spot,
        seen: &Seen,
        spend: bool,
        request: Duration,
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
            let deadline = Deadline::after(request);
            let life = request + TO_WRITE;
            let generation = |spends: bool, raw: &super::shelf::Raw| raw.generation.filter(|_| spend && spends);
            let wish = |known, spend| Wish {
                owner: &owner,
                life,
                known,
                spend,
                marks: &open.marks,
            };
            let names = open.names(&spot.whose);
            let own = generation(seen.older.is_none(), &seen.raw);
            let given = open.shelf.take(&names, &wish(&seen.raw, own), limit)?;
            policy = given.policy;
            let left = limit.saturating_sub(began.elapsed());
            let mut spends = own;
            let mut older = None;
            if let (Some(_), Some((names, raw))) = (given.fence, &seen.older) {
                let generation = generation(true, raw);
                let given = open.shelf.take(names, &wish(raw, generation), left)?;
                if given.fence.is_some() {
                    spends = generation;
                    older = Some(names.clone());
                }
            }
            let again = open.opened(spot, given.raw, sent, || Ok(seen.older.clone()))?;
            let Some(turn) = given.fence else {
                return Ok(Taken::Not(Box::new(again)));
            };
            Ok(Taken::Mine(Box::new(Lease {
                seen: again,
                whose: spot.whose.clone(),
                owner: owner.clone(),
                turn,
                end: began + life,
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

    /// Writes a token and ends the right. Whether it was written: not where a newer one lies there.
    pub(crate) fn put(&self, lease: &Lease, entry: &Entry, ends_hold: bool) -> Result<Option<bool>> {
        lease.is_over.set(true);
        let ahead = lease.seen.ahead;
        self.run(Purpose::Write, |open, limit| {
            let began = Instant::now();
            let names = open.names(&lease.whose);
            let value = parcel::pack(&open.keys.own, &names.record, entry, ahead);
            let lasts = between(now_ms(), entry.expires_at).max(Duration::from_millis(1));
            let put = Put {
                owner: &lease.owner,
                fence: lease.turn,
                follows: lease.seen.raw.generation,
                value: value.map_err(|error| super::shelf::Trouble::Strange(error.text().to_owned()))?,
                life: if entry.refresh_token.is_some() {
                    lasts + REFRESHABLE
                } else {
                    lasts
                },
                ends_hold,
            };
            let is_written = open.shelf.put(&names, &put, limit)?;
            if let Some(names) = &lease.older {
                let left = || limit.saturating_sub(began.elapsed());
                if is_written {
                    open.shelf.remove(names, left())?;
                }
                open.shelf.leave(
                    names,
                    &Leave {
                        owner: &lease.owner,
                        ..Leave::default()
                    },
                    left(),
                )?;
            }
            Ok(is_written)
        })
    }

    /// Ends the right without a token, unless it is over. That the store cannot be told is no failure: it ends by itself.
    pub(crate) fn leave(&self, lease: &Lease, remains: Remains) {
        if lease.is_over.replace(true) {
            return;
        }
        let left = self.run(Purpose::Write, |open, limit| {
            let began = Instant::now();
            let names = open.names(&lease.whose);
            let unspent = lease.spends.filter(|_| !lease.is_spent.get());
            let leave = open.sealed(lease, &names, remains);
            let older = lease.older.as_ref();
            let leave = Leave {
                owner: &lease.owner,
                unspent: unspent.filter(|_| older.is_none()),
                ..leave
            };
            open.shelf.leave(&names, &leave, limit)?;
            if let Some(names) = older {
                let leave = Leave {
                    owner: &lease.owner,
                    unspent,
                    ..Leave::default()
                };
                open.shelf.leave(names, &leave, limit.saturating_sub(began.elapsed()))?;
            }
            Ok(())
        });
        drop(left);
    }

    /// Whether there was a token.
    pub(crate) fn remove(&self, whose: &Whose) -> Result<Option<bool>> {
        self.run(Purpose::Ask, |open, limit| {
            let began = Instant::now();
            let mut had = open.shelf.remove(&open.names(whose), limit)?;
            if let Some(key) = &open.keys.older {
                had |= open
                    .shelf
                    .remove(&whose.names(key), limit.saturating_sub(began.elapsed()))?;
            }
            Ok(had)
        })
    }
}

impl Open {
    /// What cannot be sealed is not left behind.
    fn sealed(&self, lease: &Lease, names: &Names, remains: Remains) -> Leave<'static> {
        let failed = remains.failure.map(|(error, fingerprint)| Failed {
            turn: lease.turn,
            error,
            fingerprint,
        });
        let key = &self.keys.own;
        let failure = failed.and_then(|failed| parcel::seal(key, &names.failure, &failed).ok());
        let hold = remains
            .hold
            .and_then(|(hold, life)| Some((parcel::seal(key, &names.hold, &hold).ok()?, life)));
        let pause = remains.pause.and_then(|life| {
            let until = between(lease.seen.ahead, now_ms()) + life;
            let until = i64::try_from(until.as_millis()).ok()?;
            Some((parcel::seal(key, &names.pause, &until).ok()?, life))
        });
        Leave {
            failure: failure.map(|text| (text, FAILURE)),
            hold,
            pause,
            ..Leave::default()
        }
    }
}
