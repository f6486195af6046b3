//! Files with names drawn by lot that killed logins left in a folder.
//!
//! The folder is the user's, and nothing but the name says whose a file is. What a person could have written is spared: a
//! name that mixes capitals, small letters and digits is not, and even then the file has to be one that only the user can
//! open.

use std::fs;
use std::path::Path;

use crate::disk::replace::{Temporary, remove_if_left};

pub(super) fn remove_drawn(folder: &Path, temporary: Temporary) {
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_drawn = |name: &str| is_drawn(name, temporary);
        if file.file_name().to_str().is_some_and(is_drawn) && is_private(&file.path()) {
            remove_if_left(&file.path());
        }
    }
}

/// Older ones have no suffix.
fn is_drawn(name: &str, temporary: Temporary) -> bool {
    let Some(rest) = name.strip_prefix(temporary.prefix) else {
        return false;
    };
    let drawn = rest.strip_suffix(temporary.suffix).unwrap_or(rest);
    drawn.len() == 6
        && drawn.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && drawn.bytes().any(|byte| byte.is_ascii_digit())
        && drawn.bytes().any(|byte| byte.is_ascii_lowercase())
        && drawn.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    path.symlink_metadata().is_ok_and(|meta| {
        meta.is_file() && meta.mode() & 0o7777 == 0o600 && meta.uid() == rustix::process::geteuid().as_raw()
    })
}

/// Nothing is removed there.
#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    false
}
