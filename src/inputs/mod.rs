//! Where a field's value comes from: one chain of sources for plain fields, one for secrets.
//!
//! There are two kinds of no. *Absent* goes on to the next source; *broken* stops with exit 3 and names the source and the
//! cause. This room knows nothing of HTTP and of the cache.

mod bounded;
pub(crate) mod command;
pub(crate) mod config;
pub(crate) mod config_edit;
pub(crate) mod first_line;
pub(crate) mod folders;
pub(crate) mod keyring;
pub(crate) mod plain;
pub(crate) mod secrets;
pub(crate) mod variable;
mod ways;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::definition::{Catalogue, Vendor};
use crate::error::Result;
use crate::secret::Secret;
use crate::terminal::Terminal;
use crate::terminal::voice::Voice;
use crate::time::deadline::Deadline;
use config::Profile;

/// What the command line says of the fields.
#[derive(Debug, Default, Clone)]
pub(crate) struct Flags {
    pub(crate) plain: BTreeMap<String, Vec<String>>,
    pub(crate) url: Option<String>,
    /// Secret fields to read from standard input; at most one.
    pub(crate) stdin: Vec<String>,
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// Whether the command takes the fields' flags at all.
    pub(crate) accepted: bool,
}

impl Flags {
    /// Whether one of them gives this field, plain or secret.
    pub(crate) fn names(&self, field: &str) -> bool {
        self.plain.contains_key(field) || self.files.contains_key(field) || self.stdin.iter().any(|name| name == field)
    }
}

/// Everything that a value can come from, for one vendor and one profile.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Sources<'a> {
    pub(crate) vendor: &'a Vendor,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) flags: Flags,
    pub(crate) profile: Profile,
    /// The profile was named by `@` or `-p`, and so goes before variables.
    pub(crate) named: bool,
    pub(crate) config_path: PathBuf,
    /// Whether variables are looked at; the demo has none.
    pub(crate) variables: bool,
    pub(crate) keyring: bool,
    pub(crate) no_input: bool,
    pub(crate) deadline: &'a Deadline,
    pub(crate) voice: Voice,
    pub(crate) terminal: OnceCell<Option<Terminal>>,
    /// Whether a person had to answer a question.
    pub(crate) asked: Cell<bool>,
    /// Secrets that were looked up before: standard input is read once, a person is asked once.
    pub(crate) known: RefCell<BTreeMap<String, Secret>>,
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

impl Sources<'_> {
    /// The terminal on which somebody can be asked; opened when it is first needed.
    pub(crate) fn terminal(&self) -> Option<&Terminal> {
        self.terminal.get_or_init(|| Terminal::open(self.no_input)).as_ref()
    }

    /// Asks while nobody else does; a person's time does not count.
    fn ask<T>(&self, questions: impl FnOnce() -> T) -> T {
        self.asked.set(true);
        self.deadline.pause(|| Terminal::alone(questions))
    }

    /// The name that the command line uses.
    fn label(&self, field: &str) -> String {
        format!("{} {field}", self.vendor.name)
    }

    /// The variable of a field, if it is set and variables count.
    fn variable(&self, field: &str) -> Result<Option<String>> {
        if self.variables {
            variable::read(&self.vendor.variable_of(field))
        } else {
            Ok(None)
        }
    }

    /// Where a plain value came from, in words; `None` is the vendor's own.
    pub(crate) fn origin_of(&self, field: &str, source: Option<Source>) -> String {
        let vendor = &self.vendor.name;
        match source {
            None => "the vendor's own".to_owned(),
            Some(Source::Flag) => format!("from --{field}"),
            Some(Source::NamedProfile | Source::Profile) => format!("from {}", self.profile.header(vendor)),
            Some(Source::Variable) => format!("from {}", self.vendor.variable_of(field)),
            Some(Source::Default) => "by default".to_owned(),
            Some(Source::Prompt) => "as it was typed".to_owned(),
        }
    }

    fn profile_source(&self) -> Source {
        if self.named {
            Source::NamedProfile
        } else {
            Source::Profile
        }
    }
}
