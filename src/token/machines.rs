//! The same token on many machines: the store after the local cache, its lock after the local one, then the vendor.
//!
//! Whoever has the right to ask leaves the others a token, or why there is none: they take either.

use std::thread;
use std::time::{Duration, Instant};

use super::delivery::delivered;
use super::keep::ended;
use super::run::Run;
use super::stop::Stop;
use super::{Need, Obtained};
use crate::cache::entry::Entry;
use crate::cache::guard::Guard;
use crate::cache::identity::Identity;
use crate::error::{Error, Result};
use crate::shared::{Errand, Lease, Remains, Seen, Spot, Taken};
use crate::time::clock::now_ms;
use crate::time::duration;

/// Between two looks at what another machine does.
const SHORTEST: Duration = Duration::from_millis(40);
const LONGEST: Duration = Duration::from_millis(400);

/// However much time a call has, a machine that is killed costs the others no more than this.
const LONGEST_TURN: Duration = Duration::from_secs(300);

/// Over which those who waited on a store that went away spread.
const SPREAD: Duration = Duration::from_secs(1);

/// A wait shorter than this is not worth a word.
const SILENT: Duration = Duration::from_secs(1);

/// Whose turn it is among the machines.
enum Turn {
    Mine(Box<Lease>),
    /// Another machine got it.
    Found(Box<Entry>),
    Failed(Error),
    /// There is no store, or it is of no use now.
    None,
}

