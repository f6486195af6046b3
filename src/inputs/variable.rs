//! Variables of the environment. An empty one is absent: that is what CI gives for a secret that is not set.

use std::env;

use crate::error::{Error, Result};
use crate::options::Opt;

/// Exit 2 where the value is not UTF-8; the value is not shown.
pub(crate) fn read(name: &str) -> Result<Option<String>> {
    let Some(value) = env::var_os(name).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    value
        .into_string()
        .map(Some)
        .map_err(|_| Error::usage(format!("{name}: it is not UTF-8")))
}

/// What says the same as an option.
pub(crate) fn of(option: &Opt) -> Result<Option<String>> {
    option.variable.map_or(Ok(None), read)
}

pub(crate) fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// A switch: set and not `0`, `false`, `no` or `off`.
pub(crate) fn is_on(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| {
        let off = ["", "0", "false", "no", "off"];
        !off.iter().any(|word| value.eq_ignore_ascii_case(word))
    })
}

/// Whether this is a job of GitHub Actions.
pub(crate) fn is_github() -> Result<bool> {
    Ok(read("GITHUB_ACTIONS")?.as_deref() == Some("true"))
}

/// `[A-Za-z_][A-Za-z0-9_]*`, or why a program cannot be given such a variable.
pub(crate) fn check_name(name: &str) -> std::result::Result<(), String> {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    if name.starts_with(first) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(());
    }
    Err(format!(
        "'{}' cannot be a variable: only letters, digits and '_', and no digit first",
        name.escape_debug()
    ))
}
