//! Secret fields, looked up last and only for the request that uses them.
//!
//! A value comes from the first that has it: standard input or a file named by a flag, a named profile's command, the
//! variable, the default profile's command, the OS keyring, a prompt. No flag takes a secret's value.

use super::{Chosen, Session, command, first_line, keyring, variable};
use crate::definition::schema::Field;
use crate::error::{Error, Result};
use crate::secret::Secret;

impl Session<'_> {
    /// The value, or exit 3 with every way that would work here. `None` for an optional one that no source has: nobody is
    /// asked for it.
    pub(crate) fn secret(&self, field: &Field, chosen: &Chosen, asking: impl Fn(bool)) -> Result<Option<Secret>> {
        if let Some(secret) = self.known(&field.name) {
            return Ok(Some(secret));
        }
        let secret = match self.kept_secret(field, chosen, &asking)? {
            Some(secret) => secret,
            None if field.optional => return Ok(None),
            None => self.typed_secret(field, chosen, true, asking)?,
        };
        self.remember(&field.name, secret.clone());
        Ok(Some(secret))
    }

    /// Whether it is there without a person being asked. A source that is broken, or that would open a dialog, has none.
    pub(crate) fn has_at_hand(&self, field: &Field, chosen: &Chosen) -> bool {
        if field.optional || self.known(&field.name).is_some() {
            return true;
        }
        let found = match self.given_secret(&field.name, chosen) {
            Ok(None) => self.keyring_secret_with(&field.name, chosen, false),
            found => found.map(|found| found.map(|(secret, _)| secret)),
        };
        match found {
            Ok(Some(secret)) => {
                self.remember(&field.name, secret);
                true
            }
            Ok(None) => false,
            Err(error) => {
                self.voice.explain(error.text());
                false
            }
        }
    }

    /// `keepable` says whether `tok login` may be a way out.
    fn typed_secret(&self, field: &Field, chosen: &Chosen, keepable: bool, asking: impl Fn(bool)) -> Result<Secret> {
        let Some(terminal) = self.terminal() else {
            return Err(self.missing_secret(field, chosen, keepable && self.can_keep()));
        };
        asking(true);
        let answer = self.ask(|| terminal.ask_hidden(&self.settings.label(&field.name)));
        asking(false);
        answer
    }

    /// For `tok login`, which shall find out a new one: not from the keyring. Says whether it comes from a command.
    pub(crate) fn new_secret(&self, field: &Field, chosen: &Chosen) -> Result<(Secret, bool)> {
        match self.given_secret(&field.name, chosen)? {
            Some(given) => Ok(given),
            None => Ok((self.typed_secret(field, chosen, false, |_| ())?, false)),
        }
    }

    /// One that is not UTF-8 is a broken source; of a plain field it would be a value that fails its check.
    fn secret_variable(&self, name: &str) -> Result<Option<String>> {
        self.settings
            .variable(name)
            .map_err(|error| Error::credential(error.text()))
    }

    /// From every source but the prompt.
    fn kept_secret(&self, field: &Field, chosen: &Chosen, asking: &impl Fn(bool)) -> Result<Option<Secret>> {
        match self.given_secret(&field.name, chosen)? {
            Some((secret, _)) => Ok(Some(secret)),
            None => self.keyring_secret(&field.name, chosen, asking),
        }
    }

    /// From every source but the keyring and the prompt, and whether it comes from a command.
    fn given_secret(&self, name: &str, chosen: &Chosen) -> Result<Option<(Secret, bool)>> {
        if let Some(secret) = self.flagged_secret(name)? {
            return Ok(Some((secret, false)));
        }
        if self.settings.named
            && let Some(secret) = self.command_secret(name, chosen)?
        {
            return Ok(Some((secret, true)));
        }
        if let Some(value) = self.secret_variable(name)? {
            self.voice.explain(&format!(
                "{name}: from the variable {}",
                self.settings.vendor.variable_of(name)
            ));
            return Ok(Some((Secret::new(value), false)));
        }
        if self.settings.named {
            return Ok(None);
        }
        Ok(self.command_secret(name, chosen)?.map(|secret| (secret, true)))
    }

    /// From standard input or a file, as a flag says.
    fn flagged_secret(&self, name: &str) -> Result<Option<Secret>> {
        let of_vendor = |error: Error| error.of(&self.settings.vendor.name);
        if self.settings.flags.stdin.iter().any(|flag| flag == name) {
            self.voice.explain(&format!("{name}: from standard input"));
            return first_line::from_stdin(&self.deadline).map(Some).map_err(of_vendor);
        }
        let Some(path) = self.settings.flags.files.get(name) else {
            return Ok(None);
        };
        self.voice.explain(&format!("{name}: from the file {}", path.display()));
        first_line::from_file(path, &self.deadline).map(Some).map_err(of_vendor)
    }

    fn command_secret(&self, name: &str, chosen: &Chosen) -> Result<Option<Secret>> {
        let Some(line) = self.settings.profile.commands.get(name) else {
            return Ok(None);
        };
        let source = format!(
            "{name}-command of {}",
            self.settings.profile.header(&self.settings.vendor.name)
        );
        if !self.settings.is_own_origin(chosen) {
            let origin = chosen.base.origin();
            self.voice
                .explain(&format!("{source}: skipped, since it does not belong to {origin}"));
            return Ok(None);
        }
        self.voice.explain(&format!("{name}: from {source}"));
        command::run(
            line,
            &source,
            &self.settings.catalogue.secret_variables(),
            &self.deadline,
        )
        .map(Some)
    }

    fn keyring_secret(&self, name: &str, chosen: &Chosen, asking: &impl Fn(bool)) -> Result<Option<Secret>> {
        let dialog = self.settings.keyring && self.can_show_dialog();
        if dialog {
            asking(true);
        }
        let found = self.keyring_secret_with(name, chosen, dialog);
        if dialog {
            asking(false);
        }
        found
    }

    fn keyring_secret_with(&self, name: &str, chosen: &Chosen, dialog: bool) -> Result<Option<Secret>> {
        if !self.settings.keyring {
            self.voice
                .explain(&format!("{name}: the keyring is left alone, since TOK_KEYRING is off"));
            return Ok(None);
        }
        let found = self.read_keyring(name, chosen, dialog);
        match found.map_err(|error| error.of(&self.settings.vendor.name))? {
            keyring::Found::Secret(secret) => {
                self.voice.explain(&format!("{name}: from the OS keyring"));
                Ok(Some(secret))
            }
            keyring::Found::Absent(why) => {
                self.voice.explain(&format!("{name}: not in the OS keyring: {why}"));
                Ok(None)
            }
        }
    }

    /// From the first entry that is there.
    fn read_keyring(&self, name: &str, chosen: &Chosen, dialog: bool) -> Result<keyring::Found> {
        let mut found = keyring::Found::Absent(String::new());
        for user in self.keyring_users(name, chosen) {
            found = keyring::read(&user, dialog, &self.deadline)?;
            if matches!(found, keyring::Found::Secret(_)) {
                break;
            }
        }
        Ok(found)
    }

    /// A keyring's dialog needs somebody to see it, whatever the system.
    pub(crate) fn can_show_dialog(&self) -> bool {
        let has_display = || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| variable::is_set(name));
        !self.settings.no_input && (self.terminal().is_some() || has_display())
    }

    /// Whether `tok login` would find a keyring here.
    pub(crate) fn can_keep(&self) -> bool {
        self.settings.keyring && keyring::is_there(self.can_show_dialog(), &self.deadline).is_ok()
    }

    /// `keeping` says whether `tok login` is a way out.
    fn missing_secret(&self, field: &Field, chosen: &Chosen, keeping: bool) -> Error {
        let settings = self.settings;
        let name = &field.name;
        let skipped = if settings.profile.commands.contains_key(name) && !settings.is_own_origin(chosen) {
            let origin = chosen.base.origin();
            format!("the profile's {name}-command is not run, since it does not belong to {origin}; ")
        } else {
            String::new()
        };
        let flags = if settings.flags.accepted {
            format!("pipe it to --{name}-stdin, name a file with --{name}-file, ")
        } else {
            String::new()
        };
        let vendor = &settings.vendor.name;
        let header = settings.profile.header(vendor);
        let login = if keeping {
            format!("keep it with `tok login {}`, ", settings.profile.target(vendor))
        } else {
            String::new()
        };
        Error::missing(format!("{vendor}: {name} is missing, and nobody can be asked")).with_hint(format!(
            "{skipped}{login}{flags}set {}, or put a command that prints it into \
             {name}-command in {header} of {}",
            settings.vendor.variable_of(name),
            settings.config_path.display()
        ))
    }
}
