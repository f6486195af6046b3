use proptest::prelude::*;

use super::super::fingerprint::Fingerprints;
use super::super::identity::tests::identity;
use super::super::record::flaw;
use super::*;
use crate::seal::Seal;
use crate::terminal::voice::{Verbosity, Voice};
use crate::time::clock;

/// A store in a folder of its own, which lives as long as the first value.
pub(crate) fn store() -> (tempfile::TempDir, Store) {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path().join("cache"), Voice(Verbosity::Quiet));
    (home, store)
}

pub(crate) fn entry(account: &str, now: i64) -> Entry {
    Entry {
        identity: identity(account),
        token: Secret::new("abc.def"),
        refresh_token: Some(Secret::new("again")),
        refresh_expires_at: None,
        asked_at: now,
        expires_at: now + 900_000,
        extras: serde_json::from_str(r#"{"user":{"id":7}}"#).unwrap(),
        fingerprint: None,
        attempt: None,
        generation: None,
        ticket: None,
    }
}

fn parse(bytes: &[u8], now: i64) -> Result<Entry, Unread> {
    let file = file::read(bytes, now).map_err(Unread::Wrong)?;
    file.open(&identity("a").digest(), &Seal::off())
}

mod sealed;

const NOW: i64 = 1_700_000_000_000;

fn name() -> String {
    file_name(&identity("a"))
}

fn text(store: &Store) -> String {
    keep(store, &entry("a", NOW)).unwrap();
    String::from_utf8(store.read(&name()).unwrap()).unwrap()
}

fn looked(store: &Store, text: &str) -> Option<Entry> {
    store.replace(&name(), text.as_bytes()).unwrap();
    look(store, &identity("a"), NOW)
}

#[test]
fn what_was_kept_is_found_as_it_was() {
    let (_home, store) = store();
    let mut kept = entry("a", NOW);
    kept.fingerprint = Some(Fingerprints::of(vec![Secret::new("secret")]).latest().unwrap());
    keep(&store, &kept).unwrap();
    let found = look(&store, &identity("a"), NOW).unwrap();
    assert_eq!(found.token.expose(), "abc.def");
    assert_eq!(found.refresh_token.unwrap().expose(), "again");
    assert_eq!((found.asked_at, found.expires_at), (NOW, NOW + 900_000));
    assert_eq!(found.extras, kept.extras);
    assert_eq!(found.fingerprint, kept.fingerprint);
    assert!(look(&store, &identity("b"), NOW).is_none());
    forget(&store, &identity("a")).unwrap();
    assert!(look(&store, &identity("a"), NOW).is_none());
    forget(&store, &identity("a")).unwrap();
}

#[test]
fn a_refresh_token_counts_until_its_end_and_where_that_is_not_known_always() {
    let (_home, store) = store();
    let mut kept = entry("a", NOW);
    assert!(kept.refresh_token(i64::MAX).is_some());
    kept.refresh_expires_at = Some(NOW + 10);
    keep(&store, &kept).unwrap();
    let found = look(&store, &identity("a"), NOW).unwrap();
    assert!(found.refresh_token(NOW + 9).is_some());
    assert!(found.refresh_token(NOW + 10).is_none());
}

#[test]
fn an_entry_without_the_end_of_its_refresh_token_is_written_as_ever() {
    let (_home, store) = store();
    assert!(!text(&store).contains("refresh_expires_at"));
}

#[test]
fn a_token_is_not_shown_by_debug() {
    let text = format!("{:?}", entry("a", NOW));
    assert!(!text.contains("abc.def") && !text.contains("again"), "{text}");
}

#[test]
fn an_entry_copied_to_the_name_of_another_identity_is_a_miss() {
    let (_home, store) = store();
    keep(&store, &entry("a", NOW)).unwrap();
    let other = file_name(&identity("b"));
    store.replace(&other, &store.read(&name()).unwrap()).unwrap();
    assert!(look(&store, &identity("b"), NOW).is_none());
    assert_eq!(all(&store, NOW).len(), 1);
}

#[test]
fn what_cannot_be_true_is_a_miss() {
    let (_home, store) = store();
    let good = text(&store);
    assert!(looked(&store, &good).is_some());
    let asked = format!(r#""asked_at":{NOW}"#);
    for (from, to) in [
        (r#""schema":1"#, r#""schema":2"#.to_owned()),
        (r#""schema":1"#, r#""schema":0"#.to_owned()),
        (r#""schema":1,"#, String::new()),
        (r#""abc.def""#, r#""""#.to_owned()),
        (r#""abc.def""#, r#""a b""#.to_owned()),
        (r#""abc.def""#, r#""a\nb""#.to_owned()),
        (r#""abc.def""#, "\"\u{e4}\"".to_owned()),
        (r#""abc.def""#, format!("\"{}\"", "x".repeat(16_385))),
        (r#""again""#, r#""""#.to_owned()),
        (&asked, format!(r#""asked_at":{}"#, NOW + 5_001)),
        (&asked, format!(r#""asked_at":{}"#, NOW + 900_000)),
        (&asked, format!(r#""asked_at":{}"#, u64::MAX)),
    ] {
        let changed = good.replace(from, &to);
        assert_ne!(changed, good, "{from}");
        assert!(looked(&store, &changed).is_none(), "{changed}");
    }
    assert!(looked(&store, &good.replace("abc.def", &"x".repeat(16_384))).is_some());
    assert!(looked(&store, &good.replace(&asked, &format!(r#""asked_at":{}"#, NOW + 5_000))).is_some());
}

#[test]
fn a_later_schema_is_told_from_damage() {
    assert_eq!(
        flaw(br#"{"schema":2,"token":{"moved":true}}"#),
        "a later version of tok wrote it"
    );
    assert_eq!(flaw(br#"{"schema":1}"#), "it is damaged");
    assert_eq!(flaw(b""), "it is damaged");
}

#[test]
fn a_key_that_is_not_known_is_no_hindrance() {
    let (_home, store) = store();
    let more = text(&store).replacen('{', r#"{"new":[1],"#, 1);
    assert!(looked(&store, &more).is_some());
}

#[test]
fn every_truncation_is_a_miss() {
    let (_home, store) = store();
    let good = text(&store);
    for length in 0..good.len() {
        assert!(parse(&good.as_bytes()[..length], NOW).is_err(), "{length}");
    }
    assert!(looked(&store, &good[..good.len() - 1]).is_none());
    assert!(looked(&store, "").is_none());
}

#[test]
fn status_sees_the_entries_and_nothing_else() {
    let (_home, store) = store();
    assert!(all(&store, NOW).is_empty());
    for account in ["a", "b"] {
        keep(&store, &entry(account, NOW)).unwrap();
    }
    for stranger in ["notes.json", &format!("{}.json", "0".repeat(64)), "x.lock", "x.hold"] {
        store.replace(stranger, b"{}").unwrap();
    }
    assert_eq!(all(&store, NOW).len(), 2);
}

#[test]
fn an_entry_that_would_be_too_large_to_read_is_not_written() {
    let (_home, store) = store();
    let mut large = entry("a", NOW);
    large.extras.insert("all".into(), "x".repeat(1 << 20).into());
    assert!(keep(&store, &large).unwrap_err().reason.contains("1 MiB"));
    assert!(look(&store, &identity("a"), NOW).is_none());
}

proptest! {
    #[test]
    fn any_bytes_are_a_miss(bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
        prop_assert!(parse(&bytes, clock::now_ms()).is_err());
    }

    #[test]
    fn of_a_file_that_was_cut_off_and_written_on_the_token_is_the_whole_one_or_none(
        at in any::<prop::sample::Index>(),
        rest in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let (_home, store) = store();
        let mut bytes = text(&store).into_bytes();
        let whole = bytes.len();
        bytes.truncate(at.index(whole + 1));
        bytes.extend(rest);
        if let Ok(entry) = parse(&bytes, NOW) {
            prop_assert_eq!(entry.token.expose(), "abc.def");
        }
    }

    #[test]
    fn a_changed_byte_is_never_a_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), now in any::<i64>()) {
        let (_home, store) = store();
        let mut bytes = text(&store).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = parse(&bytes, now);
    }
}
