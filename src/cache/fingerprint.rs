//! How a secret is recognized again without being kept: a salted Argon2id digest, never a fast hash.
//!
//! One salt can serve several digests, so that one computation is compared with many. [`Fingerprints`] computes once for
//! each salt that it meets, and makes fingerprints with a salt that others have met.

use std::cell::RefCell;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::secret::Secret;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    salt: Salt,
    digest: Digest,
}

/// All that one and the same secrets can be recognized by.
#[derive(Debug)]
pub(crate) struct Fingerprints {
    secrets: Vec<Secret>,
    computed: RefCell<Vec<Fingerprint>>,
}

impl Fingerprints {
    pub(crate) fn of(secrets: Vec<Secret>) -> Self {
        Self {
            secrets,
            computed: RefCell::default(),
        }
    }

    /// Whether it is one of these.
    pub(crate) fn contain(&self, fingerprint: &Fingerprint) -> bool {
        self.with(&fingerprint.salt).is_ok_and(|own| own == *fingerprint)
    }

    /// The one with the salt that was met last, since who will compare it has met that too.
    pub(crate) fn latest(&self) -> Result<Fingerprint> {
        let latest = self.computed.borrow().last().cloned();
        latest.map_or_else(|| self.with(&Salt::random()?), Ok)
    }

    fn with(&self, salt: &Salt) -> Result<Fingerprint> {
        let known = self.computed.borrow().iter().find(|known| known.salt == *salt).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let secrets: Vec<&[u8]> = self.secrets.iter().map(|secret| secret.expose().as_bytes()).collect();
        let computed = Fingerprint {
            salt: salt.clone(),
            digest: salt.digest(&secrets)?,
        };
        self.computed.borrow_mut().push(computed.clone());
        Ok(computed)
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

    fn of(secrets: &[&str]) -> Fingerprints {
        Fingerprints::of(secrets.iter().copied().map(Secret::new).collect())
    }

    #[test]
    fn a_fingerprint_is_that_of_its_secret_and_no_other_also_after_a_stay_on_disk() {
        let text = serde_json::to_string(&of(&["hunter2"]).latest().unwrap()).unwrap();
        let read: Fingerprint = serde_json::from_str(&text).unwrap();
        assert!(of(&["hunter2"]).contain(&read));
        assert!(!of(&["hunter3"]).contain(&read));
        assert!(!of(&["hunter", "2"]).contain(&read));
        assert!(!of(&[]).contain(&read));
        assert!(!text.contains("hunter2"));
    }

    #[test]
    fn two_fingerprints_of_one_secret_differ() {
        assert_ne!(of(&["x"]).latest().unwrap(), of(&["x"]).latest().unwrap());
    }

    #[test]
    fn who_has_met_anothers_fingerprint_computes_nothing_more() {
        let (one, two) = (of(&["one"]), of(&["two"]));
        let first = one.latest().unwrap();
        for _ in 0..3 {
            assert!(!two.contain(&first));
            assert!(!one.contain(&two.latest().unwrap()));
            assert!(one.contain(&first));
        }
        assert_eq!(one.computed.borrow().len(), 1);
        assert_eq!(two.computed.borrow().len(), 1);
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
