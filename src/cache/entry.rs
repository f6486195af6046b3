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
use super::store::{Store, Unkept};
use crate::secret::Secret;
pub(crate) use file::is_token;
use file::{EntryFile, Unread};

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
    let digest = identity.digest();
    let name = named(&digest);
    let bytes = store.read(&name)?;
    let opened = file::read(&bytes, now).map_err(Unread::Wrong).and_then(|file| {
        if *file.identity == *identity {
            file.open(&digest, store.seal())
        } else {
            Err(Unread::Wrong("it belongs to another identity"))
        }
    });
    match opened {
        Ok(entry) => Some(entry),
        Err(Unread::Wrong(reason)) => {
            store.warn_of(&name, reason);
            None
        }
        Err(Unread::Closed(reason)) => {
            store.explain(format!("the cached token is not used: {reason}"));
            None
        }
    }
}

pub(crate) fn keep(store: &Store, entry: &Entry) -> Result<(), Unkept> {
    let name = file_name(&entry.identity);
    match file::write(store, entry) {
        Ok(bytes) => store.replace(&name, &bytes),
        Err(why) => {
            if !store.seal().takes_clear() {
                // Where nothing may lie in clear, what does goes with what would have replaced it.
                let _ = store.remove(&name);
            }
            Err(Unkept {
                reason: format!("{} cannot be written: {why}", store.path(&name).display()),
                said: false,
            })
        }
    }
}

/// Whether what is kept for this identity will be sealed. The first key is made for it.
pub(crate) fn is_sealed(store: &Store, identity: &Identity) -> bool {
    file::is_sealed(store, identity)
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
