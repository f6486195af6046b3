//! Spans of time as people write and read them: `90s`, `15m`, `1h30m`, `7d`; a bare number is seconds.

use std::time::Duration;

const UNITS: [(char, u64); 4] = [('d', 86400), ('h', 3600), ('m', 60), ('s', 1)];

/// Whole seconds. The error says what a span looks like.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!(
            "'{}' is not a duration such as 90s, 15m, 1h30m or 7d",
            text.escape_debug()
        )
    };
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Duration::from_secs).map_err(|_| wrong());
    }
    let mut total: u64 = 0;
    let mut rest = text;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, tail) = rest.split_at(digits);
        let unit = tail.chars().next().ok_or_else(wrong)?;
        let (_, seconds) = units.find(|(letter, _)| *letter == unit).ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| wrong())?;
        total = number
            .checked_mul(*seconds)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(wrong)?;
        rest = tail.strip_prefix(unit).unwrap_or_default();
    }
    if text.is_empty() {
        Err(wrong())
    } else {
        Ok(Duration::from_secs(total))
    }
}

/// As above, for the time that something may take: none at all is refused.
pub(crate) fn limit(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        Duration::ZERO => Err(format!("'{text}' leaves no time at all")),
        limit => Ok(limit),
    }
}

/// The two largest units that are not zero: `4 min 48 s`, `15 min`, `7 d`, `0 s`. Less than a second is said in tenths, and
/// never as nothing.
pub(crate) fn words(span: Duration) -> String {
    const NAMES: [(&str, u64); 4] = [("d", 86400), ("h", 3600), ("min", 60), ("s", 1)];
    let mut rest = span.as_secs();
    if rest == 0 && !span.is_zero() {
        return format!("0.{} s", span.as_millis().div_ceil(100).clamp(1, 9));
    }
    let mut parts = Vec::new();
    for (name, seconds) in NAMES {
        let count = rest / seconds;
        rest %= seconds;
        if count > 0 {
            parts.push(format!("{count} {name}"));
        } else if !parts.is_empty() {
            break;
        }
    }
    if parts.is_empty() {
        return "0 s".to_owned();
    }
    parts.truncate(2);
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_span_is_read_as_it_is_written() {
        for (text, seconds) in [
            ("90", 90),
            ("90s", 90),
            ("15m", 900),
            ("1h30m", 5400),
            ("7d", 604_800),
            ("0", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "",
            "-5m",
            "1.5h",
            "h",
            "5",
            "5 m",
            "m5",
            "1m1h",
            "1s1s",
            "99999999999999999999",
            "300000000000000d",
            "٣s",
        ] {
            assert_eq!(parse(text).is_ok(), text == "5", "{text}");
        }
    }

    #[test]
    fn a_limit_leaves_some_time() {
        assert_eq!(limit("1"), Ok(Duration::from_secs(1)));
        for text in ["0", "0s", "0h0m0s", "soon"] {
            assert!(limit(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_is_said_in_its_two_largest_units() {
        for (seconds, said) in [
            (0, "0 s"),
            (59, "59 s"),
            (288, "4 min 48 s"),
            (900, "15 min"),
            (3605, "1 h"),
            (90061, "1 d 1 h"),
        ] {
            assert_eq!(words(Duration::from_secs(seconds)), said);
        }
        for (milliseconds, said) in [
            (1, "0.1 s"),
            (50, "0.1 s"),
            (201, "0.3 s"),
            (999, "0.9 s"),
            (1999, "1 s"),
        ] {
            assert_eq!(words(Duration::from_millis(milliseconds)), said);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = parse(&text);
        }
    }
}
