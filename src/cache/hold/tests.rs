use std::thread;

use proptest::prelude::*;

use super::super::entry::tests::store;
use super::super::identity::tests::login;
use super::*;
use crate::terminal::voice::{Verbosity, Voice};

const A: Attempt<'static> = Attempt {
    secrets: &[b"one"],
    request: b"first",
};
const A_OTHERWISE: Attempt<'static> = Attempt { request: b"other", ..A };
const B: Attempt<'static> = Attempt {
    secrets: &[b"two"],
    request: b"second",
};
const C: Attempt<'static> = Attempt {
    secrets: &[b"three"],
    request: b"third",
};

#[test]
fn a_refused_secret_is_held_in_every_request_and_a_refused_request_only_as_it_was() {
    let (_home, store) = store();
    put(&store, &login("s"), Kind::Secret, A, "wrong password", 0).unwrap();
    assert_eq!(
        check(&store, &login("s"), A_OTHERWISE, 1).unwrap().words,
        "wrong password"
    );
    assert_eq!(check(&store, &login("s"), B, 1), None);

    put(&store, &login("r"), Kind::Request, A, "no such unit", 0).unwrap();
    assert_eq!(check(&store, &login("r"), A, 1).unwrap().kind, Kind::Request);
    assert_eq!(check(&store, &login("r"), A_OTHERWISE, 1), None);
    assert_eq!(check(&store, &login("other"), A, 1), None);
}

/// As another process has the same folder.
fn again(store: &Store) -> Store {
    Store::open(store.folder().to_owned(), Voice(Verbosity::Quiet))
}

#[test]
fn of_many_refusals_at_the_same_moment_none_is_lost() {
    let (_home, store) = store();
    let secrets: Vec<[u8; 1]> = (0..8).map(|secret| [secret]).collect();
    let attempts: Vec<[&[u8]; 1]> = secrets.iter().map(|secret| [secret.as_slice()]).collect();
    let attempt = |secrets| Attempt { secrets, request: b"" };
    thread::scope(|scope| {
        for secrets in &attempts {
            let store = again(&store);
            scope.spawn(move || put(&store, &login("s"), Kind::Secret, attempt(secrets), "", 0).unwrap());
        }
    });
    for secrets in &attempts {
        assert!(check(&store, &login("s"), attempt(secrets), 1).is_some(), "{secrets:?}");
    }
}

#[test]
fn a_hold_that_a_success_ended_is_not_brought_back_by_a_refusal_at_the_same_moment() {
    for _ in 0..4 {
        let (_home, store) = store();
        put(&store, &login("s"), Kind::Secret, A, "", 0).unwrap();
        thread::scope(|scope| {
            for refused in [B, C] {
                let store = again(&store);
                scope.spawn(move || put(&store, &login("s"), Kind::Secret, refused, "", 0).unwrap());
            }
            clear(&store, &login("s"), A, 1).unwrap();
        });
        assert_eq!(check(&store, &login("s"), A, 2), None);
        assert!(check(&store, &login("s"), B, 2).is_some());
    }
}

#[test]
fn a_hold_ends_after_five_minutes() {
    let (_home, store) = store();
    put(&store, &login("s"), Kind::Secret, A, "", 0).unwrap();
    assert!(check(&store, &login("s"), A, SPAN - 1).is_some());
    assert_eq!(check(&store, &login("s"), A, SPAN), None);
}

#[test]
fn a_wrong_clock_does_not_hold_for_hours() {
    let (_home, store) = store();
    put(&store, &login("s"), Kind::Secret, A, "", 3_600_000).unwrap();
    assert_eq!(check(&store, &login("s"), A, 0), None);
    assert_eq!(check(&store, &login("s"), A, i64::MIN), None);
    assert!(
        check(&store, &login("s"), A, 3_600_000 - 1).is_some(),
        "a small step back"
    );
}

#[test]
fn a_success_ends_the_holds_of_its_secret_and_request_and_no_others() {
    let (_home, store) = store();
    let login = login("s");
    for (kind, attempt) in [(Kind::Secret, A), (Kind::Request, A), (Kind::Secret, B)] {
        put(&store, &login, kind, attempt, "", 0).unwrap();
    }
    clear(&store, &login, A, 1).unwrap();
    assert_eq!(check(&store, &login, A, 1), None);
    assert!(check(&store, &login, B, 1).is_some());
    clear(&store, &login, B, 1).unwrap();
    assert!(!store.path(&file_name(&login)).exists());
}

#[test]
fn at_most_sixteen_refusals_are_kept_and_one_secret_once() {
    let (_home, store) = store();
    let login = login("s");
    put(&store, &login, Kind::Secret, A, "", 0).unwrap();
    put(&store, &login, Kind::Secret, A, "", 1).unwrap();
    assert_eq!(read(&store, &login, 1).unwrap().refusals.len(), 1);
    for number in 0..16_u8 {
        let secrets: &[&[u8]] = &[&[number]];
        put(&store, &login, Kind::Secret, Attempt { secrets, ..A }, "", 2).unwrap();
    }
    assert_eq!(read(&store, &login, 2).unwrap().refusals.len(), 16);
    assert_eq!(check(&store, &login, A, 2), None);
}

#[test]
fn secrets_are_not_in_the_file() {
    let (_home, store) = store();
    let attempt = Attempt {
        secrets: &[b"hunter2"],
        request: b"password=hunter2",
    };
    put(&store, &login("s"), Kind::Secret, attempt, "", 0).unwrap();
    put(&store, &login("s"), Kind::Request, attempt, "", 0).unwrap();
    let text = String::from_utf8(store.read(&file_name(&login("s"))).unwrap()).unwrap();
    assert!(!text.contains("hunter2"), "{text}");
    assert!(!format!("{attempt:?}").contains("hunter2"));
}

#[test]
fn garbage_holds_nothing_and_is_written_over() {
    let (_home, store) = store();
    let name = file_name(&login("s"));
    for bytes in [
        &b"{"[..],
        b"[]",
        br#"{"schema":1,"salt":"AA","refusals":[]}"#,
        br#"{"schema":9}"#,
    ] {
        store.replace(&name, bytes).unwrap();
        assert_eq!(check(&store, &login("s"), A, 0), None);
        clear(&store, &login("s"), A, 0).unwrap();
    }
    put(&store, &login("s"), Kind::Secret, A, "", 0).unwrap();
    assert!(check(&store, &login("s"), A, 0).is_some());
}

proptest! {
    #[test]
    fn any_bytes_hold_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..1024), now in any::<i64>()) {
        let (_home, store) = store();
        store.replace(&file_name(&login("s")), &bytes).unwrap();
        prop_assert_eq!(check(&store, &login("s"), A, now), None);
    }

    #[test]
    fn a_changed_byte_is_never_a_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), now in any::<i64>()) {
        let (_home, store) = store();
        let name = file_name(&login("s"));
        let mut bytes = HELD.to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        store.replace(&name, &bytes).unwrap();
        let _ = read(&store, &login("s"), now);
    }
}

/// As it lies on disk.
const HELD: &[u8] = br#"{"schema":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","refusals":[{"kind":"secret","digest":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","refused_at":0,"until":300000,"words":"no"}]}"#;

#[test]
fn a_hold_is_read_as_it_lies_on_disk() {
    let (_home, store) = store();
    store.replace(&file_name(&login("s")), HELD).unwrap();
    assert_eq!(read(&store, &login("s"), 1).unwrap().refusals.len(), 1);
}
