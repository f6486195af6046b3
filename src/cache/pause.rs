//! Until when nobody asks an origin that asked for a pause (429), whatever the login.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::identity::digest;
use super::record;
use super::store::{Store, Unkept};
use crate::time::clock::{TOLERANCE, between};

/// In seconds.
const LONGEST: i64 = 3600;

#[derive(Serialize, Deserialize)]
struct Pause {
    origin: String,
    until: i64,
}

/// A pause shorter than a second is one, and one longer than an hour is an hour. A longer one that runs already stays.
pub(crate) fn put(store: &Store, origin: &str, seconds: i64, now: i64) -> Result<(), Unkept> {
    let until = now.saturating_add(seconds.clamp(1, LONGEST) * 1000);
    if running(store, origin, now).is_some_and(|other| other >= until) {
        return Ok(());
    }
    let origin = origin.to_owned();
    record::write(store, &file_name(&origin), &Pause { origin, until })
}

/// How long the pause still lasts.
pub(crate) fn check(store: &Store, origin: &str, now: i64) -> Option<Duration> {
    running(store, origin, now).map(|until| between(now, until))
}

/// A pause that ends later than one can from now is the work of a wrong clock.
fn running(store: &Store, origin: &str, now: i64) -> Option<i64> {
    let pause: Pause = record::read(store, &file_name(origin))?;
    let latest = now.saturating_add(LONGEST * 1000 + TOLERANCE);
    (pause.origin == origin && pause.until > now && pause.until <= latest).then_some(pause.until)
}

fn file_name(origin: &str) -> String {
    digest("pause", &origin) + ".pause"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::tests::store;
    use super::*;

    const A: &str = "https://a.example";

    #[test]
    fn a_pause_holds_for_its_origin_until_it_is_over() {
        let (_home, store) = store();
        assert_eq!(check(&store, A, 0), None);
        put(&store, A, 30, 1000).unwrap();
        assert_eq!(check(&store, A, 1000), Some(Duration::from_secs(30)));
        assert_eq!(check(&store, A, 30_999), Some(Duration::from_millis(1)));
        assert_eq!(check(&store, A, 31_000), None);
        assert_eq!(check(&store, "https://b.example", 1000), None);
    }

    #[test]
    fn a_pause_is_between_a_second_and_an_hour_and_is_not_shortened() {
        let (_home, store) = store();
        put(&store, A, -5, 0).unwrap();
        assert_eq!(check(&store, A, 0), Some(Duration::from_secs(1)));
        put(&store, A, i64::MAX, 0).unwrap();
        assert_eq!(check(&store, A, 0), Some(Duration::from_secs(3600)));
        put(&store, A, 30, 0).unwrap();
        assert_eq!(check(&store, A, 0), Some(Duration::from_secs(3600)));
    }

    #[test]
    fn a_pause_from_a_wrong_clock_is_over() {
        let (_home, store) = store();
        put(&store, A, 3600, 1_000_000).unwrap();
        assert_eq!(check(&store, A, 0), None);
        put(&store, A, 5, 0).unwrap();
        assert_eq!(check(&store, A, 0), Some(Duration::from_secs(5)));
    }

    #[test]
    fn garbage_is_no_pause() {
        let (_home, store) = store();
        for bytes in [
            &b"{"[..],
            b"",
            b"null",
            br#"{"schema":2,"origin":"https://a.example","until":9000}"#,
        ] {
            store.replace(&file_name(A), bytes).unwrap();
            assert_eq!(check(&store, A, 0), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_pause(bytes in proptest::collection::vec(any::<u8>(), 0..512), now in any::<i64>()) {
            let (_home, store) = store();
            store.replace(&file_name(A), &bytes).unwrap();
            prop_assert_eq!(check(&store, A, now), None);
        }

        #[test]
        fn whatever_time_a_file_names_a_pause_is_at_most_an_hour(until in any::<i64>(), now in any::<i64>()) {
            let (_home, store) = store();
            let text = format!(r#"{{"schema":1,"origin":"{A}","until":{until}}}"#);
            store.replace(&file_name(A), text.as_bytes()).unwrap();
            prop_assert!(check(&store, A, now).is_none_or(|left| left <= Duration::from_secs(3605)));
        }
    }
}
