//! When a device asks again whether the person has approved (RFC 8628 sections 3.4 and 3.5), and when it gives up.
//!
//! Times are spans since the codes were given and are passed in; sending and waiting are left to others.

use std::fmt;
use std::time::Duration;

/// Where the vendor names no pause.
const INTERVAL: Duration = Duration::from_secs(5);
/// What is added to the pause where the vendor wants to be asked less often.
const SLOWER: Duration = Duration::from_secs(5);
/// However little the vendor says.
const SHORTEST: Duration = Duration::from_secs(1);
/// A code's life where the vendor does not say it.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// However much the vendor says: no terminal is held longer for a person who does not come.
const LONGEST_LIFE: Duration = Duration::from_secs(60 * 60);
/// A vendor that fails so often in a row has not just stumbled.
const FAILURES: u32 = 3;

#[derive(Debug)]
pub(crate) struct Poll {
    interval: Duration,
    /// Of the codes.
    life: Duration,
    failures: u32,
}

/// What came of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Pending,
    SlowDown,
    Denied,
    Expired,
    /// Nobody may ask for a while. Nothing is sent before that is over.
    Paused,
    /// No answer came.
    Unanswered {
        timed_out: bool,
    },
    /// An answer that the vendor may not give again, as a gateway's.
    Failed,
    /// What settles it: a token, or a refusal of another kind.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// After this time.
    Again(Duration),
    /// The person said no.
    Denied,
    /// Nobody said yes in time.
    Expired,
    /// What was heard is what counts.
    Heard,
}

/// Why it is asked again.
impl fmt::Display for Heard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pending => "nobody has approved it yet",
            Self::SlowDown => "the vendor wants to be asked less often",
            Self::Unanswered { .. } => "no answer came",
            Self::Paused => "the vendor asked for a pause",
            Self::Failed => "the vendor failed",
            Self::Denied | Self::Expired | Self::Other => "it is settled",
        })
    }
}

impl Heard {
    /// Of the vendor's word for it, whatever the status is that it stands behind.
    pub(crate) fn word(word: &str) -> Option<Self> {
        Some(match word {
            "authorization_pending" => Self::Pending,
            "slow_down" => Self::SlowDown,
            "access_denied" => Self::Denied,
            "expired_token" => Self::Expired,
            _ => return None,
        })
    }
}

impl Poll {
    pub(crate) fn new(interval: Option<Duration>, life: Option<Duration>) -> Self {
        Self {
            interval: interval.unwrap_or(INTERVAL).max(SHORTEST),
            life: life.unwrap_or(LIFE).min(LONGEST_LIFE),
            failures: 0,
        }
    }

    pub(crate) fn life(&self) -> Duration {
        self.life
    }

    /// Before the first request.
    pub(crate) fn begin(&self, elapsed: Duration) -> Next {
        self.again(self.interval, elapsed).unwrap_or(Next::Expired)
    }

    pub(crate) fn next(&mut self, heard: Heard, elapsed: Duration) -> Next {
        self.failures = match heard {
            Heard::Failed => self.failures + 1,
            Heard::Unanswered { .. } => self.failures,
            _ => 0,
        };
        match heard {
            Heard::Pending => self.again(self.interval, elapsed).unwrap_or(Next::Expired),
            Heard::SlowDown => {
                self.interval = self.interval.saturating_add(SLOWER);
                self.again(self.interval, elapsed).unwrap_or(Next::Expired)
            }
            Heard::Denied => Next::Denied,
            Heard::Expired => Next::Expired,
            Heard::Paused => self.again(self.interval, elapsed).unwrap_or(Next::Heard),
            Heard::Unanswered { timed_out } => {
                if timed_out {
                    self.interval = self.interval.saturating_mul(2);
                }
                self.again(self.interval, elapsed).unwrap_or(Next::Heard)
            }
            Heard::Failed if self.failures < FAILURES => self.again(self.interval, elapsed).unwrap_or(Next::Heard),
            Heard::Failed | Heard::Other => Next::Heard,
        }
    }

