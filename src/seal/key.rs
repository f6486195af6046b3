//! A key: 32 random bytes, written as base64.

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::digest::{SHA256, digest};

use crate::error::{Error, Result};
use crate::secret::Secret;

/// People copy keys with and without the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Never shown. What it seals is told by its [`Id`].
#[derive(Clone)]
pub(crate) struct Key([u8; Key::LEN]);

/// By which a key is known where it cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id(pub(super) [u8; Id::LEN]);

impl Id {
    pub(super) const LEN: usize = 8;
}

impl Key {
    pub(super) const LEN: usize = 32;

    pub(crate) fn draw() -> Result<Self> {
        let mut bytes = [0; Self::LEN];
        getrandom::fill(&mut bytes).map_err(|error| Error::other(format!("cannot get random numbers: {error}")))?;
        Ok(Self(bytes))
    }

    /// Of base64, with blanks around it or not, or what is wrong with it, in words that do not show it.
    pub(crate) fn parse(text: &str) -> std::result::Result<Self, String> {
        let bytes = BASE64
            .decode(text.trim_ascii())
            .map_err(|_| "it is not base64".to_owned())?;
        Self::of(&bytes).ok_or_else(|| format!("it has {} bytes instead of {}", bytes.len(), Self::LEN))
    }

    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().map(Self).ok()
    }

    pub(crate) fn to_base64(&self) -> Secret {
        Secret::new(BASE64.encode(self.0))
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn id(&self) -> Id {
        let whole = digest(&SHA256, &[&b"tok key"[..], &self.0].concat());
        let mut id = [0; Id::LEN];
        id.iter_mut().zip(whole.as_ref()).for_each(|(to, from)| *to = *from);
        Id(id)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_without_its_padding_and_with_blanks_around_it() {
        let key = Key::draw().unwrap();
        let text = key.to_base64();
        assert_eq!(text.expose().len(), 44);
        let text = text.expose();
        for text in [text, text.trim_end_matches('='), &format!(" \t{text}\r\n")] {
            assert_eq!(Key::parse(text).unwrap().expose(), key.expose());
        }
    }

    #[test]
    fn what_is_no_key_is_told_and_not_shown() {
        for (text, reason) in [
            ("", "it has 0 bytes instead of 32"),
            ("c2hvcnQ=", "it has 5 bytes instead of 32"),
            (&BASE64.encode([7; 33]), "it has 33 bytes instead of 32"),
            ("not base64!", "it is not base64"),
            ("c2hv cnQ=", "it is not base64"),
        ] {
            assert_eq!(Key::parse(text).unwrap_err(), reason);
        }
    }

    #[test]
    fn no_two_keys_are_the_same_and_each_has_an_id_of_its_own() {
        let (one, other) = (Key::draw().unwrap(), Key::draw().unwrap());
        assert_ne!(one.expose(), other.expose());
        assert_ne!(one.id(), other.id());
        assert_eq!(one.id(), one.clone().id());
    }

    #[test]
    fn a_key_is_not_shown_by_debug() {
        assert_eq!(format!("{:?}", Key::draw().unwrap()), "Key(***)");
    }
}
