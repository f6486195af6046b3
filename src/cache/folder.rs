//! The cache folder itself: judged where it is there, made where it is not.
//!
//! A folder that tok makes is private and says to backup programs that it is a cache. One that exists is never changed.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::disk::private;

const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by tok.
# For information about cache directory tags see https://bford.info/cachedir/
";

const NO_HOME: &str = "there is no home to make it in; TOK_CACHE_DIR can name another place";

/// Whether the folder can be used, or why it cannot. Nothing where there is none.
pub(super) fn inspect(folder: &Path) -> Option<Result<(), String>> {
    match fs::metadata(folder) {
        Ok(meta) => Some(private::check_folder(&meta)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => Some(Err(error.to_string())),
    }
}

/// Whether it could be, as far as can be told without making it.
pub(super) fn can_be_made(folder: &Path) -> Result<(), String> {
    let above = folder.ancestors().skip(1).find(|folder| folder.exists());
    expect_writable(above.ok_or(NO_HOME)?).map_err(|error| unmade(&error))
}

#[cfg(unix)]
fn expect_writable(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn expect_writable(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn unmade(error: &io::Error) -> String {
    format!("it cannot be made: {error}")
}

/// Makes the folder with all that lead to it, each for the user alone.
pub(super) fn make(folder: &Path) -> Result<(), String> {
    // The empty path would be the current folder.
    if folder.as_os_str().is_empty() {
        return Err(NO_HOME.into());
    }
    private::make_folder(folder).map_err(|error| unmade(&error))?;
    // The tag is a courtesy to backup programs; another process may just have written it.
    let _ = private::options()
        .write(true)
        .create_new(true)
        .open(folder.join("CACHEDIR.TAG"))
        .and_then(|mut file| file.write_all(TAG.as_bytes()));
    // Another process may have made the folder in between, and in its own way.
    inspect(folder).unwrap_or_else(|| Err("it was removed again".into()))
}
