//! How bytes are written as text.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use data_encoding::{HEXLOWER, HEXUPPER};
use serde::Deserialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Encoding {
    #[serde(rename = "hex")]
    Hex,
    #[serde(rename = "HEX")]
    UpperHex,
    #[serde(rename = "base64")]
    Base64,
    /// Without padding, as in a JWT (RFC 7515 section 2).
    #[serde(rename = "base64url")]
    Base64Url,
}

impl Encoding {
    pub(crate) fn encode(self, bytes: impl AsRef<[u8]>) -> String {
        match self {
            Self::Hex => HEXLOWER.encode(bytes.as_ref()),
            Self::UpperHex => HEXUPPER.encode(bytes.as_ref()),
            Self::Base64 => STANDARD.encode(bytes),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_their_name_says() {
        for (name, text) in [
            ("hex", "fbff0a"),
            ("HEX", "FBFF0A"),
            ("base64", "+/8K"),
            ("base64url", "-_8K"),
        ] {
            let encoding: Encoding = serde_json::from_value(name.into()).unwrap();
            assert_eq!(encoding.encode([0xfb, 0xff, 0x0a]), text);
        }
        assert_eq!(Encoding::Base64.encode("a"), "YQ==");
        assert_eq!(Encoding::Base64Url.encode("a"), "YQ");
    }
}
