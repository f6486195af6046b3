//! Signing a JWT (RFC 7515 section 7.1, RFC 7518 section 3, RFC 8037). Reading one is [`crate::jwt`]'s.

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use serde_json::{Map, Value as Json};

use super::encoding::Encoding;
use super::hash::Keyed;
use super::key::{self, Key};
use crate::error::{Error, Result};
use crate::secret::Secret;

pub(crate) struct Algorithm {
    /// As in the JWT's `alg`.
    pub(crate) name: &'static str,
    scheme: Scheme,
}

enum Scheme {
    Rsa(&'static dyn RsaEncoding),
    P256,
    P384,
    Ed25519,
    Shared(Keyed),
}

pub(crate) static ALGORITHMS: [Algorithm; 10] = [
    Algorithm::new("RS256", Scheme::Rsa(&RSA_PKCS1_SHA256)),
    Algorithm::new("RS384", Scheme::Rsa(&RSA_PKCS1_SHA384)),
    Algorithm::new("RS512", Scheme::Rsa(&RSA_PKCS1_SHA512)),
    Algorithm::new("PS256", Scheme::Rsa(&RSA_PSS_SHA256)),
    Algorithm::new("ES256", Scheme::P256),
    Algorithm::new("ES384", Scheme::P384),
    Algorithm::new("EdDSA", Scheme::Ed25519),
    Algorithm::new("HS256", Scheme::Shared(Keyed::Sha256)),
    Algorithm::new("HS384", Scheme::Shared(Keyed::Sha384)),
    Algorithm::new("HS512", Scheme::Shared(Keyed::Sha512)),
];

/// The compact form. The header gets `alg` and, where it has none, the `typ` that servers expect.
pub(crate) fn sign(
    algorithm: &Algorithm,
    key: &Secret,
    header: &Map<String, Json>,
    claims: &Map<String, Json>,
) -> Result<Secret> {
    let mut whole = Map::new();
    whole.insert("alg".to_owned(), algorithm.name.into());
    whole.insert("typ".to_owned(), "JWT".into());
    whole.extend(header.iter().map(|(name, value)| (name.clone(), value.clone())));
    whole.insert("alg".to_owned(), algorithm.name.into());
    let part = |members: &Map<String, Json>| Encoding::Base64Url.encode(serde_json::json!(members).to_string());
    let input = format!("{}.{}", part(&whole), part(claims));
    let signature = algorithm.signature(key, input.as_bytes())?;
    Ok(Secret::new(format!(
        "{input}.{}",
        Encoding::Base64Url.encode(signature)
    )))
}

impl Algorithm {
    const fn new(name: &'static str, scheme: Scheme) -> Self {
        Self { name, scheme }
    }

    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ALGORITHMS.iter().find(|algorithm| algorithm.name == name)
    }

    fn signature(&self, key: &Secret, input: &[u8]) -> Result<Vec<u8>> {
        let key = match (&self.scheme, Key::read(key.expose())) {
            // Any text may be shared, so that one which is no key is meant as it stands.
            (Scheme::Shared(_), Err(_)) => Key::Shared(key.expose().into()),
            (_, key) => key?,
        };
        match (&self.scheme, &key) {
            (Scheme::Rsa(padding), Key::Rsa(pair)) => rsa(pair, *padding, input),
            (Scheme::P256, Key::P256(pair)) | (Scheme::P384, Key::P384(pair)) => pair
                .sign(&SystemRandom::new(), input)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| Error::other("cannot get random numbers")),
            (Scheme::Ed25519, Key::Ed25519(pair)) => Ok(pair.sign(input).as_ref().to_vec()),
            (Scheme::Shared(hash), Key::Shared(key)) => Ok(hash.sign(key, input)),
            (scheme, other) => Err(Error::usage(format!(
                "{} signs with {}, and this is {}",
                self.name,
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