    /// Nothing where the codes have ended by then.
    fn again(&self, pause: Duration, elapsed: Duration) -> Option<Next> {
        (elapsed.saturating_add(pause) < self.life).then_some(Next::Again(pause))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn poll(interval: u64, life: u64) -> Poll {
        Poll::new(Some(seconds(interval)), Some(seconds(life)))
    }

    #[test]
    fn without_an_interval_it_is_five_seconds_and_never_less_than_one() {
        assert_eq!(Poll::new(None, None).begin(Duration::ZERO), Next::Again(seconds(5)));
        assert_eq!(poll(0, 60).begin(Duration::ZERO), Next::Again(seconds(1)));
        assert_eq!(poll(7, 60).begin(Duration::ZERO), Next::Again(seconds(7)));
    }

    #[test]
    fn whoever_shall_slow_down_waits_five_seconds_longer_from_then_on() {
        let mut poll = poll(2, 600);
        assert_eq!(poll.next(Heard::Pending, seconds(2)), Next::Again(seconds(2)));
        assert_eq!(poll.next(Heard::SlowDown, seconds(4)), Next::Again(seconds(7)));
        assert_eq!(poll.next(Heard::Pending, seconds(11)), Next::Again(seconds(7)));
        assert_eq!(poll.next(Heard::SlowDown, seconds(18)), Next::Again(seconds(12)));
    }

    #[test]
    fn a_lost_answer_is_asked_for_again_and_one_that_took_too_long_less_often() {
        let mut poll = poll(2, 600);
        let lost = |timed_out| Heard::Unanswered { timed_out };
        for _ in 0..10 {
            assert_eq!(poll.next(lost(false), seconds(2)), Next::Again(seconds(2)));
        }
        assert_eq!(poll.next(lost(true), seconds(2)), Next::Again(seconds(4)));
        assert_eq!(poll.next(lost(true), seconds(2)), Next::Again(seconds(8)));
        assert_eq!(poll.next(lost(false), seconds(595)), Next::Heard);
    }

    #[test]
    fn a_failure_is_forgiven_but_not_the_third_in_a_row() {
        let mut poll = poll(1, 600);
        for heard in [
            Heard::Failed,
            Heard::Failed,
            Heard::Pending,
            Heard::Failed,
            Heard::Failed,
        ] {
            assert_eq!(poll.next(heard, seconds(1)), Next::Again(seconds(1)));
        }
        assert_eq!(poll.next(Heard::Failed, seconds(1)), Next::Heard);
    }

    #[test]
    fn a_pause_that_the_codes_do_not_outlive_is_what_counts() {
        let mut poll = poll(5, 60);
        assert_eq!(poll.next(Heard::Paused, seconds(5)), Next::Again(seconds(5)));
        assert_eq!(poll.next(Heard::Paused, seconds(55)), Next::Heard);
    }

    #[test]
    fn the_person_s_no_and_the_codes_end_are_told_apart() {
        assert_eq!(poll(5, 60).next(Heard::Denied, seconds(5)), Next::Denied);
        assert_eq!(poll(5, 60).next(Heard::Expired, seconds(5)), Next::Expired);
        assert_eq!(poll(5, 60).next(Heard::Pending, seconds(55)), Next::Expired);
        assert_eq!(poll(5, 60).next(Heard::Other, seconds(5)), Next::Heard);
        assert_eq!(poll(5, 5).begin(Duration::ZERO), Next::Expired);
    }

    #[test]
    fn codes_are_waited_for_an_hour_at_most() {
        assert_eq!(poll(5, 3600).life(), seconds(3600));
        assert_eq!(poll(5, u64::MAX).life(), seconds(3600));
        assert_eq!(poll(5, u64::MAX).next(Heard::Pending, seconds(3595)), Next::Expired);
        assert_eq!(poll(u64::MAX, u64::MAX).begin(Duration::ZERO), Next::Expired);
    }

    #[test]
    fn only_the_four_words_of_the_rfc_are_known() {
        assert_eq!(Heard::word("slow_down"), Some(Heard::SlowDown));
        for other in ["", "Slow_Down", "invalid_grant", "authorization_pending "] {
            assert_eq!(Heard::word(other), None, "{other}");
        }
    }

    fn any_heard() -> impl Strategy<Value = Heard> {
        prop_oneof![
            Just(Heard::Pending),
            Just(Heard::SlowDown),
            Just(Heard::Failed),
            any::<bool>().prop_map(|timed_out| Heard::Unanswered { timed_out }),
            Just(Heard::Paused),
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_heard_the_codes_life_is_the_end(
            heard in proptest::collection::vec(any_heard(), 0..300),
            interval in any::<u64>(),
            life in 0..10_000u64,
        ) {
            let mut poll = poll(interval, life);
            let mut elapsed = Duration::ZERO;
            let mut next = poll.begin(elapsed);
            for heard in heard {
                let Next::Again(pause) = next else { break };
                prop_assert!(pause >= SHORTEST);
                elapsed += pause;
                prop_assert!(elapsed < seconds(life));
                next = poll.next(heard, elapsed);
            }
        }
    }
}
