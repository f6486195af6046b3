//! Whether a cached token is good enough, with the reason.
//!
//! The answer is a value and not a yes or no, since `-v` prints it and since a token that is not fresh can still serve
//! where the vendor cannot be asked.

use std::fmt;
use std::time::Duration;

use super::entry::Entry;
use crate::time::clock::{between, span_ms};
use crate::time::duration;

const MARGIN: i64 = 60_000;

/// What the caller wants of a token.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Demand {
    /// `--min-ttl`, in place of the margin.
    pub(crate) min_ttl: Option<Duration>,
    /// `--fresh`: this one will not do, whatever it is like.
    pub(crate) another: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Good until then, in milliseconds.
    FreshUntil { until: i64, left: Duration },
    /// Valid, but not for long enough.
    ExpiringSoon {
        left: Duration,
        margin: Duration,
        /// The margin is a `--min-ttl`, which nothing overrules.
        explicit: bool,
    },
    /// Ended so long ago.
    Expired { since: Duration },
    /// A new one is asked for, whatever this one is like.
    Forced,
}

impl Freshness {
    pub(crate) fn of(entry: &Entry, now: i64, demand: Demand) -> Self {
        Self::of_times(entry.asked_at, entry.expires_at, now, demand)
    }

    /// Of a token that was asked for and ends then, in milliseconds.
    pub(crate) fn of_times(asked_at: i64, until: i64, now: i64, demand: Demand) -> Self {
        if demand.another {
            return Self::Forced;
        }
        if until <= now {
            let since = between(until, now);
            return Self::Expired { since };
        }
        let left = between(now, until);
        let margin = margin(asked_at, until, demand.min_ttl);
        if until.saturating_sub(now) >= margin {
            Self::FreshUntil { until, left }
        } else {
            Self::ExpiringSoon {
                left,
                margin: between(0, margin),
                explicit: demand.min_ttl.is_some(),
            }
        }
    }

    /// The last moment at which such a token is good enough, in milliseconds.
    pub(crate) fn last_moment(asked_at: i64, until: i64, min_ttl: Option<Duration>) -> i64 {
        // At its end a token is no token.
        let margin = margin(asked_at, until, min_ttl).max(1);
        until.saturating_sub(margin)
    }

    pub(crate) fn is_fresh(self) -> bool {
        matches!(self, Self::FreshUntil { .. })
    }

    /// Whether the token may be given, with a warning, where no other can be had.
    pub(crate) fn serves_in_need(self) -> bool {
        match self {
            Self::FreshUntil { .. } => true,
            Self::ExpiringSoon { explicit, .. } => !explicit,
            Self::Expired { .. } | Self::Forced => false,
        }
    }
}

/// In milliseconds.
fn margin(asked_at: i64, until: i64, min_ttl: Option<Duration>) -> i64 {
    let tenth = until.saturating_sub(asked_at) / 10;
    min_ttl.map_or(tenth.min(MARGIN), span_ms)
}

/// What is said of a token, cached or not.
impl fmt::Display for Freshness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FreshUntil { left, .. } => {
                write!(formatter, "valid for {}", duration::words(*left))
            }
            Self::ExpiringSoon { left, margin, .. } => write!(
                formatter,
                "valid for {} only, less than {}",
                duration::words(*left),
                // Rounded up, since what is left is rounded down.
                duration::words(*margin + Duration::from_millis(999))
            ),
            Self::Expired { since } => write!(formatter, "ended {} ago", duration::words(*since)),
            Self::Forced => formatter.write_str("asked for before this call began"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::identity::tests::identity;
    use super::*;
    use crate::secret::Secret;

    fn lasting(seconds: i64) -> Entry {
        Entry {
            identity: identity("a"),
            token: Secret::new("t"),
            refresh_token: None,
            refresh_expires_at: None,
            asked_at: 0,
            expires_at: seconds * 1000,
            extras: serde_json::Map::new(),
            fingerprint: None,
            attempt: None,
            generation: None,
            ticket: None,
        }
    }

    fn with_min_ttl(seconds: u64) -> Demand {
        Demand {
            min_ttl: Some(Duration::from_secs(seconds)),
            another: false,
        }
    }

    #[test]
    fn the_margin_is_sixty_seconds_of_a_long_lifetime_and_a_tenth_of_a_short_one() {
        let fresh = |entry: &Entry, now| Freshness::of(entry, now, Demand::default()).is_fresh();
        assert!(fresh(&lasting(3600), 3_540_000));
        assert!(!fresh(&lasting(3600), 3_540_001));
        assert!(fresh(&lasting(20), 18_000));
        assert!(!fresh(&lasting(20), 18_001));
    }

    #[test]
    fn the_last_moment_of_a_token_is_the_last_one_at_which_it_is_fresh() {
        for (seconds, min_ttl) in [(3600, None), (20, None), (3600, Some(1)), (3600, Some(0)), (1, None)] {
            let demand = min_ttl.map_or(Demand::default(), with_min_ttl);
            let last = Freshness::last_moment(0, seconds * 1000, demand.min_ttl);
            for (now, fresh) in [(last, true), (last + 1, false)] {
                let freshness = Freshness::of(&lasting(seconds), now, demand);
                assert_eq!(freshness.is_fresh(), fresh, "{seconds} {min_ttl:?}");
            }
        }
    }

    #[test]
    fn min_ttl_takes_the_place_of_the_margin_whether_longer_or_shorter() {
        assert!(!Freshness::of(&lasting(3600), 0, with_min_ttl(3601)).is_fresh());
        assert!(Freshness::of(&lasting(3600), 3_599_000, with_min_ttl(1)).is_fresh());
        assert!(Freshness::of(&lasting(3600), 3_599_999, with_min_ttl(0)).is_fresh());
        assert!(!Freshness::of(&lasting(3600), 3_600_000, with_min_ttl(0)).is_fresh());
    }

    #[test]
    fn a_token_in_its_last_seconds_serves_in_need_but_not_below_min_ttl() {
        let late = 3_599_000;
        assert!(Freshness::of(&lasting(3600), late, Demand::default()).serves_in_need());
        assert!(!Freshness::of(&lasting(3600), late, with_min_ttl(2)).serves_in_need());
        assert!(!Freshness::of(&lasting(3600), 3_600_000, Demand::default()).serves_in_need());
    }

    #[test]
    fn where_another_token_is_asked_for_the_best_one_will_not_do() {
        let another = Demand {
            min_ttl: None,
            another: true,
        };
        assert_eq!(Freshness::of(&lasting(3600), 5, another), Freshness::Forced);
        assert!(!Freshness::Forced.serves_in_need());
    }

    #[test]
    fn the_ends_of_the_number_range_do_no_harm() {
        for (asked_at, expires_at) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (i64::MIN, i64::MIN)] {
            let entry = Entry {
                asked_at,
                expires_at,
                ..lasting(1)
            };
            for now in [i64::MIN, 0, i64::MAX] {
                let _ = Freshness::of(&entry, now, with_min_ttl(u64::MAX)).to_string();
            }
            let _ = Freshness::last_moment(asked_at, expires_at, Some(Duration::MAX));
        }
    }
}
