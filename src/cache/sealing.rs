//! What of the cache is sealed, and the turn of those who would make the first key.

use std::time::{Duration, Instant};

use super::store::Store;
use crate::disk::lock::LockFile;
use crate::seal::{NoKey, Place};

/// How long the turn is waited for: longer than the OS keyring may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is sealed, or nothing where it is kept in clear. The error is why it cannot be kept.
pub(super) fn seal(store: &Store, plain: &[u8], place: Place) -> Result<Option<String>, String> {
    let seal = store.seal();
    let mut sealed = seal.seal(plain, place);
    if sealed == Err(NoKey::Yet) {
        let _turn = turn(store);
        sealed = seal.make_key().and_then(|()| seal.seal(plain, place));
    }
    match sealed {
        Ok(sealed) => Ok(Some(sealed)),
        Err(NoKey::Clear(why)) => {
            store.explain(format!("what is kept is kept in clear: {why}"));
            Ok(None)
        }
        Err(NoKey::Nothing(why)) => Err(why),
        Err(NoKey::Yet) => Err("its key is gone again".to_owned()),
    }
}

/// Whoever gets none goes on without it: two keys at once cost no more than a login.
fn turn(store: &Store) -> Option<LockFile> {
    let began = Instant::now();
    store.make().ok()?;
    let lock = LockFile::open(store.path("key.lock")).ok()?;
    let waited = lock.wait(|_| (began.elapsed() > PATIENCE).then_some(()));
    waited.ok().map(|(lock, _)| lock)
}
