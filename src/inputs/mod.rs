//! Where a field's value comes from: one chain of sources for plain fields, one for secrets.
//!
//! There are two kinds of no. *Absent* goes on to the next source; *broken* stops with exit 3 and names the source and the
//! cause. This room knows nothing of HTTP and of the cache.

mod bounded;
mod chosen;
pub(crate) mod command;
pub(crate) mod config;
pub(crate) mod config_edit;
mod entries;
mod extent;
pub(crate) mod folders;
mod given;
mod identity_token;
pub(crate) mod keyring;
mod missing;
mod plain;
mod secrets;
mod session;
mod settings;
pub(crate) mod shared;
mod source_of_secret;
pub(crate) mod stream;
pub(crate) mod variable;
mod ways;

pub(crate) use chosen::Chosen;
pub(crate) use identity_token::{Giver, IdentityToken, hidden_variables};
pub(crate) use secrets::Unasked;
pub(crate) use session::Session;
pub(crate) use settings::{Settings, keyring_counts};
pub(crate) use shared::Sharing;
pub(crate) use source_of_secret::SecretSource;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the command line says of the fields.
#[derive(Debug, Default, Clone)]
pub(crate) struct Flags {
    pub(crate) plain: BTreeMap<String, Vec<String>>,
    pub(crate) url: Option<String>,
    /// Secret fields to read from standard input; at most one.
    pub(crate) stdin: Vec<String>,
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// The way that a person approves, where one is named.
    pub(crate) approval: Option<&'static str>,
    /// Whether the command takes the fields' flags at all.
    pub(crate) accepted: bool,
}

impl Flags {
    /// Whether one of them gives this field, plain or secret, or names this approval.
    pub(crate) fn names(&self, field: &str) -> bool {
        self.approval == Some(field)
            || self.plain.contains_key(field)
            || self.files.contains_key(field)
            || self.stdin.iter().any(|name| name == field)
    }
}

/// Where a value came from, in the order in which the sources are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Flag,
    NamedProfile,
    Variable,
    Profile,
    Default,
    Prompt,
}
