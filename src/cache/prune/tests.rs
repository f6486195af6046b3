use std::fs::{File, write};
use std::time::SystemTime;

use super::super::entry::tests::{entry, store};
use super::super::entry::{Entry, all, keep};
use super::super::identity::tests::identity;
use super::*;
use crate::seal::{Policy, Seal};
use crate::terminal::voice::{Verbosity, Voice};

fn age(path: &std::path::Path, days: u64) {
    let day = std::time::Duration::from_secs(24 * 3600);
    let then = SystemTime::now() - day * u32::try_from(days).unwrap();
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(then)
        .unwrap();
}

fn named(digit: char, kind: &str) -> String {
    format!("{}.{kind}", digit.to_string().repeat(64))
}

fn private(path: &std::path::Path) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

fn path_of(store: &Store, account: &str) -> std::path::PathBuf {
    store.path(&(identity(account).digest() + ".json"))
}

fn ended(account: &str, days: i64, now: i64) -> Entry {
    Entry {
        refresh_token: None,
        asked_at: now - days * DAY - 1000,
        expires_at: now - days * DAY,
        ..entry(account, now)
    }
}

#[test]
fn only_entries_that_ended_thirty_days_ago_go() {
    let (_home, store) = store();
    let now = clock::now_ms();
    for (account, days, written) in [
        ("old", 31, 31),
        ("recent", 29, 40),
        ("touched", 31, 1),
        ("alive", -5, 90),
    ] {
        keep(&store, &ended(account, days, now)).unwrap();
        age(&path_of(&store, account), written);
    }
    let strangers = [
        "notes.json",
        "x.lock",
        ".other.tmp",
        &named('0', "json"),
        &named('0', "txt"),
    ];
    for name in strangers {
        write(store.path(name), "{}").unwrap();
        age(&store.path(name), 99);
    }
    // As of every token that was asked for.
    drop(take_free(&store, &identity("old").digest()));
    let before = store.files().count();
    prune(&store, now);
    assert_eq!(store.files().count(), before - 1);
    assert!(!path_of(&store, "old").exists());
}

#[test]
fn what_is_sealed_with_another_key_goes_when_it_would_and_no_sooner() {
    let (_home, store) = store();
    let sealed_with = |byte: u8| {
        let again = Store::open(store.folder().to_owned(), Voice(Verbosity::Quiet));
        let key = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, [byte; 32]);
        again.sealed_by(Seal::with_key(Policy::Auto, &key))
    };
    let now = clock::now_ms();
    for (account, days, refreshes, stays) in [
        ("ended lately", 29, false, true),
        ("ended long ago", 31, false, false),
        ("may be refreshed", 31, true, true),
        ("was never refreshed", 184, true, false),
    ] {
        let kept = Entry {
            refresh_token: entry(account, now).refresh_token.filter(|_| refreshes),
            ..ended(account, days, now)
        };
        keep(&sealed_with(1), &kept).unwrap();
        age(&path_of(&store, account), days.try_into().unwrap());
        prune(&sealed_with(2), now);
        assert_eq!(path_of(&store, account).exists(), stays, "{account}");
    }
}

#[test]
fn what_can_be_refreshed_stays_until_that_ends_or_for_half_a_year_after_its_last_use() {
    let (_home, store) = store();
    let now = clock::now_ms();
    let lasting = |days: i64| Some(now + days * DAY);
    for (account, ended_days, refresh_end, stays) in [
        ("used 182 days ago", 182, None, true),
        ("used 184 days ago", 184, None, false),
        ("known to last for years", 800, lasting(1), true),
        ("known to have ended", 40, lasting(-1), false),
        ("its token ended lately", 29, lasting(-1), true),
    ] {
        let kept = Entry {
            refresh_token: entry(account, now).refresh_token,
            refresh_expires_at: refresh_end,
            ..ended(account, ended_days, now)
        };
        keep(&store, &kept).unwrap();
        age(&path_of(&store, account), ended_days.try_into().unwrap());
        prune(&store, now);
        assert_eq!(path_of(&store, account).exists(), stays, "{account}");
    }
}

#[test]
fn holds_pauses_and_locks_go_that_nobody_has_touched_for_thirty_days() {
    let (_home, store) = store();
    store.make().unwrap();
    let kinds = ["hold", "pause", "lock"];
    for kind in kinds {
        for (digit, days) in [('a', 31), ('b', 29)] {
            write(store.path(&named(digit, kind)), "{}").unwrap();
            private(&store.path(&named(digit, kind)));
            age(&store.path(&named(digit, kind)), days);
        }
    }
    prune(&store, clock::now_ms());
    let is_there = |digit| kinds.map(|kind| store.path(&named(digit, kind)).exists());
    assert_eq!(is_there('a'), [false, false, cfg!(not(unix))]);
    assert_eq!(is_there('b'), [true; 3]);
}

#[test]
fn what_killed_processes_left_goes_and_what_is_being_written_stays() {
    let (_home, store) = store();
    keep(&store, &entry("a", clock::now_ms())).unwrap();
    for name in [".tok-abc.tmp", ".tok-new.tmp"] {
        write(store.path(name), "a token").unwrap();
    }
    let used = File::open(store.path(".tok-new.tmp")).unwrap();
    used.lock().unwrap();
    age(&store.path(".tok-abc.tmp"), 2);
    for tidy in [|store: &Store| prune(store, clock::now_ms()), remove_left_overs] {
        tidy(&store);
        assert!(!store.path(".tok-abc.tmp").exists());
        assert!(store.path(".tok-new.tmp").exists());
    }
    drop(used);
    remove_left_overs(&store);
    assert_eq!(store.path(".tok-new.tmp").exists(), cfg!(not(unix)));
}

#[test]
fn what_somebody_has_the_lock_of_stays() {
    let (_home, store) = store();
    let now = clock::now_ms();
    keep(&store, &ended("old", 31, now)).unwrap();
    age(&path_of(&store, "old"), 31);
    let lock = take_free(&store, &identity("old").digest()).unwrap();
    prune(&store, now);
    assert!(path_of(&store, "old").exists());
    drop(lock);
    prune(&store, now);
    assert!(!path_of(&store, "old").exists());
}

#[test]
fn ten_thousand_entries_are_pruned_too() {
    let (_home, store) = store();
    let now = clock::now_ms();
    keep(&store, &ended("0", 31, now)).unwrap();
    let text = fs::read_to_string(path_of(&store, "0")).unwrap();
    for number in 0..10_000 {
        let account = number.to_string();
        let path = path_of(&store, &account);
        write(
            &path,
            text.replace(r#""account":"0""#, &format!(r#""account":"{account}""#)),
        )
        .unwrap();
        private(&path);
        if number % 2 == 0 {
            age(&path, 40);
        }
    }
    prune(&store, now);
    assert_eq!(all(&store, now).len(), 5_000);
}

#[test]
fn no_folder_is_made_for_it() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path().join("none"), Voice(Verbosity::Quiet));
    prune(&store, 0);
    assert!(!store.folder().exists());
}
