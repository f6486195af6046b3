//! Secret fields, looked up last and only for the request that uses them.
//!
//! A value comes from the first that has it: standard input or a file named by a flag, a named profile's command, the
//! variable, the default profile's command, the OS keyring, a prompt. No flag takes a secret's value.

use super::{Chosen, SecretSource, Session, command, first_line, keyring, variable};
use crate::definition::schema::Field;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::terminal::Question;

/// What is known of a secret before a person is asked.
#[derive(Debug)]
pub(crate) enum Unasked {
    Found(Secret),
    /// Of an optional one.
    Absent,
    /// Only a person can tell.
    Person,
}

impl Session<'_> {
    /// The value, or exit 3 with every way that would work here. `None` for an optional one that no source has: nobody is
    /// asked for it.
    pub(crate) fn secret(&self, field: &Field, chosen: &Chosen) -> Result<Option<Secret>> {
        if let Some(secret) = self.known(&field.name) {
            return Ok(Some(secret));
        }
        let secret = match self.kept_secret(field, chosen)? {
            Some(secret) => secret,
            None if field.optional => return Ok(None),
            None => self.typed_secret(field, chosen, true)?,
        };
        self.remember(&field.name, secret.clone());
        Ok(Some(secret))
    }

    /// The same where no person is asked, neither by a prompt nor by the keyring.
    pub(crate) fn secret_unasked(&self, field: &Field, chosen: &Chosen) -> Result<Unasked> {
        if let Some(secret) = self.known(&field.name) {
            return Ok(Unasked::Found(secret));
        }
        let secret = match self.given_secret(&field.name, chosen)? {
            Some(secret) => Some(secret),
            None if self.settings.keyring && self.can_show_dialog() => return Ok(Unasked::Person),
            None => self.keyring_secret(&field.name, chosen)?,
        };
        match secret {
            Some(secret) => {
                self.remember(&field.name, secret.clone());
                Ok(Unasked::Found(secret))
            }
            None if field.optional => Ok(Unasked::Absent),
            None if self.terminal().is_some() => Ok(Unasked::Person),
            None => Err(self.missing_secret(field, chosen, self.can_keep())),
        }
    }

    /// Whether it is there without a person being asked. A source that is broken, or that would open a dialog, has none.
    pub(crate) fn has_at_hand(&self, field: &Field, chosen: &Chosen) -> bool {
        if field.optional || self.known(&field.name).is_some() {
            return true;
        }
        let found = match self.given_secret(&field.name, chosen) {
            Ok(None) => self.keyring_secret_with(&field.name, chosen, false),
            found => found,
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
    fn typed_secret(&self, field: &Field, chosen: &Chosen, keepable: bool) -> Result<Secret> {
        let Some(terminal) = self.terminal() else {
            return Err(self.missing_secret(field, chosen, keepable && self.can_keep()));
        };
        let question = Question {
            label: self.settings.label(&field.name),
            about: self
                .refusal()
                .unwrap_or_else(|| format!("{}, sent to {}", field.help, chosen.base.as_str())),
        };
        let answer = self.ask(|| terminal.ask_hidden(&question))?;
        self.remember_typed(&field.name);
        Ok(answer)
    }

    /// For `tok login`, which shall find out a new one: not from the keyring. It is known afterwards.
    pub(crate) fn new_secret(&self, field: &Field, chosen: &Chosen) -> Result<Secret> {
        if let Some(secret) = self.known(&field.name) {
            return Ok(secret);
        }
        let secret = match self.given_secret(&field.name, chosen)? {
            Some(secret) => secret,
            None => self.typed_secret(field, chosen, false)?,
        };
        self.remember(&field.name, secret.clone());
        Ok(secret)
    }

    /// From every source but the prompt.
    fn kept_secret(&self, field: &Field, chosen: &Chosen) -> Result<Option<Secret>> {
        match self.given_secret(&field.name, chosen)? {
            Some(secret) => Ok(Some(secret)),
            None => self.keyring_secret(&field.name, chosen),
        }
    }

    /// From every source but the keyring and the prompt.
    fn given_secret(&self, name: &str, chosen: &Chosen) -> Result<Option<Secret>> {
        let settings = self.settings;
        let is_own_origin = settings.is_own_origin(chosen);
        if let Some(command @ SecretSource::Command(_)) = settings.source_of_secret(name, true)
            && !is_own_origin
        {
            let (source, origin) = (settings.words_of(name, command), chosen.base.origin());
            self.voice
                .explain(&format!("{source}: skipped, since it does not belong to {origin}"));
        }
        let Some(source) = settings.source_of_secret(name, is_own_origin) else {
            return Ok(None);
        };
        let words = settings.words_of(name, source);
        self.voice.explain(&format!("{name}: from {words}"));
        let of_vendor = |error: Error| error.of(&settings.vendor.name);
        match source {
            SecretSource::Stdin => first_line::from_stdin(&self.deadline).map(Some).map_err(of_vendor),
            SecretSource::File(path) => first_line::from_file(path, &self.deadline).map(Some).map_err(of_vendor),
            SecretSource::Command(line) => {
                command::run(line, &words, &settings.catalogue.secret_variables(), &self.deadline).map(Some)
            }
            SecretSource::Variable => match settings.variable(name) {
                Ok(value) => Ok(value.map(Secret::new)),
                // A broken source; of a plain field it would be a value that fails its check.
                Err(error) => Err(Error::credential(error.text())),
            },
        }
    }

    fn keyring_secret(&self, name: &str, chosen: &Chosen) -> Result<Option<Secret>> {
        let dialog = self.settings.keyring && self.can_show_dialog();
        self.keyring_secret_with(name, chosen, dialog)
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
}
