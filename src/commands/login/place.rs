//! Which place a new secret has: the profile's command that it comes from, else the OS keyring. Where there is no keyring one
//! from a variable or a file stays where it is, and each call takes it from there.

use std::cell::OnceCell;

use crate::definition::schema::Field;
use crate::error::{Error, Result};
use crate::inputs::keyring::{self, Lack};
use crate::inputs::{SecretSource, Session};

/// What becomes of the secrets that no command prints.
#[derive(Debug, Default)]
pub(super) struct Places<'a> {
    /// The fields whose secrets the keyring gets.
    pub(super) keyring: Vec<&'a str>,
    /// What is to be said of those that are not kept.
    pub(super) unkept: Vec<String>,
}

/// The keyring as far as it has been looked at.
#[derive(Debug)]
pub(super) struct Ring<'a> {
    session: &'a Session<'a>,
    lack: OnceCell<Option<Lack>>,
}

impl<'a> Ring<'a> {
    pub(super) fn of(session: &'a Session<'a>) -> Self {
        Self {
            session,
            lack: OnceCell::new(),
        }
    }

    /// Exit 1 where one of the secrets has no place.
    pub(super) fn places<'f>(&self, fields: &[&'f Field], is_own_origin: bool) -> Result<Places<'f>> {
        let settings = self.session.settings;
        let sources = fields.iter().map(|field| {
            let source = settings.source_of_secret(&field.name, is_own_origin);
            (field.name.as_str(), source)
        });
        let homeless: Vec<_> = sources
            .filter(|(_, source)| !matches!(source, Some(SecretSource::Command(_))))
            .collect();
        let names = || homeless.iter().map(|(name, _)| *name);
        if homeless.is_empty() {
            return Ok(Places::default());
        }
        let Some(lack) = self.lack() else {
            return Ok(Places {
                keyring: names().collect(),
                unkept: Vec::new(),
            });
        };
        let unkept = homeless.iter().map(|(name, source)| {
            let from = match source {
                Some(SecretSource::Variable) => settings.vendor.variable_of(name),
                Some(SecretSource::File(path)) => format!("--{name}-file {}", path.display()),
                _ => return None,
            };
            let vendor = &settings.vendor.name;
            Some(format!(
                "{vendor}: {name} cannot be kept here: {}; each call needs {from}",
                lack.why()
            ))
        });
        match unkept.collect() {
            Some(unkept) if matches!(lack, Lack::Absent(_)) => Ok(Places {
                keyring: Vec::new(),
                unkept,
            }),
            _ => Err(self.error(&names().collect::<Vec<_>>(), lack)),
        }
    }

    fn lack(&self) -> Option<&Lack> {
        let look = || {
            let session = self.session;
            if !session.settings.keyring {
                return Some(Lack::Broken("TOK_KEYRING is off".to_owned()));
            }
            keyring::is_there(session.can_show_dialog(), &session.deadline).err()
        };
        self.lack.get_or_init(look).as_ref()
    }

    fn error(&self, names: &[&str], lack: &Lack) -> Error {
        let settings = self.session.settings;
        let vendor = settings.vendor;
        let name = names.first().copied().unwrap_or_default();
        Error::other(format!(
            "{}: {} cannot be kept here: {}",
            vendor.name,
            names.join(" and "),
            lack.why()
        ))
        .with_hint(format!(
            "`tok login` keeps secrets in the OS keyring only; without one put {name}-command, a command that prints it, into \
             {} of {}, or set {}, or give --{name}-stdin or --{name}-file with each call",
            settings.profile.header(&vendor.name),
            settings.config_path.display(),
            vendor.variable_of(name)
        ))
    }
}
