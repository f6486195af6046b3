//! The present moment, or one a while before or after it, in the forms that requests want.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Moment {
    /// Whole seconds since 1970, a number.
    Unix,
    /// Milliseconds since 1970, a number.
    UnixMs,
    /// `2026-01-31T10:00:00Z`.
    Rfc3339,
    /// `Sat, 31 Jan 2026 10:00:00 GMT`, as in a `Date` header (RFC 9110 section 5.6.7).
    Http,
}

impl Moment {
    pub(crate) fn at(self, now: Timestamp, plus: Duration, minus: Duration) -> Result<Json> {
        let beyond = || Error::usage("the duration reaches beyond the year 9999");
        let then = now.checked_add(plus).map_err(|_| beyond())?;
        let then = then
            .checked_sub(minus)
            .map_err(|_| Error::usage("the duration reaches back before the calendar"))?;
        Ok(match self {
            Self::Unix => then.as_second().into(),
            Self::UnixMs => then.as_millisecond().into(),
            Self::Rfc3339 => then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into(),
            Self::Http => DateTimePrinter::new()
                .timestamp_to_rfc9110_string(&then)
                .map_err(|_| beyond())?
                .into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_moment_is_a_number_or_a_text() {
        let now: Timestamp = "1994-11-06T08:39:37.25Z".parse().unwrap();
        let plus = Duration::from_secs(600);
        for (name, said) in [
            ("unix", json!(784_111_777)),
            ("unix-ms", json!(784_111_777_250_i64)),
            ("rfc3339", json!("1994-11-06T08:49:37Z")),
            ("http", json!("Sun, 06 Nov 1994 08:49:37 GMT")),
        ] {
            let moment: Moment = serde_json::from_value(name.into()).unwrap();
            assert_eq!(moment.at(now, plus, Duration::ZERO), Ok(said.clone()), "{name}");
            let later = now.checked_add(Duration::from_secs(60)).unwrap();
            assert_eq!(moment.at(later, plus, Duration::from_secs(60)), Ok(said), "{name}");
        }
    }

    #[test]
    fn no_duration_is_too_long_to_be_refused() {
        for moment in [Moment::Unix, Moment::UnixMs, Moment::Rfc3339, Moment::Http] {
            for plus in [Duration::MAX, Duration::from_secs(8100 * 366 * 86400)] {
                assert!(moment.at(Timestamp::UNIX_EPOCH, plus, Duration::ZERO).is_err());
            }
            for minus in [Duration::MAX, Duration::from_secs(20_000 * 366 * 86400)] {
                assert!(moment.at(Timestamp::UNIX_EPOCH, Duration::ZERO, minus).is_err());
            }
        }
    }
}
