//! Which of the sources that were set a secret comes from, before any of them is looked into.

use std::path::Path;

use super::{Settings, variable};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretSource<'a> {
    Stdin,
    File(&'a Path),
    /// The profile's.
    Command(&'a str),
    Variable,
}

impl Settings<'_> {
    /// `None` where the keyring and a person have their turn. A profile's command counts only for the origin that the profile
    /// was written for.
    pub(crate) fn source_of_secret(&self, name: &str, is_own_origin: bool) -> Option<SecretSource<'_>> {
        if self.flags.stdin.iter().any(|flag| flag == name) {
            return Some(SecretSource::Stdin);
        }
        if let Some(path) = self.flags.files.get(name) {
            return Some(SecretSource::File(path));
        }
        let command = self.profile.commands.get(name).filter(|_| is_own_origin);
        let command = command.map(|line| SecretSource::Command(line));
        let set = self.variables && variable::is_set(&self.vendor.variable_of(name));
        let variable = set.then_some(SecretSource::Variable);
        if self.named {
            command.or(variable)
        } else {
            variable.or(command)
        }
    }

    /// Without what the command is, as a password may stand in it.
    pub(super) fn words_of(&self, name: &str, source: SecretSource) -> String {
        match source {
            SecretSource::Stdin => "standard input".to_owned(),
            SecretSource::File(path) => format!("the file {}", path.display()),
            SecretSource::Command(_) => format!("{name}-command of {}", self.profile.header(&self.vendor.name)),
            SecretSource::Variable => format!("the variable {}", self.vendor.variable_of(name)),
        }
    }
}
