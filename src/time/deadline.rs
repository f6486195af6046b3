//! The limit for the whole call, shared by everything that can wait.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// When the call must be over. Time that a person takes does not count.
#[derive(Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    end: Cell<Instant>,
}

impl Deadline {
    /// Counts from now. A limit too long for the clock is as good as a year.
    pub(crate) fn after(limit: Duration) -> Self {
        const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
        let limit = limit.min(YEAR);
        Self {
            limit,
            end: Cell::new(Instant::now() + limit),
        }
    }

    /// The limit that was asked for, to be named in a message.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// Zero when the time is over.
    pub(crate) fn remaining(&self) -> Duration {
        self.end.get().saturating_duration_since(Instant::now())
    }

    pub(crate) fn is_over(&self) -> bool {
        self.remaining().is_zero()
    }

    /// Puts the end off by a time that a person took.
    pub(crate) fn extend(&self, by: Duration) {
        self.end.set(self.end.get() + by);
    }

    /// Runs what a person does, without counting its time.
    pub(crate) fn pause<T>(&self, person: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = person();
        self.extend(began.elapsed());
        done
    }
}
