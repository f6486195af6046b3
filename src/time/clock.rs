//! The wall clock, in milliseconds since 1970.
//!
//! It may jump, so whatever is compared with it must do no harm when it does. It is read here and nowhere else in the
//! cache; everything that can do without a clock of its own takes `now` as an argument.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// How far ahead a time may lie that was written down a moment ago: clocks are set back by small steps.
pub(crate) const TOLERANCE: i64 = 5_000;

pub(crate) fn now_ms() -> i64 {
    ms(SystemTime::now())
}

/// The same as a date. A clock that has left the calendar behind, with its year 9999, stands still at its end.
pub(crate) fn now() -> Timestamp {
    dated(now_ms())
}

pub(crate) fn dated(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

/// A time before 1970 is 1970.
pub(crate) fn ms(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, span_ms)
}

/// A span too long for the clock is the longest one.
pub(crate) fn span_ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// The time from `from` to `to`, zero where it is the other way round.
pub(crate) fn between(from: i64, to: i64) -> Duration {
    Duration::from_millis(u64::try_from(to.saturating_sub(from)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_beyond_the_calendar_is_no_panic() {
        assert_eq!(dated(0), Timestamp::UNIX_EPOCH);
        let year_10000 = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        assert_eq!(dated(ms(year_10000)), Timestamp::MAX);
        assert_eq!(dated(i64::MAX), Timestamp::MAX);
    }
}
