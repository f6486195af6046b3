//! Locks on open files, waited for with an end.
//!
//! There is no queue: everybody tries now and then, so that nobody is left behind by one that was killed, and those who wait
//! can look for something better in between.

use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::Duration;

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// It is this process's until the file is closed.
    Taken,
    Busy,
    /// The file system has no locks.
    Unknown,
}

pub(crate) fn try_lock(file: &File) -> Lock {
    match file.try_lock() {
        Ok(()) => Lock::Taken,
        Err(TryLockError::WouldBlock) => Lock::Busy,
        Err(TryLockError::Error(_)) => Lock::Unknown,
    }
}

/// Tries again and again, until the file is no longer busy or `meanwhile` has something better, which is the error. It is
/// asked after each try in vain.
pub(crate) fn wait<T>(file: &File, mut meanwhile: impl FnMut() -> Option<T>) -> Result<Lock, T> {
    loop {
        match try_lock(file) {
            Lock::Busy => {}
            tried => return Ok(tried),
        }
        if let Some(better) = meanwhile() {
            return Err(better);
        }
        thread::sleep(pause());
    }
}

/// 10 to 20 ms, not the same for all, so that those who wait do not keep step.
fn pause() -> Duration {
    Duration::from_micros(10_000 + RandomState::new().hash_one(()) % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_taken_as_soon_as_it_is_free_and_a_wait_has_an_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mine = file.reopen().unwrap();
        assert_eq!(try_lock(file.as_file()), Lock::Taken);
        let mut tries = 0;
        let better = wait(&mine, || {
            tries += 1;
            (tries == 3).then_some("better")
        });
        assert_eq!(better, Err("better"));
        let taken = wait(&mine, || {
            file.as_file().unlock().unwrap();
            None::<()>
        });
        assert_eq!(taken, Ok(Lock::Taken));
    }
}
