//! What a placeholder may do to a field's text: `{field:/pointer}`, `{field:base64}`, `{field:lower}` and the like.

use serde_json::Value as Json;

use super::encoding::Encoding;
use crate::error::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transform<'a> {
    /// A member of a JSON document, by its pointer (RFC 6901).
    Member(&'a str),
    Encoded(Encoding),
    Lower,
    Upper,
}

const NAMED: [(&str, Transform); 5] = [
    ("base64", Transform::Encoded(Encoding::Base64)),
    ("base64url", Transform::Encoded(Encoding::Base64Url)),
    ("hex", Transform::Encoded(Encoding::Hex)),
    ("lower", Transform::Lower),
    ("upper", Transform::Upper),
];

impl<'a> Transform<'a> {
    /// What stands behind the colon.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        if text.starts_with('/') {
            return Some(Self::Member(text));
        }
        let (_, transform) = NAMED.iter().find(|(name, _)| *name == text)?;
        Some(*transform)
    }

    /// What may stand there, beside a pointer.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, _)| *name)
    }

    /// Nothing where a document has no such member.
    pub(crate) fn apply(self, text: &str) -> Result<Option<String>> {
        Ok(match self {
            Self::Member(pointer) => member(text, pointer)?,
            Self::Encoded(encoding) => Some(encoding.encode(text)),
            Self::Lower => Some(text.to_lowercase()),
            Self::Upper => Some(text.to_uppercase()),
        })
    }
}

/// A string as it is, anything else as JSON; `null` is nothing.
fn member(document: &str, pointer: &str) -> Result<Option<String>> {
    let json: Json = serde_json::from_str(document)
        .map_err(|_| Error::usage(format!("it is not JSON, so that nothing can be read at '{pointer}'")))?;
    Ok(match json.pointer(pointer) {
        None | Some(Json::Null) => None,
        Some(Json::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn transformed(name: &str, text: &str) -> Option<String> {
        Transform::parse(name).unwrap().apply(text).unwrap()
    }

    #[test]
    fn a_text_is_written_as_the_placeholder_says() {
        for (name, text) in [
            ("base64", "w4/Diz8="),
            ("base64url", "w4_Diz8"),
            ("hex", "c38fc38b3f"),
            ("lower", "ïë?"),
            ("upper", "ÏË?"),
        ] {
            assert_eq!(transformed(name, "ÏË?").unwrap(), text);
        }
    }

    #[test]
    fn a_member_of_a_document_is_read() {
        let document = r#"{"private_key": "a\nb", "sub/ject": {"id": 12}, "none": null}"#;
        for (pointer, text) in [
            ("/private_key", Some("a\nb")),
            ("/sub~1ject/id", Some("12")),
            ("/sub~1ject", Some(r#"{"id":12}"#)),
            ("/none", None),
            ("/other", None),
        ] {
            assert_eq!(transformed(pointer, document).as_deref(), text, "{pointer}");
        }
    }

    #[test]
    fn a_document_that_is_no_json_is_not_shown() {
        let error = Transform::Member("/a").apply("{hunter2").unwrap_err().to_string();
        assert_eq!(error, "tok: it is not JSON, so that nothing can be read at '/a'");
    }

    #[test]
    fn other_names_are_none() {
        for name in ["", "HEX", "utc", "form", "pointer", "base64 "] {
            assert_eq!(Transform::parse(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_document_makes_it_panic(document in ".*", pointer in "/.*") {
            let _ = Transform::Member(&pointer).apply(&document);
        }
    }
}
