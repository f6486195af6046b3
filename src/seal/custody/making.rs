//! A key is made, made to last, and dropped.

use super::{Copy, KERNEL, NoKey, OS, Seal};
use crate::inputs::keyring::Lack;
use crate::seal::kernel;
use crate::seal::key::Key;
use crate::seal::policy::Policy;
use crate::seal::ring::Ring;

/// What became of the key where it lay. One that was given is not tok's to drop.
#[derive(Debug, Default)]
pub(crate) struct Dropped {
    /// Where one lay, in words.
    pub(crate) places: Vec<&'static str>,
    /// Why there may still be one.
    pub(crate) failures: Vec<String>,
}

impl Seal {
    /// The key that there is, or one that is drawn and put where it can lie. For who keeps others from doing the same meanwhile.
    pub(crate) fn make_key(&self) -> Result<Key, NoKey> {
        if let Some(key) = self.key()? {
            return Ok(key);
        }
        let drawn = Key::draw().map_err(|error| NoKey::Nothing(error.text().to_owned()))?;
        let (key, in_ring) = match self.put_in_ring(&drawn) {
            Ok(key) => (key, Ok(())),
            Err(lack) => (drawn, Err(lack)),
        };
        let copied = self.put_copy(&key, in_ring.is_ok());
        match (in_ring, copied) {
            (Err(no_ring), Err(no_copy)) => Err(self.nowhere(&no_ring, &no_copy)),
            _ => Ok(key),
        }
    }

    /// Sees to it that the key outlives the machine's next start. The error is why it does not.
    pub(crate) fn make_lasting(&self) -> Result<(), String> {
        if self.policy == Policy::Off {
            return Err("TOK_SEAL is off".to_owned());
        }
        if let Some(given) = self.given() {
            return given.key.as_ref().map(drop).map_err(Clone::clone);
        }
        let copy = self.copy()?;
        let in_words = |lack: Lack| lack.why().to_owned();
        let Some(Copy { key, .. }) = copy else {
            let there = self.of_ring().map_err(in_words)?;
            return there.map(drop).ok_or_else(|| "there is no key".to_owned());
        };
        let key = self.put_in_ring(&key).map_err(in_words)?;
        self.put_copy(&key, true)
    }

    /// Drops the key wherever it lies, and with it all that it sealed.
    pub(crate) fn forget(&self) -> Dropped {
        let in_ring = self.ring.as_ref().map_or(Ok(false), |ring| {
            let why = |lack: Lack| format!("{}; a key that lies there stays", lack.why());
            ring.forget().map_err(why)
        });
        let mut dropped = Dropped::default();
        for (place, outcome) in [(OS, in_ring), (KERNEL, kernel::forget())] {
            match outcome {
                Ok(true) => dropped.places.push(place),
                Ok(false) => {}
                Err(why) => dropped.failures.push(why),
            }
        }
        self.copy.take();
        self.in_ring.take();
        dropped
    }

    /// Unless it has one already. The key that it has then.
    fn put_in_ring(&self, key: &Key) -> Result<Key, Lack> {
        if let Some(key) = self.of_ring_by(Ring::read_anew)? {
            return Ok(key);
        }
        let ring = self.ring()?;
        ring.is_there()?;
        ring.write(key)?;
        // Another process may have written one at the same moment, and the last one counts.
        self.of_ring_by(Ring::read_anew)?
            .ok_or_else(|| Lack::Broken("the keyring does not keep it".to_owned()))
    }

    /// What follows from there being no key and no place for one.
    pub(super) fn nowhere(&self, no_ring: &Lack, no_copy: &str) -> NoKey {
        let why = format!("{}; {no_copy}", no_ring.why());
        match (no_ring, self.policy) {
            (Lack::Absent(_), Policy::Require) => NoKey::Nothing(format!(
                "there is no place for a key: {why}; TOK_SEAL_KEY_FILE can name a key, and TOK_SEAL=auto does without"
            )),
            (Lack::Absent(_), _) => NoKey::Clear(format!("there is no place for a key: {why}")),
            (Lack::Broken(_), Policy::Require) => NoKey::Nothing(why),
            (Lack::Broken(_), _) => NoKey::Unread(why),
        }
    }
}
