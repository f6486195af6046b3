//! What makes a file or a folder the user's own.
//!
//! A file is judged after it has been opened, so that it cannot be exchanged between the look and the use. One that lost
//! its name in between was replaced, and what bears the name now is opened in its place. Windows has other means than
//! owner and mode; there only the kind and the size are looked at.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

/// No file of ours is larger.
pub(crate) const MAX_LEN: u64 = 1 << 20;

/// Neither follows a link nor waits for the other end of a pipe.
pub(crate) fn options() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed()).mode(0o600);
    }
    options
}

/// The file of that name with its length, if only the user can have written it and can read it. `None` where there is none.
pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Option<(File, u64)>, String> {
    // To be replaced each time, within the moment from the opening to the look, a file would have to be written to without
    // end.
    let mut again = 0..100;
    loop {
        let file = match options.open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cause(&error)),
        };
        let meta = file.metadata().map_err(|error| error.to_string())?;
        if !has_lost_its_name(&meta) || again.next().is_none() {
            return check_file(&meta).map(|length| Some((file, length)));
        }
    }
}

/// Why a file could not be opened.
fn cause(error: &io::Error) -> String {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return "it is a symbolic link".into();
    }
    error.to_string()
}

#[cfg(unix)]
fn has_lost_its_name(meta: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(meta) == 0
}

#[cfg(not(unix))]
fn has_lost_its_name(_: &Metadata) -> bool {
    false
}

fn check_file(meta: &Metadata) -> Result<u64, String> {
    if !meta.is_file() {
        return Err("it is not a regular file".into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        check_owner(meta)?;
        let mode = meta.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(format!("others have access to it (mode {mode:04o})"));
        }
        if meta.nlink() != 1 {
            return Err(format!("it has {} links", meta.nlink()));
        }
    }
    if meta.len() > MAX_LEN {
        return Err("it is larger than 1 MiB".into());
    }
    Ok(meta.len())
}

/// Whether this open file is what bears the name, and not one that was removed or replaced since. Taken for granted on
/// Windows.
#[cfg(unix)]
pub(crate) fn is_named(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let is_same = |(one, other): (Metadata, Metadata)| (one.dev(), one.ino()) == (other.dev(), other.ino());
    file.metadata()
        .ok()
        .zip(path.symlink_metadata().ok())
        .is_some_and(is_same)
}

#[cfg(not(unix))]
pub(crate) fn is_named(_: &File, _: &Path) -> bool {
    true
}

/// Makes a folder with all that lead to it, each for the user alone. One that exists stays as it is.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A folder in which nobody else can put or exchange files.
pub(crate) fn check_folder(meta: &Metadata) -> Result<(), String> {
    if !meta.is_dir() {
        return Err("it is not a folder".into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        check_owner(meta)?;
        let mode = meta.mode() & 0o7777;
        if mode & 0o022 != 0 {
            return Err(format!("others can write to it (mode {mode:04o})"));
        }
    }
    Ok(())
}

#[cfg(unix)]
fn check_owner(meta: &Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    if meta.uid() == rustix::process::geteuid().as_raw() {
        Ok(())
    } else {
        Err("it belongs to another user".into())
    }
}
