//! What is held, as machines tell each other.
//!
//! `ahead` is how far this machine's clock is ahead of the one that all of them know, in milliseconds.

use std::time::Duration;

use serde::Deserialize;

use super::{Hold, file_name, read, turn};
use crate::cache::identity::Login;
use crate::cache::record;
use crate::cache::store::{Store, Unkept};
use crate::time::clock::between;

impl Hold {
    /// To another clock, in milliseconds.
    fn shift(&mut self, by: i64) {
        for held in &mut self.refusals {
            held.refused_at = held.refused_at.saturating_add(by);
            held.until = held.until.saturating_add(by);
        }
    }
}

/// What is held for this login, for another machine, and how long it counts.
pub(crate) fn to_share(store: &Store, login: &Login, ahead: i64, now: i64) -> Option<(serde_json::Value, Duration)> {
    let mut hold = read(store, login, now)?;
    let until = hold.refusals.iter().map(|held| held.until).max()?;
    hold.shift(ahead.saturating_neg());
    Some((serde_json::to_value(hold).ok()?, between(now, until)))
}

/// Takes over what another machine holds, unless something was refused later here.
pub(crate) fn take_over(
    store: &Store,
    login: &Login,
    held: &serde_json::Value,
    ahead: i64,
    now: i64,
) -> Result<(), Unkept> {
    let Ok(mut other) = Hold::deserialize(held) else {
        return Ok(());
    };
    other.shift(ahead);
    let latest = |hold: &Hold| hold.refusals.iter().map(|held| held.refused_at).max();
    let _turn = turn(store, login);
    if read(store, login, now).is_some_and(|own| latest(&own) >= latest(&other)) {
        return Ok(());
    }
    record::write(store, &file_name(login), &other)
}

#[cfg(test)]
mod tests {
    use super::super::{Attempt, Kind, SPAN, check, put};
    use super::*;
    use crate::cache::entry::tests::store;
    use crate::cache::identity::tests::login;

    const WRONG: Attempt<'_> = Attempt {
        secrets: &[b"wrong"],
        request: b"request",
    };

    #[test]
    fn what_one_machine_refuses_is_refused_by_another_whatever_its_clock_says() {
        let ((_one, here), (_other, there)) = (store(), store());
        let now = 1_000_000_000;
        put(&here, &login("a"), Kind::Secret, WRONG, "no", now).unwrap();
        // This machine is an hour ahead, the other a day behind.
        let (value, life) = to_share(&here, &login("a"), 3_600_000, now).unwrap();
        assert_eq!(life, Duration::from_millis(SPAN.unsigned_abs()));
        let later = now - 3_600_000 - 86_400_000;
        take_over(&there, &login("a"), &value, -86_400_000, later).unwrap();
        assert_eq!(check(&there, &login("a"), WRONG, later).unwrap().words, "no");
        assert!(check(&there, &login("a"), WRONG, later + SPAN).is_none());
    }

    #[test]
    fn what_was_refused_later_here_stays_and_what_is_no_hold_is_nothing() {
        let ((_one, here), (_other, there)) = (store(), store());
        put(&there, &login("a"), Kind::Secret, WRONG, "before", 1000).unwrap();
        let (value, _) = to_share(&there, &login("a"), 0, 1000).unwrap();
        put(&here, &login("a"), Kind::Secret, WRONG, "later", 2000).unwrap();
        take_over(&here, &login("a"), &value, 0, 2000).unwrap();
        take_over(&here, &login("a"), &serde_json::json!({"salt": 7}), 0, 2000).unwrap();
        assert_eq!(check(&here, &login("a"), WRONG, 2000).unwrap().words, "later");
    }
}
