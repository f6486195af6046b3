//! Files that somebody else writes: the config file, vendors' files, lists of certificates.
//!
//! A file is opened once, without waiting for the other end of a pipe, and what was opened is judged, so that it cannot be
//! exchanged between the look and the reading. What is no regular file is not read, and of no file more than its limit.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use super::lines::line_of;

const MEBIBYTE: u64 = 1 << 20;

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    Io(io::Error),
    /// A pipe, a device, a folder.
    NotRegular,
    /// It is larger than so many MiB.
    TooLarge(u64),
    NotUtf8 {
        line: usize,
    },
}

/// A text of at most 1 MiB.
pub(crate) fn read(path: &Path) -> Result<String, Unread> {
    String::from_utf8(bytes(path, 1)?).map_err(|error| Unread::NotUtf8 {
        line: line_of(error.as_bytes(), error.utf8_error().valid_up_to()),
    })
}

/// What a file holds, if that is not more than so many MiB.
pub(crate) fn bytes(path: &Path, mebibytes: u64) -> Result<Vec<u8>, Unread> {
    let file = open(path)?;
    if !file.metadata()?.is_file() {
        return Err(Unread::NotRegular);
    }
    let most = mebibytes * MEBIBYTE;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Unread::TooLarge(mebibytes));
    }
    Ok(bytes)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    options.open(path)
}

impl Unread {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Io(error) => error.kind(),
            Self::NotRegular | Self::TooLarge(_) | Self::NotUtf8 { .. } => ErrorKind::InvalidData,
        }
    }

    pub(crate) fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }

    /// Path, line if there is one, and reason.
    pub(crate) fn at(&self, path: &Path) -> String {
        let path = path.display();
        match self {
            Self::NotUtf8 { line } => format!("{path}:{line}: {self}"),
            _ => format!("{path}: {self}"),
        }
    }
}

/// The reason alone.
impl fmt::Display for Unread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(formatter),
            Self::NotRegular => formatter.write_str("it is not a regular file"),
            Self::TooLarge(mebibytes) => write!(formatter, "it is larger than {mebibytes} MiB"),
            Self::NotUtf8 { .. } => formatter.write_str("it is not UTF-8"),
        }
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn said(path: &Path) -> String {
        read(path).unwrap_err().at(Path::new("x"))
    }

    #[test]
    fn a_text_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        let whole = "x".repeat(1 << 20);
        fs::write(&path, &whole).unwrap();
        assert_eq!(read(&path).unwrap(), whole);
        fs::write(&path, whole + "x").unwrap();
        assert_eq!(said(&path), "x: it is larger than 1 MiB");
    }

    #[test]
    fn what_is_no_text_file_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        assert_eq!(read(&path).unwrap_err().kind(), ErrorKind::NotFound);
        fs::write(&path, b"a\n\n\xff").unwrap();
        assert_eq!(said(&path), "x:3: it is not UTF-8");
        #[cfg(unix)]
        {
            assert_eq!(said(folder.path()), "x: it is not a regular file");
            assert_eq!(said(Path::new("/dev/zero")), "x: it is not a regular file");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_text_or_their_line_is_named(content in proptest::collection::vec(any::<u8>(), 0..200)) {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), &content).unwrap();
            match read(file.path()) {
                Ok(text) => prop_assert_eq!(text.as_bytes(), content),
                Err(Unread::NotUtf8 { line }) => {
                    let lines = content.split(|byte| *byte == b'\n');
                    let first = lines.take_while(|line| std::str::from_utf8(line).is_ok()).count();
                    prop_assert_eq!(line, first + 1);
                }
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
