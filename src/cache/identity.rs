//! Whose token, whose login, which origin: the names under which something is remembered.
//!
//! A name is a digest, so that no login name stands in a file name. A fast hash will do, since no secret is in it. Two
//! different things never share a name, of whichever kinds they are: the kind is part of what is hashed.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a cached token was asked for with, without the secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) vendor: String,
    /// The base URL, normalized by the caller.
    pub(crate) url: String,
    /// The names of the fields of the way taken; of one that a person approves always the same.
    pub(crate) way: Vec<String>,
    /// The profile's name, where nothing else says who approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    /// Every plain value laid into the login request.
    pub(crate) fields: BTreeMap<String, serde_json::Value>,
}

impl Identity {
    pub(crate) fn digest(&self) -> String {
        digest("identity", self)
    }

    /// Under which a person is asked.
    pub(crate) fn person_digest(&self) -> String {
        digest("person", self)
    }
}

/// Who logs in where: what a refused secret is held back for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Login {
    pub(crate) vendor: String,
    pub(crate) origin: String,
    /// Name and value, in the definition's order.
    pub(crate) fields: Vec<(String, String)>,
}

impl Login {
    pub(crate) fn digest(&self) -> String {
        digest("login", self)
    }
}

pub(super) fn digest(kind: &str, what: &impl Serialize) -> String {
    // Text, numbers and lists can always be written.
    let canonical = serde_json::to_vec(&(kind, what)).unwrap_or_default();
    Sha256::digest(canonical).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether a file's name is one of these digests.
pub(super) fn is_digest(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn identity(account: &str) -> Identity {
        Identity {
            vendor: "acme".into(),
            url: "https://acme.example".into(),
            way: vec![],
            profile: None,
            fields: BTreeMap::from([("account".into(), account.into())]),
        }
    }

    pub(crate) fn login(user: &str) -> Login {
        Login {
            vendor: "acme".into(),
            origin: "https://acme.example".into(),
            fields: vec![("username".into(), user.into())],
        }
    }

    #[test]
    fn a_digest_is_the_same_for_the_same_identity_and_another_for_another() {
        assert_eq!(identity("a").digest(), identity("a").digest());
        assert_ne!(identity("a").digest(), identity("b").digest());
        assert!(is_digest(&identity("a").digest()));
        let other_way = Identity {
            way: vec!["account".into()],
            ..identity("a")
        };
        assert_ne!(other_way.digest(), identity("a").digest());
        let other_profile = Identity {
            profile: Some("work".into()),
            ..identity("a")
        };
        assert_ne!(other_profile.digest(), identity("a").digest());
    }

    #[test]
    fn values_cannot_be_moved_from_one_field_to_the_next() {
        let fields = |pairs: &[(&str, &str)]| Login {
            fields: pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            ..login("x")
        };
        assert_ne!(
            fields(&[("a", "1"), ("b", "2")]).digest(),
            fields(&[("a", "1b2")]).digest()
        );
        assert_ne!(
            fields(&[("a", "\",\"b")]).digest(),
            fields(&[("a", ""), ("b", "")]).digest()
        );
    }

    #[test]
    fn the_kinds_do_not_meet() {
        assert_ne!(digest("identity", &"x"), digest("login", &"x"));
    }
}
