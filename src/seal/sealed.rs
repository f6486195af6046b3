//! Text that only the key can read, and that is nothing in another place.
//!
//! ChaCha20-Poly1305, and a random nonce for each text: 2^32 of them with one key before two nonces are likely to meet. In
//! base64 stand the key's id, the nonce, what is sealed, and the tag.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::key::{Id, Key};
use crate::error::{Error, Result};

/// Where it lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Of the format that it is a part of.
    pub(crate) schema: u32,
    /// Under which it is found.
    pub(crate) name: &'a str,
}

impl Place<'_> {
    fn with(&self, id: &[u8]) -> Aad<Vec<u8>> {
        Aad::from([id, &self.schema.to_be_bytes(), self.name.as_bytes()].concat())
    }
}

/// Why nothing was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unopened {
    AnotherKey,
    /// Or moved here from another place.
    Damaged,
}

impl Key {
    pub(crate) fn seal(&self, plain: &[u8], place: Place) -> Result<String> {
        let failed = |_| Error::other("cannot be sealed");
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| Error::other(format!("cannot get random numbers: {error}")))?;
        let id = self.id();
        let mut sealed = plain.to_vec();
        let tag = self
            .cipher()
            .and_then(|cipher| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                cipher.seal_in_place_separate_tag(nonce, place.with(&id.0), &mut sealed)
            })
            .map_err(failed)?;
        Ok(BASE64.encode([&id.0[..], &nonce, &sealed, tag.as_ref()].concat()))
    }

    pub(crate) fn open(&self, sealed: &str, place: Place) -> std::result::Result<Vec<u8>, Unopened> {
        let mut bytes = BASE64.decode(sealed).map_err(|_| Unopened::Damaged)?;
        let (id, rest) = bytes.split_at_mut_checked(Id::LEN).ok_or(Unopened::Damaged)?;
        let (nonce, sealed) = rest.split_first_chunk_mut::<NONCE_LEN>().ok_or(Unopened::Damaged)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self
            .cipher()
            .and_then(|cipher| cipher.open_in_place(nonce, place.with(id), sealed));
        match opened {
            Ok(plain) => Ok(plain.to_vec()),
            Err(_) if *id == self.id().0 => Err(Unopened::Damaged),
            Err(_) => Err(Unopened::AnotherKey),
        }
    }

    fn cipher(&self) -> std::result::Result<LessSafeKey, ring::error::Unspecified> {
        UnboundKey::new(&CHACHA20_POLY1305, self.expose()).map(LessSafeKey::new)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HERE: Place<'_> = Place { schema: 2, name: "a" };
    const PLAIN: &[u8] = b"a token";

    fn key(byte: u8) -> Key {
        Key::of(&[byte; 32]).unwrap()
    }

    #[test]
    fn what_was_sealed_is_opened_with_its_key_in_its_place_and_nowhere_else() {
        let sealed = key(1).seal(PLAIN, HERE).unwrap();
        assert_eq!(key(1).open(&sealed, HERE).unwrap(), PLAIN);
        assert_eq!(key(2).open(&sealed, HERE), Err(Unopened::AnotherKey));
        for place in [
            Place { name: "b", ..HERE },
            Place { name: "", ..HERE },
            Place { schema: 3, ..HERE },
        ] {
            assert_eq!(key(1).open(&sealed, place), Err(Unopened::Damaged));
        }
    }

    #[test]
    fn every_changed_byte_is_nothing() {
        let bytes = BASE64.decode(key(1).seal(PLAIN, HERE).unwrap()).unwrap();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                let unopened = if at < Id::LEN {
                    Unopened::AnotherKey
                } else {
                    Unopened::Damaged
                };
                assert_eq!(key(1).open(&BASE64.encode(changed), HERE), Err(unopened), "{at}");
            }
        }
    }

    #[test]
    fn every_changed_letter_and_every_truncation_is_nothing() {
        let sealed = key(1).seal(PLAIN, HERE).unwrap();
        for at in 0..sealed.len() {
            assert!(key(1).open(&sealed[..at], HERE).is_err());
            assert!(key(1).open(&sealed[at + 1..], HERE).is_err());
            for letter in ["A", "_", "=", " ", "\u{e4}"] {
                let mut changed = sealed.clone();
                changed.replace_range(at..=at, letter);
                assert!(changed == sealed || key(1).open(&changed, HERE).is_err(), "{at}");
            }
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_the_same_twice() {
        let sealed = || key(1).seal(PLAIN, HERE).unwrap();
        assert_ne!(sealed(), sealed());
    }

    proptest! {
        #[test]
        fn any_bytes_come_back_as_they_were_and_show_nothing_of_themselves(
            plain in proptest::collection::vec(any::<u8>(), 0..2048),
            name in ".*",
            schema in any::<u32>(),
            byte in any::<u8>(),
        ) {
            let place = Place { schema, name: &name };
            let sealed = key(byte).seal(&plain, place).unwrap();
            prop_assert_eq!(key(byte).open(&sealed, place).unwrap(), plain.clone());
            prop_assert!(key(byte.wrapping_add(1)).open(&sealed, place).is_err());
            let bytes = BASE64.decode(sealed).unwrap();
            prop_assert!(plain.len() < 8 || !bytes.windows(plain.len()).any(|window| window == plain));
        }

        #[test]
        fn any_text_is_nothing(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            prop_assert!(key(1).open(&text, HERE).is_err());
            prop_assert!(key(1).open(&BASE64.encode(bytes), HERE).is_err());
        }
    }
}
