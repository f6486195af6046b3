//! What was asked for, as data.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::shell::Shell;
use crate::definition::Vendor;
use crate::error::{Error, Result};
use crate::helper::Protocol;
use crate::inputs::Flags;
use crate::output::Format;
use crate::output::env::EnvFormat;
use crate::terminal::voice::Verbosity;

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Invocation {
    Token(Box<Call>, &'static Format),
    Env(Box<Call>, &'static EnvFormat),
    Login(Box<Call>, Verify),
    Logout(Logout),
    /// Of the cached tokens.
    ForgetKey(Verbosity),
    Exec(Box<Exec>),
    Keep(Box<Keep>),
    Status {
        target: Option<Target>,
        json: bool,
        verbosity: Verbosity,
    },
    Vendors {
        name: Option<String>,
    },
    /// `tok vendors check FILE`.
    Check {
        file: PathBuf,
        /// The fields with which its requests are shown.
        show: Option<Vec<OsString>>,
    },
    /// For a program that asks in a protocol of its own, or without an operation the lines that have it do so.
    Helper(Helper),
    Demo {
        target: Option<Target>,
    },
    Completions(&'static Shell),
    /// Help or the version.
    Text(String),
}

/// `VENDOR` or `VENDOR@PROFILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) vendor: String,
    pub(crate) profile: Option<String>,
}

/// Whether credentials are tried before they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verify {
    Yes,
    No,
}

#[derive(Debug)]
pub(crate) struct Logout {
    pub(crate) target: Target,
    /// Every profile and every cached token of the vendor.
    pub(crate) all: bool,
    pub(crate) revoke: bool,
    pub(crate) verbosity: Verbosity,
}

/// A command that gets the tokens of one or more vendors.
#[derive(Debug)]
pub(crate) struct Exec {
    /// At least one.
    pub(crate) calls: Vec<Call>,
    /// At least one word.
    pub(crate) command: Vec<OsString>,
    /// The tokens are kept valid in files while it runs.
    pub(crate) keep: bool,
}

/// A file that has valid tokens as long as tok runs.
#[derive(Debug)]
pub(crate) struct Keep {
    /// At least one.
    pub(crate) calls: Vec<Call>,
    pub(crate) file: PathBuf,
    pub(crate) format: KeptAs,
    /// For the shell, after each change.
    pub(crate) command: Option<String>,
}

/// A format of `tok VENDOR`, or else of `tok env`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeptAs {
    Token(&'static Format),
    Env(&'static EnvFormat),
}

impl KeptAs {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let env = || EnvFormat::parse(name).filter(|format| format.is_text()).map(Self::Env);
        Format::parse(name).map(Self::Token).or_else(env)
    }
}

/// Credentials for another program.
#[derive(Debug, Default)]
pub(crate) struct Helper {
    pub(crate) protocol: Option<&'static Protocol>,
    pub(crate) target: Option<Target>,
    /// The word that the program appends.
    pub(crate) operation: Option<String>,
    pub(crate) no_input: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) verbosity: Verbosity,
}

/// The fields and options that follow a vendor.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) vendor: Vendor,
    pub(crate) flags: Flags,
    pub(crate) profile: Option<String>,
    pub(crate) fresh: bool,
    pub(crate) min_ttl: Option<Duration>,
    pub(crate) no_cache: bool,
    pub(crate) no_input: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) variable: Option<String>,
    pub(crate) verbosity: Verbosity,
}

impl Call {
    /// With nothing else said.
    pub(crate) fn of(vendor: Vendor) -> Self {
        Self {
            vendor,
            flags: Flags::default(),
            profile: None,
            fresh: false,
            min_ttl: None,
            no_cache: false,
            no_input: false,
            timeout: None,
            variable: None,
            verbosity: Verbosity::Normal,
        }
    }
}

impl Target {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (vendor, profile) = match text.split_once('@') {
            None => (text, None),
            Some(("", profile)) => {
                return Err(
                    Error::usage(format!("'{}': the vendor before '@' is missing", text.escape_debug()))
                        .with_hint(format!("a profile is written VENDOR@{}", profile.escape_debug())),
                );
            }
            Some((_, "")) => {
                return Err(Error::usage(format!(
                    "'{}': the profile after '@' is empty",
                    text.escape_debug()
                )));
            }
            Some((vendor, profile)) => (vendor, Some(profile.to_owned())),
        };
        Ok(Self {
            vendor: vendor.to_owned(),
            profile,
        })
    }
}
