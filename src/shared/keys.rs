//! The keys of a fleet.

use crate::error::{Error, Result};
use crate::seal::Key;
use crate::secret::{SHARED_KEY, Secret};

/// What is shared is sealed with the first; where there is a second, what is sealed with it is read as well, while the key is
/// being changed.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) own: Key,
    pub(super) older: Option<Key>,
}

impl Keys {
    /// Exit 2 where it is not one key, or a new and an old one with a comma between them.
    pub(super) fn parse(text: &Secret) -> Result<Self> {
        Self::of(text.expose()).map_err(|reason| Error::usage(format!("{SHARED_KEY}: {reason}")))
    }

    fn of(text: &str) -> std::result::Result<Self, String> {
        if text.contains(',') && text.split(',').any(|key| key.trim().is_empty()) {
            return Err("a key is missing beside its comma".into());
        }
        let mut keys = text.split(',').map(|text| Key::parse(text.trim()));
        let own = keys.next().ok_or("it is empty")??;
        let older = keys.next().transpose()?;
        if keys.next().is_some() {
            return Err("there are more keys than a new and an old one".into());
        }
        Ok(Self { own, older })
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Key> {
        [&self.own].into_iter().chain(&self.older)
    }
}
