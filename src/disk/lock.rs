//! Locks on open files, waited for with an end.
//!
//! There is no queue: everybody tries now and then, so that nobody is left behind by one that was killed, and those who wait
//! can look for something better in between.
//!
//! A lock's file may be removed, but only by who has the lock. Whoever opened the same file before finds, once it is theirs,
//! that it lost its name, and takes the one that bears it now. Where nobody can tell which file bears a name, on Windows,
//! the file stays.

use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::private;

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

/// A file that is there for its lock, open but not locked. Only the user can open it, so nobody else can lock it.
#[derive(Debug)]
pub(crate) struct LockFile {
    pub(crate) file: File,
    path: PathBuf,
}

impl LockFile {
    /// Makes it where there is none. The error says what is wrong with the one that is there.
    pub(crate) fn open(path: PathBuf) -> Result<Self, String> {
        let mut options = private::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        match private::open(&path, options)? {
            Some((file, _)) => Ok(Self { file, path }),
            None => Err("its folder was removed".to_owned()),
        }
    }

    /// The locked file of that name, if nobody has it now.
    pub(crate) fn take_free(path: PathBuf) -> Option<Self> {
        let lock = Self::open(path).ok()?;
        (try_lock(&lock.file) == Lock::Taken && lock.is_current()).then_some(lock)
    }

    /// Waits until this process has the lock or `meanwhile` has something better, which is the error. Where the file lost its
    /// name and what bears it now cannot be opened there is no lock, and in its place stands why.
    pub(crate) fn wait<T>(
        self,
        mut meanwhile: impl FnMut(&File) -> Option<T>,
    ) -> Result<(Self, Result<Lock, String>), T> {
        let mut current = self;
        loop {
            let tried = wait(&current.file, || meanwhile(&current.file))?;
            if tried != Lock::Taken || current.is_current() {
                return Ok((current, Ok(tried)));
            }
            match Self::open(current.path.clone()) {
                Ok(next) => current = next,
                Err(why) => return Ok((current, Err(why))),
            }
        }
    }

    fn is_current(&self) -> bool {
        private::is_named(&self.file, &self.path)
    }

    /// For who has the lock.
    pub(crate) fn remove(&self) {
        #[cfg(unix)]
        let _ = std::fs::remove_file(&self.path);
    }
}

/// 10 to 20 ms, not the same for all, so that those who wait do not keep step.
fn pause() -> Duration {
    Duration::from_micros(10_000 + RandomState::new().hash_one(()) % 10_000)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

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

    #[test]
    fn a_lock_whose_file_is_removed_again_and_again_is_still_one_persons_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        let (inside, path) = (AtomicUsize::new(0), home.path().join("lock"));
        let turn = || {
            let file = LockFile::open(path.clone()).unwrap();
            let (lock, tried) = file.wait(|_| None::<()>).unwrap();
            assert_eq!(tried, Ok(Lock::Taken));
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
            thread::yield_now();
            inside.fetch_sub(1, Ordering::SeqCst);
            lock.remove();
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..200).for_each(|_| turn()));
            }
        });
        assert_eq!(path.exists(), cfg!(not(unix)));
    }
}
