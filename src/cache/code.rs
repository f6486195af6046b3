//! Which one-time codes were sent, so that none is sent twice for the same login (RFC 6238 section 5.2).
//!
//! A code is known by its step, the number of its period since 1970. Whoever is about to send one claims a step before, so that
//! of many at once each has its own; whoever claims one that has not begun waits for it without keeping anybody else.

use serde::{Deserialize, Serialize};

use super::identity::{Login, digest};
use super::lock::{self, Waiter};
use super::record;
use super::store::{Store, Unkept};
use crate::error::Result;

#[derive(Serialize, Deserialize)]
struct Code {
    /// The last one that was claimed.
    step: u64,
}

/// Steps as a code's clock counts them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps {
    /// The present one.
    pub(crate) now: u64,
    /// The last one that is worth waiting for.
    pub(crate) last: u64,
    /// A claim beyond this is the work of a wrong clock.
    pub(crate) furthest: u64,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It is this process's.
    Mine(u64),
    /// The first that is free, too late to be of use. Nothing is claimed.
    TooLate(u64),
}

/// Claims the first step that is free. Where that cannot be written down, the second value says why.
pub(crate) fn claim(
    store: &Store,
    login: &Login,
    steps: Steps,
    waiter: Waiter<'_>,
) -> Result<(Claim, std::result::Result<(), Unkept>)> {
    let name = digest("code", login);
    let _turn = lock::wait(store, &name, waiter)?;
    let file = name + ".code";
    let spent = record::read::<Code>(store, &file).map(|code| code.step);
    let free = match spent.filter(|spent| (steps.now..=steps.furthest).contains(spent)) {
        Some(spent) => spent + 1,
        None => steps.now,
    };
    if free > steps.last {
        return Ok((Claim::TooLate(free), Ok(())));
    }
    let kept = record::write(store, &file, &Code { step: free });
    Ok((Claim::Mine(free), kept))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread;
    use std::time::Duration;

    use super::super::entry::tests::store;
    use super::super::identity::tests::login;
    use super::*;
    use crate::terminal::voice::{Verbosity, Voice};
    use crate::time::deadline::Deadline;

    fn steps(now: u64) -> Steps {
        Steps {
            now,
            last: now + 2,
            furthest: now + 20,
        }
    }

    fn claimed(store: &Store, user: &str, steps: Steps) -> Claim {
        let deadline = Deadline::after(Duration::from_secs(10));
        let waiter = Waiter {
            what: "acme",
            could_ask: false,
            began: i64::MAX,
            fresh: false,
            deadline: &deadline,
        };
        let (claim, kept) = claim(store, &login(user), steps, waiter).unwrap();
        assert!(kept.is_ok());
        claim
    }

    #[test]
    fn each_step_is_claimed_once_and_nobody_claims_one_that_comes_too_late() {
        let (_home, store) = store();
        for claim in [7, 8, 9].map(Claim::Mine) {
            assert_eq!(claimed(&store, "a", steps(7)), claim);
        }
        for _ in 0..2 {
            assert_eq!(claimed(&store, "a", steps(7)), Claim::TooLate(10));
        }
        assert_eq!(claimed(&store, "a", steps(8)), Claim::Mine(10));
        assert_eq!(claimed(&store, "a", steps(11)), Claim::Mine(11));
        assert_eq!(claimed(&store, "a", steps(11)), Claim::Mine(12));
    }

    #[test]
    fn another_login_has_codes_of_its_own() {
        let (_home, store) = store();
        assert_eq!(claimed(&store, "a", steps(7)), Claim::Mine(7));
        assert_eq!(claimed(&store, "b", steps(7)), Claim::Mine(7));
    }

    #[test]
    fn a_claim_of_a_wrong_clock_and_garbage_count_for_nothing() {
        let (_home, store) = store();
        assert_eq!(claimed(&store, "a", steps(1000)), Claim::Mine(1000));
        assert_eq!(claimed(&store, "a", steps(7)), Claim::Mine(7));
        let file = digest("code", &login("a")) + ".code";
        for bytes in [
            &b""[..],
            b"{",
            br#"{"schema":2,"step":7}"#,
            br#"{"schema":1,"step":-1}"#,
        ] {
            store.replace(&file, bytes).unwrap();
            assert_eq!(claimed(&store, "a", steps(7)), Claim::Mine(7));
        }
    }

    #[test]
    fn of_many_at_once_each_claims_another() {
        let (_home, store) = store();
        let steps = Steps {
            now: 7,
            last: 100,
            furthest: 100,
        };
        let folder = store.folder();
        let claims: BTreeSet<u64> = thread::scope(|scope| {
            let one = || {
                let store = Store::open(folder.to_owned(), Voice(Verbosity::Quiet));
                match claimed(&store, "a", steps) {
                    Claim::Mine(step) | Claim::TooLate(step) => step,
                }
            };
            let all: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
            all.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(claims, (7..15).collect());
    }
}
