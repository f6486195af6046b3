//! The lines that a demo prints.

use std::time::Instant;

use crate::error::Result;
use crate::output::{Stdout, print};

pub(super) fn row(what: &str, how: &str, began: Instant) -> Result<()> {
    say(&format!("  {what:18}{how:52} {:>4} ms", began.elapsed().as_millis()))
}

pub(super) fn say(line: &str) -> Result<()> {
    print(&format!("{line}\n"), &mut Stdout)
}

/// The first characters, so that two tokens can be told apart.
pub(super) fn hidden(token: &str) -> String {
    let shown: String = token.chars().take(4).collect();
    format!("{shown}… ({} characters)", token.chars().count())
}
