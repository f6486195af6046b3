//! Reading a JWT (RFC 7519) in its signed compact form.
//!
//! Nothing is verified: tok is not the token's audience, it only wants to know what the token says. An encrypted one
//! says nothing to it and counts as none.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// Some issuers pad although the standard forbids it.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(crate) struct Jwt {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
}

impl Jwt {
    pub(crate) fn decode(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
        })
    }
}

/// When the token says that it ends, in Unix seconds, rounded down. `exp` may be a number or, against the standard, the
/// same as a string.
pub(crate) fn expiry(token: &str) -> Option<i64> {
    let seconds = match Jwt::decode(token)?.claims.get("exp")? {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => return Some(whole),
            None => number.as_f64(),
        },
        Value::String(text) => match text.parse() {
            Ok(whole) => return Some(whole),
            Err(_) => text.parse().ok(),
        },
        _ => None,
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a time beyond the range is as good as its end"
    )]
    seconds
        .filter(|seconds| seconds.is_finite())
        .map(|seconds| seconds.floor() as i64)
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&BASE64URL.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    fn jwt(claims: &str) -> String {
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
        format!("{header}.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn the_end_is_read_from_numbers_and_numeric_strings() {
        for (claim, end) in [
            ("1700000000", Some(1_700_000_000)),
            ("1700000000.9", Some(1_700_000_000)),
            ("1.7e9", Some(1_700_000_000)),
            ("18446744073709551615", Some(i64::MAX)),
            (r#""1700000000""#, Some(1_700_000_000)),
            (r#""1700000000.5""#, Some(1_700_000_000)),
            (r#""inf""#, None),
            (r#""NaN""#, None),
            (r#""tomorrow""#, None),
            (r#""""#, None),
            ("null", None),
            ("[1]", None),
        ] {
            assert_eq!(expiry(&jwt(&format!(r#"{{"exp":{claim}}}"#))), end, "{claim}");
        }
        assert_eq!(expiry(&jwt("{}")), None);
    }

    #[test]
    fn padding_does_no_harm() {
        let padded = format!(
            "{}.{}.",
            BASE64_URL_SAFE.encode("{}"),
            BASE64_URL_SAFE.encode(r#"{"exp":12}"#)
        );
        assert!(padded.contains('='));
        assert_eq!(expiry(&padded), Some(12));
    }

    #[test]
    fn what_is_no_jwt_is_none() {
        let whole = jwt("{}");
        let (head, _) = whole.rsplit_once('.').unwrap();
        for token in [
            "",
            ".",
            "..",
            "a.b.c",
            "e30.e30",
            &format!("{whole}.a.b"),
            &jwt("[]"),
            &jwt("1"),
            head,
        ] {
            assert!(Jwt::decode(token).is_none(), "{token}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(token in ".{0,60}", claims in ".{0,60}", exp in any::<f64>()) {
            let _ = expiry(&token);
            let _ = expiry(&jwt(&claims));
            let _ = expiry(&jwt(&format!(r#"{{"exp":{exp}}}"#)));
        }
    }
}
