//! Files that the user writes: the config file and vendors' files.

use std::fs::{self, File};
use std::io::{Error, Read as _, Result};
use std::path::Path;

const LARGEST: u64 = 1 << 20;

/// A regular file's UTF-8 text of at most 1 MiB. A pipe or a device is refused instead of being waited for.
pub(crate) fn read(path: &Path) -> Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}
