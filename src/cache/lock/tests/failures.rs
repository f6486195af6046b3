use super::*;
use crate::cache::fingerprint::Fingerprints;
use crate::secret::Secret;
use crate::time::clock;

#[test]
fn of_many_one_fails_and_all_take_its_failure() {
    let home = tempfile::tempdir().unwrap();
    let (asked, began) = (AtomicUsize::new(0), clock::now_ms());
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                let (store, limit) = (store(&home), deadline(20_000));
                let waiter = Waiter {
                    began,
                    ..waiter(&limit)
                };
                match take(&store, waiter).unwrap() {
                    Turn::Found(()) => panic!("nothing was there"),
                    Turn::Failed(error) => assert_eq!(error, Error::refused("acme: no").with_hint("try another")),
                    Turn::Held(guard) => {
                        asked.fetch_add(1, Ordering::SeqCst);
                        guard.failed(&Error::refused("acme: no").with_hint("try another"), None, &store);
                    }
                }
            });
        }
    });
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

/// Comes to wait, whereupon the one who has the lock fails so.
fn waits_for(failure: &Error, waiter: Waiter<'_>) -> Option<Error> {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let mut guard = Some(held(&store));
    let look = || {
        if let Some(guard) = guard.take() {
            guard.failed(failure, None, &store);
        }
        None
    };
    self::failure(acquire(&store, NAME, waiter, look, |_| false))
}

fn out_of_order() -> Error {
    Error::vendor("acme: out of order")
}

#[test]
fn a_failure_is_taken_by_those_who_came_before_its_end_only() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let limit = deadline(5_000);
    assert!(waits_for(&out_of_order(), waiter(&limit)).is_some());
    let began = clock::now_ms();
    held(&store).failed(&out_of_order(), None, &store);
    let since = |began| Waiter {
        began,
        ..waiter(&limit)
    };
    assert!(failure(take(&store, since(began))).is_some());
    assert!(failure(take(&store, since(clock::now_ms() + 1))).is_none());
    let text = std::fs::read_to_string(store.path("n.lock")).unwrap();
    let (head, tail) = text.split_once(r#""ended":"#).unwrap();
    let (_, tail) = tail.split_once(',').unwrap();
    let later = clock::now_ms() + 3_600_000;
    std::fs::write(store.path("n.lock"), format!(r#"{head}"ended":{later},{tail}"#)).unwrap();
    assert!(failure(take(&store, since(began))).is_none(), "it is from the future");
}

#[test]
fn a_failure_is_taken_also_while_somebody_else_tries_again() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let mut guard = Some(held(&store));
    let mut next = None;
    let look = || {
        if let Some(guard) = guard.take() {
            guard.failed(&out_of_order(), None, &store);
            drop(guard);
            next = Some(held(&store));
        }
        None
    };
    let limit = deadline(10_000);
    let turn = acquire(&store, NAME, waiter(&limit), look, |_| false);
    assert_eq!(failure(turn), Some(out_of_order()));
}

#[test]
fn who_wants_a_fresh_token_takes_no_failure_of_an_attempt_that_had_begun_before() {
    let limit = deadline(5_000);
    let fresh = Waiter {
        fresh: true,
        ..waiter(&limit)
    };
    assert!(waits_for(&out_of_order(), fresh).is_none());
}

#[test]
fn what_is_the_one_calls_own_failure_is_not_taken() {
    let limit = deadline(5_000);
    let taken = |failure: Error| waits_for(&failure, waiter(&limit)).is_some();
    for shared in [
        Error::refused("no"),
        Error::unreachable("no route"),
        out_of_order(),
        Error::rate_limited("slowly"),
        Error::unreachable("late").within(limit.limit()),
    ] {
        assert!(taken(shared.clone()), "{shared}");
    }
    for own in [
        Error::other("no room"),
        Error::usage("what?"),
        Error::missing("no password"),
        Error::vendor("too short for me").own(),
        Error::unreachable("late").within(Duration::from_secs(1)),
    ] {
        assert!(!taken(own.clone()), "{own}");
    }
}

#[test]
fn a_failure_of_another_secret_is_not_taken_and_compared_once() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home);
    let limit = deadline(200);
    let of = |secret: &str| Fingerprints::of(vec![Secret::new(secret)]);
    let wait = |secret: &str| {
        let (mut guard, mut next, mut compared) = (Some(held(&store)), None, 0);
        let look = || {
            if let Some(guard) = guard.take() {
                guard.failed(&Error::refused("acme: no"), of("one").latest().ok(), &store);
                drop(guard);
                next = Some(held(&store));
            }
            None::<()>
        };
        let is_own = |left: &Fingerprint| {
            compared += 1;
            of(secret).contain(left)
        };
        (acquire(&store, NAME, waiter(&limit), look, is_own), compared)
    };
    assert!(matches!(wait("one"), (Ok(Turn::Failed(_)), 1)));
    assert!(matches!(wait("two"), (Err(_), 1)));
}
