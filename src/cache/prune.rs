//! Takes away what nobody will use again: tokens that ended long ago and temporary files of killed processes.
//!
//! Locks stay for ever, since a lock that is removed while somebody waits for it is no lock, and so does whatever tok did
//! not write.

use std::fs::{self, DirEntry};

use super::entry;
use super::store::{Store, TEMPORARY};
use crate::time::clock;

const DAY: i64 = 24 * 3600 * 1000;
const KEPT: i64 = 30 * DAY;

/// Cheap with many files: one that was written within the last 30 days cannot have ended 30 days ago and is not read.
pub(crate) fn prune(store: &Store, now: i64) {
    for file in store.files() {
        if is_over(store, &file, now) == Some(true) {
            // What cannot be removed today may be another time.
            let _ = fs::remove_file(file.path());
        }
    }
}

fn is_over(store: &Store, file: &DirEntry, now: i64) -> Option<bool> {
    let name = file.file_name();
    let name = name.to_str()?;
    let is_temporary = TEMPORARY.names(name);
    if !is_temporary && !entry::is_entry_name(name) {
        return None;
    }
    let meta = file.metadata().ok()?;
    let age = now.saturating_sub(clock::ms(meta.modified().ok()?));
    if is_temporary {
        return Some(meta.is_file() && age > DAY);
    }
    if age <= KEPT {
        return None;
    }
    let entry = entry::read_quietly(store, name, now)?;
    Some(now.saturating_sub(entry.expires_at) > KEPT)
}

#[cfg(test)]
mod tests {
    use std::fs::{File, write};
    use std::time::SystemTime;

    use super::super::entry::tests::{entry, store};
    use super::super::entry::{all, keep};
    use super::*;

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

    fn path_of(store: &Store, account: &str) -> std::path::PathBuf {
        store.path(&(super::super::identity::tests::identity(account).digest() + ".json"))
    }

    fn ended(account: &str, days: i64, now: i64) -> entry::Entry {
        entry::Entry {
            asked_at: now - days * DAY - 1000,
            expires_at: now - days * DAY,
            ..entry(account, now)
        }
    }

    #[test]
    fn only_entries_that_ended_thirty_days_ago_and_old_temporary_files_go() {
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
        for name in [
            ".tok-abc.tmp",
            ".tok-new.tmp",
            "notes.json",
            "x.lock",
            ".other.tmp",
            &format!("{}.json", "0".repeat(64)),
            &format!("{}.lock", "0".repeat(64)),
        ] {
            write(store.path(name), "{}").unwrap();
            if name != ".tok-new.tmp" {
                age(&store.path(name), 99);
            }
        }
        let before = store.files().count();
        prune(&store, now);
        assert_eq!(store.files().count(), before - 2);
        assert!(!path_of(&store, "old").exists());
        assert!(!store.path(".tok-abc.tmp").exists());
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
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
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
        let store = Store::open(
            home.path().join("none"),
            crate::terminal::voice::Voice(crate::terminal::voice::Verbosity::Quiet),
        );
        prune(&store, 0);
        assert!(!store.folder().exists());
    }
}
