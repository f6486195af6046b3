//! Private keys in DER: PKCS#8 (RFC 5208), PKCS#1 (RFC 8017 appendix A.1.2), SEC1 (RFC 5915).
//!
//! ring reads RSA and Ed25519 keys itself. Of EC keys it reads fewer than there are, and never without their wrapping, so that
//! they are taken apart here.

use ring::signature::{Ed25519KeyPair, RsaKeyPair};

use super::pair::{Curve, Key, elliptic, rejected, unsupported};
use crate::error::{Error, Result};

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const PARAMETERS: u8 = 0xa0;
const PUBLIC_KEY: u8 = 0xa1;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

pub(super) fn pkcs8(der: &[u8]) -> Result<Key> {
    let wrapped = Wrapped::read(der).ok_or_else(broken)?;
    match wrapped.algorithm {
        RSA => pkcs1(wrapped.key),
        EC => sec1(wrapped.key, wrapped.curve),
        // OpenSSL writes no public key, so that there is nothing to be compared with.
        ED25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .map(Key::Ed25519)
            .map_err(rejected),
        _ => Err(unsupported()),
    }
}

pub(super) fn pkcs1(der: &[u8]) -> Result<Key> {
    RsaKeyPair::from_der(der).map(Key::Rsa).map_err(rejected)
}

/// The curve is said outside, in PKCS#8, or inside.
pub(super) fn sec1(der: &[u8], curve: Option<&[u8]>) -> Result<Key> {
    let key = Elliptic::read(der).ok_or_else(broken)?;
    let curve = match curve.or(key.curve) {
        Some(P256) => Curve::P256,
        Some(P384) => Curve::P384,
        _ => return Err(unsupported()),
    };
    let point = key.point.ok_or_else(|| {
        Error::usage("the EC key lacks its public point")
            .with_hint("openssl ec -in KEY -conv_form uncompressed -out NEW adds it")
    })?;
    elliptic(curve, key.private, point)
}

struct Wrapped<'a> {
    algorithm: &'a [u8],
    curve: Option<&'a [u8]>,
    key: &'a [u8],
}

impl<'a> Wrapped<'a> {
    fn read(der: &'a [u8]) -> Option<Self> {
        let mut whole = Elements(Elements(der).take(SEQUENCE)?);
        whole.take(INTEGER)?;
        let mut algorithm = Elements(whole.take(SEQUENCE)?);
        Some(Self {
            algorithm: algorithm.take(OBJECT_IDENTIFIER)?,
            curve: algorithm.take(OBJECT_IDENTIFIER),
            key: whole.take(OCTET_STRING)?,
        })
    }
}

struct Elliptic<'a> {
    private: &'a [u8],
    curve: Option<&'a [u8]>,
    point: Option<&'a [u8]>,
}

impl<'a> Elliptic<'a> {
    fn read(der: &'a [u8]) -> Option<Self> {
        let mut key = Elements(Elements(der).take(SEQUENCE)?);
        key.take(INTEGER)?;
        Some(Self {
            private: key.take(OCTET_STRING)?,
            curve: key
                .take(PARAMETERS)
                .and_then(|inside| Elements(inside).take(OBJECT_IDENTIFIER)),
            point: key
                .take(PUBLIC_KEY)
                .and_then(|inside| Elements(inside).take(BIT_STRING))
                // The first byte counts the bits that are left over at the end.
                .and_then(|bits| bits.strip_prefix(&[0])),
        })
    }
}

/// Elements in a row, each a tag, a length and its inside (X.690 section 8.1).
struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    /// The inside of the next one, if it has this tag; else it stays the next one.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (_, rest) = self.0.split_first().filter(|(first, _)| **first == tag)?;
        let (&length, rest) = rest.split_first()?;
        let (length, rest) = match length {
            0x00..=0x7f => (usize::from(length), rest),
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
                let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (inside, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(inside)
    }
}

fn broken() -> Error {
    Error::usage("the key is broken")
}
