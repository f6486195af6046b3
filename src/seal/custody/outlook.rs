//! How what is kept from now on is kept, told without making a key.

use super::Seal;
use super::making::nowhere;
use crate::seal::policy::Policy;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lies {
    /// In a file or a variable: the variable that says so.
    Given(&'static str),
    /// In the OS keyring.
    Keyring,
    /// In the kernel's alone.
    Kernel,
}

impl Lies {
    /// For programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Given(variable) => variable,
            Self::Keyring => "keyring",
            Self::Kernel => "kernel",
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Given(variable) => variable,
            Self::Keyring => "the OS keyring",
            Self::Kernel => "the kernel's keyring",
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
            Ok(Some(_)) => return Outlook::Sealed(Lies::Kernel),
            _ => {}
        }
        let no_ring = match self.of_ring() {
            Ok(Some(_)) => return Outlook::Sealed(Lies::Keyring),
            Ok(None) => self.ring().and_then(|ring| ring.lack().map_or(Ok(()), Err)).err(),
            Err(why) => Some(why),
        };
        match (no_ring, copy) {
            (None, _) => Outlook::ToBeSealed(Lies::Keyring),
            (Some(_), Ok(_)) => Outlook::ToBeSealed(Lies::Kernel),
            (Some(no_ring), Err(no_copy)) => {
                let why = nowhere(&no_ring, &no_copy);
                if self.policy == Policy::Require {
                    Outlook::Nothing(why)
                } else {
                    Outlook::Clear(why)
                }
            }
        }
    }
}
