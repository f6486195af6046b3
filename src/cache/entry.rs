//! A cached token.
//!
//! An entry says whole what it was asked for with, and is used only for that: a file that was copied to another name is
//! not. Times are those of this machine's clock and count from when the request was sent. Whether an entry is still good
//! enough is left to `freshness`; the token and the refresh token lie in the file in clear.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use super::guard::AttemptId;
use super::identity::{Identity, is_digest};
use super::record::{SCHEMA, flaw};
use super::store::{Store, Unkept};
use crate::secret::Secret;
use crate::time::clock::TOLERANCE;

const MAX_TOKEN: usize = 16_384;

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) identity: Identity,
    pub(crate) token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    /// When the refresh token ends, in milliseconds, where the vendor says it.
    pub(crate) refresh_expires_at: Option<i64>,
    /// When the request was sent, in milliseconds.
    pub(crate) asked_at: i64,
    /// In milliseconds, later than `asked_at`.
    pub(crate) expires_at: i64,
    pub(crate) extras: serde_json::Map<String, serde_json::Value>,
    /// Of the secret, where the identity has no plain field that tells one person from another.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// In which it was asked for, if others could know of it.
    pub(crate) attempt: Option<AttemptId>,
}

impl Entry {
    /// Nothing where it has ended.
    pub(crate) fn refresh_token(&self, now: i64) -> Option<&Secret> {
        let has_ended = self.refresh_expires_at.is_some_and(|end| end <= now);
        self.refresh_token.as_ref().filter(|_| !has_ended)
    }
}

/// The entry for this identity. What cannot be used is a miss and a warning.
pub(crate) fn look(store: &Store, identity: &Identity, now: i64) -> Option<Entry> {
    let name = file_name(identity);
    let bytes = store.read(&name)?;
    let entry = parse(&bytes, now).and_then(|entry| {
        if entry.identity == *identity {
            Ok(entry)
        } else {
            Err("it belongs to another identity")
        }
    });
    entry.map_err(|reason| store.warn_of(&name, reason)).ok()
}

pub(crate) fn keep(store: &Store, entry: &Entry) -> Result<(), Unkept> {
    let name = file_name(&entry.identity);
    let file = EntryFile {
        schema: SCHEMA,
        identity: Cow::Borrowed(&entry.identity),
        token: Cow::Borrowed(entry.token.expose()),
        refresh_token: entry.refresh_token.as_ref().map(|token| token.expose().into()),
        refresh_expires_at: entry.refresh_expires_at,
        asked_at: entry.asked_at,
        expires_at: entry.expires_at,
        extras: Cow::Borrowed(&entry.extras),
        fingerprint: entry.fingerprint.clone(),
        attempt: entry.attempt.clone(),
    };
    let bytes = serde_json::to_vec(&file).map_err(|error| Unkept {
        reason: format!("{} cannot be written: {error}", store.path(&name).display()),
        said: false,
    })?;
    store.replace(&name, &bytes)
}

pub(crate) fn forget(store: &Store, identity: &Identity) -> Result<(), Unkept> {
    store.remove(&file_name(identity))
}

/// Every entry, in no order and ended ones too. What is not an entry is skipped without a word.
pub(crate) fn all(store: &Store, now: i64) -> Vec<Entry> {
    store
        .files()
        .filter_map(|file| read_quietly(store, file.file_name().to_str()?, now))
        .collect()
}

/// The entry for this identity, if there is one that can be used.
pub(crate) fn look_quietly(store: &Store, identity: &Identity, now: i64) -> Option<Entry> {
    read_quietly(store, &file_name(identity), now)
}

/// The entry in this file, if it is one and the file has its name.
pub(super) fn read_quietly(store: &Store, name: &str, now: i64) -> Option<Entry> {
    if !is_entry_name(name) {
        return None;
    }
    let bytes = store.read_quietly(name).ok().flatten()?;
    let entry = parse(&bytes, now).ok()?;
    (file_name(&entry.identity) == name).then_some(entry)
}

pub(super) fn is_entry_name(name: &str) -> bool {
    name.strip_suffix(".json").is_some_and(is_digest)
}

fn file_name(identity: &Identity) -> String {
    identity.digest() + ".json"
}

/// The file, as it is written and read.
#[derive(Serialize, Deserialize)]
struct EntryFile<'a> {
    schema: u32,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<AttemptId>,
}

fn parse(bytes: &[u8], now: i64) -> Result<Entry, &'static str> {
    let file: EntryFile<'_> = serde_json::from_slice(bytes).map_err(|_| flaw(bytes))?;
    if file.schema != SCHEMA {
        return Err(flaw(bytes));
    }
    if file.asked_at > now.saturating_add(TOLERANCE) {
        return Err("it comes from the future; is the clock right?");
    }
    if file.expires_at <= file.asked_at {
        return Err("it ends before it begins");
    }
    if !(1..=MAX_TOKEN).contains(&file.token.len()) || !file.token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("its token is not 1 to 16384 visible ASCII characters");
    }
    if file.refresh_token.as_ref().is_some_and(|token| token.is_empty()) {
        return Err("its refresh token is empty");
    }
    Ok(Entry {
        identity: file.identity.into_owned(),
        token: Secret::new(file.token),
        refresh_token: file.refresh_token.map(Secret::new),
        refresh_expires_at: file.refresh_expires_at,
        asked_at: file.asked_at,
        expires_at: file.expires_at,
        extras: file.extras.into_owned(),
        fingerprint: file.fingerprint,
        attempt: file.attempt,
    })
}

#[cfg(test)]
pub(super) mod tests;
