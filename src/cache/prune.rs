//! Takes away what nobody will use again: what was written, or ended, more than 30 days ago, and what killed processes left.
//!
//! A token whose refresh token may still get another is kept for as long as that one lasts; where nobody knows how long that
//! is, for half a year after it was last used.
//!
//! A token or a refusal goes under the lock of its name only, so that one that is renewed at the same moment is not lost. A
//! pause has no lock; one that is asked for at the very moment in which its file of 30 days ago is removed costs a request.
//!
//! A lock is taken before it goes, so that it is still one for those who have opened it; where that cannot be told, on
//! Windows, locks stay. What tok did not write stays everywhere.

use std::fs::{self, DirEntry};

use super::entry::{self, Outline};
use super::guard::take_free;
use super::identity::is_digest;
use super::store::Store;
use crate::disk::replace::{Temporary, remove_if_left};
use crate::time::clock;

const DAY: i64 = 24 * 3600 * 1000;
const KEPT: i64 = 30 * DAY;
const HALF_A_YEAR: i64 = 183 * DAY;

/// Cheap with many files: one that was written within the last 30 days is not read. What cannot be removed today may be
/// another time.
pub(crate) fn prune(store: &Store, now: i64) {
    for file in store.files() {
        if let Some(name) = file.file_name().to_str() {
            let _ = prune_file(store, &file, name, now);
        }
    }
}

/// Removes what killed processes left, whatever it was to replace.
pub(crate) fn remove_left_overs(store: &Store) {
    for file in store.files() {
        if file.file_name().to_str().is_some_and(|name| Temporary::OWN.names(name)) {
            remove_if_left(&file.path());
        }
    }
}

fn prune_file(store: &Store, file: &DirEntry, name: &str, now: i64) -> Option<()> {
    let is_older = |span| {
        let written = file.metadata().and_then(|meta| meta.modified());
        written.is_ok_and(|written| now.saturating_sub(clock::ms(written)) > span)
    };
    let remove = || fs::remove_file(file.path()).ok();
    if Temporary::OWN.names(name) {
        // Where there are no locks, age alone tells what was left.
        return if !remove_if_left(&file.path()) && is_older(DAY) {
            remove()
        } else {
            None
        };
    }
    let (stem, kind) = name.split_once('.').filter(|(stem, _)| is_digest(stem))?;
    let is_over = || {
        is_older(KEPT)
            && match kind {
                "json" => entry::outline(store, name, now).is_some_and(|entry| is_of_no_use(&entry, now)),
                kind => ["hold", "pause", "lock", "absence"].contains(&kind),
            }
    };
    if !is_over() {
        return None;
    }
    if ["pause", "absence"].contains(&kind) {
        return remove();
    }
    let lock = take_free(store, stem)?;
    if !is_over() {
        return None;
    }
    if kind == "lock" {
        lock.remove();
        return Some(());
    }
    remove()
}

fn is_of_no_use(entry: &Outline, now: i64) -> bool {
    let refresh_end = entry
        .refresh_expires_at
        .unwrap_or_else(|| entry.asked_at.saturating_add(HALF_A_YEAR));
    let can_refresh = entry.can_refresh && refresh_end >= now;
    !can_refresh && now.saturating_sub(entry.expires_at) > KEPT
}

#[cfg(test)]
mod tests;
