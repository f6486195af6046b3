//! What lies in the store for one token, opened.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use super::names::Whose;
use super::parcel::{self, Failed, Pause};
use super::shelf::{Answer, Names, Raw, Trouble};
use super::{Open, Purpose, Shared};
use crate::cache::entry::Entry;
use crate::cache::identity::Identity;
use crate::error::Result;
use crate::time::clock::{between, now_ms};

/// Where one token lies, and whose it is.
#[derive(Debug)]
pub(crate) struct Spot<'a> {
    pub(crate) whose: Whose,
    pub(crate) identity: &'a Identity,
}

#[derive(Debug)]
pub(crate) struct Seen {
    /// In this machine's time, with the number of its turn.
    pub(crate) entry: Option<Entry>,
    /// Whether its refresh token is being sent, or was by one who did not come back.
    pub(crate) is_spending: bool,
    /// A machine has the right to ask now.
    pub(crate) is_asking: bool,
    pub(crate) failure: Option<Failed>,
    /// Refusals, to be read by the cache.
    pub(crate) hold: Option<serde_json::Value>,
    /// In the store's time.
    pub(super) pauses: Vec<Pause>,
    /// How far this machine's clock is ahead of the store's, in milliseconds.
    pub(crate) ahead: i64,
    pub(super) raw: Raw,
    /// Of the older key, where no token lies under the newer one.
    pub(super) older: Option<(Names, Raw)>,
    pub(crate) took: Duration,
}

impl Shared<'_> {
    pub(crate) fn look(&self, spot: &Spot) -> Result<Option<Seen>> {
        self.look_for(Purpose::Ask, spot)
    }

    /// By one who waits for another machine.
    pub(crate) fn look_again(&self, spot: &Spot) -> Result<Option<Seen>> {
        self.look_for(Purpose::Wait, spot)
    }

    fn look_for(&self, purpose: Purpose, spot: &Spot) -> Result<Option<Seen>> {
        self.run(purpose, |open, limit| {
            let (began, sent) = (Instant::now(), now_ms());
            let names = open.names(&spot.whose);
            let raw = open.shelf.look(&names, limit)?;
            let left = limit.saturating_sub(began.elapsed());
            let mut seen = open.opened(spot, raw, sent, || open.older(&spot.whose, left))?;
            seen.took = began.elapsed();
            Ok(seen)
        })
    }
}

impl Open {
    pub(super) fn names(&self, whose: &Whose) -> Names {
        whose.names(&self.keys.own)
    }

    /// What lies there under the older key, while the key is changed.
    fn older(&self, whose: &Whose, limit: Duration) -> Answer<Option<(Names, Raw)>> {
        let Some(key) = &self.keys.older else { return Ok(None) };
        let names = whose.names(key);
        let raw = self.shelf.look(&names, limit)?;
        let is_any = raw.value.is_some() || raw.hold.is_some() || raw.pause.is_some();
        Ok(is_any.then_some((names, raw)))
    }

    /// `sent` is when the store was asked, by this machine's clock: what is computed with it ends too early, never too late.
    pub(super) fn opened(
        &self,
        spot: &Spot,
        raw: Raw,
        sent: i64,
        older: impl FnOnce() -> Answer<Option<(Names, Raw)>>,
    ) -> Answer<Seen> {
        if raw.mark.as_ref().is_some_and(|mark| !self.marks.contains(mark)) {
            return Err(Trouble::Strange(
                "it was written with another key; where a key is changed, TOK_SHARED_KEY is the new one, a comma and the old one"
                    .to_owned(),
            ));
        }
        let names = self.names(&spot.whose);
        let older = if raw.value.is_none() { older()? } else { None };
        let ahead = sent.saturating_sub(raw.now);
        let entry = |names: &Names, raw: &Raw| {
            let Some(text) = &raw.value else { return Ok(None) };
            let mut entry = parcel::unpack(&self.keys, &names.record, text, spot.identity, raw.now, ahead)?;
            entry.generation = raw.generation;
            Ok(Some(entry))
        };
        let (entry, spending) = match &older {
            Some((names, raw)) => (entry(names, raw)?, raw),
            None => (entry(&names, &raw)?, &raw),
        };
        let is_spending = spending.spending.is_some() && spending.spending == spending.generation;
        let failure = raw
            .failure
            .as_ref()
            .map(|text| parcel::open(&self.keys, &names.failure, text));
        let of_older = older.as_ref();
        let hold = self.either([
            Some((&names.hold, &raw.hold)),
            of_older.map(|(names, raw)| (&names.hold, &raw.hold)),
        ])?;
        let pauses: Option<Vec<Pause>> = self.either([
            Some((&names.pause, &raw.pause)),
            of_older.map(|(names, raw)| (&names.pause, &raw.pause)),
        ])?;
        Ok(Seen {
            entry,
            is_spending,
            is_asking: raw.locked || of_older.is_some_and(|(_, raw)| raw.locked),
            failure: failure.transpose()?,
            hold,
            pauses: pauses.unwrap_or_default(),
            ahead,
            raw,
            older,
            took: Duration::ZERO,
        })
    }

    /// The first that there is of what lies under these names.
    fn either<T: DeserializeOwned>(&self, places: [Option<(&String, &Option<String>)>; 2]) -> Answer<Option<T>> {
        let mut found = places
            .into_iter()
            .flatten()
            .filter_map(|(name, text)| Some((name, text.as_ref()?)));
        found
            .next()
            .map(|(name, text)| parcel::open(&self.keys, name, text))
            .transpose()
    }
}

impl Seen {
    /// The number of the last turn that had begun.
    pub(crate) fn turn(&self) -> u64 {
        let of_older = self.older.as_ref().and_then(|(_, raw)| raw.fence);
        self.raw.fence.max(of_older).unwrap_or(0)
    }

    /// The number of the turn that brought what lies there, or after which it was to be forgotten.
    pub(crate) fn turn_of_entry(&self) -> Option<u64> {
        let of_older = self.older.as_ref().and_then(|(_, raw)| raw.generation);
        self.raw.generation.max(of_older)
    }

    /// Origins that asked for a pause, and how long it still lasts.
    pub(crate) fn pauses(&self) -> impl Iterator<Item = (&String, Duration)> {
        let all = self.pauses.iter();
        all.map(|(origin, until)| (origin, between(self.raw.now, *until)))
            .filter(|(_, left)| !left.is_zero())
    }

    /// A failure that was not there before.
    pub(crate) fn failed_since(&self, first: &Self, fresh: bool) -> Option<&Failed> {
        let failure = self.failure.as_ref()?;
        let is_new = self.raw.failure != first.raw.failure;
        (is_new && (!fresh || failure.turn > first.turn())).then_some(failure)
    }
}
