//! One asks, the others wait and take what it got.
//!
//! The wait has an end, needs no queue and leaves nothing behind: everybody tries the lock again and again, looks at the
//! cache in between and takes a token, or a failure, as soon as there is one. What a failure is worth depends on when one
//! began to need the token: whoever began after it makes an attempt of its own. Where there are no locks everybody asks.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use super::fingerprint::Fingerprint;
use super::guard::{Failure, Guard, LockFile, State};
use super::store::Store;
use crate::error::{Error, Result};
use crate::time::clock;
use crate::time::deadline::Deadline;

/// A wait shorter than this is not worth a word.
const PATIENCE: Duration = Duration::from_secs(1);

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
    let mut judge = Judge {
        waiter,
        is_own,
        strange: None,
    };
    let mut patience = Patience::new(store, waiter);
    loop {
        let locked = file.try_lock();
        // Looked for after the lock was tried, so that whoever gets the lock has seen what the last holder left.
        if let Some(found) = look() {
            return Ok(Turn::Found(found));
        }
        if locked.is_none() {
            return Ok(Turn::Held(Guard::unlocked()));
        }
        let state = file.read();
        if let Some(failure) = state.failure.as_ref().filter(|failure| judge.takes(failure)) {
            return Ok(Turn::Failed(failure.error.clone()));
        }
        if locked == Some(true) {
            return Ok(Turn::Held(Guard::of(file, state)));
        }
        patience.bide(&state)?;
    }
}

/// Waits for the lock of that name and nothing else. The error is that of waiting in vain.
pub(crate) fn wait(store: &Store, name: &str, waiter: Waiter<'_>) -> Result<Guard> {
    let Some(file) = LockFile::open(store, name) else {
        return Ok(Guard::unlocked());
    };
    let mut patience = Patience::new(store, waiter);
    loop {
        let locked = file.try_lock();
        if locked.is_none() {
            return Ok(Guard::unlocked());
        }
        let state = file.read();
        if locked == Some(true) {
            return Ok(Guard::of(file, state));
        }
        patience.bide(&state)?;
    }
}

/// One wait from its first try on.
struct Patience<'a> {
    store: &'a Store,
    waiter: Waiter<'a>,
    began: Instant,
    said: bool,
}

impl<'a> Patience<'a> {
    fn new(store: &'a Store, waiter: Waiter<'a>) -> Self {
        Self {
            store,
            waiter,
            began: Instant::now(),
            said: false,
        }
    }

    /// Until the next try.
    fn bide(&mut self, state: &State) -> Result<()> {
        let deadline = self.waiter.deadline;
        if !state.asking && deadline.is_over() {
            return Err(in_vain(self.waiter, state));
        }
        if !self.said && self.began.elapsed() > PATIENCE {
            self.said = true;
            self.store.voice().notice(&waiting(self.waiter, state));
        }
        if state.asking {
            deadline.pause(|| thread::sleep(pause()));
        } else {
            thread::sleep(pause().min(deadline.remaining()));
        }
        Ok(())
    }
}

/// Which failures are this process's own as well.
struct Judge<'a, F> {
    waiter: Waiter<'a>,
    is_own: F,
    /// When the failure ended that was found to be of another secret, since comparing takes a while.
    strange: Option<i64>,
}

impl<F: FnMut(&Fingerprint) -> bool> Judge<'_, F> {
    fn takes(&mut self, failure: &Failure) -> bool {
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

/// 10 to 20 ms, not the same for all, so that those who wait do not keep step.
fn pause() -> Duration {
    Duration::from_micros(10_000 + RandomState::new().hash_one(()) % 10_000)
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
