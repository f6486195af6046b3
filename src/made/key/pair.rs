//! Keys that can sign, of each kind that there is.

use ring::error::KeyRejected;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair,
};

use crate::error::{Error, Result};

/// The kinds of keys, in words.
pub(in crate::made) const RSA: &str = "an RSA key";
pub(in crate::made) const P256: &str = "an EC key on P-256";
pub(in crate::made) const P384: &str = "an EC key on P-384";
pub(in crate::made) const ED25519: &str = "an Ed25519 key";
pub(in crate::made) const SHARED: &str = "a shared secret";

pub(in crate::made) enum Key {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    /// A shared secret, which only a JWK can say that it is.
    Shared(Vec<u8>),
}

impl Key {
    pub(in crate::made) fn kind(&self) -> &'static str {
        match self {
            Self::Rsa(_) => RSA,
            Self::P256(_) => P256,
            Self::P384(_) => P384,
            Self::Ed25519(_) => ED25519,
            Self::Shared(_) => SHARED,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Curve {
    P256,
    P384,
}

/// ring wants the point beside the private number and compares them.
pub(super) fn elliptic(curve: Curve, private: &[u8], point: &[u8]) -> Result<Key> {
    let (algorithm, key): (_, fn(EcdsaKeyPair) -> Key) = match curve {
        Curve::P256 => (&ECDSA_P256_SHA256_FIXED_SIGNING, Key::P256),
        Curve::P384 => (&ECDSA_P384_SHA384_FIXED_SIGNING, Key::P384),
    };
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, private, point, &SystemRandom::new())
        .map(key)
        .map_err(rejected)
}

/// ring says why in one of its few constants.
pub(super) fn rejected(why: KeyRejected) -> Error {
    Error::usage(match why.to_string().as_str() {
        "TooSmall" | "TooLarge" | "PrivateModulusLenNotMultipleOf512Bits" => {
            "an RSA key must have 2048, 3072 or 4096 bits and an exponent from 65537"
        }
        "InconsistentComponents" => "the parts of the key do not belong together",
        _ => "the key is broken",
    })
}

pub(super) fn unsupported() -> Error {
    Error::usage("it is a key of another kind than RSA, EC on P-256 or P-384, and Ed25519")
}
