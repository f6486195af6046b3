//! Refusals, pauses and failures among machines: what others found out counts here, and what is found out here is told to them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Need;
use crate::cache::{hold, pause};
use crate::error::{Error, Result};
use crate::shared::{Holding, Remains, Seen};
use crate::time::clock::{now_ms, span_ms};

/// What a call finds out that others need to know.
#[derive(Debug, Default)]
pub(crate) struct FoundOut {
    /// Origins that asked for a pause.
    pub(super) paused: BTreeSet<String>,
    /// Whether something is held back from now on, or no more.
    pub(super) of_hold: bool,
}

impl Need<'_> {
    /// What others refused, and the pauses that they were asked for, count here as well.
    pub(super) fn learn(&self, seen: &Seen) {
        let login = &self.principal.login;
        if let Some(held) = &seen.hold {
            self.say(hold::take_over(self.store, login, held, seen.ahead, now_ms()), "");
        }
        for (origin, left) in seen.pauses() {
            let seconds = span_ms(left).saturating_add(999) / 1000;
            self.say(pause::put(self.store, origin, seconds, now_ms()), "");
        }
    }

    /// What the others need to know of an attempt, which may have failed.
    pub(super) fn remains(&self, seen: &Seen, failed: Option<&Error>) -> Remains {
        let now = now_ms();
        let fingerprint = || self.principal.fingerprint().ok().flatten();
        let left = |origin: &String| pause::check(self.store, origin, now).map(|left| (origin.clone(), left));
        let failed = failed.filter(|error| error.holds_for(Duration::ZERO));
        Remains {
            failure: failed.map(|error| (error.clone(), fingerprint())),
            hold: self.holding(seen),
            pauses: self.found_out.borrow().paused.iter().filter_map(left).collect(),
        }
    }

    pub(super) fn holding(&self, seen: &Seen) -> Holding {
        if !self.found_out.borrow().of_hold {
            return Holding::AsItIs;
        }
        Holding::Becomes(hold::to_share(self.store, &self.principal.login, seen.ahead, now_ms()))
    }

    /// An attempt that is this process's own: what the other machines know counts, and they learn what it finds out.
    pub(super) fn heeding<T>(&self, attempt: impl FnOnce() -> Result<T>) -> Result<T> {
        let spot = self.spot();
        let Some(seen) = self.shared.look(&spot)? else {
            return attempt();
        };
        self.learn(&seen);
        let outcome = attempt();
        self.shared.tell(&spot, &seen, self.remains(&seen, None));
        outcome
    }
}
