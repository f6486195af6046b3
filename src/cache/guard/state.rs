//! What a lock's file says.
//!
//! Attempts are told apart by numbers drawn by lot and not by the time, since a clock may be set back. How an attempt failed
//! is sealed where there is a key.

use std::fs::File;
use std::io::{Read, Seek, Write};

use serde::{Deserialize, Serialize};

use crate::cache::fingerprint::Fingerprint;
use crate::cache::record::SCHEMA;
use crate::cache::sealing::{Form, seal};
use crate::cache::store::Store;
use crate::error::Error;
use crate::seal::{Place, Seal};
use crate::time::clock;

const MAX_STATE: u64 = 64 * 1024;

/// One attempt to get a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AttemptId(String);

impl AttemptId {
    pub(super) fn draw() -> Option<Self> {
        Some(Self(format!("{:016x}", getrandom::u64().ok()?)))
    }

    /// Of how it failed.
    fn place(&self) -> Place<'_> {
        Place {
            schema: SCHEMA,
            name: &self.0,
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::cache) struct State {
    /// The process that has the lock, or had it last.
    pub(in crate::cache) process: u32,
    /// It is asking a person. Means nothing where nobody has the lock.
    #[serde(default)]
    pub(in crate::cache) asking: bool,
    /// What that process did with it.
    pub(in crate::cache) attempt: Option<AttemptId>,
    pub(in crate::cache) failure: Option<Failure>,
}

/// An attempt that failed in a way that is not its own alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::cache) struct Failure {
    pub(in crate::cache) attempt: AttemptId,
    error: Told,
    /// In milliseconds of the wall clock.
    pub(in crate::cache) ended: i64,
    /// Of the secret that it was made with, where the identity does not tell one person from another.
    pub(in crate::cache) fingerprint: Option<Fingerprint>,
}

/// How it failed, in clear only where everything is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Told {
    Clear(Error),
    Sealed(String),
}

impl Failure {
    pub(super) fn of(
        attempt: AttemptId,
        error: &Error,
        fingerprint: Option<Fingerprint>,
        store: &Store,
    ) -> Option<Self> {
        let plain = serde_json::to_vec(error).ok()?;
        let error = match seal(store, &plain, attempt.place(), || false).ok()? {
            Form::Sealed(sealed) => Told::Sealed(sealed),
            Form::Clear(_) => Told::Clear(error.clone()),
        };
        Some(Self {
            attempt,
            error,
            ended: clock::now_ms(),
            fingerprint,
        })
    }

    /// Nothing where it was sealed with a key that cannot be had.
    pub(in crate::cache) fn error(&self, seal: &Seal) -> Option<Error> {
        match &self.error {
            Told::Clear(error) => seal.takes_clear().then(|| error.clone()),
            Told::Sealed(sealed) => serde_json::from_slice(&seal.open(sealed, self.attempt.place()).ok()?).ok(),
        }
    }
}

impl State {
    /// Nothing where it cannot be told. A file that is empty has had no holder.
    pub(in crate::cache) fn read(mut file: &File) -> Option<Self> {
        let mut bytes = Vec::new();
        file.rewind().ok()?;
        file.take(MAX_STATE).read_to_end(&mut bytes).ok()?;
        if bytes.is_empty() {
            return Some(Self::default());
        }
        serde_json::from_slice(&bytes).ok()
    }

    pub(super) fn write(&self, mut file: &File) -> std::io::Result<()> {
        let bytes = serde_json::to_vec(self)?;
        file.rewind()?;
        file.write_all(&bytes)?;
        file.set_len(u64::try_from(bytes.len()).unwrap_or(0))
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
                error: Told::Clear(Error::refused("acme: no").with_hint("try another")),
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
            state.failure.unwrap().error(&Seal::off()).unwrap(),
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
