//! How much of a source is the secret: its first line or, for a document, all of it.
//!
//! A line ends at LF or CR LF, and nothing else is trimmed; of a document nothing is.

use std::io::{self, BufRead, Read as _};

use crate::definition::value::Kind;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// The most that is taken.
pub(super) const LIMIT: u64 = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    FirstLine,
    Whole,
}

impl Extent {
    pub(crate) fn of(kind: Kind) -> Self {
        if kind.is_document() {
            Self::Whole
        } else {
            Self::FirstLine
        }
    }

    /// All that is wanted, or as much of it as shows that it is too long.
    pub(super) fn read(self, reader: impl BufRead) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self {
            Self::FirstLine => reader.take(LIMIT + 3).read_until(b'\n', &mut bytes)?,
            Self::Whole => reader.take(LIMIT + 1).read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    }

    /// What is wanted of the bytes that a source gave.
    pub(super) fn secret(self, mut bytes: Vec<u8>, source: &str) -> Result<Secret> {
        let what = match self {
            Self::FirstLine => "the first line",
            Self::Whole => "the document",
        };
        let broken = |why: &str| Err(Error::credential(format!("{source}: {what} {why}")));
        if self == Self::FirstLine
            && let Some(end) = bytes.iter().position(|&byte| byte == b'\n')
        {
            bytes.truncate(end);
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        if bytes.len() as u64 > LIMIT {
            return broken("is longer than 1 MiB");
        }
        match String::from_utf8(bytes) {
            Err(_) => broken("is not UTF-8"),
            Ok(text) if text.is_empty() => broken("is empty"),
            Ok(text) if text.contains('\0') => broken("contains a NUL character"),
            Ok(text) => Ok(Secret::new(text)),
        }
    }

    /// What did not happen in time.
    pub(super) fn lateness(self) -> &'static str {
        match self {
            Self::FirstLine => "no line came",
            Self::Whole => "the document did not end",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    fn taken(extent: Extent, bytes: &[u8]) -> std::result::Result<String, String> {
        extent
            .secret(bytes.to_vec(), "here")
            .map(|secret| secret.expose().to_owned())
            .map_err(|error| {
                assert_eq!(error.exit, Exit::Credential);
                error.text().to_owned()
            })
    }

    fn line(bytes: &[u8]) -> std::result::Result<String, String> {
        taken(Extent::FirstLine, bytes)
    }

    #[test]
    fn a_line_ends_at_lf_or_cr_lf_and_nothing_else_is_trimmed() {
        assert_eq!(line(b"pw"), Ok("pw".into()));
        assert_eq!(line(b"pw\nmore\n"), Ok("pw".into()));
        assert_eq!(line(b"pw\r\nmore"), Ok("pw".into()));
        assert_eq!(line(b" p\tw \r\r\n"), Ok(" p\tw \r".into()));
        assert_eq!(line(b"pw\r"), Ok("pw\r".into()));
        assert_eq!(line(b"pw\n\xff\0"), Ok("pw".into()));
    }

    #[test]
    fn what_is_no_line_is_broken() {
        let empty = Err("here: the first line is empty".into());
        assert_eq!(line(b""), empty);
        assert_eq!(line(b"\npw"), empty);
        assert_eq!(line(b"\r\npw"), empty);
        let not_utf8 = Err("here: the first line is not UTF-8".into());
        assert_eq!(line(b"p\xff\n"), not_utf8);
        let nul = Err("here: the first line contains a NUL character".into());
        assert_eq!(line(b"p\0w\n"), nul);
    }

    #[test]
    fn of_a_document_nothing_is_trimmed() {
        for text in ["a\nb\n", "\na\r\n", " a"] {
            assert_eq!(taken(Extent::Whole, text.as_bytes()), Ok(text.into()));
        }
        for (bytes, why) in [
            (&b""[..], "is empty"),
            (b"a\n\xff", "is not UTF-8"),
            (b"a\n\0", "contains a NUL character"),
        ] {
            assert_eq!(taken(Extent::Whole, bytes), Err(format!("here: the document {why}")));
        }
    }
}
