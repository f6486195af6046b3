//! `tok env VENDOR`: print code that sets the vendor's variable, or code that unsets it and fails.

use std::env;
use std::ffi::OsString;

use super::App;
use super::call::{Prepared, obtain};
use crate::cli::Call;
use crate::error::Result;
use crate::output::env::EnvFormat;
use crate::output::{Stdout, print};

pub(super) fn run(app: &App, call: &Call, format: &EnvFormat) -> Result<()> {
    let file = env::var_os("GITHUB_ENV");
    let prepared = format
        .check(file.as_deref())
        .and_then(|()| Prepared::of(app, call))
        .inspect_err(|_| print_failing(format.failing(None)))?;
    let variable = &prepared.variable;
    obtain(&prepared, format.masks())
        .and_then(|given| format.give(variable, given.token.expose(), &mut Stdout, file.as_deref()))
        .inspect_err(|_| print_failing(format.failing(Some(variable))))
}

/// What to print if the words cannot be read: then the variable is not known, and of the format only what is plain to see.
pub(super) fn failing_code(words: &[OsString]) -> Option<String> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    if words.first() != Some(&"env") {
        return None;
    }
    let named = words.iter().enumerate().find_map(|(place, word)| {
        let given = match word.strip_prefix("--") {
            Some(long) => long.strip_prefix("format")?,
            // Other letters may stand before it, as in `-vf fish`.
            None => word
                .strip_prefix('-')?
                .trim_start_matches(['v', 'q'])
                .strip_prefix('f')?,
        };
        match given {
            "" => words.get(place + 1).copied(),
            given => Some(given.strip_prefix('=').unwrap_or(given)),
        }
    });
    named
        .and_then(EnvFormat::parse)
        .unwrap_or(EnvFormat::DEFAULT)
        .failing(None)
}

/// A failure to write it is not worth a word beside the failure that it is printed for.
pub(super) fn print_failing(code: Option<String>) {
    if let Some(code) = code {
        let _ = print(&code, &mut Stdout);
    }
}
