//! Whether somebody looks.

use std::io::{self, IsTerminal as _};

use super::system;

/// Whether a person sees what moves on standard error: on a terminal that is tok's own and knows how to erase, not in the
/// log of a CI job.
pub(super) fn is_watched() -> bool {
    let set = |name, to: Option<&str>| {
        std::env::var_os(name).is_some_and(|value| !value.is_empty() && to.is_none_or(|to| value == to))
    };
    io::stderr().is_terminal() && !set("CI", None) && !set("TERM", Some("dumb")) && system::owns_stderr()
}
