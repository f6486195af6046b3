//! A key to sign with, read from what people are given: PEM (PKCS#8, PKCS#1, SEC1) or JWK.
//!
//! Whether a key can sign is known once it has been read, but for a few of RSA's numbers, which only show at the first
//! signature. An error is for exit 2 and says what to do about a key that is encrypted or written in a way that cannot be read;
//! nothing of a key stands in it, not even of a broken one.

mod der;
mod jwk;
mod pair;
mod pem;

pub(super) use self::pair::{ED25519, Key, P256, P384, RSA, SHARED};
pub(super) use self::pem::read as pem;
use crate::error::Result;

pub(super) fn read(text: &str) -> Result<Key> {
    if text.trim_start().starts_with('{') {
        jwk::read(text)
    } else {
        pem::read(text)
    }
}

#[cfg(test)]
mod tests;
