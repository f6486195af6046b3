//! Signing a JWT (RFC 7515 section 7.1, RFC 7518 section 3, RFC 8037). Reading one is [`crate::jwt`]'s.

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::encoding::Encoding;
use super::hash::Keyed;
use super::key::{self, Key};
use crate::error::{Error, Result};
use crate::secret::Secret;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    ES256,
    ES384,
    EdDSA,
    HS256,
    HS384,
    HS512,
}

enum Scheme {
    Rsa(&'static dyn RsaEncoding),
    P256,
    P384,
    Ed25519,
    Shared(Keyed),
}

/// The compact form. The header gets `alg` and, where it has none, the `typ` that servers expect.
pub(crate) fn sign(
    algorithm: Algorithm,
    key: &Secret,
    header: &Map<String, Json>,
    claims: &Map<String, Json>,
) -> Result<Secret> {
    let mut whole = Map::new();
    whole.insert("alg".to_owned(), serde_json::json!(algorithm));
    whole.insert("typ".to_owned(), "JWT".into());
    whole.extend(header.iter().map(|(name, value)| (name.clone(), value.clone())));
    whole.insert("alg".to_owned(), serde_json::json!(algorithm));
    let part = |members: &Map<String, Json>| Encoding::Base64Url.encode(serde_json::json!(members).to_string());
    let input = format!("{}.{}", part(&whole), part(claims));
    let signature = algorithm.signature(key, input.as_bytes())?;
    Ok(Secret::new(format!(
        "{input}.{}",
        Encoding::Base64Url.encode(signature)
    )))
}

impl Algorithm {
    fn scheme(self) -> Scheme {
        match self {
            Self::RS256 => Scheme::Rsa(&RSA_PKCS1_SHA256),
            Self::RS384 => Scheme::Rsa(&RSA_PKCS1_SHA384),
            Self::RS512 => Scheme::Rsa(&RSA_PKCS1_SHA512),
            Self::PS256 => Scheme::Rsa(&RSA_PSS_SHA256),
            Self::ES256 => Scheme::P256,
            Self::ES384 => Scheme::P384,
            Self::EdDSA => Scheme::Ed25519,
            Self::HS256 => Scheme::Shared(Keyed::Sha256),
            Self::HS384 => Scheme::Shared(Keyed::Sha384),
            Self::HS512 => Scheme::Shared(Keyed::Sha512),
        }
    }

    /// Whether the same key and text give the same signature each time.
    pub(crate) fn is_repeatable(self) -> bool {
        !matches!(self, Self::PS256 | Self::ES256 | Self::ES384)
    }

    fn signature(self, key: &Secret, input: &[u8]) -> Result<Vec<u8>> {
        let scheme = self.scheme();
        let key = match (&scheme, key::read(key.expose())) {
            // Any text may be shared, so that one which is no key is meant as it stands.
            (Scheme::Shared(_), Err(_)) => Key::Shared(key.expose().into()),
            (_, key) => key?,
        };
        match (&scheme, &key) {
            (Scheme::Rsa(padding), Key::Rsa(pair)) => rsa(pair, *padding, input),
            (Scheme::P256, Key::P256(pair)) | (Scheme::P384, Key::P384(pair)) => pair
                .sign(&SystemRandom::new(), input)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| Error::other("cannot get random numbers")),
            (Scheme::Ed25519, Key::Ed25519(pair)) => Ok(pair.sign(input).as_ref().to_vec()),
            (Scheme::Shared(hash), Key::Shared(key)) => Ok(hash.sign(key, input)),
            (scheme, other) => Err(Error::usage(format!(
                "{self:?} signs with {}, and this is {}",
                scheme.kind(),
                other.kind()
            ))),
        }
    }
}

impl Scheme {
    /// Of the key that it signs with.
    fn kind(&self) -> &'static str {
        match self {
            Self::Rsa(_) => key::RSA,
            Self::P256 => key::P256,
            Self::P384 => key::P384,
            Self::Ed25519 => key::ED25519,
            Self::Shared(_) => key::SHARED,
        }
    }
}

/// Fails where the key's numbers, each good by itself, do not belong together.
fn rsa(pair: &RsaKeyPair, padding: &'static dyn RsaEncoding, input: &[u8]) -> Result<Vec<u8>> {
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(padding, &SystemRandom::new(), input, &mut signature)
        .map_err(|_| Error::usage("the parts of the key do not belong together"))?;
    Ok(signature)
}

#[cfg(test)]
mod tests;
