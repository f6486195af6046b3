//! Secret fields, looked up last and only for the request that uses them.
//!
//! A value comes from the first that has it: standard input or a file named by a flag, a named profile's command, the
//! variable, the default profile's command, the OS keyring, a prompt. No flag takes a secret's value.

use super::plain::Chosen;
use super::{Source, Sources, command, first_line, keyring, variable};
use crate::definition::schema::Field;
use crate::error::{Error, Result};
use crate::secret::Secret;

impl Sources<'_> {
    /// The value, or exit 3 with every way that would work here. `None` for an optional one that no source has: nobody is
    /// asked for it.
    pub(crate) fn secret(&self, field: &Field, chosen: &Chosen, asking: impl Fn(bool)) -> Result<Option<Secret>> {
        if let Some(secret) = self.known.borrow().get(&field.name) {
            return Ok(Some(secret.clone()));
        }
        let secret = match self.kept_secret(field, chosen, &asking)? {
            Some(secret) => secret,
            None if field.optional => return Ok(None),
            None => self.typed_secret(field, chosen, true, asking)?,
        };
        self.known.borrow_mut().insert(field.name.clone(), secret.clone());
        Ok(Some(secret))
    }

    /// `keepable` says whether `tok login` may be a way out.
    fn typed_secret(&self, field: &Field, chosen: &Chosen, keepable: bool, asking: impl Fn(bool)) -> Result<Secret> {
        let Some(terminal) = self.terminal() else {
            return Err(self.missing_secret(field, chosen, keepable && self.can_keep()));
        };
        asking(true);
        let answer = self.ask(|| terminal.ask_hidden(&self.label(&field.name)));
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
        self.variable(name).map_err(|error| Error::credential(error.text()))
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
        if self.named
            && let Some(secret) = self.command_secret(name, chosen)?
        {
            return Ok(Some((secret, true)));
        }
        if let Some(value) = self.secret_variable(name)? {
            self.voice
                .explain(&format!("{name}: from the variable {}", self.vendor.variable_of(name)));
            return Ok(Some((Secret::new(value), false)));
        }
        if self.named {
            return Ok(None);
        }
        Ok(self.command_secret(name, chosen)?.map(|secret| (secret, true)))
    }

    /// From standard input or a file, as a flag says.
    fn flagged_secret(&self, name: &str) -> Result<Option<Secret>> {
        let of_vendor = |error: Error| error.of(&self.vendor.name);
        if self.flags.stdin.iter().any(|flag| flag == name) {
            self.voice.explain(&format!("{name}: from standard input"));
            return first_line::from_stdin(self.deadline).map(Some).map_err(of_vendor);
        }
        let Some(path) = self.flags.files.get(name) else {
            return Ok(None);
        };
        self.voice.explain(&format!("{name}: from the file {}", path.display()));
        first_line::from_file(path, self.deadline).map(Some).map_err(of_vendor)
    }

    /// Which source a secret would be taken from, as far as can be said without the keyring and without a command.
    pub(crate) fn secret_origin(&self, name: &str, chosen: &Chosen) -> String {
        let header = self.profile.header(&self.vendor.name);
        let command = self.profile.commands.contains_key(name) && self.is_own_origin(chosen);
        let variable = self.vendor.variable_of(name);
        if self.named && command {
            format!("from {name}-command of {header}")
        } else if variable::is_set(&variable) {
            format!("from {variable}")
        } else if command {
            format!("from {name}-command of {header}")
        } else if self.keyring {
            "from the OS keyring, or asked for".to_owned()
        } else {
            "asked for, since TOK_KEYRING is off".to_owned()
        }
    }

    fn command_secret(&self, name: &str, chosen: &Chosen) -> Result<Option<Secret>> {
        let Some(line) = self.profile.commands.get(name) else {
            return Ok(None);
        };
        let source = format!("{name}-command of {}", self.profile.header(&self.vendor.name));
        if !self.is_own_origin(chosen) {
            let origin = chosen.base.origin();
            self.voice
                .explain(&format!("{source}: skipped, since it does not belong to {origin}"));
            return Ok(None);
        }
        self.voice.explain(&format!("{name}: from {source}"));
        command::run(line, &source, &self.catalogue.secret_variables(), self.deadline).map(Some)
    }

    /// Whether the request goes where the profile was written for.
    pub(crate) fn is_own_origin(&self, chosen: &Chosen) -> bool {
        let elsewhere = matches!(chosen.url, Some(Source::Flag | Source::Variable));
        match self.profile_origin() {
            Some(own) => own == chosen.base.origin(),
            None => !elsewhere || self.vendor.definition.url.is_none(),
        }
    }

    fn keyring_secret(&self, name: &str, chosen: &Chosen, asking: &impl Fn(bool)) -> Result<Option<Secret>> {
        if !self.keyring {
            self.voice
                .explain(&format!("{name}: the keyring is left alone, since TOK_KEYRING is off"));
            return Ok(None);
        }
        let user = self.keyring_user(name, chosen);
        let dialog = self.can_show_dialog();
        if dialog {
            asking(true);
        }
        let found = keyring::read(&user, dialog, self.deadline);
        if dialog {
            asking(false);
        }
        match found.map_err(|error| error.of(&self.vendor.name))? {
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

    /// The entry's user: vendor, origin, the login's plain fields, the secret field's name, as a JSON array.
    pub(crate) fn keyring_user(&self, name: &str, chosen: &Chosen) -> String {
        let mut parts = vec![self.vendor.name.clone(), chosen.base.origin()];
        parts.extend(chosen.login(self.vendor).into_iter().map(|(_, value)| value));
        parts.push(name.to_owned());
        serde_json::Value::from(parts).to_string()
    }

    /// A keyring's dialog needs somebody to see it.
    pub(crate) fn can_show_dialog(&self) -> bool {
        !self.no_input
            && (self.terminal().is_some()
                || cfg!(not(all(unix, not(target_os = "macos"))))
                || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| variable::is_set(name)))
    }

    /// Whether `tok login` would find a keyring here.
    pub(crate) fn can_keep(&self) -> bool {
        self.keyring && keyring::is_there(self.can_show_dialog(), self.deadline).is_ok()
    }

    /// `keeping` says whether `tok login` is a way out.
    fn missing_secret(&self, field: &Field, chosen: &Chosen, keeping: bool) -> Error {
        let name = &field.name;
        let skipped = if self.profile.commands.contains_key(name) && !self.is_own_origin(chosen) {
            let origin = chosen.base.origin();
            format!("the profile's {name}-command is not run, since it does not belong to {origin}; ")
        } else {
            String::new()
        };
        let flags = if self.flags.accepted {
            format!("pipe it to --{name}-stdin, name a file with --{name}-file, ")
        } else {
            String::new()
        };
        let vendor = &self.vendor.name;
        let header = self.profile.header(vendor);
        let login = if keeping {
            format!("keep it with `tok login {}`, ", self.profile.target(vendor))
        } else {
            String::new()
        };
        Error::missing(format!("{vendor}: {name} is missing, and nobody can be asked")).with_hint(format!(
            "{skipped}{login}{flags}set {}, or put a command that prints it into \
             {name}-command in {header} of {}",
            self.vendor.variable_of(name),
            self.config_path.display()
        ))
    }
}
