//! The lock file: who asks now, which attempt that is, and how the last one failed.
//!
//! The holder of the lock writes and everybody reads, so a reader may meet half a record; what cannot be read tells nothing.
//! The file is a courtesy to those who wait: that it cannot be written is no failure. On Windows it cannot be read while
//! somebody holds the lock, and those who wait learn of a failure when they get it.

mod state;

use std::cell::RefCell;
use std::time::Duration;

use super::fingerprint::Fingerprint;
use super::store::Store;
use crate::disk::lock::{Lock, LockFile};
use crate::error::Error;
pub(crate) use state::AttemptId;
pub(super) use state::{Failure, State};

/// The file of a lock. Nothing where there can be none.
pub(super) fn open(store: &Store, name: &str) -> Option<LockFile> {
    store.make().ok()?;
    let name = format!("{name}.lock");
    LockFile::open(store.path(&name))
        .map_err(|reason| store.warn_of(&name, &reason))
        .ok()
}

/// Whether there is a lock of that name, held or not.
pub(super) fn is_there(store: &Store, name: &str) -> bool {
    store.path(&format!("{name}.lock")).exists()
}

/// The lock of that name, if nobody has it now.
pub(super) fn take_free(store: &Store, name: &str) -> Option<LockFile> {
    LockFile::take_free(store.path(&format!("{name}.lock")))
}

/// The right to ask, until it is dropped or the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Nothing where there are no locks: everybody asks for themselves.
    file: Option<LockFile>,
    state: RefCell<State>,
}

impl Guard {
    /// Of a file whose lock was waited for. An earlier failure stays, for those who still wait since before it.
    pub(super) fn of(file: LockFile, lock: Lock) -> Self {
        if lock != Lock::Taken {
            return Self::unlocked();
        }
        let before = State::read(&file.file).unwrap_or_default();
        let mut state = State {
            process: std::process::id(),
            asking: false,
            attempt: AttemptId::draw(),
            failure: before.failure,
        };
        if state.write(&file.file).is_err() {
            state.attempt = None;
        }
        Self {
            file: Some(file),
            state: RefCell::new(state),
        }
    }

    pub(super) fn unlocked() -> Self {
        Self {
            file: None,
            state: RefCell::default(),
        }
    }

    /// Runs what asks a person, so that those who wait know it.
    pub(crate) fn while_asking<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.change(|state| state.asking = true);
        let answer = ask();
        self.change(|state| state.asking = false);
        answer
    }

    /// As if there had never been one.
    pub(crate) fn remove(self) {
        if let Some(file) = &self.file {
            file.remove();
        }
    }

    /// Of this attempt, if others can know that it is being made.
    pub(crate) fn attempt(&self) -> Option<AttemptId> {
        self.state.borrow().attempt.clone()
    }

    /// The attempt failed, and those who have waited for it fail with it if it is theirs as well. A fingerprint says of which
    /// secret this holds.
    pub(crate) fn failed(&self, error: &Error, fingerprint: Option<Fingerprint>, store: &Store) {
        let is_shared = error.holds_for(Duration::ZERO);
        if let Some(attempt) = self.attempt().filter(|_| is_shared)
            && let Some(failure) = Failure::of(attempt, error, fingerprint, store)
        {
            self.change(|state| state.failure = Some(failure));
        }
    }

    pub(crate) fn succeeded(&self) {
        self.change(|state| state.failure = None);
    }

    fn change(&self, how: impl FnOnce(&mut State)) {
        let mut state = self.state.borrow_mut();
        how(&mut state);
        if let Some(file) = &self.file {
            let _ = state.write(&file.file);
        }
    }
}
