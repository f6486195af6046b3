//! The variable for the later steps of a GitHub Actions job, hidden in its log.
//!
//! The mask goes out before the file is written, and the file is opened before the mask goes out: what is masked in vain
//! does no harm, what is set unmasked shows in the log of the next step.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write;
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::{Error, Result};
use crate::output::print;
use crate::text::mask::mask;

/// `file` is the value of `GITHUB_ENV`.
pub(super) fn give(variable: &str, token: &str, out: &mut dyn Write, file: Option<&OsStr>) -> Result<()> {
    let path = path(file)?;
    let failed = |error| Error::other(format!("{}: {error}", path.display()));
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path).map_err(failed)?;
    let entry = entry(variable, token)?;
    print(&mask(token), out)?;
    file.write_all(entry.as_bytes()).map_err(failed)
}

pub(super) fn path(file: Option<&OsStr>) -> Result<&Path> {
    file.filter(|file| !file.is_empty()).map(Path::new).ok_or_else(|| {
        Error::usage("format github: GITHUB_ENV is not set").with_hint("it is for a step of a GitHub Actions job")
    })
}

/// The form for values of several lines: a value cannot end it early and set further variables.
fn entry(variable: &str, token: &str) -> Result<String> {
    loop {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| Error::other(format!("random numbers: {error}")))?;
        let end = format!("tok_{:032x}", u128::from_ne_bytes(random));
        if !token.contains(&end) {
            return Ok(format!("{variable}<<{end}\n{token}\n{end}\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::error::Exit;

    #[test]
    fn the_token_is_masked_on_standard_output_and_appended_to_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "A=1\n").unwrap();
        let mut out = Vec::new();
        give("T", "a%b", &mut out, Some(file.path().as_os_str())).unwrap();
        assert_eq!(out, b"::add-mask::a%25b\n");
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<_> = text.lines().collect();
        let end = lines[1].strip_prefix("T<<").unwrap();
        assert_eq!(lines, ["A=1", lines[1], "a%b", end]);
        assert!(text.ends_with('\n'));
    }

    #[test]
    fn no_two_entries_end_alike() {
        assert_ne!(entry("T", "a").unwrap(), entry("T", "a").unwrap());
    }

    #[test]
    fn without_the_file_nothing_is_printed() {
        let mut out = Vec::new();
        for (file, exit) in [
            (None, Exit::Usage),
            (Some(""), Exit::Usage),
            (Some("/nonexistent/folder/file"), Exit::Other),
        ] {
            let error = give("T", "a", &mut out, file.map(OsStr::new)).unwrap_err();
            assert_eq!(error.exit, exit);
        }
        assert!(out.is_empty());
    }
}
