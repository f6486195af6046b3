//! How what is kept from now on is kept, told without making a key.

use super::{KERNEL, NoKey, OS, Seal};
use crate::seal::kernel;
use crate::seal::policy::Policy;
use crate::seal::ring::Ring;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// With a key that lies there.
    Sealed(Lies),
    /// There is no key yet. This is where the first one will lie.
    ToBeSealed(Lies),
    /// Why.
    Clear(String),
    /// Why nothing is kept.
    Nothing(String),
}

/// Where a key lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lies {
    /// In a file or a variable: the variable that says so.
    Given(&'static str),
    /// In the OS keyring.
    Keyring,
    /// In the kernel's alone, and why.
    Kernel(String),
}

impl Lies {
    /// For programs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Given(variable) => variable,
            Self::Keyring => "keyring",
            Self::Kernel(_) => "kernel",
        }
    }

    /// For people, with how long it lies there where that has an end.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Given(variable) => (*variable).to_owned(),
            Self::Keyring => OS.to_owned(),
            Self::Kernel(_) => format!("{KERNEL} until the last session ends or the machine restarts"),
        }
    }
}

impl From<NoKey> for Outlook {
    fn from(no_key: NoKey) -> Self {
        match no_key {
            NoKey::Clear(why) => Self::Clear(why),
            NoKey::Unread(why) => Self::Clear(format!(
                "{why}; what was sealed before is not replaced by a token in clear"
            )),
            NoKey::Nothing(why) => Self::Nothing(why),
        }
    }
}

impl Seal {
    pub(crate) fn outlook(&self) -> Outlook {
        if self.policy == Policy::Off {
            return Outlook::Clear("TOK_SEAL is off".to_owned());
        }
        if let Some(given) = self.given() {
            return match &given.key {
                Ok(_) => Outlook::Sealed(Lies::Given(given.variable)),
                Err(why) => Outlook::Nothing(why.clone()),
            };
        }
        let copy = self.copy();
        match &copy {
            Ok(Some(copy)) if copy.is_lasting => return Outlook::Sealed(Lies::Keyring),
            Ok(Some(_)) => return Outlook::Sealed(Lies::Kernel(self.why_in_no_ring())),
            _ => {}
        }
        let no_ring = match self.of_ring() {
            Ok(Some(_)) => return Outlook::Sealed(Lies::Keyring),
            Ok(None) => match self.ring().and_then(Ring::is_there) {
                Ok(()) => return Outlook::ToBeSealed(Lies::Keyring),
                Err(lack) => lack,
            },
            Err(lack) => lack,
        };
        match copy.and_then(|_| kernel::has_room()) {
            Ok(()) => Outlook::ToBeSealed(Lies::Kernel(no_ring.why().to_owned())),
            Err(no_copy) => self.nowhere(&no_ring, &no_copy).into(),
        }
    }

    /// Why the OS keyring has not got the key that is in use. It is not made to last by looking.
    fn why_in_no_ring(&self) -> String {
        let read = self.ring().and_then(|ring| match ring.read()? {
            None => ring.is_there().map(|()| "the OS keyring has none yet"),
            Some(_) => Ok("the OS keyring has another one"),
        });
        read.map_or_else(|lack| lack.why().to_owned(), str::to_owned)
    }
}
