use super::*;
use crate::terminal::voice::Verbosity;
use std::io::Write;
use std::path::Path;

fn quiet(folder: PathBuf) -> Store {
    Store::open(folder, Voice(Verbosity::Quiet))
}

fn temporary() -> (tempfile::TempDir, Store) {
    let home = tempfile::tempdir().unwrap();
    let store = quiet(home.path().join("a/b"));
    (home, store)
}

fn warnings(store: &Store) -> String {
    store.said.borrow().iter().cloned().collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_written_is_read_and_leaves_no_temporary_file() {
    let (_home, store) = temporary();
    store.replace("x", b"one").unwrap();
    store.replace("x", b"two").unwrap();
    assert_eq!(store.read("x").unwrap(), b"two");
    store.replace("x", b"").unwrap();
    assert_eq!(store.read("x").unwrap(), b"");
    let mut names: Vec<_> = store.files().map(|file| file.file_name()).collect();
    names.sort();
    assert_eq!(names, ["CACHEDIR.TAG", "x"]);
    store.remove("x").unwrap();
    assert!(store.read("x").is_none());
    assert!(store.said.borrow().is_empty());
}

#[test]
fn reading_makes_no_folder_and_says_nothing() {
    let (home, store) = temporary();
    assert!(store.read("x").is_none());
    store.remove("x").unwrap();
    assert_eq!(store.files().count(), 0);
    assert!(!home.path().join("a").exists());
    assert!(store.said.borrow().is_empty());
}

#[test]
fn a_folder_that_another_process_made_meanwhile_is_used() {
    let (_home, store) = temporary();
    assert!(store.read("x").is_none());
    quiet(store.folder().into()).replace("x", b"one").unwrap();
    assert_eq!(store.read("x").unwrap(), b"one");
}

#[test]
fn a_folder_that_cannot_be_made_is_a_warning_given_once() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    for folder in [file.join("below"), file] {
        let store = quiet(folder.clone());
        assert!(store.said.borrow().is_empty(), "nothing was asked of it yet");
        for _ in 0..2 {
            assert!(store.read("x").is_none());
            assert!(store.replace("x", b"one").unwrap_err().said);
        }
        assert_eq!(store.said.borrow().len(), 1);
        assert!(warnings(&store).contains(&*folder.to_string_lossy()));
    }
}

#[test]
fn what_cannot_be_replaced_stays_as_it_was() {
    let (_home, store) = temporary();
    store.replace("x", b"one").unwrap();
    fs::create_dir(store.path("folder")).unwrap();
    fs::write(store.path("folder/y"), "").unwrap();
    let unkept = store.replace("folder", b"two").unwrap_err();
    assert!(!unkept.said && unkept.reason.contains("folder"), "{unkept:?}");
    assert!(store.replace("x", &vec![0; (1 << 20) + 1]).is_err());
    assert_eq!(store.read("x").unwrap(), b"one");
    assert_eq!(store.files().count(), 3, "no temporary file is left");
}

#[test]
fn a_mebibyte_is_read_and_no_more() {
    let (_home, store) = temporary();
    store.replace("x", &vec![b'x'; 1 << 20]).unwrap();
    assert_eq!(store.read("x").unwrap().len(), 1 << 20);
    let mut file = File::options().append(true).open(store.path("x")).unwrap();
    file.write_all(b"x").unwrap();
    assert!(store.read("x").is_none());
    assert!(warnings(&store).contains("larger than 1 MiB"));
}

#[cfg(unix)]
mod on_unix {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn is_refused(store: &Store, name: &str, reason: &str) {
        for _ in 0..2 {
            assert!(store.read(name).is_none(), "{reason}");
        }
        let path = store.path(name);
        let about: Vec<_> = store
            .said
            .borrow()
            .iter()
            .filter(|text| text.contains(&*path.to_string_lossy()))
            .cloned()
            .collect();
        assert_eq!(about.len(), 1, "{about:?}");
        assert!(about[0].contains(reason), "{about:?}");
    }

