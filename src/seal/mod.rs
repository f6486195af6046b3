//! Keys, and what is sealed with them.
//!
//! The room promises that what is sealed can be read and made with the key alone, and only where it was meant to lie: with
//! another key, cut, changed or moved, nothing of it is given. It knows nothing of entries and folders.

pub(crate) mod key;
pub(crate) mod sealed;
