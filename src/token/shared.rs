//! The same token on many machines: the store after the local cache, its lock after the local one, then the vendor.
//!
//! A refresh token lies in the store alone, under the number of the turn that brought it; on this machine lies one only until it
//! is delivered. It is sent by one who said so in the store before, and by nobody after that: whether it was used up by one who
//! did not come back is not known. Without the store nobody sends one that lies there.

use std::thread;
use std::time::{Duration, Instant};

use super::ask::Issued;
use super::run::Failure;
use super::stop::Stop;
use super::{Need, Obtained};
use crate::cache::entry::Entry;
use crate::cache::guard::Guard;
use crate::cache::{hold, lock, pause};
use crate::error::{Error, Exit, Result};
use crate::shared::{Lease, Remains, Seen, Spot, Taken, Whose};
use crate::time::clock::{now_ms, span_ms};
use crate::time::duration;

/// Between two looks at what another machine does.
const SHORTEST: Duration = Duration::from_millis(40);
const LONGEST: Duration = Duration::from_millis(400);

/// Over which those who waited on a store that went away spread.
const SPREAD: Duration = Duration::from_millis(1000);

/// A wait shorter than this is not worth a word.
const SILENT: Duration = Duration::from_secs(1);

/// Whose turn it is among the machines.
enum Turn {
    Mine(Box<Lease>),
    /// Another machine got it.
    Found(Entry),
    Failed(Error),
    /// There is no store, or it is of no use now.
    None,
}

