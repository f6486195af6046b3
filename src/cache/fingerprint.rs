//! How a secret is recognized again without being kept: a salted Argon2id digest, never a fast hash.
//!
//! One salt can serve several digests, so that one computation is compared with many.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    salt: Salt,
    digest: Digest,
}

impl Fingerprint {
    pub(crate) fn of(secrets: &[&[u8]]) -> Result<Self> {
        let salt = Salt::random()?;
        let digest = salt.digest(secrets)?;
        Ok(Self { salt, digest })
    }

    pub(crate) fn matches(&self, secrets: &[&[u8]]) -> bool {
        self.salt.digest(secrets).is_ok_and(|digest| digest == self.digest)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Salt([u8; 16]);

impl Salt {
    pub(super) fn random() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| Error::other(format!("cannot get random numbers: {error}")))?;
        Ok(Self(bytes))
    }

    /// Takes about 20 ms and 19 MiB.
    pub(super) fn digest(&self, secrets: &[&[u8]]) -> Result<Digest> {
        let mut digest = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
            .hash_password_into(&joined(secrets), &self.0, &mut digest)
            .map_err(|error| Error::other(format!("cannot compute a digest: {error}")))?;
        Ok(Digest(digest))
    }
}

/// With the lengths, so that no other list reads the same.
fn joined(secrets: &[&[u8]]) -> Vec<u8> {
    secrets.iter().fold(Vec::new(), |mut joined, secret| {
        joined.extend_from_slice(&secret.len().to_le_bytes());
        joined.extend_from_slice(secret);
        joined
    })
}

/// Compares in constant time.
#[derive(Debug, Clone, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Digest([u8; 32]);

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        let difference = self.0.iter().zip(&other.0).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(difference) == 0
    }
}

fn decode<const N: usize>(text: &str) -> std::result::Result<[u8; N], &'static str> {
    let bytes = STANDARD.decode(text).map_err(|_| "not base64")?;
    bytes.try_into().map_err(|_| "of another length")
}

impl TryFrom<String> for Salt {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        decode(&text).map(Self)
    }
}

impl From<Salt> for String {
    fn from(salt: Salt) -> Self {
        STANDARD.encode(salt.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        decode(&text).map(Self)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        STANDARD.encode(digest.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_matches_its_secret_and_no_other_also_after_a_stay_on_disk() {
        let text = serde_json::to_string(&Fingerprint::of(&[b"hunter2"]).unwrap()).unwrap();
        let read: Fingerprint = serde_json::from_str(&text).unwrap();
        assert!(read.matches(&[b"hunter2"]));
        assert!(!read.matches(&[b"hunter3"]));
        assert!(!read.matches(&[b"hunter", b"2"]));
        assert!(!read.matches(&[]));
        assert!(!text.contains("hunter2"));
    }

    #[test]
    fn two_fingerprints_of_one_secret_differ() {
        assert_ne!(Fingerprint::of(&[b"x"]).unwrap(), Fingerprint::of(&[b"x"]).unwrap());
    }

    #[test]
    fn a_broken_fingerprint_is_not_read() {
        for text in [
            r#"{"salt":"AAAA","digest":"AAAA"}"#,
            r#"{"salt":"?","digest":""}"#,
            r#"{"salt":1,"digest":2}"#,
        ] {
            assert!(serde_json::from_str::<Fingerprint>(text).is_err());
        }
    }

    #[test]
    fn the_digest_is_argon2id_at_the_default_cost() {
        let params = Params::DEFAULT;
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (19 * 1024, 2, 1));
    }
}
