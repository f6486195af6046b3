//! Entries whose secret part is sealed.

use serde_json::Value;

use super::*;
use crate::seal::Policy;

const ONE: &str = "b25lIGtleSBvZiB0aGlydHktdHdvIGJ5dGVzIGluIGE=";
const OTHER: &str = "YSBrZXkgdGhhdCBubyBvdGhlciB1c2VyIHdpbGwgZ3U=";

/// The same folder with this key.
fn with(store: &Store, policy: Policy, key: &str) -> Store {
    let again = Store::open(store.folder().to_owned(), Voice(Verbosity::Quiet));
    again.sealed_by(Seal::with_key(policy, key))
}

fn sealed() -> (tempfile::TempDir, Store) {
    let (home, store) = store();
    let store = with(&store, Policy::Auto, ONE);
    (home, store)
}

fn token(store: &Store) -> Option<String> {
    let entry = look(store, &identity("a"), NOW)?;
    Some(entry.token.expose().to_owned())
}

fn alter(store: &Store, how: impl FnOnce(&mut Value)) {
    let mut file = serde_json::from_slice(&store.read(&name()).unwrap()).unwrap();
    how(&mut file);
    store.replace(&name(), file.to_string().as_bytes()).unwrap();
}

#[test]
fn what_was_sealed_is_found_whole_and_stands_nowhere_in_the_file() {
    let (_home, store) = sealed();
    let mut kept = entry("a", NOW);
    kept.fingerprint = Some(Fingerprints::of(vec![Secret::new("secret")]).latest().unwrap());
    keep(&store, &kept).unwrap();
    let found = look(&store, &identity("a"), NOW).unwrap();
    assert_eq!((found.token.expose(), found.expires_at), ("abc.def", kept.expires_at));
    assert_eq!(found.refresh_token.unwrap().expose(), "again");
    assert_eq!((found.extras, found.fingerprint), (kept.extras, kept.fingerprint));
    let text = String::from_utf8(store.read(&name()).unwrap()).unwrap();
    for secret in ["abc.def", "again", "user", "salt"] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// With all that can stand beside the sealed part.
fn full() -> Entry {
    Entry {
        refresh_expires_at: Some(NOW + 9_000_000),
        attempt: serde_json::from_str(r#""0123456789abcdef""#).unwrap(),
        generation: Some(7),
        ticket: serde_json::from_str(r#"{"number":7,"owner":"o","follows":6}"#).unwrap(),
        ..entry("a", NOW)
    }
}

#[test]
fn every_changed_byte_and_every_truncation_gives_this_entry_or_none() {
    let (_home, store) = sealed();
    let kept = format!("{:?}", full());
    let token = |entry: &Entry| entry.token.expose() == "abc.def";
    keep(&store, &full()).unwrap();
    let whole = store.read(&name()).unwrap();
    for at in 0..whole.len() {
        for byte in [b'A', b'0', b'"', whole[at] ^ 1, whole[at] ^ 0x80] {
            let mut changed = whole.clone();
            changed[at] = byte;
            store.replace(&name(), &changed).unwrap();
            if let Some(found) = look(&store, &identity("a"), NOW) {
                assert!(token(&found) && format!("{found:?}") == kept, "{at}: {found:?}");
            }
        }
        store.replace(&name(), &whole[..at]).unwrap();
        assert!(look(&store, &identity("a"), NOW).is_none(), "{at}");
    }
}

#[test]
fn a_sealed_part_is_nothing_beside_what_another_writing_left_in_clear() {
    let (_home, store) = sealed();
    let read = || -> Value { serde_json::from_slice(&store.read(&name()).unwrap()).unwrap() };
    keep(&store, &full()).unwrap();
    let old = read();
    let newer = Entry {
        asked_at: NOW + 1,
        generation: Some(8),
        ..full()
    };
    keep(&store, &newer).unwrap();
    assert!(token(&store).is_some());
    alter(&store, |file| file["sealed"] = old["sealed"].clone());
    assert!(token(&store).is_none());
    alter(&store, |file| *file = old.clone());
    assert!(token(&store).is_some());
    for (name, other) in [
        ("asked_at", NOW - 1),
        ("expires_at", NOW + 900_001),
        ("refresh_expires_at", NOW + 9_000_001),
        ("generation", 8),
    ] {
        alter(&store, |file| file[name] = other.into());
        assert!(token(&store).is_none(), "{name}");
        alter(&store, |file| *file = old.clone());
    }
    for name in ["can_refresh", "refresh_expires_at", "attempt", "generation", "ticket"] {
        alter(&store, |file| drop(file.as_object_mut().unwrap().remove(name)));
        assert!(token(&store).is_none(), "{name}");
        alter(&store, |file| *file = old.clone());
    }
}

#[test]
fn a_sealed_part_is_nothing_under_another_name_and_in_another_schema() {
    let (_home, store) = sealed();
    for account in ["a", "b"] {
        keep(&store, &entry(account, NOW)).unwrap();
    }
    let of = |account| -> Value {
        let name = file_name(&identity(account));
        serde_json::from_slice(&store.read(&name).unwrap()).unwrap()
    };
    let (own, others) = (of("a"), of("b"));
    alter(&store, |file| file["sealed"] = others["sealed"].clone());
    assert!(token(&store).is_none());
    alter(&store, |file| {
        file["sealed"] = own["sealed"].clone();
        file["schema"] = 2.into();
    });
    assert!(token(&store).is_none());
    alter(&store, |file| file["schema"] = 1.into());
    assert!(token(&store).is_some());
}

#[test]
fn another_key_or_a_broken_one_is_a_miss_and_what_they_would_keep_is_told() {
    let (_home, store) = sealed();
    keep(&store, &entry("a", NOW)).unwrap();
    assert!(token(&with(&store, Policy::Auto, OTHER)).is_none());
    for (key, why) in [("c2hvcnQ=", "5 bytes instead of 32"), ("no key!", "it is not base64")] {
        let broken = with(&store, Policy::Auto, key);
        assert!(token(&broken).is_none());
        let unkept = keep(&broken, &entry("a", NOW)).unwrap_err();
        assert!(
            unkept.reason.contains(why) && !unkept.reason.contains(key),
            "{unkept:?}"
        );
    }
    assert!(token(&store).is_some(), "it is still there for who has the key");
    let off = with(&store, Policy::Off, ONE);
    assert!(token(&off).is_none());
}

#[test]
fn an_entry_in_clear_is_read_until_the_next_write_seals_it() {
    let (_home, store) = store();
    keep(&store, &entry("a", NOW)).unwrap();
    let store = with(&store, Policy::Auto, ONE);
    let entry = look(&store, &identity("a"), NOW).unwrap();
    assert_eq!(entry.token.expose(), "abc.def");
    keep(&store, &entry).unwrap();
    assert!(
        !String::from_utf8(store.read(&name()).unwrap())
            .unwrap()
            .contains("abc.def")
    );
    assert!(token(&store).is_some());
}

#[test]
fn where_sealing_is_required_an_entry_in_clear_is_a_miss() {
    let (_home, store) = store();
    keep(&store, &entry("a", NOW)).unwrap();
    let store = with(&store, Policy::Require, ONE);
    assert!(token(&store).is_none());
    keep(&store, &entry("a", NOW)).unwrap();
    assert!(token(&store).is_some());
    alter(&store, |file| file["token"] = "abc.def".into());
    assert!(
        token(&store).is_none(),
        "a token in clear beside the sealed one does not count"
    );
}

#[test]
fn whose_entries_there_are_is_known_without_a_key() {
    let (_home, store) = sealed();
    keep(&store, &entry("a", NOW)).unwrap();
    let other = with(&store, Policy::Auto, OTHER);
    assert!(all(&other, NOW).is_empty());
    assert_eq!(identities(&other, NOW), [identity("a")]);
    assert!(is_kept(&other, &identity("a"), NOW) && !is_kept(&other, &identity("b"), NOW));
}
