//! Who waits, for how long, and what is said meanwhile.

use std::fs::File;
use std::time::{Duration, Instant};

use super::super::guard::State;
use super::super::store::Store;
use crate::error::Error;
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

/// One wait from its first try on.
pub(super) struct Wait<'a> {
    store: &'a Store,
    waiter: Waiter<'a>,
    began: Instant,
    /// When it was last seen that the lock is held.
    last: Instant,
    said: bool,
}

impl<'a> Wait<'a> {
    pub(super) fn new(store: &'a Store, waiter: Waiter<'a>) -> Self {
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
    pub(super) fn end(&mut self, file: &File) -> Option<Error> {
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
