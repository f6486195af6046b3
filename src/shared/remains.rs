//! What a call that got nothing leaves behind for the others, as it is put into the store.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::Open;
use super::parcel::{self, Failed, Pause};
use super::seen::Seen;
use super::shelf::{Change, Lasting, Leave, MOST, Names};
use crate::cache::fingerprint::Fingerprint;
use crate::error::Error;
use crate::time::clock::{between, now_ms, span_ms};

/// How long a failure is there for those who have waited for it.
const FAILURE: Duration = Duration::from_secs(60);

/// Refusals, and how long they count.
pub(crate) type Held = (serde_json::Value, Duration);

/// What becomes of the hold that was seen.
#[derive(Debug, Default)]
pub(crate) enum Holding {
    #[default]
    AsItIs,
    Becomes(Option<Held>),
}

/// What is left behind by one who got nothing.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    pub(crate) failure: Option<(Error, Option<Fingerprint>)>,
    pub(crate) hold: Holding,
    /// Origins that asked for a pause, and how long it lasts.
    pub(crate) pauses: Vec<(String, Duration)>,
}

impl Open {
    /// What cannot be sealed, or is too long, is not left behind.
    fn sealed(&self, name: &str, value: &impl Serialize, life: Duration) -> Option<Lasting> {
        let text = parcel::seal(&self.keys.own, name, value).ok()?;
        (text.len() <= MOST).then_some((text, life))
    }

    pub(super) fn hold<'s>(&self, names: &Names, seen: &'s Seen, holding: Holding) -> Change<'s> {
        match holding {
            Holding::AsItIs => Change::default(),
            Holding::Becomes(held) => Change {
                seen: seen.raw.hold.as_deref().unwrap_or_default(),
                becomes: held.and_then(|(held, life)| self.sealed(&names.hold, &held, life)),
            },
        }
    }

    /// Those that were seen stay as they are beside those that are new.
    fn pauses<'s>(&self, names: &Names, seen: &'s Seen, new: Vec<(String, Duration)>) -> Change<'s> {
        if new.is_empty() {
            return Change::default();
        }
        let now = now_ms().saturating_sub(seen.ahead);
        let mut pauses: BTreeMap<String, i64> = seen.pauses.iter().cloned().collect();
        for (origin, left) in new {
            let until = pauses.entry(origin).or_default();
            *until = now.saturating_add(span_ms(left)).max(*until);
        }
        let life = between(now, pauses.values().copied().max().unwrap_or(now));
        let pauses: Vec<Pause> = pauses.into_iter().collect();
        Change {
            seen: seen.raw.pause.as_deref().unwrap_or_default(),
            becomes: self.sealed(&names.pause, &pauses, life),
        }
    }

    pub(super) fn remains<'s>(&self, names: &Names, seen: &'s Seen, turn: u64, remains: Remains) -> Leave<'s> {
        let failed = remains.failure.map(|(error, fingerprint)| Failed {
            turn,
            error,
            fingerprint,
        });
        Leave {
            failure: failed.and_then(|failed| self.sealed(&names.failure, &failed, FAILURE)),
            hold: self.hold(names, seen, remains.hold),
            pauses: self.pauses(names, seen, remains.pauses),
            ..Leave::default()
        }
    }
}
