//! Keys, where they lie, and what is sealed with them.
//!
//! The room promises that what is sealed can be read and made with the key alone, and only where it was meant to lie: with
//! another key, cut, changed or moved, nothing of it is given. A keyring that is missing, locked, broken or silent is a reason
//! in words and not a failure, and nothing here waits for a person. It knows nothing of entries and folders.

mod custody;
mod given;
mod kernel;
pub(crate) mod key;
mod policy;
mod ring;
pub(crate) mod sealed;

pub(crate) use custody::{Closed, Dropped, Lies, NoKey, Outlook, Seal};
pub(crate) use key::Key;
pub(crate) use policy::Policy;
pub(crate) use sealed::Place;
