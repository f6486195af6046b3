//! The key in the OS keyring.
//!
//! Nobody is asked for its sake: a keyring that is locked stays so, and one that does not answer has so much time in all. One
//! that gave nothing is left alone for ten times as long as that took, and for a second at least, since a waiting process
//! looks again and again.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use super::key::Key;
use crate::error::Error;
use crate::inputs::keyring::{self, Found, Label, Lack};
use crate::time::deadline::Deadline;

#[derive(Debug)]
pub(super) struct Ring {
    /// How long all calls of it may take from now on.
    left: Cell<Duration>,
    failed: RefCell<Option<Said<Lack>>>,
    /// It had no key.
    none: RefCell<Option<Said<()>>>,
}

/// What it said, and until when that counts.
#[derive(Debug)]
struct Said<T> {
    what: T,
    until: Instant,
}

impl<T> Said<T> {
    fn now(what: T, took: Duration) -> Self {
        let pause = (took * 10).max(Duration::from_secs(1));
        Self {
            what,
            until: Instant::now() + pause,
        }
    }
}

impl Ring {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            left: Cell::new(limit),
            failed: RefCell::default(),
            none: RefCell::default(),
        }
    }

    /// Nothing where it has none, or where there is no keyring. The error is why nobody can say.
    pub(super) fn read(&self) -> Result<Option<Key>, Lack> {
        let began = Instant::now();
        if self.none.borrow().as_ref().is_some_and(|said| said.until > began) {
            return Ok(None);
        }
        let found = self.call(|deadline| keyring::read(Label::of_cache_key(), false, deadline).map_err(broken))?;
        match found {
            Found::Absent(_) => {
                *self.none.borrow_mut() = Some(Said::now((), began.elapsed()));
                Ok(None)
            }
            Found::Secret(text) => match Key::parse(text.expose()) {
                Ok(key) => Ok(Some(key)),
                Err(why) => Err(Lack::Broken(format!(
                    "the keyring: the entry 'tok cache' is no key: {why}"
                ))),
            },
        }
    }

    /// The same, whatever it had a moment ago.
    pub(super) fn read_anew(&self) -> Result<Option<Key>, Lack> {
        self.none.take();
        self.read()
    }

    pub(super) fn write(&self, key: &Key) -> Result<(), Lack> {
        let text = key.to_base64();
        self.call(|deadline| keyring::write(Label::of_cache_key(), &text, false, deadline).map_err(broken))
    }

    /// Whether it was there.
    pub(super) fn forget(&self) -> Result<bool, Lack> {
        self.call(|deadline| keyring::delete(Label::of_cache_key(), false, deadline).map_err(broken))
    }

    /// The error is why it could take no key.
    pub(super) fn is_there(&self) -> Result<(), Lack> {
        self.call(|deadline| keyring::is_there(false, deadline))
    }

    /// What kept it from answering a moment ago, whatever it was asked for.
    pub(super) fn trouble(&self) -> Option<String> {
        match self.failed_lately() {
            Some(Lack::Broken(why)) => Some(why),
            _ => None,
        }
    }

    fn call<T>(&self, act: impl FnOnce(&Deadline) -> Result<T, Lack>) -> Result<T, Lack> {
        if let Some(lack) = self.failed_lately() {
            return Err(lack);
        }
        let began = Instant::now();
        let outcome = act(&Deadline::after(self.left.get()));
        let took = began.elapsed();
        self.left.set(self.left.get().saturating_sub(took));
        outcome.inspect_err(|lack| *self.failed.borrow_mut() = Some(Said::now(lack.clone(), took)))
    }

    fn failed_lately(&self) -> Option<Lack> {
        let failed = self.failed.borrow();
        let failed = failed.as_ref().filter(|failed| failed.until > Instant::now());
        failed.map(|failed| failed.what.clone())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn broken(error: Error) -> Lack {
    Lack::Broken(error.text().to_owned())
}
