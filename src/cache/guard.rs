//! The lock file: who asks now, which attempt that is, and how the last one failed.
//!
//! Attempts are told apart by numbers drawn by lot and not by the time, since a clock may be set back. The holder of the lock
//! writes and everybody reads, so a reader may meet half a record; what cannot be read tells nothing. The file is a courtesy
//! to those who wait: that it cannot be written is no failure. On Windows it cannot be read while somebody holds the lock,
//! and those who wait learn of a failure when they get it.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use super::store::Store;
use crate::disk::lock::{Lock, LockFile};
use crate::error::Error;
use crate::time::clock;

const MAX_STATE: u64 = 64 * 1024;

/// One attempt to get a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AttemptId(String);

impl AttemptId {
    fn draw() -> Option<Self> {
        Some(Self(format!("{:016x}", getrandom::u64().ok()?)))
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// The process that has the lock, or had it last.
    pub(super) process: u32,
    /// It is asking a person. Means nothing where nobody has the lock.
    #[serde(default)]
    pub(super) asking: bool,
    /// What that process did with it.
    pub(super) attempt: Option<AttemptId>,
    pub(super) failure: Option<Failure>,
}

/// An attempt that failed in a way that is not its own alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Failure {
    pub(super) attempt: AttemptId,
    pub(super) error: Error,
    /// In milliseconds of the wall clock.
    pub(super) ended: i64,
    /// Of the secret that it was made with, where the identity does not tell one person from another.
    pub(super) fingerprint: Option<Fingerprint>,
}

impl State {
    /// Nothing where it cannot be told. A file that is empty has had no holder.
    pub(super) fn read(mut file: &File) -> Option<Self> {
        let mut bytes = Vec::new();
        file.rewind().ok()?;
        file.take(MAX_STATE).read_to_end(&mut bytes).ok()?;
        if bytes.is_empty() {
            return Some(Self::default());
        }
        serde_json::from_slice(&bytes).ok()
    }

    fn write(&self, mut file: &File) -> std::io::Result<()> {
        let bytes = serde_json::to_vec(self)?;
        file.rewind()?;
        file.write_all(&bytes)?;
        file.set_len(u64::try_from(bytes.len()).unwrap_or(0))
    }
}

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
    pub(crate) fn failed(&self, error: &Error, fingerprint: Option<Fingerprint>) {
        let is_shared = error.holds_for(Duration::ZERO);
        if let Some(attempt) = self.attempt().filter(|_| is_shared) {
            let failure = Failure {
                attempt,
                error: error.clone(),
                ended: clock::now_ms(),
                fingerprint,
            };
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Option<State> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        State::read(&file)
    }

    fn written() -> Vec<u8> {
        let attempt = AttemptId("0123456789abcdef".into());
        let state = State {
            process: 7,
            asking: true,
            attempt: Some(attempt.clone()),
            failure: Some(Failure {
                attempt,
                error: Error::refused("acme: no").with_hint("try another"),
                ended: 0,
                fingerprint: None,
            }),
        };
        serde_json::to_vec(&state).unwrap()
    }

    #[test]
    fn a_state_is_read_as_it_was_written_and_half_of_one_tells_nothing() {
        let whole = written();
        let state = read(&whole).unwrap();
        assert_eq!(
            state.failure.unwrap().error,
            Error::refused("acme: no").with_hint("try another")
        );
        assert!((1..whole.len()).all(|length| read(&whole[..length]).is_none()));
        assert!(read(b"").unwrap().attempt.is_none());
    }

    #[test]
    fn every_attempt_has_a_number_of_its_own() {
        let drawn: Vec<_> = (0..1000).map(|_| AttemptId::draw().unwrap().0).collect();
        let different: std::collections::BTreeSet<_> = drawn.iter().collect();
        assert_eq!(different.len(), 1000);
    }

    proptest! {
        #[test]
        fn any_bytes_tell_of_no_failure(bytes in proptest::collection::vec(any::<u8>(), 0..1024)) {
            prop_assert!(read(&bytes).is_none_or(|state| state.failure.is_none()));
        }

        #[test]
        fn a_changed_byte_is_never_a_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = written();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = read(&bytes);
        }
    }
}
