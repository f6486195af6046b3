//! A file that is replaced as a whole or not at all.
//!
//! What is written goes into a temporary file first, which is always a new one. It has one name for each file that is
//! replaced, so that of killed processes one left-over stays at most, until the next write. Whoever writes holds a lock on
//! it, by which one in use is told from one that was left. Where somebody else is writing the same file, where there are no
//! locks, and on Windows, where a locked file cannot be read, the name is a random one.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::lock::Lock;
#[cfg(unix)]
use super::{lock::try_lock, private};

/// What the names of temporary files begin and end with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Temporary {
    pub(crate) prefix: &'static str,
    pub(crate) suffix: &'static str,
}

impl Temporary {
    /// In a folder that is tok's own, and beside a file that is.
    pub(crate) const OWN: Self = Self {
        prefix: ".tok-",
        suffix: ".tmp",
    };

    /// Whether a file's name is one of these.
    pub(crate) fn names(self, name: &str) -> bool {
        name.strip_prefix(self.prefix)
            .is_some_and(|rest| rest.ends_with(self.suffix))
    }

    fn stem(self, path: &Path) -> OsString {
        let mut stem = OsString::from(self.prefix);
        stem.push(path.file_name().unwrap_or_default());
        stem
    }

    /// Of the file that is written first to replace this one.
    fn path(self, path: &Path) -> PathBuf {
        let mut name = self.stem(path);
        name.push(self.suffix);
        path.with_file_name(name)
    }

    /// Removes what a killed process left of a write to this file.
    pub(crate) fn remove_left_over(self, path: &Path) {
        remove_if_left(&self.path(path));
    }
}

/// `prepare` may change what the new file is like before anything is written to it.
pub(crate) fn replace(
    path: &Path,
    temporary: Temporary,
    bytes: &[u8],
    prepare: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = match with_its_own_name(path, temporary) {
        Some(file) => file,
        None => with_any_name(path, temporary)?,
    };
    prepare(file.as_file())?;
    file.as_file_mut().write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // Windows cannot open a folder for this, and not every file system can sync one.
    #[cfg(unix)]
    let _ = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Removes a temporary file that nobody is writing; whether it is certain that nobody is.
#[cfg(unix)]
pub(crate) fn remove_if_left(path: &Path) -> bool {
    let is_left = match private::options().read(true).open(path) {
        // Whoever removes or replaces one has its lock, so this one keeps its name from here on.
        Ok(file) => {
            let is_left = try_lock(&file) == Lock::Taken && private::is_named(&file, path);
            return is_left && std::fs::remove_file(path).is_ok();
        }
        Err(_) => path.is_symlink(),
    };
    is_left && std::fs::remove_file(path).is_ok()
}

#[cfg(not(unix))]
pub(crate) fn remove_if_left(_: &Path) -> bool {
    false
}

#[cfg(unix)]
fn with_its_own_name(path: &Path, temporary: Temporary) -> Option<NamedTempFile> {
    let stem = temporary.stem(path);
    let mut builder = Builder::new();
    builder.prefix(&stem).suffix(temporary.suffix).rand_bytes(0);
    let folder = folder_of(path);
    let file = match builder.tempfile_in(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            remove_if_left(&temporary.path(path));
            builder.tempfile_in(folder).ok()?
        }
        made => made.ok()?,
    };
    match hold(&file) {
        Lock::Taken => Some(file),
        Lock::Unknown => None,
        Lock::Busy => {
            // What bears the name by now may be another's.
            let _ = file.keep();
            None
        }
    }
}

#[cfg(not(unix))]
fn with_its_own_name(_: &Path, _: Temporary) -> Option<NamedTempFile> {
    None
}

fn with_any_name(path: &Path, temporary: Temporary) -> io::Result<NamedTempFile> {
    loop {
        let mut builder = Builder::new();
        builder.prefix(temporary.prefix).suffix(temporary.suffix);
        let file = builder.tempfile_in(folder_of(path))?;
        if hold(&file) != Lock::Busy {
            return Ok(file);
        }
    }
}

/// Locks a temporary file that was just made. It is busy where somebody took it for a left-over before.
#[cfg(unix)]
fn hold(file: &NamedTempFile) -> Lock {
    match try_lock(file.as_file()) {
        Lock::Taken if !private::is_named(file.as_file(), file.path()) => Lock::Busy,
        tried => tried,
    }
}

#[cfg(not(unix))]
fn hold(_: &NamedTempFile) -> Lock {
    Lock::Unknown
}

/// Where a file lies.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const TEMPORARY: Temporary = Temporary {
        prefix: ".t-",
        suffix: ".tmp",
    };

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn write(path: &Path, text: &str) {
        replace(path, TEMPORARY, text.as_bytes(), |_| Ok(())).unwrap();
    }

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_whether_it_works_or_not() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        write(&path, "one");
        write(&path, "two");
        let failed = replace(&path, TEMPORARY, b"three", |_| Err(io::Error::other("no")));
        assert_eq!(failed.unwrap_err().to_string(), "no");
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(home.path()), ["x"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_process_left_is_replaced_by_the_next_write_and_never_used() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let home = tempfile::tempdir().unwrap();
        let (path, left, precious) = (
            home.path().join("x"),
            home.path().join(".t-x.tmp"),
            home.path().join("p"),
        );
        let leave: [&dyn Fn(); 4] = [
            &|| fs::write(&left, "a much longer text than the next one").unwrap(),
            &|| symlink(&precious, &left).unwrap(),
            &|| fs::hard_link(&precious, &left).unwrap(),
            &|| fs::write(&left, "open to all").unwrap(),
        ];
        for leave in leave {
            fs::write(&precious, "mine").unwrap();
            leave();
            write(&path, "new");
            assert_eq!(fs::read(&path).unwrap(), b"new");
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::read(&precious).unwrap(), b"mine");
            assert_eq!(names(home.path()), ["p", "x"]);
            fs::remove_file(&path).unwrap();
        }
        fs::write(&left, "").unwrap();
        TEMPORARY.remove_left_over(&path);
        assert_eq!(names(home.path()), ["p"]);
    }

    #[cfg(unix)]
    #[test]
    fn one_that_another_process_is_writing_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let (path, used) = (home.path().join("x"), home.path().join(".t-x.tmp"));
        let file = File::create(&used).unwrap();
        file.lock().unwrap();
        write(&path, "new");
        TEMPORARY.remove_left_over(&path);
        assert_eq!(names(home.path()), [".t-x.tmp", "x"]);
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn of_many_writers_at_once_each_leaves_a_whole_file_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        let texts: Vec<String> = (0..8).map(|number| number.to_string().repeat(10_000)).collect();
        std::thread::scope(|scope| {
            for text in &texts {
                scope.spawn(|| (0..25).for_each(|_| write(&path, text)));
            }
            for _ in 0..200 {
                let read = fs::read_to_string(&path).unwrap_or_else(|_| texts[0].clone());
                assert!(texts.contains(&read), "{} bytes", read.len());
            }
        });
        assert_eq!(names(home.path()), ["x"]);
    }
}
