//! Under which names things lie in the store: keyed digests, so that its keeper does not learn who asks whom.

use std::fmt::Write;

use ring::hmac::{self, HMAC_SHA256};

use super::shelf::Names;
use crate::cache::identity::Login;
use crate::seal::Key;

/// Under which it stands with which key a store was written. The one name that everybody knows.
pub(super) const MARK: &str = "tok:key";

/// Whose token it is, as digests without a key.
#[derive(Debug, Clone)]
pub(crate) struct Whose {
    identity: String,
    login: String,
    origin: String,
}

impl Whose {
    pub(crate) fn of(identity: String, login: &Login, origin: &str) -> Self {
        Self {
            identity,
            login: login.digest(),
            origin: origin.to_owned(),
        }
    }

    pub(super) fn names(&self, key: &Key) -> Names {
        let of = |kind, what: &str| format!("tok:{}", digest(key, kind, what));
        Names {
            record: of("record", &self.identity),
            lock: of("lock", &self.identity),
            fence: of("fence", &self.identity),
            failure: of("failure", &self.identity),
            hold: of("hold", &self.login),
            pause: of("pause", &self.origin),
        }
    }
}

/// What tells that it was this key.
pub(super) fn mark(key: &Key) -> String {
    digest(key, "mark", "")
}

fn digest(key: &Key, kind: &str, what: &str) -> String {
    let key = hmac::Key::new(HMAC_SHA256, key.expose());
    let tag = hmac::sign(&key, format!("tok {kind} {what}").as_bytes());
    tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_its_key_its_kind_and_whose_it_is_and_shows_none_of_them() {
        let whose = |identity: &str| Whose {
            identity: identity.into(),
            login: "me".into(),
            origin: "https://a.example".into(),
        };
        let key = |byte| Key::of(&[byte; 32]).unwrap();
        let names = whose("a").names(&key(1));
        assert_eq!(names.record, whose("a").names(&key(1)).record);
        assert_ne!(names.record, whose("b").names(&key(1)).record);
        assert_ne!(names.record, whose("a").names(&key(2)).record);
        assert_ne!(names.record, names.lock);
        for name in [names.record, names.hold, names.pause] {
            assert_eq!(name.len(), 68);
            assert!(!name.contains("me") && !name.contains("example"));
        }
    }
}
