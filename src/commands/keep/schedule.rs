//! When a token that is kept is looked after again. Times are milliseconds of the wall clock, so that a machine that slept
//! finds out when it wakes.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::token::Life;

/// No wait is longer: the clock may have been set.
pub(super) const LOOK: Duration = Duration::from_secs(30);

/// The longest pause between two tries.
const MOST: u64 = 60_000;

/// A number up to 999, drawn by lot so that many who keep the same token do not keep step.
pub(super) fn lot() -> u64 {
    RandomState::new().hash_one(()) % 1000
}

/// When another is fetched: at two thirds of the life or at the last moment at which it is good enough, whichever comes first,
/// and up to a twentieth of the life earlier, or up to a quarter of the time until then if that is less.
pub(super) fn renewal(life: Life, lot: u64) -> i64 {
    let span = life.ends_at.saturating_sub(life.asked_at).max(0);
    let wait = (span / 3 * 2).min(life.good_until.saturating_sub(life.asked_at)).max(0);
    let most = (span / 20).min(wait / 4);
    let earlier = i64::try_from(lot).unwrap_or(0).saturating_mul(most / 1000);
    life.asked_at.saturating_add(wait - earlier)
}

/// How long it is waited after so many failures in a row: a second, two, four, up to a minute, and up to a fifth less.
pub(super) fn backoff(failures: u32, lot: u64) -> Duration {
    let doubled = 1000_u64.checked_shl(failures.saturating_sub(1).min(16)).unwrap_or(MOST);
    let longest = doubled.min(MOST);
    Duration::from_millis(longest - longest / 5 * lot / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(seconds: i64, margin: i64) -> Life {
        Life {
            asked_at: 0,
            good_until: (seconds - margin) * 1000,
            ends_at: seconds * 1000,
        }
    }

    #[test]
    fn another_is_fetched_at_two_thirds_or_before_the_margin_and_never_later() {
        assert_eq!(renewal(life(900, 60), 0), 600_000);
        assert_eq!(renewal(life(900, 60), 999), 600_000 - 44_955);
        assert_eq!(renewal(life(900, 600), 0), 300_000);
        assert_eq!(renewal(life(3600, 3596), 1000), 3000);
        assert_eq!(renewal(life(10, 20), 999), 0);
    }

    #[test]
    fn tries_come_less_often_until_there_is_one_a_minute() {
        let seconds = [1, 2, 3, 4, 5, 6, 7, 8, u32::MAX].map(|failures| backoff(failures, 0).as_secs());
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert!(backoff(9, 999) > Duration::from_secs(48));
        assert!((0..100).all(|_| lot() < 1000));
    }

    #[test]
    fn times_at_the_ends_of_the_number_range_do_no_harm() {
        for (asked_at, ends_at) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (i64::MAX, i64::MAX)] {
            let _ = renewal(
                Life {
                    asked_at,
                    good_until: i64::MIN,
                    ends_at,
                },
                999,
            );
        }
    }
}
