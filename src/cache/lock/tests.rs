use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;
use crate::terminal::voice::{Verbosity, Voice};
use crate::time::deadline::Deadline;

mod failures;

const NAME: &str = "n";

fn store(home: &tempfile::TempDir) -> Store {
    Store::open(home.path().join("cache"), Voice(Verbosity::Quiet))
}

fn deadline(ms: u64) -> Deadline {
    Deadline::after(Duration::from_millis(ms))
}

fn waiter(deadline: &Deadline) -> Waiter<'_> {
    Waiter {
        what: "acme",
        could_ask: false,
        began: i64::MAX,
        fresh: false,
        deadline,
    }
}

fn take(store: &Store, waiter: Waiter<'_>) -> Result<Turn<()>> {
    acquire(store, NAME, waiter, || None, |_| panic!("no fingerprint was left"))
}

fn held(store: &Store) -> Guard {
    match take(store, waiter(&deadline(5_000))) {
        Ok(Turn::Held(guard)) => guard,
        other => panic!("{other:?}"),
    }
}

fn failure(turn: Result<Turn<()>>) -> Option<Error> {
    match turn.unwrap() {
        Turn::Failed(error) => Some(error),
        Turn::Held(_) => None,
        Turn::Found(()) => panic!("nothing was there"),
    }
}

#[test]
fn the_lock_is_private_and_stays() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    drop(held(&store));
    drop(held(&store));
    let meta = std::fs::metadata(store.path("n.lock")).unwrap();
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o777,
        0o600
    );
    assert!(meta.is_file());
}

#[test]
fn waiting_ends_at_the_deadline_and_names_the_process() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let _guard = held(&store);
    let error = take(&store, waiter(&deadline(100))).unwrap_err();
    assert_eq!(error.exit, crate::error::Exit::Unreachable);
    assert!(error.text().contains("waiting for another tok"), "{error}");
    assert!(error.text().contains(&std::process::id().to_string()), "{error}");
}

#[test]
fn another_name_is_another_lock() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let _guard = held(&store);
    let limit = deadline(5_000);
    let turn = acquire(&store, "m", waiter(&limit), || None::<()>, |_| false);
    assert!(matches!(turn, Ok(Turn::Held(_))));
}

#[test]
fn of_many_one_asks_and_all_get_what_it_got() {
    let home = tempfile::tempdir().unwrap();
    let asked = AtomicUsize::new(0);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..50)
            .map(|_| {
                scope.spawn(|| {
                    let store = store(&home);
                    let limit = deadline(20_000);
                    match acquire(&store, NAME, waiter(&limit), || store.read("token"), |_| false).unwrap() {
                        Turn::Found(token) => assert_eq!(token, b"abc"),
                        Turn::Failed(error) => panic!("{error}"),
                        Turn::Held(guard) => {
                            asked.fetch_add(1, Ordering::SeqCst);
                            thread::sleep(Duration::from_millis(50));
                            store.replace("token", b"abc").unwrap();
                            guard.succeeded();
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_persons_time_counts_for_those_only_who_could_not_be_asked() {
    let home = tempfile::tempdir().unwrap();
    let (is_asking, asked) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            held(&store(&home)).while_asking(|| {
                is_asking.send(()).unwrap();
                thread::sleep(Duration::from_millis(600));
            });
        });
        asked.recv().unwrap();
        let limit = deadline(200);
        let error = take(&store(&home), waiter(&limit)).unwrap_err();
        assert!(
            error.text().contains("which is asking for input, took longer"),
            "{error}"
        );
        let limit = deadline(200);
        let could_ask = Waiter {
            could_ask: true,
            ..waiter(&limit)
        };
        let turn = take(&store(&home), could_ask);
        assert!(matches!(turn, Ok(Turn::Held(_))), "{turn:?}");
    });
}

#[test]
fn the_time_after_the_answer_counts_for_everybody() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let guard = held(&store);
    guard.while_asking(|| ());
    let limit = deadline(200);
    let could_ask = Waiter {
        could_ask: true,
        ..waiter(&limit)
    };
    let error = take(&store, could_ask).unwrap_err();
    assert!(!error.text().contains("asking"), "{error}");
}

#[test]
fn a_token_is_late_enough_only_if_no_earlier_attempt_can_have_asked_for_it() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let attempt = || held(&store).attempt();
    let kept = attempt();
    let guard = held(&store);
    let earlier = Earlier::note(&store, NAME, || kept.clone());
    assert!(!earlier.excludes(kept.as_ref()), "it lies there already");
    assert!(!earlier.excludes(guard.attempt().as_ref()), "it is being asked for");
    assert!(!earlier.excludes(None), "nobody knows");
    drop(guard);
    assert!(earlier.excludes(attempt().as_ref()));
    std::fs::write(store.path("n.lock"), "{").unwrap();
    let earlier = Earlier::note(&store, NAME, || None);
    assert!(
        !earlier.excludes(attempt().as_ref()),
        "nobody knows what was being made"
    );
}

#[test]
fn garbage_in_the_lock_file_is_nothing() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    drop(held(&store));
    for bytes in [
        &b"{"[..],
        b"null",
        b"\xff\x00",
        br#"{"process":"x"}"#,
        &vec![b' '; 100_000],
    ] {
        std::fs::write(store.path("n.lock"), bytes).unwrap();
        assert!(failure(take(&store, waiter(&deadline(5_000)))).is_none());
    }
}

#[test]
fn without_a_folder_everybody_asks() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("cache"), "").unwrap();
    let store = store(&home);
    let (_first, second) = (held(&store), held(&store));
    second.failed(&Error::vendor("acme: out of order"), None, &store);
}

#[cfg(unix)]
#[test]
fn a_lock_file_that_is_a_link_is_neither_followed_nor_waited_for() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    store.replace("precious", b"mine").unwrap();
    std::os::unix::fs::symlink(store.path("precious"), store.path("n.lock")).unwrap();
    drop((held(&store), held(&store)));
    std::fs::remove_file(store.path("n.lock")).unwrap();
    std::fs::hard_link(store.path("precious"), store.path("n.lock")).unwrap();
    drop((held(&store), held(&store)));
    assert_eq!(std::fs::read(store.path("precious")).unwrap(), b"mine");
}

const HOME_OF_THE_CHILD: &str = "TOK_TEST_LOCK_HOME";

/// Runs itself in a second process, which takes the lock and is killed.
#[test]
fn a_killed_holder_blocks_nobody() {
    if let Some(folder) = std::env::var_os(HOME_OF_THE_CHILD) {
        let _guard = held(&Store::open(folder.into(), Voice(Verbosity::Quiet)));
        thread::sleep(Duration::from_secs(60));
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cache::lock::tests::a_killed_holder_blocks_nobody"])
        .env(HOME_OF_THE_CHILD, store.folder())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let text = || std::fs::read_to_string(store.path("n.lock")).unwrap_or_default();
    while !text().contains(r#""attempt":"#) {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let turn = take(&store, waiter(&deadline(5_000)));
    assert!(matches!(turn, Ok(Turn::Held(_))), "{turn:?}");
}
