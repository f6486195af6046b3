//! What becomes of a turn among the machines: a token, or what the others need to know.

use std::time::{Duration, Instant};

use super::lease::Lease;
use super::names::Whose;
use super::parcel::{self, Failed, Pause};
use super::seen::{Seen, Spot};
use super::shelf::{Answer, Leave, Names, Put, Trouble};
use super::{Open, Purpose, Shared};
use crate::cache::entry::{Entry, Turn};
use crate::cache::fingerprint::Fingerprint;
use crate::error::{Error, Result};
use crate::seal::Key;
use crate::time::clock::{between, now_ms, span_ms};

/// How long a failure is there for those who have waited for it.
const FAILURE: Duration = Duration::from_secs(60);

/// How long a refresh token is kept after its token has ended, where the vendor does not say how long it lasts.
const REFRESHABLE: Duration = Duration::from_secs(30 * 24 * 3600);

/// What is left behind by one who got nothing.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    pub(crate) failure: Option<(Error, Option<Fingerprint>)>,
    /// Refusals, and how long they count.
    pub(crate) hold: Option<(serde_json::Value, Duration)>,
    /// Origins, and how long nobody asks them.
    pub(crate) pauses: Vec<(String, Duration)>,
}

impl Shared<'_> {
    /// Writes a token and ends the right. Whether it was written: not where a newer one lies there.
    pub(crate) fn put(&self, lease: &Lease, entry: &Entry, ends_hold: bool) -> Result<Option<bool>> {
        lease.is_over.set(true);
        let follows = lease.seen.raw.generation;
        self.run(Purpose::Write, |open, limit| {
            let began = Instant::now();
            let is_written = open.put(
                &lease.whose,
                lease.turn(),
                follows,
                entry,
                lease.seen.ahead,
                ends_hold,
                limit,
            )?;
            if let Some(names) = &lease.older {
                let left = || limit.saturating_sub(began.elapsed());
                if is_written {
                    open.shelf.remove(names, left())?;
                }
                let end = Leave {
                    owner: &lease.turn().owner,
                    ..Leave::default()
                };
                open.shelf.leave(names, &end, left())?;
            }
            Ok(is_written)
        })
    }

    /// The same for one that could not be written in its turn.
    pub(crate) fn put_late(&self, spot: &Spot, seen: &Seen, turn: &Turn, entry: &Entry) -> Result<Option<bool>> {
        self.run(Purpose::Write, |open, limit| {
            open.put(&spot.whose, turn, entry.generation, entry, seen.ahead, false, limit)
        })
    }

    /// Puts what has become of the token that was seen in its place. Whether it did: not where somebody asks for another one, or has begun to.
    pub(crate) fn amend(&self, spot: &Spot, seen: &Seen, entry: &Entry) -> Result<Option<bool>> {
        self.run(Purpose::Write, |open, limit| {
            let (names, raw, key) = match (&seen.older, &open.keys.older) {
                (Some((names, raw)), Some(key)) => (names.clone(), raw, key),
                _ => (open.names(&spot.whose), &seen.raw, &open.keys.own),
            };
            let Some(generation) = raw.generation else {
                return Ok(false);
            };
            let value = packed(key, &names, entry, seen.ahead)?;
            open.shelf.amend(&names, generation, &value, life(entry), limit)
        })
    }

    /// Ends the right without a token, unless it is over. That the store cannot be told is no failure: it ends by itself.
    pub(crate) fn leave(&self, lease: &Lease, remains: Remains) {
        if lease.is_over.replace(true) {
            return;
        }
        let outcome = self.run(Purpose::Write, |open, limit| {
            let began = Instant::now();
            let names = open.names(&lease.whose);
            let unspent = lease.spends.filter(|_| !lease.is_spent.get());
            let sealed = open.sealed(lease, &names, remains);
            let older = lease.older.as_ref();
            let own = Leave {
                owner: &lease.turn().owner,
                unspent: unspent.filter(|_| older.is_none()),
                ..sealed
            };
            open.shelf.leave(&names, &own, limit)?;
            if let Some(names) = older {
                let old = Leave {
                    owner: &lease.turn().owner,
                    unspent,
                    ..Leave::default()
                };
                open.shelf.leave(names, &old, limit.saturating_sub(began.elapsed()))?;
            }
            Ok(())
        });
        drop(outcome);
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
    #[allow(clippy::too_many_arguments, reason = "each is of another kind")]
    fn put(
        &self,
        whose: &Whose,
        turn: &Turn,
        follows: Option<u64>,
        entry: &Entry,
        ahead: i64,
        ends_hold: bool,
        limit: Duration,
    ) -> Answer<bool> {
        let names = whose.names(&self.keys.own);
        let put = Put {
            owner: &turn.owner,
            fence: turn.number,
            follows,
            value: packed(&self.keys.own, &names, entry, ahead)?,
            life: life(entry),
            ends_hold,
        };
        self.shelf.put(&names, &put, limit)
    }

    /// What cannot be sealed is not left behind.
    fn sealed(&self, lease: &Lease, names: &Names, remains: Remains) -> Leave<'static> {
        let failed = remains.failure.map(|(error, fingerprint)| Failed {
            turn: lease.turn().number,
            error,
            fingerprint,
        });
        let key = &self.keys.own;
        let failure = failed.and_then(|failed| parcel::seal(key, &names.failure, &failed).ok());
        let hold = remains
            .hold
            .and_then(|(hold, life)| Some((parcel::seal(key, &names.hold, &hold).ok()?, life)));
        let life = remains.pauses.iter().map(|(_, left)| *left).max();
        let pause = life.and_then(|life| {
            let now = now_ms().saturating_sub(lease.seen.ahead);
            let until = |(origin, left): (String, Duration)| (origin, now.saturating_add(span_ms(left)));
            let pauses: Vec<Pause> = remains.pauses.into_iter().map(until).collect();
            Some((parcel::seal(key, &names.pause, &pauses).ok()?, life))
        });
        Leave {
            failure: failure.map(|text| (text, FAILURE)),
            hold,
            pause,
            ..Leave::default()
        }
    }
}

fn packed(key: &Key, names: &Names, entry: &Entry, ahead: i64) -> Answer<String> {
    parcel::pack(key, &names.record, entry, ahead).map_err(|error| Trouble::Strange(error.text().to_owned()))
}

/// How long it is of use to anybody.
fn life(entry: &Entry) -> Duration {
    let lasts = between(now_ms(), entry.expires_at).max(Duration::from_millis(1));
    match (&entry.refresh_token, entry.refresh_expires_at) {
        (None, _) => lasts,
        (Some(_), Some(end)) => lasts.max(between(now_ms(), end)),
        (Some(_), None) => lasts + REFRESHABLE,
    }
}
