//! What the command line, the profile and the environment set for one vendor, before any value is looked for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::chosen::Chosen;
use super::config::{Profile, Profiles};
use super::shared::Sharing;
use super::{Flags, Source, variable};
use crate::definition::schema::Field;
use crate::definition::{Catalogue, Vendor, request, template};
use crate::error::{Error, Result};
use crate::options::{LIMIT, NO_INPUT, TIMEOUT};
use crate::origin::BaseUrl;
use crate::time::deadline::Deadline;
use crate::time::duration;

#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Settings<'a> {
    pub(crate) vendor: &'a Vendor,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) flags: Flags,
    pub(crate) profile: Profile,
    /// The profile was named by `@` or `-p`, and so goes before variables.
    pub(crate) named: bool,
    /// The vendor's default one, if the file has it.
    pub(crate) default_profile: Option<Profile>,
    pub(crate) config_path: PathBuf,
    /// Whether variables are looked at.
    pub(crate) variables: bool,
    pub(crate) keyring: bool,
    pub(crate) no_input: bool,
    /// The store that other machines share.
    pub(crate) sharing: Option<Sharing>,
}

impl<'a> Settings<'a> {
    /// Of a profile that was named, with what the environment says, without a flag and with nothing shared.
    /// Exit 2 where a variable says something that it cannot.
    pub(crate) fn of(
        vendor: &'a Vendor,
        catalogue: &'a Catalogue,
        profiles: &Profiles,
        profile: Profile,
    ) -> Result<Self> {
        Ok(Self {
            vendor,
            catalogue,
            flags: Flags::default(),
            named: profile.name.is_some(),
            profile,
            default_profile: profiles.list.iter().find(|profile| profile.name.is_none()).cloned(),
            config_path: profiles.path.clone(),
            variables: true,
            keyring: keyring_counts()?,
            no_input: NO_INPUT.variable.is_some_and(variable::is_on),
            sharing: None,
        })
    }

    /// Counts from now; the command line's limit goes before every other. Exit 2 where the variable says no duration.
    pub(crate) fn deadline(&self, flag: Option<Duration>) -> Result<Deadline> {
        let of_profile = self.profile.timeout;
        let limit = match flag.or(of_profile.filter(|_| self.named)) {
            Some(limit) => Some(limit),
            None => limit_of_variable()?.or(of_profile),
        };
        Ok(Deadline::after(limit.unwrap_or(LIMIT)))
    }

    /// The name that the command line uses.
    pub(super) fn label(&self, field: &str) -> String {
        format!("{} {field}", self.vendor.name)
    }

    /// The variable of a field, if it is set and variables count.
    pub(super) fn variable(&self, field: &str) -> Result<Option<String>> {
        if self.variables {
            variable::read(&self.vendor.variable_of(field))
        } else {
            Ok(None)
        }
    }

    /// Whether a flag, a variable or the profile says something of a field.
    pub(crate) fn is_given(&self, field: &Field) -> bool {
        let name = &field.name;
        self.flags.names(name)
            || self.profile.plain.contains_key(name)
            || self.profile.commands.contains_key(name)
            || (self.variables && variable::is_set(&self.vendor.variable_of(name)))
    }

    /// The origin that the profile was written for, if it says one: its own `url`, or the vendor's with its fields.
    fn profile_origin(&self) -> Option<String> {
        let text = if let Some(url) = &self.profile.url {
            url.clone()
        } else {
            let template = self.vendor.definition.url.as_deref()?;
            let mut plain = BTreeMap::new();
            for name in template::names(template) {
                let field = self.vendor.definition.field(name)?;
                let default = || field.default.as_ref().map(|default| field.kind.split(default));
                let given = self.profile.plain.get(name).cloned().or_else(default)?;
                plain.insert(name.to_owned(), field.kind.read(&given).ok()?);
            }
            request::url(template, &plain).ok()?
        };
        BaseUrl::parse(&text).ok().map(|base| base.origin())
    }

    /// Whether the request goes where the profile was written for.
    pub(crate) fn is_own_origin(&self, chosen: &Chosen) -> bool {
        let elsewhere = matches!(chosen.url, Some(Source::Flag | Source::Variable));
        match self.profile_origin() {
            Some(own) => own == chosen.base.origin(),
            None => !elsewhere,
        }
    }

    pub(super) fn profile_source(&self) -> Source {
        if self.named {
            Source::NamedProfile
        } else {
            Source::Profile
        }
    }

    /// Where a plain value came from, in words; `None` is the vendor's own.
    pub(crate) fn words_of_source(&self, field: &str, source: Option<Source>) -> String {
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

    /// Which command or variable a secret would be taken from, in words. `None` where the keyring has its turn.
    pub(crate) fn words_of_secret_source(&self, name: &str, chosen: &Chosen) -> Option<String> {
        let has_command = self.profile.commands.contains_key(name) && self.is_own_origin(chosen);
        let command = || format!("from {name}-command of {}", self.profile.header(&self.vendor.name));
        let variable = self.vendor.variable_of(name);
        if self.named && has_command {
            Some(command())
        } else if variable::is_set(&variable) {
            Some(format!("from {variable}"))
        } else {
            has_command.then(command)
        }
    }

    /// Of a value that fails its check.
    pub(super) fn wrong(&self, name: &str, source: Source, reason: &str) -> Error {
        let vendor = self.vendor;
        Error::usage(match source {
            Source::Flag => format!("--{name}: {reason}"),
            Source::Variable => format!("{}: {reason}", vendor.variable_of(name)),
            Source::NamedProfile | Source::Profile => format!(
                "{}: {name} in {}: {reason}",
                self.config_path.display(),
                self.profile.header(&vendor.name)
            ),
            Source::Default | Source::Prompt => format!("{} {name}: {reason}", vendor.name),
        })
    }
}

fn limit_of_variable() -> Result<Option<Duration>> {
    let (Some(name), Some(text)) = (TIMEOUT.variable, variable::of(&TIMEOUT)?) else {
        return Ok(None);
    };
    let limit = duration::limit(&text).map_err(|reason| Error::usage(format!("{name}: {reason}")))?;
    Ok(Some(limit))
}

/// Whether the OS keyring may be used. Exit 2 where the variable says something else than yes or no.
pub(crate) fn keyring_counts() -> Result<bool> {
    match variable::read("TOK_KEYRING")?.as_deref() {
        None | Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(word) => Err(Error::usage(format!(
            "TOK_KEYRING: '{}' is neither on nor off",
            word.escape_debug()
        ))),
    }
}
