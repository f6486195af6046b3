use super::*;
use crate::cache::fingerprint::Fingerprints;
use crate::secret::Secret;

#[test]
fn of_many_one_fails_and_all_take_its_failure() {
    let home = tempfile::tempdir().unwrap();
    let asked = AtomicUsize::new(0);
    let began = clock::now_ms();
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                let store = store(&home);
                match take(&store, waiter(&deadline(20_000), began)).unwrap() {
                    Turn::Found(()) => panic!("nothing was there"),
                    Turn::Failed(error) => assert_eq!(error, Error::refused("acme: no").with_hint("try another")),
                    Turn::Held(guard) => {
                        asked.fetch_add(1, Ordering::SeqCst);
                        thread::sleep(Duration::from_millis(50));
                        guard.failed(&Error::refused("acme: no").with_hint("try another"), None);
                    }
                }
            });
        }
    });
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_failure_is_taken_by_those_who_began_before_its_end_only() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let before = clock::now_ms();
    held(&store).failed(&Error::vendor("acme: out of order"), None);
    let after = clock::now_ms() + 1;
    let limit = deadline(5_000);
    assert!(failure(take(&store, waiter(&limit, before))).is_some());
    assert!(failure(take(&store, waiter(&limit, after))).is_none());
    assert!(
        failure(take(&store, waiter(&limit, before))).is_some(),
        "a later holder leaves it"
    );
    held(&store).succeeded();
    assert!(failure(take(&store, waiter(&limit, before))).is_none());
}

#[test]
fn a_failure_is_taken_while_somebody_else_tries_again() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let before = clock::now_ms();
    held(&store).failed(&Error::vendor("acme: out of order"), None);
    let _guard = held(&store);
    assert!(failure(take(&store, waiter(&deadline(10_000), before))).is_some());
}

#[test]
fn a_forced_login_takes_only_a_failure_that_started_after_it_began() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let before = clock::now_ms();
    let guard = held(&store);
    thread::sleep(Duration::from_millis(5));
    let meanwhile = clock::now_ms();
    guard.failed(&Error::vendor("acme: out of order"), None);
    drop(guard);
    let limit = deadline(5_000);
    let forced = |began| Waiter {
        fresh: true,
        ..waiter(&limit, began)
    };
    assert!(failure(take(&store, waiter(&limit, meanwhile))).is_some());
    assert!(failure(take(&store, forced(meanwhile))).is_none());
    assert!(failure(take(&store, forced(before))).is_some());
}

#[test]
fn a_failure_of_another_secret_is_not_taken_and_compared_once() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let before = clock::now_ms();
    let of = |secret| Fingerprints::of(vec![Secret::new(secret)]);
    let fingerprint = of("one").latest().unwrap();
    held(&store).failed(&Error::refused("acme: no"), Some(fingerprint));
    let limit = deadline(5_000);
    let with = |secret| {
        acquire(
            &store,
            NAME,
            waiter(&limit, before),
            || None,
            |left| of(secret).contain(left),
        )
    };
    assert!(failure(with("one")).is_some());
    assert!(failure(with("two")).is_none());

    let guard = held(&store);
    let mut compared = 0;
    let limit = deadline(100);
    let turn = acquire(
        &store,
        NAME,
        waiter(&limit, before),
        || None::<()>,
        |_| {
            compared += 1;
            false
        },
    );
    assert!(turn.is_err());
    assert_eq!(compared, 1);
    drop(guard);
}

#[test]
fn a_failure_from_the_future_is_not_taken() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    held(&store).failed(&Error::vendor("acme: out of order"), None);
    let path = store.path("n.lock");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, tail) = text.split_once(r#""ended":"#).unwrap();
    let (_, tail) = tail.split_once(',').unwrap();
    let later = clock::now_ms() + 3_600_000;
    std::fs::write(&path, format!(r#"{head}"ended":{later},{tail}"#)).unwrap();
    assert!(failure(take(&store, waiter(&deadline(5_000), 0))).is_none());
}
