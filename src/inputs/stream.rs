//! Secrets from a file or from standard input.
//!
//! The first line is the secret, or all of it where a document is wanted: [`Extent`]. Of standard input no more than a line is
//! waited for or read, so that a pipe may stay open and the rest is left to the command of `tok exec`. Whatever cannot be a
//! secret is broken and said with its source, never with its content. Reading ends with the deadline, so a pipe that nobody
//! writes to stops nothing for good.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal};
use std::path::Path;

use super::bounded;
use super::extent::Extent;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::time::deadline::Deadline;
use crate::time::duration;

pub(crate) fn from_file(path: &Path, extent: Extent, deadline: &Deadline) -> Result<Secret> {
    let name = path.display().to_string();
    let path = path.to_owned();
    let read = move || extent.read(BufReader::new(File::open(path)?));
    in_time(&name, extent, deadline, read)
}

/// Exit 2 where standard input is a terminal: what is typed there would be shown.
pub(crate) fn expect_no_terminal() -> Result<()> {
    if io::stdin().is_terminal() {
        return Err(Error::usage("standard input: it is a terminal")
            .with_hint("pipe the secret into it, or leave the flag out to be asked"));
    }
    Ok(())
}

pub(crate) fn from_stdin(extent: Extent, deadline: &Deadline) -> Result<Secret> {
    expect_no_terminal()?;
    // The standard library's own handle would read ahead.
    let read = move || extent.read(BufReader::with_capacity(1, unbuffered_stdin()?));
    in_time("standard input", extent, deadline, read)
}

fn in_time(
    source: &str,
    extent: Extent,
    deadline: &Deadline,
    read: impl FnOnce() -> io::Result<Vec<u8>> + Send + 'static,
) -> Result<Secret> {
    if deadline.is_over() {
        return Err(Error::unreachable(format!(
            "{source}: nothing is left of {} to read it in",
            duration::words(deadline.limit())
        ))
        .own());
    }
    let outcome = bounded::try_within(deadline.remaining(), read)
        .map_err(|why| Error::other(format!("{source}: no thread can be made to read it: {why}")))?;
    match outcome {
        Some(Ok(bytes)) => extent.secret(bytes, source),
        Some(Err(why)) => Err(Error::credential(format!("{source}: {why}")).unless_lacking(Some(&why))),
        None => Err(Error::credential(format!(
            "{source}: {} within {}",
            extent.lateness(),
            duration::words(deadline.limit())
        ))),
    }
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

    #[test]
    fn a_call_that_has_no_time_left_blames_no_source() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "pw\n").unwrap();
        let over = Deadline::after(Duration::ZERO);
        let error = from_file(&path, Extent::FirstLine, &over).unwrap_err();
        assert_eq!(error.exit, Exit::Unreachable);
    }

    #[test]
    fn a_line_of_one_mib_is_taken_and_a_longer_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let deadline = Deadline::after(Duration::from_secs(30));
        let mib = "x".repeat(1 << 20);
        for ending in ["", "\n", "\r\n"] {
            std::fs::write(&path, format!("{mib}{ending}")).unwrap();
            assert_eq!(from_file(&path, Extent::FirstLine, &deadline).unwrap().expose(), mib);
            std::fs::write(&path, format!("{mib}x{ending}")).unwrap();
            let error = from_file(&path, Extent::FirstLine, &deadline).unwrap_err();
            assert!(error.text().ends_with("longer than 1 MiB"), "{error}");
        }
    }

    #[test]
    fn a_document_of_one_mib_is_taken_whole_and_a_longer_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("document");
        let deadline = Deadline::after(Duration::from_secs(30));
        let mib = "0123456789abcde\n".repeat(1 << 16);
        std::fs::write(&path, &mib).unwrap();
        assert_eq!(from_file(&path, Extent::Whole, &deadline).unwrap().expose(), mib);
        std::fs::write(&path, mib + "x").unwrap();
        let error = from_file(&path, Extent::Whole, &deadline).unwrap_err();
        assert!(error.text().ends_with("longer than 1 MiB"), "{error}");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let deadline = Deadline::after(Duration::from_secs(30));
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path(), &folder.path().join("missing")] {
            let error = from_file(path, Extent::FirstLine, &deadline).unwrap_err();
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
        let error = from_file(&path, Extent::FirstLine, &Deadline::after(Duration::from_millis(50))).unwrap_err();
        assert!(error.text().ends_with("no line came within 0.1 s"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
