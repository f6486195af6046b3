//! The file that has the tokens: replaced as a whole, for its owner's eyes only, removed in the end.

use std::cell::Cell;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::disk::replace::{Temporary, replace};
use crate::error::{Error, Result};

#[derive(Debug)]
pub(in crate::commands) struct KeptFile {
    path: PathBuf,
    /// What was there before is not tok's to remove.
    is_own: Cell<bool>,
}

impl KeptFile {
    /// Exit 2 where no file can be. It need not be there yet, its folder must.
    pub(in crate::commands) fn at(path: &Path) -> Result<Self> {
        let wrong = |why: &str| Err(Error::usage(format!("{}: {why}", path.display())));
        let absolute = match std::path::absolute(path) {
            Ok(absolute) => absolute,
            Err(error) => return wrong(&error.to_string()),
        };
        if path.as_os_str() == "-" {
            return wrong("it is no file; without `keep`, tok prints to standard output");
        }
        if absolute.is_dir() || absolute.file_name().is_none() {
            return wrong("it is a folder, and --file names a file");
        }
        // It would be replaced and removed.
        if absolute.symlink_metadata().is_ok_and(|there| !there.is_file()) {
            return wrong("it is not a regular file, and is left alone");
        }
        // By whatever links the folder is reached, it has one name.
        let folder = absolute.parent().and_then(|folder| folder.canonicalize().ok());
        match (folder.filter(|folder| folder.is_dir()), absolute.file_name()) {
            (Some(folder), Some(name)) => Ok(Self {
                path: folder.join(name),
                is_own: Cell::new(false),
            }),
            _ => wrong("its folder is not there"),
        }
    }

    pub(in crate::commands) fn path(&self) -> &Path {
        &self.path
    }

    pub(in crate::commands) fn write(&self, text: &str) -> Result<()> {
        replace(&self.path, Temporary::OWN, text.as_bytes(), |_| Ok(()))
            .map_err(|error| Error::other(format!("keep: {self} cannot be written: {error}")))?;
        self.is_own.set(true);
        Ok(())
    }

    /// Whether what is there was written by a tok that was killed.
    pub(super) fn own(&self, is_own: bool) {
        self.is_own.set(is_own);
    }

    /// Whether it was there. That it is not is as good.
    pub(in crate::commands) fn remove(&self) -> Result<bool> {
        Temporary::OWN.remove_left_over(&self.path);
        if !self.is_own.get() {
            return Ok(false);
        }
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::other(format!("keep: {self} cannot be removed: {error}"))),
        }
    }
}

impl fmt::Display for KeptFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.path.display())
    }
}
