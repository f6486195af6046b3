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

/// The error is why it cannot be kept.
pub(super) fn seal(store: &Store, plain: &[u8], place: Place) -> Result<Form, String> {
    match key(store) {
        Ok(key) => {
            let sealed = key.seal(plain, place).map(Form::Sealed);
            sealed.map_err(|error| error.text().to_owned())
        }
        Err(NoKey::Clear(why)) => {
            store.explain(format!("what is kept is kept in clear: {why}"));
            Ok(Form::Clear(why))
        }
        Err(NoKey::Nothing(why)) => Err(why),
    }
}

/// Whether there is neither a key nor a place for one, so that everything is kept in clear.
pub(crate) fn is_in_vain(store: &Store) -> bool {
    matches!(key(store), Err(NoKey::Clear(_)))
}

/// Why nothing can be kept.
pub(crate) fn hindrance(store: &Store) -> Option<String> {
    match key(store) {
        Err(NoKey::Nothing(why)) => Some(why),
        _ => None,
    }
}

/// Whether nothing can be kept, which is said then. Where `asks` is false the OS keyring is asked only if the kernel's cannot be
/// used, and else nothing is known yet.
pub(crate) fn keeps_nothing(store: &Store, asks: bool) -> bool {
    if !asks && store.seal().can_use_kernel() {
        return false;
    }
    let hindrance = hindrance(store);
    if let Some(why) = &hindrance {
        store.warn_of_keeping_nothing(why);
    }
    hindrance.is_some()
}

/// The first one is made where there is none.
fn key(store: &Store) -> Result<Key, NoKey> {
    if let Some(key) = store.seal().key()? {
        return Ok(key);
    }
    let _turn = turn(store);
    store.seal().make_key()
}

/// Whoever gets none goes on without it: two keys at once cost no more than a login.
fn turn(store: &Store) -> Option<LockFile> {
    let began = Instant::now();
    store.make().ok()?;
    let lock = LockFile::open(store.path("key.lock")).ok()?;
    let waited = lock.wait(|_| (began.elapsed() > store.seal().limit()).then_some(()));
    waited.ok().map(|(lock, _)| lock)
}