impl<'a> Need<'a> {
    /// Asks the vendor, unless another machine did, and leaves the store what the others need to know.
    pub(super) fn ask_for_all(
        &self,
        guard: &Guard,
        approved: Option<Run<'a>>,
    ) -> std::result::Result<Obtained, Stop<'a>> {
        self.deliver_first()?;
        let lease = match self.turn_among_machines()? {
            Turn::None => return self.ask_vendor(guard, approved, None),
            Turn::Failed(error) => return Err(error.into()),
            Turn::Found(entry) => {
                self.session.voice.explain("the token of the shared store is used");
                self.keep_here(&delivered(&entry), false);
                return Ok(self.obtained(*entry));
            }
            Turn::Mine(lease) => lease,
        };
        if let Some(entry) = self.there(&lease.seen).filter(|_| self.look().is_none()) {
            self.keep_here(&delivered(&entry), false);
        }
        let obtained = self.ask_vendor(guard, approved, Some(&lease));
        self.shared.leave(&lease, || match &obtained {
            Ok(_) => self.remains(&lease.seen, None),
            Err(Stop::Error(error)) => self.remains(&lease.seen, Some(error)),
            Err(Stop::Person(_)) => Remains::default(),
        });
        let is_unknown = lease.seen.is_spending && !lease.may_refresh();
        obtained.map_err(|stop| match stop {
            Stop::Error(error) if error.is_missing() && is_unknown => Stop::Error(error.of(
                "a machine sent the refresh token and wrote nothing down after that; whether the refresh token is used up is not known, so it is not sent again",
            )),
            stop => stop,
        })
    }

    pub(super) fn spot(&self) -> Spot<'_> {
        self.principal.spot()
    }

    fn turn_among_machines(&self) -> Result<Turn> {
        let spot = self.spot();
        let Some(first) = self.shared.look(&spot)? else {
            return Ok(Turn::None);
        };
        self.learn(&first);
        self.session.voice.explain(&match &first.entry {
            None => "no token is in the shared store".to_owned(),
            Some(entry) => format!("in the shared store: {}", self.freshness(entry)),
        });
        let began = Instant::now();
        let (mut last, mut pause, mut said) = (None, SHORTEST, false);
        loop {
            let seen: &Seen = last.as_deref().unwrap_or(&first);
            if let Some(entry) = self.found(seen, &first) {
                return Ok(Turn::Found(Box::new(entry)));
            }
            if let Some(error) = self.failed(seen, &first) {
                return Ok(Turn::Failed(error));
            }
            // The rest is for those who wait, should this process be killed.
            let life = (self.session.deadline.remaining() * 2 / 3).min(LONGEST_TURN);
            if life.is_zero() {
                return Err(self.in_vain());
            }
            let errand = Errand {
                spend: self.spends(seen),
                life,
                waits: last.is_some(),
            };
            match self.shared.take(&spot, seen, &errand)? {
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
            if !said && began.elapsed() > SILENT {
                said = true;
                let name = &self.vendor().name;
                self.session
                    .voice
                    .notice(&format!("waiting for another machine to get a token for {name}"));
            }
            self.rest(&mut pause)?;
        }
    }

    /// Between two looks, ever longer. Exit 5 where there is no time left.
    fn rest(&self, pause: &mut Duration) -> Result<()> {
        if self.session.deadline.is_over() {
            return Err(self.in_vain());
        }
        thread::sleep((*pause / 2 + part_of(*pause / 2)).min(self.session.deadline.remaining()));
        *pause = (*pause * 3 / 2).min(LONGEST);
        Ok(())
    }

    fn in_vain(&self) -> Error {
        let limit = duration::words(self.session.deadline.limit());
        let name = &self.vendor().name;
        Error::unreachable(format!("{name}: waiting for another machine took longer than {limit}")).own()
    }

    /// What lies in the store for this person.
    pub(super) fn there(&self, seen: &Seen) -> Option<Entry> {
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
    pub(super) fn spends(&self, seen: &Seen) -> bool {
        let Some(plan) = self.principal.chosen.refresh_plan() else {
            return false;
        };
        // A store that lost its last writes has one that this machine knows to be used up.
        let newest = self.look().and_then(|here| here.generation);
        let may = |entry: &Entry| plan.last.reusable || (!seen.is_spending && entry.generation >= newest);
        let has = |entry: &Entry| entry.refresh_token(now_ms()).is_some();
        !self.fresh && self.there(seen).is_some_and(|entry| has(&entry) && may(&entry))
    }

    /// The token of an identity that lies in the store, once no machine asks for another one.
    pub(crate) fn settled_there(&self, identity: &Identity) -> Result<Option<Entry>> {
        let spot = self.principal.spot_of(identity);
        let (mut seen, mut pause) = (self.shared.look(&spot)?, SHORTEST);
        while seen.as_ref().is_some_and(|seen| seen.is_asking) {
            self.rest(&mut pause)?;
            seen = self.shared.look_again(&spot)?;
        }
        Ok(seen.and_then(|seen| seen.entry))
    }

    /// Lets the token in the store count as ended, if it is this one. It is forgotten whole where nothing can be refreshed with
    /// it; where another machine asks for a token nothing is left to be done.
    pub(super) fn end_there(&self, is_it: impl Fn(&Entry) -> bool) -> Result<()> {
        let spot = self.spot();
        let Some(seen) = self.shared.look(&spot)? else {
            return Ok(());
        };
        let Some(entry) = seen.entry.as_ref().filter(|entry| is_it(entry)) else {
            return Ok(());
        };
        if seen.is_asking {
            return Ok(());
        }
        // A refresh token may be used up that was sent by one who did not come back.
        if self.can_refresh(entry) && !seen.is_spending {
            self.session
                .voice
                .explain("the token in the shared store counts as ended");
            return self.shared.amend(&spot, &seen, &ended(entry.clone()));
        }
        self.session.voice.explain("the token in the shared store is forgotten");
        self.shared.remove_seen(&spot, &seen)
    }

    /// Forgets the token in the store. Whether there was one.
    pub(crate) fn forget_there(&self, identity: &Identity) -> Result<bool> {
        let removed = self.shared.remove(&self.principal.spot_of(identity).whose)?;
        Ok(removed.unwrap_or(false))
    }
}

/// A part of it by lot, so that many who wait do not come at once.
fn part_of(span: Duration) -> Duration {
    span * (getrandom::u32().unwrap_or(500) % 1000) / 1000
}
