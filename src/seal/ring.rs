//! The key in the OS keyring.
//!
//! Nobody is asked for its sake: a keyring that is locked stays so, and one that does not answer is given three seconds. One
//! that gave nothing is left alone for ten times as long as that took, and for a second at least, since a waiting process
//! looks again and again.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use super::key::Key;
use crate::inputs::keyring::{self, Found, Label};
use crate::time::deadline::Deadline;

#[derive(Debug)]
pub(super) struct Ring {
    /// How long one call of it may take.
    limit: Duration,
    failed: RefCell<Option<Failed>>,
}

#[derive(Debug)]
struct Failed {
    why: String,
    until: Instant,
}

impl Ring {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            limit,
            failed: RefCell::default(),
        }
    }

    /// Nothing where it has none, or where there is no keyring. The error is why nobody can say.
    pub(super) fn read(&self) -> Result<Option<Key>, String> {
        let found = self.call(|deadline| {
            keyring::read(Label::of_cache_key(), false, deadline).map_err(|error| error.text().to_owned())
        })?;
        match found {
            Found::Absent(_) => Ok(None),
            Found::Secret(text) => match Key::parse(text.expose()) {
                Ok(key) => Ok(Some(key)),
                Err(why) => Err(format!("the keyring: the entry 'tok cache' is no key: {why}")),
            },
        }
    }

    pub(super) fn write(&self, key: &Key) -> Result<(), String> {
        let text = key.to_base64();
        self.call(|deadline| {
            keyring::write(Label::of_cache_key(), &text, false, deadline).map_err(|error| error.text().to_owned())
        })
    }

    /// Whether it was there.
    pub(super) fn forget(&self) -> Result<bool, String> {
        self.call(|deadline| {
            keyring::delete(Label::of_cache_key(), false, deadline).map_err(|error| error.text().to_owned())
        })
    }

    /// Why it could take no key.
    pub(super) fn lack(&self) -> Option<String> {
        let look = |deadline: &Deadline| keyring::is_there(false, deadline).map_err(|lack| lack.why().to_owned());
        self.call(look).err()
    }

    fn call<T>(&self, act: impl FnOnce(&Deadline) -> Result<T, String>) -> Result<T, String> {
        let began = Instant::now();
        if let Some(failed) = self.failed.borrow().as_ref().filter(|failed| failed.until > began) {
            return Err(failed.why.clone());
        }
        act(&Deadline::after(self.limit)).inspect_err(|why| {
            let pause = (began.elapsed() * 10).max(Duration::from_secs(1));
            *self.failed.borrow_mut() = Some(Failed {
                why: why.clone(),
                until: Instant::now() + pause,
            });
        })
    }
}
