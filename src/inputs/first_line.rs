//! Secrets from a file or from standard input.
//!
//! The first line is the secret: it ends at LF or CR LF, and nothing else is trimmed. No more than that line is waited for,
//! so a pipe may stay open; of standard input no more is read either, and the rest is left to the command of `tok exec`.
//! Whatever cannot be such a line is broken and said with its source, never with its content. Reading ends with the deadline,
//! so a pipe that nobody writes to stops nothing for good.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;

use super::bounded;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::time::deadline::Deadline;
use crate::time::duration;

/// The most that is taken for a line.
pub(super) const LIMIT: u64 = 1 << 20;

pub(crate) fn from_file(path: &Path, deadline: &Deadline) -> Result<Secret> {
    let name = path.display().to_string();
    let path = path.to_owned();
    let read = move || read_line(BufReader::new(File::open(path)?));
    in_time(&name, deadline, read)
}

/// Exit 2 where standard input is a terminal: what is typed there would be shown.
pub(crate) fn expect_no_terminal() -> Result<()> {
    if io::stdin().is_terminal() {
        return Err(Error::usage("standard input: it is a terminal")
            .with_hint("pipe the secret into it, or leave the flag out to be asked"));
    }
    Ok(())
}

pub(crate) fn from_stdin(deadline: &Deadline) -> Result<Secret> {
    expect_no_terminal()?;
    // The standard library's own handle would read ahead.
    let read = || read_line(BufReader::with_capacity(1, unbuffered_stdin()?));
    in_time("standard input", deadline, read)
}

/// The first line of what `source` gave.
pub(crate) fn first_line(mut bytes: Vec<u8>, source: &str) -> Result<Secret> {
    let broken = |why: &str| Err(Error::credential(format!("{source}: {why}")));
    if let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
        bytes.truncate(end);
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    if bytes.len() as u64 > LIMIT {
        return broken("the first line is longer than 1 MiB");
    }
    match String::from_utf8(bytes) {
        Err(_) => broken("the first line is not UTF-8"),
        Ok(line) if line.is_empty() => broken("the first line is empty"),
        Ok(line) if line.contains('\0') => broken("the first line contains a NUL character"),
        Ok(line) => Ok(Secret::new(line)),
    }
}

fn in_time(
    source: &str,
    deadline: &Deadline,
    read: impl FnOnce() -> io::Result<Vec<u8>> + Send + 'static,
) -> Result<Secret> {
    let outcome = bounded::try_within(deadline.remaining(), read)
        .map_err(|why| Error::other(format!("{source}: no thread can be made to read it: {why}")))?;
    match outcome {
        Some(Ok(line)) => first_line(line, source),
        Some(Err(why)) => Err(Error::credential(format!("{source}: {why}")).unless_lacking(Some(&why))),
        None => Err(Error::credential(format!(
            "{source}: no line came within {}",
            duration::words(deadline.limit())
        ))),
    }
}

/// A line with its end, or as much of it as shows that it is too long.
fn read_line(reader: impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.take(LIMIT + 3).read_until(b'\n', &mut line)?;
    Ok(line)
}

#[cfg(unix)]
fn unbuffered_stdin() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn unbuffered_stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(io::stdin().as_handle().try_clone_to_owned()?.into())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::error::Exit;

    fn line(bytes: &[u8]) -> std::result::Result<String, String> {
        first_line(bytes.to_vec(), "here")
            .map(|secret| secret.expose().to_owned())
            .map_err(|error| {
                assert_eq!(error.exit, Exit::Credential);
                error.text().to_owned()
            })
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
    fn a_line_of_one_mib_is_taken_and_a_longer_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let deadline = Deadline::after(Duration::from_secs(30));
        let mib = "x".repeat(1 << 20);
        for ending in ["", "\n", "\r\n"] {
            std::fs::write(&path, format!("{mib}{ending}")).unwrap();
            assert_eq!(from_file(&path, &deadline).unwrap().expose(), mib);
            std::fs::write(&path, format!("{mib}x{ending}")).unwrap();
            let error = from_file(&path, &deadline).unwrap_err();
            assert!(error.text().ends_with("longer than 1 MiB"), "{error}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let deadline = Deadline::after(Duration::from_secs(30));
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path(), &folder.path().join("missing")] {
            let error = from_file(path, &deadline).unwrap_err();
            assert_eq!(error.exit, Exit::Credential);
            let named = format!("{}: ", path.display());
            assert!(error.text().starts_with(&named), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_nobody_writes_to_ends_with_the_deadline() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let began = Instant::now();
        let error = from_file(&path, &Deadline::after(Duration::from_millis(50))).unwrap_err();
        assert!(error.text().ends_with("no line came within 0.1 s"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
