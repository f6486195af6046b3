//! Which key there is.
//!
//! A key that a file or a variable names is the only one. Else the key lies in the OS keyring and, for speed, a copy of it in
//! the kernel's; where there is but one of the two, there alone. The copy is looked at first, and the OS keyring only where
//! that has no key, or one that is not lasting and is not the one that is wanted.

mod making;
mod outlook;

use std::cell::{OnceCell, RefCell};
use std::time::Duration;

use super::given::{self, Given};
use super::kernel::{self, Copy};
use super::key::Key;
use super::policy::Policy;
use super::ring::Ring;
use super::sealed::{Place, Unopened};
use crate::inputs::keyring::Lack;
pub(crate) use making::Dropped;
pub(crate) use outlook::{Lies, Outlook};

const OS: &str = "the OS keyring";
const KERNEL: &str = "the kernel's keyring";

/// How long the OS keyring may take, in any case.
const LONGEST: Duration = Duration::from_secs(3);

/// Of the time of a call, so that most of it is left for the vendor.
const PART: u32 = 3;

/// All that is found out of a key is kept for as long as this lives.
#[derive(Debug)]
pub(crate) struct Seal {
    policy: Policy,
    given: OnceCell<Option<Given>>,
    copy: RefCell<Option<Copy>>,
    in_ring: RefCell<Option<Key>>,
    /// Nothing where the OS keyring is left alone.
    ring: Option<Ring>,
    /// How long the OS keyring may take.
    limit: Duration,
}

/// Why what is sealed stays so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Closed {
    Damaged,
    /// The key is another one or cannot be had, in words.
    NoKey(String),
}

/// Why nothing can be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// So it is kept in clear.
    Clear(String),
    /// So it is not kept at all.
    Nothing(String),
    /// There may be one that cannot be read now: what it sealed is not to lie in clear.
    Unread(String),
}

impl Seal {
    /// `keyring` says whether the OS keyring may be used, and `limit` how long the whole call may take.
    pub(crate) fn new(policy: Policy, keyring: bool, limit: Duration) -> Self {
        let limit = (limit / PART).min(LONGEST);
        Self {
            policy,
            given: OnceCell::new(),
            copy: RefCell::default(),
            in_ring: RefCell::default(),
            ring: keyring.then(|| Ring::new(limit)),
            limit,
        }
    }

    /// Everything is in clear.
    pub(crate) fn off() -> Self {
        Self::new(Policy::Off, false, Duration::ZERO)
    }

    /// As if a variable named this key.
    #[cfg(test)]
    pub(crate) fn with_key(policy: Policy, key: &str) -> Self {
        let seal = Self::new(policy, false, Duration::ZERO);
        let given = Given {
            variable: crate::secret::SEAL_KEY,
            key: Key::parse(key),
        };
        let _ = seal.given.set(Some(given));
        seal
    }

    /// Whether the user wants everything in clear.
    pub(crate) fn is_off(&self) -> bool {
        self.policy == Policy::Off
    }

    /// How long it may take to find a key.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// Whether the kernel's keyring has a key, or room for one, so that the OS keyring need not be asked.
    pub(crate) fn needs_no_ring(&self) -> bool {
        let has_room = || self.ring.is_some() && kernel::has_room().is_ok();
        self.policy != Policy::Off
            && self.given().is_none()
            && self.copy().is_ok_and(|copy| copy.is_some() || has_room())
    }

    /// Whether what lies there in clear counts.
    pub(crate) fn takes_clear(&self) -> bool {
        self.policy != Policy::Require
    }

