//! Secret fields, looked up last and only for the request that uses them.
//!
//! A value comes from the first that has it: standard input or a file named by a flag, a named profile's command, the
//! variable, the default profile's command, the OS keyring, a prompt. No flag takes a secret's value. A document is never
//! typed, and its shape is checked wherever it comes from.

use super::extent::Extent;
use super::{Chosen, SecretSource, Session, command, keyring, stream, variable};
use crate::definition::schema::Field;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::terminal::{Question, Terminal};

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
        let unasked = match self.given_secret(field, chosen)? {
            Some(secret) => Unasked::Found(secret),
            None => self.keyring_unasked(field, chosen)?,
        };
        match unasked {
            Unasked::Found(secret) => {
                self.remember(&field.name, secret.clone());
                Ok(Unasked::Found(secret))
            }
            Unasked::Absent if field.optional => Ok(Unasked::Absent),
            Unasked::Absent if self.terminal_for(field).is_none() => {
                Err(self.missing_secret(field, chosen, self.can_keep()))
            }
            Unasked::Absent | Unasked::Person => Ok(Unasked::Person),
        }
    }

    /// Whether it is there without a person being asked. A source that is broken, or that would open a dialog, has none.
    pub(crate) fn has_at_hand(&self, field: &Field, chosen: &Chosen) -> bool {
        if field.optional || self.known(&field.name).is_some() {
            return true;
        }
        let found = match self.given_secret(field, chosen) {
            Ok(None) => self.keyring_secret_with(field, chosen, false),
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

    /// Where it can be typed.
    fn terminal_for(&self, field: &Field) -> Option<&Terminal> {
        self.terminal().filter(|_| !field.kind.is_document())
    }

    /// `keepable` says whether `tok login` may be a way out.
    fn typed_secret(&self, field: &Field, chosen: &Chosen, keepable: bool) -> Result<Secret> {
        let Some(terminal) = self.terminal_for(field) else {
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
        let secret = match self.given_secret(field, chosen)? {
            Some(secret) => secret,
            None => self.typed_secret(field, chosen, false)?,
        };
        self.remember(&field.name, secret.clone());
        Ok(secret)
    }

    /// From every source but the prompt.
    fn kept_secret(&self, field: &Field, chosen: &Chosen) -> Result<Option<Secret>> {
        match self.given_secret(field, chosen)? {
            Some(secret) => Ok(Some(secret)),
            None => self.keyring_secret(field, chosen),
        }
    }

    /// From every source but the keyring and the prompt.
    fn given_secret(&self, field: &Field, chosen: &Chosen) -> Result<Option<Secret>> {
        let settings = self.settings;
        let (name, extent) = (&field.name, Extent::of(field.kind));
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
        let secret = match source {
            SecretSource::Stdin => Some(stream::from_stdin(extent, &self.deadline).map_err(of_vendor)?),
            SecretSource::File(path) => Some(stream::from_file(path, extent, &self.deadline).map_err(of_vendor)?),
            SecretSource::Command(line) => {
                let dropped = settings.catalogue.secret_variables();
                Some(command::run(line, &words, extent, &dropped, &self.deadline)?)
            }
            // One that is not UTF-8 is a broken source; of a plain field it would be a value that fails its check.
            SecretSource::Variable => settings
                .variable(name)
                .map_err(|error| Error::credential(error.text()))?
                .map(Secret::new),
        };
        secret.map(|secret| self.in_shape(field, secret)).transpose()
    }

    /// Exit 2 where a document is not what its kind promises.
    fn in_shape(&self, field: &Field, secret: Secret) -> Result<Secret> {
        let of = |error: Error| error.of(format_args!("{}: {}", self.settings.vendor.name, field.name));
        field.kind.check_document(&secret).map_err(of)?;
        Ok(secret)
    }

    /// By a dialog only where it is not to be had without one.
    fn keyring_secret(&self, field: &Field, chosen: &Chosen) -> Result<Option<Secret>> {
        match self.keyring_unasked(field, chosen)? {
            Unasked::Found(secret) => Ok(Some(secret)),
            Unasked::Absent => Ok(None),
            Unasked::Person => {
                let found = self.keyring_secret_with(field, chosen, true);
                self.begin_anew();
                found
            }
        }
    }

    /// Without a dialog. Left to a person where one may open and the keyring gives nothing without it.
    fn keyring_unasked(&self, field: &Field, chosen: &Chosen) -> Result<Unasked> {
        let dialog = self.settings.keyring && self.can_show_dialog();
        if dialog && !keyring::TELLS_WHETHER_LOCKED {
            return Ok(Unasked::Person);
        }
        match self.keyring_secret_with(field, chosen, false) {
            Ok(Some(secret)) => Ok(Unasked::Found(secret)),
            Ok(None) => Ok(Unasked::Absent),
            Err(_) if dialog => Ok(Unasked::Person),
            Err(error) => Err(error),
        }
    }

    fn keyring_secret_with(&self, field: &Field, chosen: &Chosen, dialog: bool) -> Result<Option<Secret>> {
        let name = &field.name;
        if !self.settings.keyring {
            self.voice
                .explain(&format!("{name}: the keyring is left alone, since TOK_KEYRING is off"));
            return Ok(None);
        }
        let found = self.read_keyring(name, chosen, dialog);
        match found.map_err(|error| error.of(&self.settings.vendor.name))? {
            keyring::Found::Secret(secret) => {
                self.voice.explain(&format!("{name}: from the OS keyring"));
                self.in_shape(field, secret).map(Some)
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
