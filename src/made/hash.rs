//! HMACs (RFC 2104) and plain digests, as bytes.
//!
//! SHA-1 and MD5 are here because vendors ask for them, not because they should.

use md5::{Digest as _, Md5};
use ring::{digest, hmac};
use serde::Deserialize;

use crate::secret::Secret;

/// What an HMAC can be made with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Keyed {
    #[default]
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// What a digest can be made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Plain {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Keyed {
    pub(crate) fn hmac(self, key: &Secret, of: &str) -> Vec<u8> {
        self.sign(key.expose().as_bytes(), of.as_bytes())
    }

    pub(super) fn sign(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        };
        hmac::sign(&hmac::Key::new(algorithm, key), message).as_ref().to_vec()
    }
}

impl Plain {
    pub(crate) fn digest(self, of: &str) -> Vec<u8> {
        let algorithm = match self {
            Self::Md5 => return Md5::digest(of).to_vec(),
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, of.as_bytes()).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::encoding::Encoding;

    /// RFC 2202 section 3 and RFC 4231 section 4, the cases whose key is text.
    #[test]
    fn an_hmac_is_the_one_of_the_rfc() {
        let (key, of) = ("Jefe", "what do ya want for nothing?");
        for (hash, hex) in [
            (Keyed::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (
                Keyed::Sha256,
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                Keyed::Sha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                Keyed::Sha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ] {
            assert_eq!(Encoding::Hex.encode(hash.hmac(&Secret::new(key), of)), hex);
        }
    }

    /// RFC 4231 section 4.7: a key longer than a block.
    #[test]
    fn a_long_key_is_digested_first() {
        let mac = Keyed::Sha256.sign(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(
            Encoding::Hex.encode(mac),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    /// RFC 1321 appendix A.5 and FIPS 180-4's example.
    #[test]
    fn a_digest_is_the_one_of_the_standard() {
        for (name, hex) in [
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "sha256",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                "sha384",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                "sha512",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ] {
            let hash: Plain = serde_json::from_value(name.into()).unwrap();
            assert_eq!(Encoding::Hex.encode(hash.digest("abc")), hex, "{name}");
        }
    }

    /// RFC 7636 appendix B.
    #[test]
    fn a_code_challenge_is_the_digest_of_its_verifier() {
        let challenge = Plain::Sha256.digest("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            Encoding::Base64Url.encode(challenge),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
