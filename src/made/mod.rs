//! Values that tok makes itself: signed JWTs, HMACs, digests, one-time codes, random texts and times.
//!
//! Everything comes in resolved: texts whose placeholders are filled, keys as secrets, the moment. What comes out depends on
//! nothing else, random texts excepted. An error says what is wrong with a key or a seed and never shows any of it. This room
//! knows nothing of definitions, fields and files; who asks puts the name of the value before the error.

pub(crate) mod document;
pub(crate) mod encoding;
pub(crate) mod hash;
pub(crate) mod jwt;
mod key;
pub(crate) mod moment;
pub(crate) mod random;
pub(crate) mod totp;
pub(crate) mod transform;
