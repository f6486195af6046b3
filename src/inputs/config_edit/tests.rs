use std::time::Duration;

use super::*;
use crate::error::Exit;

fn write(path: &Path, profile: Option<&str>, change: Change) -> Result<()> {
    let deadline = Deadline::after(Duration::from_millis(100));
    Turn::take(path, &deadline)?.write("acme", profile, change)
}

fn user(name: &str) -> Change {
    Change {
        set: vec![("user".to_owned(), Value::from(name))],
        remove: Vec::new(),
    }
}

fn written(before: &str, profile: Option<&str>, set: &[(&str, &str)], remove: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tok/config.toml");
    if !before.is_empty() {
        private::make_folder(folder_of(&path)).unwrap();
        fs::write(&path, before).unwrap();
    }
    let change = Change {
        set: set
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Value::from(*value)))
            .collect(),
        remove: remove.iter().map(|key| (*key).to_owned()).collect(),
    };
    write(&path, profile, change).unwrap();
    fs::read_to_string(&path).unwrap()
}

#[test]
fn a_new_profile_is_a_table_of_its_own() {
    assert_eq!(written("", None, &[("user", "joe")], &[]), "[acme]\nuser = \"joe\"\n");
    assert_eq!(
        written("", Some("x"), &[("user", "joe")], &[]),
        "[acme.x]\nuser = \"joe\"\n"
    );
}

#[test]
fn comments_order_and_other_keys_stay() {
    let before = "# mine\n[other]\nb = 1 # why\n\n[acme] # prod\nuser = 'a' # me\nkeep = \"k\"\ngone = \"g\"\n\n[acme.x]\nuser = \"x\"\n";
    let after =
        "# mine\n[other]\nb = 1 # why\n\n[acme] # prod\nuser = \"joe\" # me\nkeep = \"k\"\n\n[acme.x]\nuser = \"x\"\n";
    assert_eq!(written(before, None, &[("user", "joe")], &["gone"]), after);
}

#[test]
fn a_comment_at_the_end_stays_where_it_is() {
    let new = "[acme]\nuser = \"joe\"\n";
    for before in ["# mine\n", "# mine", "[other]\nb = 1\n# [old]\n", "[other]\nb = 1\n"] {
        let wanted = format!("{}\n\n{new}", before.trim_end());
        assert_eq!(written(before, None, &[("user", "joe")], &[]), wanted);
    }
}

#[test]
fn an_inline_table_becomes_a_table() {
    let after = written("acme = { user = \"a\" }\n", Some("x"), &[("user", "joe")], &[]);
    let read: toml::Table = after.parse().unwrap();
    assert_eq!(read["acme"]["user"].as_str(), Some("a"));
    assert_eq!(read["acme"]["x"]["user"].as_str(), Some("joe"));
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_modes_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real.toml");
    let link = folder.path().join("config.toml");
    fs::write(&real, "").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    write(&link, None, user("joe")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), "[acme]\nuser = \"joe\"\n");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn who_waits_in_vain_for_another_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    write(&path, None, user("joe")).unwrap();
    let deadline = Deadline::after(Duration::from_secs(9));
    let turn = Turn::take(&path, &deadline).unwrap();
    let error = write(&path, None, user("ann")).unwrap_err();
    assert_eq!(error.exit, Exit::Unreachable);
    assert!(
        error
            .text()
            .ends_with("waiting for another tok that writes it took longer than 0.1 s"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "[acme]\nuser = \"joe\"\n");
    drop(turn);
    write(&path, None, user("ann")).unwrap();
}

#[cfg(unix)]
#[test]
fn somebody_who_can_read_the_folder_cannot_keep_others_from_writing() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let lock = File::open(folder.path()).unwrap();
    lock.lock().unwrap();
    write(&path, None, user("joe")).unwrap();
    let deadline = Deadline::after(Duration::ZERO);
    drop(lock);
    let turn = Turn::take(&path, &deadline).unwrap();
    let mode = fs::metadata(lock_of(&path)).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    drop(turn);
    assert!(!lock_of(&path).exists());
    // One that others can open could be theirs for ever.
    fs::write(lock_of(&path), "").unwrap();
    fs::set_permissions(lock_of(&path), fs::Permissions::from_mode(0o644)).unwrap();
    let error = write(&path, None, user("ann")).unwrap_err();
    assert_eq!(error.exit, Exit::Other);
    assert!(error.text().contains("config.toml.lock: others have access"), "{error}");
}

/// Makes an empty one, as tok makes them.
fn touch(path: &Path, mode: u32) {
    fs::write(path, "").unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    #[cfg(not(unix))]
    let _ = mode;
}

#[cfg(unix)]
#[test]
fn who_loses_the_lock_to_something_unusable_writes_nothing_and_removes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let deadline = Deadline::after(Duration::from_secs(9));
    let first = Turn::take(&path, &deadline).unwrap();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let deadline = Deadline::after(Duration::from_secs(9));
            Turn::take(&path, &deadline)?.write("acme", None, user("joe"))
        });
        std::thread::sleep(Duration::from_millis(200));
        fs::remove_file(lock_of(&path)).unwrap();
        fs::create_dir(lock_of(&path)).unwrap();
        drop(first);
        let error = second.join().unwrap().unwrap_err();
        assert_eq!(error.exit, Exit::Other);
        assert!(error.text().contains("config.toml.lock: "), "{error}");
    });
    assert!(!path.exists());
    assert!(lock_of(&path).exists());
}

#[cfg(unix)]
#[test]
fn where_there_are_no_locks_the_file_of_the_others_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    touch(&lock_of(&path), 0o600);
    drop(Turn {
        path: &path,
        lock: None,
    });
    assert!(lock_of(&path).exists());
}

#[test]
fn what_killed_logins_left_goes_with_the_next_write_and_what_a_person_may_have_written_stays() {
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| folder.path().join(name);
    let left = [
        ".config-aB3xYz",
        ".config-config.toml.tmp",
        ".config-9vQb2K.tmp",
        "config.toml.lock",
    ];
    let mine = [
        ".config-Backup",
        ".config-backup",
        ".config-BACKUP",
        ".config-MyHost",
        ".config-v2beta",
        ".config-Host12",
        ".config-202401",
        ".config-mine.tmp",
        ".config-Mine.toml.tmp",
        ".config-aB3xYz1",
        "config-aB3xYz",
    ];
    for file in left.iter().chain(&mine) {
        touch(&name(file), 0o600);
    }
    let open = name(".config-cD4zAb");
    touch(&open, 0o644);
    let link = name(".config-eF5yCd");
    #[cfg(unix)]
    std::os::unix::fs::symlink("elsewhere", &link).unwrap();
    write(&name("config.toml"), None, user("joe")).unwrap();
    for file in mine {
        assert!(name(file).exists(), "{file}");
    }
    assert!(open.exists());
    assert_eq!(link.is_symlink(), cfg!(unix));
    assert_eq!(left.map(|file| name(file).exists()), [cfg!(not(unix)); 4]);
}
