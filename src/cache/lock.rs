//! One asks, the others wait and take what it got.
//!
//! The wait has an end and leaves nothing behind: everybody tries the lock again and again, looks at the cache in between and
//! takes a token, or a failure, as soon as there is one. What those are worth depends on what had begun before one came: who
//! comes notes down the attempts that it meets, and whatever bears another number is later. A failure is taken if it came
//! later, or by the clock since the process began; a token that has to be a fresh one only if it was asked for later. Where
//! there are no locks everybody asks.
//!
//! A person is asked under a lock of its own, so that nobody who needs no answer waits for one. Of those who do need it,
//! whoever could ask as well does not count the time, which is a person's; whoever could not waits for as long as it has
//! time.

use std::fs::File;
use std::time::{Duration, Instant};

use super::fingerprint::Fingerprint;
use super::guard::{self, AttemptId, Failure, Guard, State};
use super::store::Store;
use crate::disk::lock::Lock;
use crate::error::{Error, Result};
use crate::time::clock;
use crate::time::deadline::Deadline;
use crate::time::duration;

/// A wait shorter than this is not worth a word.
const SILENT: Duration = Duration::from_secs(1);

/// What the one who has the lock is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Requests,
    /// It asks a person, whose time may count.
    Person {
        counts: bool,
    },
}

/// Who waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiter<'a> {
    /// What for, as a person knows it.
    pub(crate) what: &'a str,
    pub(crate) work: Work,
    /// When this process began to need it, in milliseconds of the wall clock.
    pub(crate) began: i64,
    /// Only what was asked for after this process came will do.
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
    let mut failures = Failures {
        waiter,
        before: state(&file.file),
        is_own,
        foreign: None,
    };
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

/// Which failures are this process's own as well.
struct Failures<'a, F> {
    waiter: Waiter<'a>,
    /// What was said when this process came. Nothing where it cannot be told.
    before: Option<State>,
    is_own: F,
    /// The attempt whose failure was found to be of another secret, since comparing takes a while.
    foreign: Option<AttemptId>,
}

impl<F: FnMut(&Fingerprint) -> bool> Failures<'_, F> {
    /// The last one, if it is to be taken over.
    fn shared(&mut self, state: State) -> Option<Error> {
        let failure = state.failure?;
        if !self.is_late(&failure) || !failure.error.holds_for(self.waiter.deadline.remaining()) {
            return None;
        }
        let Failure {
            attempt,
            error,
            fingerprint,
            ..
        } = failure;
        if self.foreign.as_ref() == Some(&attempt) {
            return None;
        }
        if fingerprint.as_ref().is_none_or(&mut self.is_own) {
            return Some(error);
        }
        self.foreign = Some(attempt);
        None
    }

    /// Whether it came while this process was there, whose way to this lock may have been long.
    fn is_late(&self, failure: &Failure) -> bool {
        let Some(before) = &self.before else { return false };
        let had_failed = before
            .failure
            .as_ref()
            .is_some_and(|other| other.attempt == failure.attempt);
        if self.waiter.fresh {
            return !had_failed && before.attempt.as_ref() != Some(&failure.attempt);
        }
        // One that ended in the future was written down by a wrong clock.
        !had_failed || (self.waiter.began..=clock::now_ms()).contains(&failure.ended)
    }
}

/// Waits for the lock of that name and nothing else. The error is that of waiting in vain.
pub(crate) fn wait(store: &Store, name: &str, waiter: Waiter<'_>) -> Result<Guard> {
    let Some(file) = guard::open(store, name) else {
        return Ok(Guard::unlocked());
    };
    let mut wait = Wait::new(store, waiter);
    let (file, tried) = file.wait(|file| wait.end(file))?;
    Ok(Guard::of(file, tried.unwrap_or(Lock::Unknown)))
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
    fn end(&mut self, file: &File) -> Option<Error> {
        let deadline = self.waiter.deadline;
        let since = self.last.elapsed();
        self.last += since;
        if self.waiter.work == (Work::Person { counts: false }) {
            deadline.extend(since);
        } else if deadline.is_over() {
            return Some(in_vain(self.waiter, file));
        }
        if !self.said && self.began.elapsed() > SILENT {
            self.said = true;
            let (holder, what) = (holder(self.waiter, file), self.waiter.what);
            let notice = format!("waiting for {holder} to get a token for {what}");
            self.store.voice().notice(&notice);
        }
        None
    }
}

fn in_vain(waiter: Waiter<'_>, file: &File) -> Error {
    let comma = match waiter.work {
        Work::Requests => "",
        Work::Person { .. } => ",",
    };
    Error::unreachable(format!(
        "{}: waiting for {}{comma} took longer than {}",
        waiter.what,
        holder(waiter, file),
        duration::words(waiter.deadline.limit())
    ))
    .own()
}

fn holder(waiter: Waiter<'_>, file: &File) -> String {
    let process = match State::read(file).unwrap_or_default().process {
        0 => String::new(),
        id => format!(" (process {id})"),
    };
    let asking = match waiter.work {
        Work::Requests => "",
        Work::Person { .. } => ", which is asking for input",
    };
    format!("another tok{process}{asking}")
}

#[cfg(test)]
mod tests;
