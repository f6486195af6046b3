//! One asks, the others wait and take what it got.
//!
//! The wait has an end, needs no queue and leaves nothing behind: everybody tries the lock again and again, looks at the
//! cache in between and takes a token, or a failure, as soon as there is one. What a failure is worth depends on when one
//! began to need the token: whoever began after it makes an attempt of its own. Where there are no locks everybody asks.

use std::time::{Duration, Instant};

use super::fingerprint::Fingerprint;
use super::guard::{Failure, Guard, LockFile, State};
use super::store::Store;
use crate::error::{Error, Result};
use crate::time::clock;
use crate::time::deadline::Deadline;

/// A wait shorter than this is not worth a word.
const SILENT: Duration = Duration::from_secs(1);

/// Who waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiter<'a> {
    /// What for, as a person knows it.
    pub(crate) what: &'a str,
    /// When this process began, in milliseconds of the wall clock.
    pub(crate) began: i64,
    /// Only what was asked for after this process began will do.
    pub(crate) fresh: bool,
    pub(crate) deadline: &'a Deadline,
}

#[derive(Debug)]
pub(crate) enum Turn<T> {
    /// It is this process that asks.
    Held(Guard),
    /// Another process got what was looked for.
    Found(T),
    /// Another process tried while this one waited, and failed.
    Failed(Error),
}

/// Waits for the lock of that name, for what `look` finds or for another's failure, whichever comes first.
///
/// `is_own` says whether a fingerprint is that of this process's secret; it is asked once per failure that carries one.
/// The error is that of waiting in vain.
pub(crate) fn acquire<T>(
    store: &Store,
    name: &str,
    waiter: Waiter<'_>,
    mut look: impl FnMut() -> Option<T>,
    is_own: impl FnMut(&Fingerprint) -> bool,
) -> Result<Turn<T>> {
    let Some(file) = LockFile::open(store, name) else {
        return Ok(Turn::Held(Guard::unlocked()));
    };
    let mut failures = Failures {
        waiter,
        is_own,
        strange: None,
    };
    let mut outcome = || {
        let found = look().map(Turn::Found);
        found.or_else(|| failures.shared(file.read()).map(Turn::Failed))
    };
    let mut wait = Wait::new(store, waiter);
    match file.wait(|| outcome().map(Ok).or_else(|| wait.end(&file.read()).map(Err))) {
        Err(outcome) => outcome,
        // Asked once more, so that whoever gets the lock has seen what the last holder left.
        Ok(tried) => Ok(outcome().unwrap_or_else(|| Turn::Held(Guard::of(file, tried)))),
    }
}

/// Waits for the lock of that name and nothing else. The error is that of waiting in vain.
pub(crate) fn wait(store: &Store, name: &str, waiter: Waiter<'_>) -> Result<Guard> {
    let Some(file) = LockFile::open(store, name) else {
        return Ok(Guard::unlocked());
    };
    let mut wait = Wait::new(store, waiter);
    let lock = file.wait(|| wait.end(&file.read()))?;
    Ok(Guard::of(file, lock))
}

/// One wait from its first try on.
struct Wait<'a> {
    store: &'a Store,
    waiter: Waiter<'a>,
    began: Instant,
    /// When it was last seen that the lock is held.
    last: Instant,
    said: bool,
}

impl<'a> Wait<'a> {
    fn new(store: &'a Store, waiter: Waiter<'a>) -> Self {
        let now = Instant::now();
        Self {
            store,
            waiter,
            began: now,
            last: now,
            said: false,
        }
    }

    /// The error once it was in vain.
    fn end(&mut self, state: &State) -> Option<Error> {
        let deadline = self.waiter.deadline;
        let since = self.last.elapsed();
        self.last += since;
        if state.asking {
            deadline.extend(since);
        } else if deadline.is_over() {
            return Some(in_vain(self.waiter, state));
        }
        if !self.said && self.began.elapsed() > SILENT {
            self.said = true;
            self.store.voice().notice(&waiting(self.waiter, state));
        }
        None
    }
}

/// Which failures are this process's own as well.
struct Failures<'a, F> {
    waiter: Waiter<'a>,
    is_own: F,
    /// When the failure ended that was found to be of another secret, since comparing takes a while.
    strange: Option<i64>,
}

impl<F: FnMut(&Fingerprint) -> bool> Failures<'_, F> {
    /// The last one, if it is to be taken over.
    fn shared(&mut self, state: State) -> Option<Error> {
        let failure = state.failure?;
        self.is_shared(&failure).then_some(failure.error)
    }

    fn is_shared(&mut self, failure: &Failure) -> bool {
        let from = if self.waiter.fresh {
            failure.started
        } else {
            failure.ended
        };
        // One that ended in the future was written down by a wrong clock, and would never be over.
        if self.waiter.began > from || failure.ended > clock::now_ms() {
            return false;
        }
        let Some(fingerprint) = &failure.fingerprint else {
            return true;
        };
        if self.strange == Some(failure.ended) {
            return false;
        }
        let own = (self.is_own)(fingerprint);
        if !own {
            self.strange = Some(failure.ended);
        }
        own
    }
}

fn waiting(waiter: Waiter<'_>, state: &State) -> String {
    let asking = if state.asking {
        ", which is asking for input"
    } else {
        ""
    };
    format!(
        "waiting for another tok{}{asking} to get a token for {}",
        process(state),
        waiter.what
    )
}

fn in_vain(waiter: Waiter<'_>, state: &State) -> Error {
    Error::unreachable(format!(
        "{}: waiting for another tok{} took longer than {} s",
        waiter.what,
        process(state),
        waiter.deadline.limit().as_secs_f32()
    ))
}

fn process(state: &State) -> String {
    match state.process {
        0 => String::new(),
        id => format!(" (process {id})"),
    }
}

#[cfg(test)]
mod tests;
