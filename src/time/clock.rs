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

/// A time before 1970 is 1970.
pub(crate) fn ms(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, span_ms)
}

/// As a date. Beyond the years that a date can have, the last or the first moment of them.
pub(crate) fn date(ms: i64) -> Timestamp {
    let end = if ms > 0 { Timestamp::MAX } else { Timestamp::MIN };
    Timestamp::from_millisecond(ms).unwrap_or(end)
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
    fn every_time_has_a_date() {
        assert_eq!(date(951_782_400_000).to_string(), "2000-02-29T00:00:00Z");
        assert!(date(i64::MAX).to_string().starts_with("9999-12-3"));
        assert!(date(i64::MIN).to_string().starts_with("-009999-01-0"));
    }
}
