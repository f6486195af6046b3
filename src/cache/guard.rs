//! The lock file: who asks now, and how the last attempt failed.
//!
//! The holder of the lock writes and everybody reads, so a reader may meet half a record; what cannot be read counts as
//! nothing. The file is a courtesy to those who wait: that it cannot be written is no failure. On Windows it cannot be read
//! while somebody holds the lock, and those who wait learn of a failure when they get it.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Seek, Write};

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use super::store::Store;
use crate::disk::lock::{self, Lock};
use crate::disk::private;
use crate::error::Error;
use crate::time::clock;

const MAX_STATE: u64 = 64 * 1024;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// The process that holds the lock, if somebody does.
    pub(super) process: u32,
    /// The holder waits for a person. Means nothing where nobody holds the lock.
    pub(super) asking: bool,
    pub(super) failure: Option<Failure>,
}

/// An attempt that failed, with the wall-clock times of its start and end in milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) started: i64,
    pub(super) ended: i64,
    /// Of the secret that it was made with, where the identity does not tell one person from another.
    pub(super) fingerprint: Option<Fingerprint>,
}

/// The lock file, open but not locked.
#[derive(Debug)]
pub(super) struct LockFile(File);

impl LockFile {
    /// Nothing where there can be none.
    pub(super) fn open(store: &Store, name: &str) -> Option<Self> {
        store.make().ok()?;
        let name = format!("{name}.lock");
        let mut options = private::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        private::open(&store.path(&name), options)
            .map_err(|reason| store.warn_of(&name, &reason))
            .ok()
            .flatten()
            .map(|(file, _)| Self(file))
    }

    /// Waits until this process has the lock or `meanwhile` has something better.
    pub(super) fn wait<T>(&self, meanwhile: impl FnMut() -> Option<T>) -> Result<Lock, T> {
        lock::wait(&self.0, meanwhile)
    }

    pub(super) fn read(&self) -> State {
        let mut bytes = Vec::new();
        let mut file = &self.0;
        match file
            .rewind()
            .and_then(|()| file.take(MAX_STATE).read_to_end(&mut bytes))
        {
            Ok(_) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(_) => State::default(),
        }
    }

    fn write(&self, state: &State) {
        let Ok(bytes) = serde_json::to_vec(state) else { return };
        let mut file = &self.0;
        let _ = file
            .rewind()
            .and_then(|()| file.write_all(&bytes))
            .and_then(|()| file.set_len(u64::try_from(bytes.len()).unwrap_or(0)));
    }
}

/// The right to ask, until it is dropped or the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Nothing where there are no locks: everybody asks for themselves.
    file: Option<LockFile>,
    state: RefCell<State>,
    started: i64,
}

impl Guard {
    /// Of a file whose lock was waited for. An earlier failure stays, for those who still wait since before it.
    pub(super) fn of(file: LockFile, lock: Lock) -> Self {
        if lock != Lock::Taken {
            return Self::unlocked();
        }
        let state = file.read();
        let guard = Self {
            file: Some(file),
            state: RefCell::new(state),
            started: clock::now_ms(),
        };
        guard.change(|state| {
            state.process = std::process::id();
            state.asking = false;
        });
        guard
    }

    pub(super) fn unlocked() -> Self {
        Self {
            file: None,
            state: RefCell::default(),
            started: clock::now_ms(),
        }
    }

    /// Whether a person is being asked; those who wait do not count that time.
    pub(crate) fn asking(&self, asking: bool) {
        self.change(|state| state.asking = asking);
    }

    /// The attempt failed now, and those who have waited for it fail with it. A fingerprint says of which secret this holds.
    pub(crate) fn failed(&self, error: &Error, fingerprint: Option<Fingerprint>) {
        self.change(|state| {
            state.asking = false;
            state.failure = Some(Failure {
                error: error.clone(),
                started: self.started,
                ended: clock::now_ms(),
                fingerprint,
            });
        });
    }

    pub(crate) fn succeeded(&self) {
        self.change(|state| {
            state.asking = false;
            state.failure = None;
        });
    }

    fn change(&self, how: impl FnOnce(&mut State)) {
        let mut state = self.state.borrow_mut();
        how(&mut state);
        if let Some(file) = &self.file {
            file.write(&state);
        }
    }
}