    pub(crate) fn open(&self, sealed: &str, place: Place) -> Result<Vec<u8>, Closed> {
        const ANOTHER: &str = "it was sealed with another key";
        let no_key = |why: &str| Err(Closed::NoKey(why.to_owned()));
        if self.policy == Policy::Off {
            return no_key("it is sealed, and TOK_SEAL is off");
        }
        if let Some(given) = self.given() {
            return match &given.key {
                Ok(key) => opened(key.open(sealed, place)).unwrap_or_else(|| no_key(ANOTHER)),
                Err(why) => no_key(why),
            };
        }
        let copy = self.copy();
        if let Ok(Some(copy)) = &copy {
            let mut keys = [Some(&copy.key), copy.former.as_ref()].into_iter().flatten();
            match keys.find_map(|key| opened(key.open(sealed, place))) {
                Some(outcome) => return outcome,
                None if copy.is_lasting => return no_key(ANOTHER),
                None => {}
            }
        }
        match self.of_ring() {
            Ok(Some(key)) => opened(key.open(sealed, place)).unwrap_or_else(|| no_key(ANOTHER)),
            Err(lack) => no_key(&format!(
                "the key that it was sealed with cannot be had: {}",
                lack.why()
            )),
            Ok(None) if matches!(copy, Ok(Some(_))) => no_key(ANOTHER),
            Ok(None) => no_key("the key that it was sealed with is not there any more"),
        }
    }

    /// The key to seal with. Nothing where there is none yet, and a place for one may be found.
    pub(crate) fn key(&self) -> Result<Option<Key>, NoKey> {
        if self.policy == Policy::Off {
            return Err(NoKey::Clear("TOK_SEAL is off".to_owned()));
        }
        if let Some(given) = self.given() {
            return given.key.clone().map(Some).map_err(NoKey::Nothing);
        }
        if let Ok(Some(copy)) = self.copy() {
            return Ok(Some(copy.key));
        }
        Ok(self.of_ring().ok().flatten())
    }

    fn given(&self) -> Option<&Given> {
        self.given.get_or_init(given::find).as_ref()
    }

    fn copy(&self) -> Result<Option<Copy>, String> {
        if self.copy.borrow().is_none() {
            *self.copy.borrow_mut() = kernel::read()?;
        }
        Ok(self.copy.borrow().clone())
    }

    /// Beside the key that it takes the place of, which may have sealed something while the OS keyring could not be read.
    fn put_copy(&self, key: &Key, is_lasting: bool) -> Result<(), String> {
        let former = self.copy().ok().flatten().and_then(|copy| {
            let is_the_same = copy.key.id() == key.id();
            if is_the_same { copy.former } else { Some(copy.key) }
        });
        let copy = Copy {
            key: key.clone(),
            is_lasting,
            former,
        };
        kernel::write(&copy)?;
        *self.copy.borrow_mut() = Some(copy);
        Ok(())
    }

    fn of_ring(&self) -> Result<Option<Key>, Lack> {
        self.of_ring_by(Ring::read)
    }

    /// What it has is copied, so that it need not be asked the next time.
    fn of_ring_by(&self, read: fn(&Ring) -> Result<Option<Key>, Lack>) -> Result<Option<Key>, Lack> {
        if self.in_ring.borrow().is_none() {
            let Some(key) = read(self.ring()?)? else {
                return Ok(None);
            };
            let _ = self.put_copy(&key, true);
            *self.in_ring.borrow_mut() = Some(key);
        }
        Ok(self.in_ring.borrow().clone())
    }

    fn ring(&self) -> Result<&Ring, Lack> {
        self.ring
            .as_ref()
            .ok_or_else(|| Lack::Absent("TOK_KEYRING is off".to_owned()))
    }

    /// What keeps the OS keyring from answering, where it was asked a moment ago.
    pub(crate) fn trouble_with_ring(&self) -> Option<String> {
        self.ring.as_ref()?.trouble()
    }
}

/// Nothing where the key is another one.
fn opened(outcome: Result<Vec<u8>, Unopened>) -> Option<Result<Vec<u8>, Closed>> {
    match outcome {
        Ok(plain) => Some(Ok(plain)),
        Err(Unopened::Damaged) => Some(Err(Closed::Damaged)),
        Err(Unopened::AnotherKey) => None,
    }
}
