//! The words of a command line that was refused, as far as they say what it was about.

use std::ffi::OsString;

use super::invocation::Target;
use crate::definition::name::is_command;
use crate::definition::{Catalogue, Vendor};
use crate::output::Format;
use crate::output::env::EnvFormat;

/// The words behind the program's name.
#[derive(Debug)]
pub(super) struct Typed<'a> {
    /// Up to `--`.
    pub(super) words: Vec<&'a str>,
    /// The vendor, and its profile if that needs no quotes.
    pub(super) target: Option<String>,
    vendor: Option<Vendor>,
    catalogue: &'a Catalogue,
}

impl<'a> Typed<'a> {
    /// `taken` is the target that was cut out of the words.
    pub(super) fn new(words: &'a [OsString], taken: Option<&Target>, catalogue: &'a Catalogue) -> Self {
        let words = words.iter().map(|word| word.to_str().unwrap_or_default());
        let words: Vec<&str> = words.take_while(|word| *word != "--").collect();
        let typed = words.iter().filter_map(|word| Target::parse(word).ok());
        let found = taken.cloned().into_iter().chain(typed).find_map(|target| {
            let vendor = find(catalogue, &target.vendor)?;
            Some((shown(&target), vendor))
        });
        let (target, vendor) = found.unzip();
        Self {
            words,
            target,
            vendor,
            catalogue,
        }
    }

    /// The vendor that stands anywhere among the words.
    pub(super) fn vendor(&self) -> Option<&Vendor> {
        self.vendor.as_ref()
    }

    /// As it is to be typed.
    pub(super) fn target(&self) -> &str {
        self.target.as_deref().unwrap_or("VENDOR")
    }

    /// The command that stands first.
    pub(super) fn command(&self) -> Option<&'a str> {
        self.words.first().copied().filter(|word| is_command(word))
    }

    pub(super) fn is_first(&self, word: &str) -> bool {
        self.words.first() == Some(&word)
    }

    /// Whether the fields of a vendor may matter to the command.
    pub(super) fn may_name_fields(&self) -> bool {
        matches!(self.command(), None | Some("env" | "login" | "exec"))
    }

    /// The target of a word, where there is such a vendor.
    pub(super) fn target_of(&self, word: &str) -> Option<String> {
        let target = Target::parse(word).ok()?;
        find(self.catalogue, &target.vendor).map(|_| shown(&target))
    }

    /// What stands before the options.
    pub(super) fn place(&self) -> Option<String> {
        match self.command() {
            Some("status") if self.target.is_none() => Some("tok status".to_owned()),
            Some(command @ ("env" | "login" | "exec" | "status")) => Some(format!("tok {command} {}", self.target())),
            Some(_) => None,
            None => Some(format!("tok {}", self.target())),
        }
    }

    /// Whether the command has a format of that name.
    pub(super) fn has_format(&self, name: &str) -> bool {
        match self.command() {
            None => Format::parse(name).is_some(),
            Some("env") => EnvFormat::parse(name).is_some(),
            Some("status") => ["table", "json"].contains(&name),
            Some(_) => false,
        }
    }
}

fn find(catalogue: &Catalogue, name: &str) -> Option<Vendor> {
    if is_command(name) {
        return None;
    }
    catalogue.find(name).ok().flatten()
}

/// The target without a profile that a shell would read otherwise.
fn shown(target: &Target) -> String {
    match target.profile.as_deref().filter(|profile| is_plain(profile)) {
        Some(profile) => format!("{}@{profile}", target.vendor),
        None => target.vendor.clone(),
    }
}

/// Whether a text may be repeated and needs no quotes in a shell.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._-/+".contains(c))
}
