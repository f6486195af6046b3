//! What becomes of a turn among the machines: a token, or what the others need to know.

use std::time::{Duration, Instant};

use super::lease::Lease;
use super::names::Whose;
use super::parcel;
use super::remains::{Holding, Remains};
use super::seen::{Seen, Spot};
use super::shelf::{Answer, Change, Leave, MOST, Names, Put, Raw, Trouble};
use super::{Open, Purpose, Shared};
use crate::cache::entry::{Entry, Ticket};
use crate::error::Result;
use crate::seal::Key;
use crate::time::clock::{between, now_ms};

/// How long a refresh token is kept after its token has ended, where the vendor does not say how long it lasts.
const REFRESHABLE: Duration = Duration::from_secs(30 * 24 * 3600);

impl Shared<'_> {
    /// Writes a token and ends the right. Whether it was written: not where a newer one lies there.
    pub(crate) fn put(&self, lease: &Lease, entry: &Entry, hold: Holding) -> Result<Option<bool>> {
        lease.is_over.set(true);
        self.run(Purpose::Write, |open, limit| {
            let began = Instant::now();
            let names = open.names(&lease.whose);
            let seen = &lease.seen;
            let hold = open.hold(&names, seen, hold);
            let put = open.put(&names, lease.ticket(), seen.ahead, entry, hold, limit);
            if matches!(put, Err(Trouble::Strange(_))) {
                open.shelf.leave(&names, &Leave::of(lease.ticket()), limit)?;
            }
            let is_written = put?;
            if let Some(names) = &lease.older {
                let left = || limit.saturating_sub(began.elapsed());
                if is_written {
                    // Which ends the right there as well.
                    open.shelf.remove(names, None, left())?;
                } else {
                    open.shelf.leave(names, &Leave::of(lease.ticket()), left())?;
                }
            }
            Ok(is_written)
        })
    }

    /// The same for one that could not be written in its turn.
    pub(crate) fn put_late(&self, spot: &Spot, ahead: i64, ticket: &Ticket, entry: &Entry) -> Result<Option<bool>> {
        self.run(Purpose::Write, |open, limit| {
            open.put(&open.names(&spot.whose), ticket, ahead, entry, Change::default(), limit)
        })
    }

    /// Puts what has become of the token that was seen in its place, unless somebody asks for another one or has begun to.
    pub(crate) fn amend(&self, spot: &Spot, seen: &Seen, entry: &Entry) -> Result<()> {
        let amended = self.run(Purpose::Write, |open, limit| {
            let (names, raw, key) = open.place(spot, seen);
            let Some(generation) = raw.generation else {
                return Ok(false);
            };
            let value = packed(key, &names, entry, seen.ahead)?;
            open.shelf.amend(&names, generation, &value, life(entry), limit)
        });
        amended.map(drop)
    }

    /// Ends the right without a token, unless it is over. That the store cannot be told is no failure: it ends by itself.
    pub(crate) fn leave(&self, lease: &Lease, remains: impl FnOnce() -> Remains) {
        if lease.is_over.replace(true) {
            return;
        }
        let remains = remains();
        let outcome = self.run(Purpose::Write, |open, limit| {
            let began = Instant::now();
            let names = open.names(&lease.whose);
            let unspent = lease.spends.filter(|_| !lease.is_spent.get());
            let older = lease.older.as_ref();
            let own = Leave {
                owner: &lease.ticket().owner,
                unspent: unspent.filter(|_| older.is_none()),
                ..open.remains(&names, &lease.seen, lease.ticket().number, remains)
            };
            open.shelf.leave(&names, &own, limit)?;
            if let Some(names) = older {
                let old = Leave {
                    unspent,
                    ..Leave::of(lease.ticket())
                };
                open.shelf.leave(names, &old, limit.saturating_sub(began.elapsed()))?;
            }
            Ok(())
        });
        drop(outcome);
    }

    /// What others need to know of an attempt that no turn was taken for.
    pub(crate) fn tell(&self, spot: &Spot, seen: &Seen, remains: Remains) {
        if matches!(remains.hold, Holding::AsItIs) && remains.pauses.is_empty() {
            return;
        }
        let outcome = self.run(Purpose::Write, |open, limit| {
            let names = open.names(&spot.whose);
            open.shelf.leave(&names, &open.remains(&names, seen, 0, remains), limit)
        });
        drop(outcome);
    }

    /// Forgets the token, and what is being asked for now. Whether there was one.
    pub(crate) fn remove(&self, whose: &Whose) -> Result<Option<bool>> {
        self.run(Purpose::Ask, |open, limit| {
            let began = Instant::now();
            let mut had = open.shelf.remove(&open.names(whose), None, limit)?;
            if let Some(key) = &open.keys.older {
                let left = limit.saturating_sub(began.elapsed());
                had |= open.shelf.remove(&whose.names(key), None, left)?;
            }
            Ok(had)
        })
    }

    /// Forgets the token that was seen, and no newer one.
    pub(crate) fn remove_seen(&self, spot: &Spot, seen: &Seen) -> Result<()> {
        let removed = self.run(Purpose::Write, |open, limit| {
            let (names, raw, _) = open.place(spot, seen);
            match raw.generation {
                Some(generation) => open.shelf.remove(&names, Some(generation), limit),
                None => Ok(false),
            }
        });
        removed.map(drop)
    }
}

impl Leave<'_> {
    /// Nothing but the end of a turn.
    fn of(ticket: &Ticket) -> Leave<'_> {
        Leave {
            owner: &ticket.owner,
            ..Leave::default()
        }
    }
}

impl Open {
    fn put(
        &self,
        names: &Names,
        ticket: &Ticket,
        ahead: i64,
        entry: &Entry,
        hold: Change,
        limit: Duration,
    ) -> Answer<bool> {
        let put = Put {
            owner: &ticket.owner,
            fence: ticket.number,
            follows: ticket.follows,
            value: packed(&self.keys.own, names, entry, ahead)?,
            life: life(entry),
            hold,
        };
        self.shelf.put(names, &put, limit)
    }

    /// Where what was seen lies, and the key that it is sealed with.
    fn place<'a>(&'a self, spot: &Spot, seen: &'a Seen) -> (Names, &'a Raw, &'a Key) {
        match (&seen.older, &self.keys.older) {
            (Some((names, raw)), Some(key)) => (names.clone(), raw, key),
            _ => (self.names(&spot.whose), &seen.raw, &self.keys.own),
        }
    }
}

fn packed(key: &Key, names: &Names, entry: &Entry, ahead: i64) -> Answer<String> {
    match parcel::pack(key, &names.record, entry, ahead) {
        Ok(text) if text.len() <= MOST => Ok(text),
        Ok(_) => Err(Trouble::Strange("what the vendor gave is too long for it".to_owned())),
        Err(error) => Err(Trouble::Strange(error.text().to_owned())),
    }
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
