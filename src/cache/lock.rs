//! One asks, the others wait and take what it got.
//!
//! The wait has an end and leaves nothing behind: everybody tries the lock again and again, looks at the cache in between and
//! takes a token, or a failure, as soon as there is one. What those are worth depends on what had begun before one came: who
//! comes notes down the attempts that it meets, and whatever bears another number is later. A failure is taken if it came
//! later, or by the clock since the process began; a token that has to be a fresh one only if it was asked for later. Where
//! there are no locks everybody asks.
//!
//! A person is asked under a lock of its own, so that nobody who needs no answer waits for one. Of those who do need it,
//! whoever could ask as well, on a terminal, does not count the time that the person takes; whoever could not waits for as
//! long as it has time.

mod failures;
mod waiter;

pub(crate) use waiter::Waiter;

use std::fs::File;

use failures::Failures;
use waiter::Wait;

use super::fingerprint::Fingerprint;
use super::guard::{self, AttemptId, Guard, State};
use super::identity::digest;
use super::store::Store;
use crate::disk::lock::Lock;
use crate::error::{Error, Result};

#[derive(Debug)]
pub(crate) enum Turn<T> {
    /// It is this process that asks.
    Held(Guard),
    /// Another process got what was looked for.
    Found(T),
    /// Another process tried while this one waited, and failed.
    Failed(Error),
}

/// Attempts that had begun when this process came.
#[derive(Debug)]
pub(crate) struct Earlier {
    /// Nothing where it cannot be told which ones.
    last: Option<State>,
    kept: Option<AttemptId>,
}

impl Earlier {
    /// The one that has the lock of that name, or had it last, and the one whose token is kept, which is looked at afterwards:
    /// what is kept from here on and is neither of the two was asked for later.
    pub(crate) fn note(store: &Store, name: &str, kept: impl FnOnce() -> Option<AttemptId>) -> Self {
        let last = guard::open(store, name).and_then(|file| state(&file.file));
        Self { last, kept: kept() }
    }

    /// Whether it is certain that an attempt is none of them. Of one without a number nothing is certain.
    pub(crate) fn excludes(&self, attempt: Option<&AttemptId>) -> bool {
        let Some(last) = &self.last else { return false };
        attempt.is_some() && attempt != last.attempt.as_ref() && attempt != self.kept.as_ref()
    }
}

/// What the file says. The holder may be writing at this very moment.
fn state(file: &File) -> Option<State> {
    (0..3).find_map(|_| State::read(file))
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
    let Some(file) = guard::open(store, name) else {
        return Ok(Turn::Held(Guard::unlocked()));
    };
    let mut failures = Failures::new(waiter, store.seal(), state(&file.file), is_own);
    let mut outcome = |file: &File| {
        let found = look().map(Turn::Found);
        found.or_else(|| failures.shared(State::read(file)?).map(Turn::Failed))
    };
    let mut wait = Wait::new(store, waiter);
    match file.wait(|file| outcome(file).map(Ok).or_else(|| wait.end(file).map(Err))) {
        Err(outcome) => outcome,
        // Asked once more, so that whoever gets the lock has seen what the last holder left.
        Ok((file, tried)) => {
            Ok(outcome(&file.file).unwrap_or_else(|| Turn::Held(Guard::of(file, tried.unwrap_or(Lock::Unknown)))))
        }
    }
}

/// Waits for the lock of that name and nothing else. The error is that of waiting in vain.
pub(crate) fn wait(store: &Store, name: &str, waiter: Waiter<'_>) -> Result<Guard> {
    queue(store, name, waiter).map(|(guard, _)| guard)
}

/// The same, and whether somebody had it.
pub(crate) fn queue(store: &Store, name: &str, waiter: Waiter<'_>) -> Result<(Guard, bool)> {
    let Some(file) = guard::open(store, name) else {
        return Ok((Guard::unlocked(), false));
    };
    let (mut wait, mut was_busy) = (Wait::new(store, waiter), false);
    let (file, tried) = file.wait(|file| {
        was_busy = true;
        wait.end(file)
    })?;
    Ok((Guard::of(file, tried.unwrap_or(Lock::Unknown)), was_busy))
}

/// The lock of that name, if nobody has it now.
pub(crate) fn take_free(store: &Store, name: &str) -> Option<Guard> {
    guard::take_free(store, name).map(|file| Guard::of(file, Lock::Taken))
}

/// Something that is one process's, and nobody's turn.
#[derive(Debug)]
pub(crate) struct Alone {
    pub(crate) guard: Guard,
    /// Somebody had it before and did not end well.
    pub(crate) is_left: bool,
}

/// As a file that is kept: at once or not at all. The error is the process that has it, 0 where that cannot be told. Whoever
/// ends well removes the guard.
pub(crate) fn alone(store: &Store, kind: &str, name: &str) -> std::result::Result<Alone, u32> {
    let name = digest(kind, &name);
    let is_left = guard::is_there(store, &name);
    let Some(file) = guard::open(store, &name) else {
        return Ok(Alone {
            guard: Guard::unlocked(),
            is_left: false,
        });
    };
    let holder = |file: &File| Some(state(file).unwrap_or_default().process);
    let (file, tried) = file.wait(holder)?;
    Ok(Alone {
        guard: Guard::of(file, tried.unwrap_or(Lock::Unknown)),
        is_left,
    })
}

#[cfg(test)]
mod tests;
