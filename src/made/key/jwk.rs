//! Private keys as JWK (RFC 7517, 7518 section 6, 8037 section 2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{Ed25519KeyPair, RsaKeyPair};
use serde_json::{Map, Value as Json};

use super::pair::{Curve, Key, elliptic, rejected, unsupported};
use crate::error::{Error, Result};

pub(super) fn read(text: &str) -> Result<Key> {
    let members: Map<String, Json> =
        serde_json::from_str(text).map_err(|_| Error::usage("it begins like a JWK, but is not JSON"))?;
    let name = |name: &str| members.get(name).and_then(Json::as_str);
    let part = |part: &str| {
        name(part)
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
            .ok_or_else(|| {
                Error::usage(format!(
                    "its JWK has no '{part}' in base64url, which a private key needs"
                ))
            })
    };
    match (name("kty"), name("crv")) {
        (None, _) => Err(Error::usage("it is JSON, but no JWK: there is no 'kty'")
            .with_hint("{field:/pointer} in the definition reads a member of a JSON document")),
        (Some("RSA"), _) => RsaKeyPair::from_components(&KeyPairComponents {
            public_key: PublicKeyComponents {
                n: part("n")?,
                e: part("e")?,
            },
            d: part("d")?,
            p: part("p")?,
            q: part("q")?,
            dP: part("dp")?,
            dQ: part("dq")?,
            qInv: part("qi")?,
        })
        .map(Key::Rsa)
        .map_err(rejected),
        (Some("EC"), Some("P-256")) => elliptic(Curve::P256, &part("d")?, &point(&part("x")?, &part("y")?)),
        (Some("EC"), Some("P-384")) => elliptic(Curve::P384, &part("d")?, &point(&part("x")?, &part("y")?)),
        (Some("OKP"), Some("Ed25519")) => Ed25519KeyPair::from_seed_and_public_key(&part("d")?, &part("x")?)
            .map(Key::Ed25519)
            .map_err(rejected),
        (Some("oct"), _) => part("k").map(Key::Shared),
        _ => Err(unsupported()),
    }
}

/// Uncompressed (SEC 1 section 2.3.3).
fn point(x: &[u8], y: &[u8]) -> Vec<u8> {
    [&[0x04], x, y].concat()
}
