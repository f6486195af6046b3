//! What lies in the store, opened and sealed: tokens, failures, holds and pauses.
//!
//! All times there are those of the store's clock, so that those of two machines are never compared. What cannot be opened is
//! of another key or of another program.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::shelf::{Answer, Trouble};
use crate::cache::entry::{self, Entry};
use crate::cache::fingerprint::Fingerprint;
use crate::cache::identity::Identity;
use crate::error::{Error, Result};
use crate::seal::{Key, Place};
use crate::secret::Secret;
use crate::time::clock::TOLERANCE;

const SCHEMA: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    identity: Cow<'a, Identity>,
    token: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_expires_at: Option<i64>,
    asked_at: i64,
    expires_at: i64,
    extras: Cow<'a, serde_json::Map<String, serde_json::Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<Fingerprint>,
}

/// An origin that is not to be asked, and until when.
pub(super) type Pause = (String, i64);

/// An attempt that failed in a way that is not its own alone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Failed {
    /// The turn that failed.
    pub(super) turn: u64,
    pub(crate) error: Error,
    pub(crate) fingerprint: Option<Fingerprint>,
}

/// `ahead` is how far this machine's clock is ahead of the store's, in milliseconds.
pub(super) fn pack(key: &Key, name: &str, entry: &Entry, ahead: i64) -> Result<String> {
    let packed = Packed {
        identity: Cow::Borrowed(&entry.identity),
        token: Cow::Borrowed(entry.token.expose()),
        refresh_token: entry.refresh_token.as_ref().map(|token| token.expose().into()),
        refresh_expires_at: entry.refresh_expires_at.map(|end| end.saturating_sub(ahead)),
        asked_at: entry.asked_at.saturating_sub(ahead),
        expires_at: entry.expires_at.saturating_sub(ahead),
        extras: Cow::Borrowed(&entry.extras),
        fingerprint: entry.fingerprint.clone(),
    };
    seal(key, name, &packed)
}

/// `now` is the store's. What names another identity, comes from the future or is no token is not what was written there.
pub(super) fn unpack(keys: &Keys, name: &str, text: &str, identity: &Identity, now: i64, ahead: i64) -> Answer<Entry> {
    let packed: Packed = open(keys, name, text)?;
    let is_dated = packed.asked_at < packed.expires_at && packed.asked_at <= now.saturating_add(TOLERANCE);
    let is_whole = packed.refresh_token.as_ref().is_none_or(|token| !token.is_empty());
    if *packed.identity != *identity || !entry::is_token(&packed.token) || !is_dated || !is_whole {
        return Err(Trouble::Strange("what lies there is damaged".to_owned()));
    }
    Ok(Entry {
        identity: packed.identity.into_owned(),
        token: Secret::new(packed.token),
        refresh_token: packed.refresh_token.map(Secret::new),
        refresh_expires_at: packed.refresh_expires_at.map(|end| end.saturating_add(ahead)),
        asked_at: packed.asked_at.saturating_add(ahead),
        expires_at: packed.expires_at.saturating_add(ahead),
        extras: packed.extras.into_owned(),
        fingerprint: packed.fingerprint,
        attempt: None,
        generation: None,
        ticket: None,
    })
}

pub(super) fn seal(key: &Key, name: &str, what: &impl Serialize) -> Result<String> {
    let plain = serde_json::to_vec(what).map_err(|error| Error::other(format!("cannot be written: {error}")))?;
    key.seal(&plain, Place { schema: SCHEMA, name })
}

pub(super) fn open<T: DeserializeOwned>(keys: &Keys, name: &str, text: &str) -> Answer<T> {
    let place = Place { schema: SCHEMA, name };
    let plain = keys.all().find_map(|key| key.open(text, place).ok());
    plain
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .ok_or_else(|| Trouble::Strange("what lies there is not tok's, or not sealed with this key".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::entry::tests::entry;
    use crate::cache::identity::tests::identity;

    const NOW: i64 = 1_700_000_000_000;

    fn keys(own: u8, older: Option<u8>) -> Keys {
        let key = |byte| Key::of(&[byte; 32]).unwrap();
        Keys {
            own: key(own),
            older: older.map(key),
        }
    }

    #[test]
    fn a_token_lasts_as_long_on_a_machine_whose_clock_is_another() {
        // The store's clock says NOW, this machine's an hour more, the other's a day less.
        let here = entry("a", NOW + 3_600_000);
        let text = pack(&keys(1, None).own, "n", &here, 3_600_000).unwrap();
        let later = NOW + 60_000;
        let there = unpack(&keys(1, None), "n", &text, &identity("a"), later, -86_400_000).unwrap();
        let there_now = later - 86_400_000;
        assert_eq!(there.expires_at - there_now, here.expires_at - here.asked_at - 60_000);
        assert_eq!(there.token.expose(), here.token.expose());
        assert_eq!(there.refresh_token.unwrap().expose(), "again");
        assert_eq!(there.extras, here.extras);
    }

    #[test]
    fn what_is_of_another_key_name_or_identity_or_from_the_future_is_strange() {
        let text = pack(&keys(1, None).own, "n", &entry("a", NOW), 0).unwrap();
        let read = |keys: &Keys, name, identity, now| unpack(keys, name, &text, identity, now, 0).is_ok();
        let (a, b) = (identity("a"), identity("b"));
        assert!(read(&keys(1, None), "n", &a, NOW));
        assert!(read(&keys(2, Some(1)), "n", &a, NOW));
        assert!(!read(&keys(2, None), "n", &a, NOW));
        assert!(!read(&keys(1, None), "m", &a, NOW));
        assert!(!read(&keys(1, None), "n", &b, NOW));
        assert!(!read(&keys(1, None), "n", &a, NOW - TOLERANCE - 1));
    }
}
