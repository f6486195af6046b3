//! A key is made, made to last, and dropped.

use super::{Copy, Lies, NoKey, Seal};
use crate::seal::kernel;
use crate::seal::key::Key;
use crate::seal::policy::Policy;
use crate::seal::ring::Ring;

impl Seal {
    /// Draws a key and puts it where it can lie, unless there is one by now. For who keeps others from doing the same meanwhile.
    pub(crate) fn make_key(&self) -> Result<(), NoKey> {
        match self.key() {
            Err(NoKey::Yet) => {}
            outcome => return outcome.map(drop),
        }
        let drawn = Key::draw().map_err(|error| NoKey::Nothing(error.text().to_owned()))?;
        let (key, in_ring) = match self.put_in_ring(&drawn) {
            Ok(key) => (key, Ok(())),
            Err(why) => (drawn, Err(why)),
        };
        let copy = Copy {
            key,
            is_lasting: in_ring.is_ok(),
        };
        match (in_ring, self.put_copy(copy)) {
            (Err(no_ring), Err(no_copy)) if self.policy == Policy::Require => {
                Err(NoKey::Nothing(nowhere(&no_ring, &no_copy)))
            }
            (Err(no_ring), Err(no_copy)) => Err(NoKey::Clear(nowhere(&no_ring, &no_copy))),
            _ => Ok(()),
        }
    }

    /// Sees to it that the key outlives the machine's next start. The error is why it does not.
    pub(crate) fn make_lasting(&self) -> Result<(), String> {
        if self.policy == Policy::Off {
            return Err("TOK_SEAL is off".to_owned());
        }
        let copy = match (self.given(), self.copy()) {
            (Some(given), _) => return given.key.as_ref().map(drop).map_err(Clone::clone),
            (None, Ok(Some(copy))) if copy.is_lasting => return Ok(()),
            (None, copy) => copy?,
        };
        let Some(Copy { key, .. }) = copy else {
            return self.of_ring()?.map(drop).ok_or_else(|| "there is no key".to_owned());
        };
        let key = self.put_in_ring(&key)?;
        self.put_copy(Copy { key, is_lasting: true })
    }

    /// Drops the key wherever it lies, and with it all that it sealed. Where that was, and what could not be done. One that
    /// was given is not tok's to drop.
    pub(crate) fn forget(&self) -> (Vec<Lies>, Vec<String>) {
        let in_ring = match &self.ring {
            Some(ring) => ring.forget(),
            None => Ok(false),
        };
        let (mut dropped, mut failures) = (Vec::new(), Vec::new());
        for (lies, outcome) in [(Lies::Keyring, in_ring), (Lies::Kernel, kernel::forget())] {
            match outcome {
                Ok(true) => dropped.push(lies),
                Ok(false) => {}
                Err(why) => failures.push(why),
            }
        }
        self.copy.take();
        self.in_ring.take();
        (dropped, failures)
    }

    /// Unless it has one already. The key that it has then.
    fn put_in_ring(&self, key: &Key) -> Result<Key, String> {
        if let Some(key) = self.of_ring_by(Ring::read_anew)? {
            return Ok(key);
        }
        self.ring()?.write(key)?;
        // Another process may have written one at the same moment, and the last one counts.
        self.of_ring_by(Ring::read_anew)?
            .ok_or_else(|| "the keyring does not keep it".to_owned())
    }
}

pub(super) fn nowhere(no_ring: &str, no_copy: &str) -> String {
    format!("there is no place for a key: {no_ring}; {no_copy}")
}