    #[test]
    fn folders_that_tok_makes_and_files_in_them_are_private_and_tagged() {
        let (home, store) = temporary();
        store.replace("x", b"one").unwrap();
        assert_eq!(mode(&home.path().join("a")), 0o700);
        assert_eq!(mode(store.folder()), 0o700);
        assert_eq!(mode(&store.path("x")), 0o600);
        let tag = fs::read_to_string(store.path("CACHEDIR.TAG")).unwrap();
        assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"));
    }

    #[test]
    fn an_existing_folder_is_used_as_it_is_if_nobody_else_can_write_to_it() {
        for (bits, used) in [
            (0o755, true),
            (0o700, true),
            (0o777, false),
            (0o1777, false),
            (0o770, false),
        ] {
            let home = tempfile::tempdir().unwrap();
            set_mode(home.path(), bits);
            let store = quiet(home.path().into());
            assert_eq!(store.replace("x", b"one").is_ok(), used, "{bits:o}");
            assert_eq!(store.read("x").is_some(), used);
            assert_eq!(store.said.borrow().is_empty(), used);
            assert_eq!(mode(home.path()), bits);
            assert!(!store.path("CACHEDIR.TAG").exists());
        }
    }

    #[test]
    fn a_folder_that_takes_no_files_keeps_nothing_and_says_why() {
        let store = quiet("/proc/self/fd".into());
        assert!(store.replace("x", b"one").is_err());
        assert!(store.read("x").is_none());
        let below = quiet("/proc/self/none/below".into());
        assert!(below.replace("x", b"one").unwrap_err().said);
    }

    #[test]
    fn a_file_that_is_being_replaced_is_read_all_the_same_and_without_a_word() {
        let (_home, store) = temporary();
        store.replace("x", b"one").unwrap();
        let (folder, path) = (store.folder().to_owned(), store.path("x"));
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let new = folder.join("new");
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    fs::write(&new, "two").unwrap();
                    set_mode(&new, 0o600);
                    fs::rename(&new, &path).unwrap();
                }
            });
            let read = (0..20_000).filter(|_| store.read("x").is_some()).count();
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!((read, warnings(&store).as_str()), (20_000, ""));
        });
    }

    #[test]
    fn a_file_that_others_can_reach_is_refused() {
        let (_home, store) = temporary();
        for (name, bits) in [("x", 0o640), ("y", 0o604), ("z", 0o620)] {
            store.replace(name, b"one").unwrap();
            set_mode(&store.path(name), bits);
            is_refused(&store, name, "others have access");
        }
    }

    #[test]
    fn links_are_refused() {
        let (_home, store) = temporary();
        store.replace("x", b"one").unwrap();
        symlink(store.path("x"), store.path("symbolic")).unwrap();
        is_refused(&store, "symbolic", "symbolic link");
        fs::hard_link(store.path("x"), store.path("hard")).unwrap();
        is_refused(&store, "hard", "2 links");
        store.replace("symbolic", b"two").unwrap();
        assert_eq!(
            fs::read(store.path("x")).unwrap(),
            b"one",
            "a link is replaced, not followed"
        );
    }

    #[test]
    fn a_pipe_a_folder_and_a_socket_are_refused_and_do_not_hang() {
        let (_home, store) = temporary();
        store.replace("x", b"one").unwrap();
        let made = std::process::Command::new("mkfifo")
            .args(["-m", "600"])
            .arg(store.path("pipe"))
            .status();
        assert!(made.unwrap().success());
        is_refused(&store, "pipe", "not a regular file");
        fs::create_dir(store.path("folder")).unwrap();
        is_refused(&store, "folder", "not a regular file");
        let _socket = std::os::unix::net::UnixListener::bind(store.path("socket")).unwrap();
        is_refused(&store, "socket", "");
    }

    #[test]
    fn what_belongs_to_another_user_is_refused() {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: only root can give a file away");
            return;
        }
        let (_home, store) = temporary();
        store.replace("x", b"one").unwrap();
        chown(store.path("x"), Some(1), None).unwrap();
        is_refused(&store, "x", "another user");
        chown(store.folder(), Some(1), None).unwrap();
        let again = quiet(store.folder().into());
        assert!(again.replace("x", b"two").unwrap_err().said);
        assert!(warnings(&again).contains("another user"));
    }
}
