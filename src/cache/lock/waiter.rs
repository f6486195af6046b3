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

/// Who waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiter<'a> {
    /// What for, as a person knows it.
    pub(crate) what: &'a str,
    /// While another one asks a person, who could do so as well does not count the time.
    pub(crate) could_ask: bool,
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
        let (deadline, what) = (self.waiter.deadline, self.waiter.what);
        let since = self.last.elapsed();
        self.last += since;
        let state = State::read(file).unwrap_or_default();
        if state.asking && self.waiter.could_ask {
            deadline.extend(since);
        } else if deadline.is_over() {
            return Some(in_vain(self.waiter, &state));
        }
        if !self.said && self.began.elapsed() > SILENT {
            self.said = true;
            let notice = format!("waiting for {} to get a token for {what}", holder(&state));
            self.store.voice().notice(&notice);
        }
        None
    }
}

fn in_vain(waiter: Waiter<'_>, state: &State) -> Error {
    let comma = if state.asking { "," } else { "" };
    Error::unreachable(format!(
        "{}: waiting for {}{comma} took longer than {}",
        waiter.what,
        holder(state),
        duration::words(waiter.deadline.limit())
    ))
    .own()
}

fn holder(state: &State) -> String {
    let process = match state.process {
        0 => String::new(),
        id => format!(" (process {id})"),
    };
    let asking = if state.asking {
        ", which is asking for input"
    } else {
        ""
    };
    format!("another tok{process}{asking}")
}
