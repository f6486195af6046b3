//! A cached token.
//!
//! An entry says whole what it was asked for with, and is used only for that: a file that was copied to another name is
//! not. Times are those of this machine's clock and count from when the request was sent. Whether an entry is still good
//! enough is left to `freshness`, and whether there is a key to `seal`.

mod file;

use std::fs::DirEntry;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use super::guard::AttemptId;
use super::identity::{Identity, is_digest};
use super::sealing::{self, Lacking};
use super::store::{Store, Unkept};
use crate::secret::Secret;
pub(crate) use file::is_token;
use file::{EntryFile, Unread, Written};

const SUFFIX: &str = ".json";

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
    /// Of its refresh token, which lies in the shared store.
    pub(crate) generation: Option<u64>,
    /// With which the shared store is to get it, while it has not got it.
    pub(crate) ticket: Option<Ticket>,
}

/// A turn among the machines.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ticket {
    /// The generation of what it brings.
    pub(crate) number: u64,
    /// By which the store knows whose it is.
    pub(crate) owner: String,
    /// The generation that what it brings takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) follows: Option<u64>,
}

impl Entry {
    /// Nothing where it has ended.
    pub(crate) fn refresh_token(&self, now: i64) -> Option<&Secret> {
        let has_ended = self.refresh_expires_at.is_some_and(|end| end <= now);
        self.refresh_token.as_ref().filter(|_| !has_ended)
    }
}

/// The entry for this identity. What cannot be used is a miss, and where it is to wonder at, a warning.
pub(crate) fn look(store: &Store, identity: &Identity, now: i64) -> Option<Entry> {
    match find(store, identity, now)? {
        Ok(entry) => Some(entry),
        Err(Unread::Wrong(reason)) => {
            store.warn_of(&file_name(identity), reason);
            None
        }
        Err(Unread::Closed(reason)) => {
            store.explain(format!("the cached token is not used: {reason}"));
            None
        }
    }
}

/// Why a file for this identity that is there cannot be used.
pub(crate) fn flaw(store: &Store, identity: &Identity, now: i64) -> Option<String> {
    match find(store, identity, now)?.err()? {
        Unread::Wrong(reason) => Some(reason.to_owned()),
        Unread::Closed(reason) => Some(reason),
    }
}

fn find(store: &Store, identity: &Identity, now: i64) -> Option<Result<Entry, Unread>> {
    let digest = identity.digest();
    let bytes = store.read(&named(&digest))?;
    let opened = file::read(&bytes, now).map_err(Unread::Wrong).and_then(|file| {
        if *file.identity == *identity {
            file.open(&digest, store.seal())
        } else {
            Err(Unread::Wrong("it belongs to another identity"))
        }
    });
    Some(opened)
}

pub(crate) fn keep(store: &Store, entry: &Entry) -> Result<(), Unkept> {
    let name = file_name(&entry.identity);
    let path = store.path(&name);
    let Written { bytes, in_clear } = file::write(store, entry).map_err(|why| {
        drop_clear(store, &entry.identity);
        store.warn_of_keeping_nothing(&why);
        Unkept {
            reason: format!("{} cannot be written: {why}", path.display()),
            said: true,
        }
    })?;
    let was_sealed = in_clear.is_some() && is_sealed(store, &entry.identity);
    store.replace(&name, &bytes)?;
    if let Some(why) = in_clear.filter(|_| was_sealed && !store.seal().is_off()) {
        store.warn(format!("{} lies in clear from now on: {why}", path.display()));
    }
    Ok(())
}

/// What lies there in clear goes where nothing may. To be called where what would take its place cannot be kept.
pub(crate) fn drop_clear(store: &Store, identity: &Identity) {
    let name = file_name(identity);
    if !store.seal().takes_clear() && lies_in_clear(store, &name) == Some(true) {
        let _ = store.remove(&name);
    }
}

fn is_sealed(store: &Store, identity: &Identity) -> bool {
    lies_in_clear(store, &file_name(identity)) == Some(false)
}

/// Whether an entry of this identity would lie in clear.
pub(crate) fn goes_in_clear(store: &Store, identity: &Identity) -> bool {
    matches!(
        sealing::key(store, || is_sealed(store, identity)),
        Err(Lacking::Clear(_))
    )
}

/// Why an entry of this identity could not be kept.
pub(crate) fn hindrance(store: &Store, identity: &Identity) -> Option<String> {
    match sealing::key(store, || is_sealed(store, identity)) {
        Err(Lacking::Nothing(why)) => Some(why),
        _ => None,
    }
}

/// Nothing where there is no entry, whatever its times are.
fn lies_in_clear(store: &Store, name: &str) -> Option<bool> {
    outline(store, name, i64::MAX).map(|entry| entry.is_in_clear)
}

/// In which the token that lies there was asked for, whether that can be opened or not.
pub(crate) fn attempt(store: &Store, identity: &Identity, now: i64) -> Option<AttemptId> {
    outline(store, &file_name(identity), now)?.attempt
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

/// Whose entries there are, whether they can be opened or not.
pub(crate) fn identities(store: &Store, now: i64) -> Vec<Identity> {
    outlines(store, now).map(|outline| outline.identity).collect()
}

/// How many entries lie there in clear.
pub(crate) fn count_in_clear(store: &Store, now: i64) -> usize {
    outlines(store, now).filter(|outline| outline.is_in_clear).count()
}

fn outlines(store: &Store, now: i64) -> impl Iterator<Item = Outline> {
    let outline = move |file: DirEntry| outline(store, file.file_name().to_str()?, now);
    store.files().filter_map(outline)
}

/// Whether there is an entry for this identity, whether it can be opened or not.
pub(crate) fn is_kept(store: &Store, identity: &Identity, now: i64) -> bool {
    outline(store, &file_name(identity), now).is_some()
}

/// The entry for this identity, if there is one that can be used.
pub(crate) fn look_quietly(store: &Store, identity: &Identity, now: i64) -> Option<Entry> {
    read_quietly(store, &file_name(identity), now)
}

/// The entry in this file, if it is one and the file has its name.
pub(super) fn read_quietly(store: &Store, name: &str, now: i64) -> Option<Entry> {
    read(store, name, now, |file, digest| file.open(digest, store.seal()).ok())
}

/// What can be told of an entry without a key.
pub(super) struct Outline {
    pub(super) identity: Identity,
    pub(super) is_in_clear: bool,
    pub(super) can_refresh: bool,
    pub(super) refresh_expires_at: Option<i64>,
    pub(super) asked_at: i64,
    pub(super) expires_at: i64,
    attempt: Option<AttemptId>,
}

pub(super) fn outline(store: &Store, name: &str, now: i64) -> Option<Outline> {
    read(store, name, now, |file, _| Some(file.outline()))
}

fn read<T>(store: &Store, name: &str, now: i64, how: impl FnOnce(EntryFile<'_>, &str) -> Option<T>) -> Option<T> {
    let digest = name.strip_suffix(SUFFIX).filter(|digest| is_digest(digest))?;
    let bytes = store.read_quietly(name).ok().flatten()?;
    let file = file::read(&bytes, now).ok()?;
    if file.identity.digest() != digest {
        return None;
    }
    how(file, digest)
}

fn file_name(identity: &Identity) -> String {
    named(&identity.digest())
}

fn named(digest: &str) -> String {
    format!("{digest}{SUFFIX}")
}

#[cfg(test)]
pub(crate) mod tests;
