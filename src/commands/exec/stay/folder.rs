//! The folder of the tokens: this user's alone, gone with tok, and if tok is killed with the next one that needs one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{Builder, TempDir};

use crate::disk::lock::LockFile;
use crate::error::{Error, Result};

const PREFIX: &str = "tok-keep-";
const LOCK: &str = ".lock";

/// A younger one may be in the making.
const YOUNG: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Folder {
    folder: TempDir,
    /// By which it is told from one that was left.
    _lock: Option<LockFile>,
}

impl Folder {
    /// In the folder that the system keeps for this user's session, or where there is none in the one for temporary files.
    pub(super) fn make() -> Result<Self> {
        let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let session = session.filter(|folder| folder.is_absolute());
        let made = session.and_then(|above| make_in(&above).ok());
        let folder = made.map_or_else(|| make_in(&std::env::temp_dir()), Ok);
        let folder =
            folder.map_err(|error| Error::other(format!("exec: no folder for the tokens can be made: {error}")))?;
        Ok(Self {
            _lock: LockFile::take_free(folder.path().join(LOCK)),
            folder,
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn remove(self) -> Result<()> {
        self.folder
            .close()
            .map_err(|error| Error::other(format!("exec: the folder of the tokens cannot be removed: {error}")))
    }
}

fn make_in(above: &Path) -> std::io::Result<TempDir> {
    for entry in fs::read_dir(above).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)) {
            remove_if_left(&entry.path());
        }
    }
    let mut builder = Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(above)
}

/// What a killed process left. What cannot be removed now may be another time.
fn remove_if_left(folder: &Path) {
    let is_own = folder.symlink_metadata().is_ok_and(|there| {
        let is_old = there
            .modified()
            .is_ok_and(|time| time.elapsed().is_ok_and(|age| age > YOUNG));
        there.is_dir() && is_old && is_users(&there)
    });
    if is_own && folder.join(LOCK).is_file() && LockFile::take_free(folder.join(LOCK)).is_some() {
        let _ = fs::remove_dir_all(folder);
    }
}

#[cfg(unix)]
fn is_users(there: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(there) == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_users(_: &fs::Metadata) -> bool {
    true
}
