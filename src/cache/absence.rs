//! That something elsewhere cannot be used, remembered for some seconds, so that a thousand processes do not find it out in
//! turn.

use serde::{Deserialize, Serialize};

use super::identity::digest;
use super::record;
use super::store::Store;

/// In milliseconds.
const SPAN: i64 = 5_000;

#[derive(Serialize, Deserialize)]
struct Absence {
    found: i64,
    /// As it was said.
    why: String,
}

/// A folder that cannot be written to remembers nothing, which costs each process a try.
pub(crate) fn put(store: &Store, what: &str, why: &str, now: i64) {
    let absence = Absence {
        found: now,
        why: why.to_owned(),
    };
    let _ = record::write(store, &file_name(what), &absence);
}

/// Why it cannot be used, if that was found out a moment ago. One from the future is the work of a wrong clock.
pub(crate) fn check(store: &Store, what: &str, now: i64) -> Option<String> {
    let absence: Absence = record::read(store, &file_name(what))?;
    (now.saturating_sub(SPAN)..=now)
        .contains(&absence.found)
        .then_some(absence.why)
}

fn file_name(what: &str) -> String {
    digest("absence", &what) + ".absence"
}

#[cfg(test)]
mod tests {
    use super::super::entry::tests::store;
    use super::*;

    #[test]
    fn an_absence_is_remembered_for_five_seconds_and_for_what_it_is_of() {
        let (_home, store) = store();
        assert_eq!(check(&store, "a", 0), None);
        put(&store, "a", "gone", 10_000);
        assert_eq!(check(&store, "a", 15_000).as_deref(), Some("gone"));
        assert_eq!(check(&store, "a", 15_001), None);
        assert_eq!(check(&store, "a", 9_999), None);
        assert_eq!(check(&store, "b", 10_000), None);
    }
}
