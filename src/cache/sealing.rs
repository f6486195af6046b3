//! What of the cache is sealed, and the turn of those who would make the first key.

use std::time::Instant;

use super::store::Store;
use crate::disk::lock::LockFile;
use crate::seal::{Key, NoKey, Place};

/// How something is to lie in the folder.
pub(super) enum Form {
    Sealed(String),
    /// Why.
    Clear(String),
}

/// `was_sealed` says whether it takes the place of something sealed. The error is why it cannot be kept.
pub(super) fn seal(
    store: &Store,
    plain: &[u8],
    place: Place,
    was_sealed: impl FnOnce() -> bool,
) -> Result<Form, String> {
    match key(store, was_sealed) {
        Ok(key) => {
            let sealed = key.seal(plain, place).map(Form::Sealed);
            sealed.map_err(|error| error.text().to_owned())
        }
        Err(Lacking::Clear(why)) => {
            store.explain(format!("what is kept is kept in clear: {why}"));
            Ok(Form::Clear(why))
        }
        Err(Lacking::Nothing(why)) => Err(why),
    }
}

/// What follows from there being no key.
pub(super) enum Lacking {
    Clear(String),
    Nothing(String),
}

/// The first one is made where there is none.
pub(super) fn key(store: &Store, was_sealed: impl FnOnce() -> bool) -> Result<Key, Lacking> {
    let make = || {
        let _turn = turn(store);
        store.seal().make_key()
    };
    let found = store.seal().key().and_then(|found| found.map_or_else(make, Ok));
    found.map_err(|no_key| match no_key {
        NoKey::Nothing(why) => Lacking::Nothing(why),
        NoKey::Unread(why) if was_sealed() => Lacking::Nothing(why),
        NoKey::Unread(why) | NoKey::Clear(why) => Lacking::Clear(why),
    })
}

/// Whoever gets none goes on without it: two keys at once cost no more than a login.
fn turn(store: &Store) -> Option<LockFile> {
    let began = Instant::now();
    store.make().ok()?;
    let lock = LockFile::open(store.path("key.lock")).ok()?;
    let waited = lock.wait(|_| (began.elapsed() > store.seal().limit()).then_some(()));
    waited.ok().map(|(lock, _)| lock)
}
