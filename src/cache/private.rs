//! What makes a file or a folder the user's own.
//!
//! A file is judged after it has been opened, so that it cannot be exchanged between the look and the use. Windows has
//! other means than owner and mode; there only the kind and the size are looked at.

use std::fs::{File, Metadata, OpenOptions};
use std::io;

/// No file of ours is larger.
pub(super) const MAX_LEN: u64 = 1 << 20;

/// Neither follows a link nor waits for the other end of a pipe.
pub(super) fn options() -> OpenOptions {
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

/// Why a file could not be opened.
pub(super) fn cause(error: &io::Error) -> String {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return "it is a symbolic link".into();
    }
    error.to_string()
}

/// The length of an open file that only the user can have written and can read.
pub(super) fn check_file(file: &File) -> Result<u64, String> {
    let meta = file.metadata().map_err(|error| error.to_string())?;
    if !meta.is_file() {
        return Err("it is not a regular file".into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        check_owner(&meta)?;
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

/// A folder in which nobody else can put or exchange files.
pub(super) fn check_folder(meta: &Metadata) -> Result<(), String> {
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