impl<'a> Need<'a> {
    /// Asks the vendor, unless another machine did, and leaves the store what the others need to know.
    pub(super) fn ask_for_all(&self, guard: &Guard) -> std::result::Result<Obtained, Stop<'a>> {
        let lease = match self.turn_among_machines()? {
            Turn::None => return self.ask_vendor(guard, None),
            Turn::Failed(error) => return Err(error.into()),
            Turn::Found(entry) => {
                self.session.voice.explain("the token is in the shared store");
                self.keep_here(&delivered(&entry), false);
                return Ok(self.obtained(entry));
            }
            Turn::Mine(lease) => lease,
        };
        if let Some(entry) = self.there(&lease.seen).filter(|_| self.look().is_none()) {
            self.keep_here(&delivered(&entry), false);
        }
        let obtained = self.ask_vendor(guard, Some(&lease));
        let error = match &obtained {
            Err(Stop::Error(error)) => Some(error),
            _ => None,
        };
        self.shared.leave(&lease, self.remains(&lease, error));
        let is_unknown = lease.seen.is_spending && !lease.may_refresh();
        obtained.map_err(|stop| match stop {
            Stop::Error(error) if error.is_missing() && is_unknown => Stop::Error(error.of(
                "whether the refresh token is used up is not known, since who sent it did not come back, so it is not sent again",
            )),
            stop => stop,
        })
    }

    fn spot(&self) -> Spot<'_> {
        let principal = self.principal;
        Spot {
            whose: Whose {
                identity: principal.identity.digest(),
                login: principal.login.digest(),
                origin: principal.chosen.base.origin(),
            },
            identity: &principal.identity,
        }
    }

    fn turn_among_machines(&self) -> Result<Turn> {
        let spot = self.spot();
        let Some(first) = self.shared.look(&spot)? else {
            return Ok(Turn::None);
        };
        self.learn(&first);
        let began = Instant::now();
        let (mut last, mut pause, mut said) = (None, SHORTEST, false);
        loop {
            let seen: &Seen = last.as_deref().unwrap_or(&first);
            if let Some(entry) = self.found(seen, &first) {
                return Ok(Turn::Found(entry));
            }
            if let Some(error) = self.failed(seen, &first) {
                return Ok(Turn::Failed(error));
            }
            // The rest is for those who wait, should this process be killed.
            let request = self.session.deadline.remaining() * 2 / 3;
            match self
                .shared
                .take(&spot, seen, self.spends(seen), request, last.is_some())?
            {
                None => {
                    if last.is_some() {
                        thread::sleep(part_of(SPREAD.min(self.session.deadline.remaining() / 4)));
                    }
                    return Ok(Turn::None);
                }
                Some(Taken::Mine(lease)) => return Ok(Turn::Mine(lease)),
                Some(Taken::Not(seen)) => {
                    self.learn(&seen);
                    last = Some(seen);
                }
            }
            if self.session.deadline.is_over() {
                return Err(self.in_vain());
            }
            if !said && began.elapsed() > SILENT {
                said = true;
                let name = &self.vendor().name;
                self.session
                    .voice
                    .notice(&format!("waiting for another machine to get a token for {name}"));
            }
            thread::sleep((pause / 2 + part_of(pause / 2)).min(self.session.deadline.remaining()));
            pause = (pause * 3 / 2).min(LONGEST);
        }
    }

    fn in_vain(&self) -> Error {
        let limit = duration::words(self.session.deadline.limit());
        let name = &self.vendor().name;
        Error::unreachable(format!("{name}: waiting for another machine took longer than {limit}")).own()
    }

    /// What lies in the store for this person.
    fn there(&self, seen: &Seen) -> Option<Entry> {
        seen.entry.clone().filter(|entry| self.principal.owns(entry))
    }

    fn found(&self, seen: &Seen, first: &Seen) -> Option<Entry> {
        let is_late = |entry: &Entry| !self.fresh || entry.generation.is_some_and(|turn| turn > first.turn());
        self.there(seen)
            .filter(|entry| !self.alone && is_late(entry) && self.lasts(entry))
    }

    fn failed(&self, seen: &Seen, first: &Seen) -> Option<Error> {
        let failed = seen.failed_since(first, self.fresh).filter(|_| !self.alone)?;
        let is_own = failed
            .fingerprint
            .as_ref()
            .is_none_or(|fingerprint| self.principal.has(fingerprint));
        let holds = failed.error.holds_for(self.session.deadline.remaining());
        (is_own && holds).then(|| failed.error.clone())
    }

    /// Whether the refresh token that lies there is to be sent, and may be.
    fn spends(&self, seen: &Seen) -> bool {
        let plan = self.principal.chosen.refresh_plan();
        let may = !seen.is_spending || plan.is_some_and(|plan| plan.last.reusable);
        let has = self.there(seen).is_some_and(|entry| entry.refresh_token.is_some());
        has && may && !self.fresh && self.principal.chosen.refresh_plan().is_some()
    }

    /// What others refused, and the vendor's pause, count here as well.
    fn learn(&self, seen: &Seen) {
        let (login, origin) = (&self.principal.login, self.principal.chosen.base.origin());
        if let Some(held) = &seen.hold {
            self.say(hold::take_over(self.store, login, held, seen.ahead, now_ms()), "");
        }
        if let Some(left) = seen.pause {
            let seconds = span_ms(left).saturating_add(999) / 1000;
            self.say(pause::put(self.store, &origin, seconds, now_ms()), "");
        }
    }

    /// What the others need to know of an attempt in vain.
    fn remains(&self, lease: &Lease, error: Option<&Error>) -> Remains {
        let Some(error) = error else { return Remains::default() };
        let (login, origin, now) = (&self.principal.login, self.principal.chosen.base.origin(), now_ms());
        let fingerprint = || self.principal.fingerprint().ok().flatten();
        Remains {
            failure: error.holds_for(Duration::ZERO).then(|| (error.clone(), fingerprint())),
            hold: hold::to_share(self.store, login, lease.seen.ahead, now),
            pause: pause::check(self.store, &origin, now),
        }
    }

    /// The token whose refresh token may be sent: that in the store, or one of this machine's own that it has not got yet.
    pub(super) fn to_refresh(&self, lease: Option<&Lease>) -> Option<Entry> {
        let here = self.look();
        let Some(lease) = lease else { return here };
        let there = self.there(&lease.seen);
        let follows = |here: &Entry| there.as_ref().is_none_or(|there| there.generation == here.generation);
        if let Some(here) = here
            .clone()
            .filter(|here| here.refresh_token.is_some() && follows(here))
        {
            return Some(here);
        }
        let mut entry = there.or(here)?;
        if entry.refresh_token.is_some() && !lease.may_refresh() {
            self.session
                .voice
                .explain("whether the refresh token is used up is not known, so it is not sent again");
            entry.refresh_token = None;
        }
        Some(entry)
    }

    /// Sends a refresh token: not without time to write down what it brings, and so that nobody sends it again.
    pub(super) fn spending(
        &self,
        lease: Option<&Lease>,
        ask: impl FnOnce() -> std::result::Result<Issued, Failure>,
    ) -> Result<std::result::Result<Issued, Failure>> {
        let Some(lease) = lease else { return Ok(ask()) };
        if !lease.has_time() {
            let name = &self.vendor().name;
            let text = format!("{name}: the turn among the machines was over before the refresh token was sent");
            return Err(Error::unreachable(text).own());
        }
        lease.is_spent.set(true);
        let asked = ask();
        let is_unsent = match &asked {
            Ok(_) => false,
            Err(Failure::Step(_)) => true,
            Err(Failure::Last(refusal)) => refusal.exit == Exit::RateLimited,
            Err(Failure::Error(error)) => {
                error.is_unconnected() || !matches!(error.exit, Exit::Unreachable | Exit::Vendor)
            }
        };
        lease.is_spent.set(!is_unsent);
        Ok(asked)
    }

    /// Brings a token to the store, and gives what is to be kept on this machine: with the refresh token only where the store
    /// has not got it. The error is of a store that is required.
    pub(super) fn share(&self, entry: Entry, lease: Option<&Lease>) -> (Option<Entry>, Result<()>) {
        let Some(lease) = lease else {
            let generation = self
                .look()
                .filter(|_| self.shared.is_on())
                .and_then(|here| here.generation);
            return (Some(Entry { generation, ..entry }), Ok(()));
        };
        let ends_hold = !hold::is_held(self.store, &self.principal.login);
        match self.shared.put(lease, &entry, ends_hold) {
            Ok(Some(true)) => {
                let generation = Some(lease.turn());
                (Some(delivered(&Entry { generation, ..entry })), Ok(()))
            }
            Ok(Some(false)) => {
                self.session
                    .voice
                    .explain("another machine got a newer token meanwhile; this one is for this call alone");
                (None, Ok(()))
            }
            unwritten => {
                let generation = lease.follows();
                (Some(Entry { generation, ..entry }), unwritten.map(drop))
            }
        }
    }

    /// Brings a refresh token to the store that could not be brought before. Whoever else does it now does it for this one.
    pub(super) fn deliver(&self, entry: &Entry) {
        if entry.refresh_token.is_none() || !self.shared.is_on() {
            return;
        }
        let Some(_turn) = lock::take_free(self.store, &self.principal.identity.digest()) else {
            return;
        };
        let Some(entry) = self.look().filter(|entry| entry.refresh_token.is_some()) else {
            return;
        };
        let spot = self.spot();
        let Ok(Some(seen)) = self.shared.look(&spot) else {
            return;
        };
        let request = Duration::from_secs(1);
        let Ok(Some(Taken::Mine(lease))) = self.shared.take(&spot, &seen, false, request, false) else {
            return;
        };
        let moved_on = lease.seen.entry.is_some() && lease.follows() != entry.generation;
        if moved_on {
            self.shared.leave(&lease, Remains::default());
            self.session
                .voice
                .explain("the shared store has a newer token, so the refresh token of this one is dropped");
            self.keep_here(&delivered(&entry), false);
        } else if let (Some(entry), Ok(())) = self.share(entry, Some(&lease)) {
            self.keep_here(&entry, false);
        }
    }

    /// Exit 5 where only a refresh token could have served that lies in a store that is not to be reached.
    pub(super) fn for_want_of_store(&self, error: Error) -> Error {
        let is_there = || self.look().is_some_and(|entry| entry.generation.is_some());
        if !error.is_missing() || !self.shared.is_gone() || !is_there() {
            return error;
        }
        let name = &self.vendor().name;
        let text = format!("{name}: the refresh token lies in the shared store, which cannot be used now, and");
        Error::unreachable(format!("{text} {}", error.text())).own()
    }

    /// Forgets the token in the store as well, if it is this one. Whether there was one.
    pub(crate) fn forget_there(&self, token: Option<&crate::secret::Secret>) -> Result<bool> {
        let spot = self.spot();
        if let Some(token) = token {
            let Some(seen) = self.shared.look(&spot)? else {
                return Ok(false);
            };
            if seen.entry.is_none_or(|entry| entry.token.expose() != token.expose()) {
                return Ok(false);
            }
        }
        Ok(self.shared.remove(&spot.whose)?.unwrap_or(false))
    }
}

/// As it is kept on a machine once the store has it.
fn delivered(entry: &Entry) -> Entry {
    Entry {
        refresh_token: None,
        generation: entry.generation.filter(|_| entry.refresh_token.is_some()),
        ..entry.clone()
    }
}

/// A part of it by lot, so that many who wait do not come at once.
fn part_of(span: Duration) -> Duration {
    span * (getrandom::u32().unwrap_or(500) % 1000) / 1000
}
