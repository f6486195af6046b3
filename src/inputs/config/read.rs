//! Reads the profiles of one vendor out of the file's text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, OF_HELPERS, OWN};
use super::profile::Profile;
use crate::definition::{Catalogue, Vendor};
use crate::error::{Error, Result};
use crate::inputs::shared::KEYS;
use crate::text::lines::line_of;
use crate::text::suggest;

pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

/// What stands before all tables, of what may stand there.
type Top = BTreeMap<String, String>;

type Entry<'a> = (&'a Spanned<Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

impl File<'_> {
    fn error(&self, span: &Range<usize>, text: impl std::fmt::Display) -> Error {
        Error::usage(format!(
            "{}:{}: {text}",
            self.path.display(),
            line_of(self.text, span.start)
        ))
    }

    fn root(&self) -> Result<Spanned<DeTable<'_>>> {
        DeTable::parse(self.text)
            .map_err(|error| self.error(&error.span().unwrap_or(0..0), error.message().replace('\n', " ")))
    }

    /// The tables that are of no vendor.
    pub(super) fn strangers(&self, catalogue: &Catalogue) -> Result<Vec<Error>> {
        let root = self.root()?;
        let is_known = |key: &str| catalogue.knows(key) || KEYS.contains(&key);
        let strangers = root.get_ref().iter().filter(|(key, _)| !is_known(key.get_ref()));
        Ok(strangers.map(|(key, _)| self.no_vendor(key, catalogue)).collect())
    }

    /// The tables in which, or in a table of which, a key stands.
    pub(super) fn names_with(&self, wanted: &str) -> Result<Vec<String>> {
        let root = self.root()?;
        let has = |table: &DeTable| table.keys().any(|key| key.get_ref() == wanted);
        let tables = root.get_ref().iter().filter(|(_, value)| match value.get_ref() {
            DeValue::Table(table) => {
                let inner = |value: &Spanned<DeValue>| matches!(value.get_ref(), DeValue::Table(table) if has(table));
                has(table) || table.values().any(inner)
            }
            _ => false,
        });
        Ok(tables.map(|(key, _)| key.get_ref().to_string()).collect())
    }

    fn no_vendor(&self, key: &Spanned<Cow<'_, str>>, catalogue: &Catalogue) -> Error {
        let name = key.get_ref().as_ref();
        let error = self.error(&key.span(), format!("there is no vendor '{}'", name.escape_debug()));
        match suggest::nearest(name, catalogue.names().iter().map(String::as_str)) {
            Some(near) => error.with_hint(format!("did you mean [{near}]?")),
            None => error.with_hint("`tok vendors` lists them"),
        }
    }

    /// Those of one vendor, and what stands before all tables.
    pub(super) fn profiles(&self, vendor: &Vendor, catalogue: &Catalogue) -> Result<(Vec<Profile>, Top)> {
        let root = self.root()?;
        let top = self.top(root.get_ref())?;
        Ok((self.list(root.get_ref(), vendor, catalogue)?, top))
    }

    fn top(&self, root: &DeTable) -> Result<Top> {
        let mut top = Top::new();
        for (key, value) in root {
            let name = key.get_ref().as_ref();
            if ["shared-password", "shared-key"].contains(&name) {
                let error = format!("{name}: a secret does not belong into this file");
                let hint = format!("name a file in {name}-file, or put a command that prints it into {name}-command");
                return Err(self.error(&key.span(), error).with_hint(hint));
            }
            if KEYS.contains(&name) && !matches!(value.get_ref(), DeValue::Table(_)) {
                top.insert(name.to_owned(), self.text(name, value)?);
            }
        }
        Ok(top)
    }

    fn list(&self, root: &DeTable, vendor: &Vendor, catalogue: &Catalogue) -> Result<Vec<Profile>> {
        // A key that was meant for a profile would be lost.
        let is_stray = |(key, value): &Entry| {
            !matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_))
                && !catalogue.knows(key.get_ref())
                && !KEYS.contains(&key.get_ref().as_ref())
        };
        if let Some((key, _)) = root.iter().find(is_stray) {
            return Err(self.no_vendor(key, catalogue));
        }
        let Some((key, value)) = root.get_key_value(vendor.name.as_str()) else {
            return Ok(Vec::new());
        };
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.error(&key.span(), format!("'{}' must be a table", vendor.name)));
        };
        let mut list = vec![Profile::default()];
        for entry in table {
            if let DeValue::Table(inner) = entry.1.get_ref() {
                let mut profile = Profile {
                    name: Some(entry.0.get_ref().to_string()),
                    ..Profile::default()
                };
                for entry in inner {
                    self.set(vendor, &mut profile, entry)?;
                }
                self.expect_url(vendor, &profile, inner)?;
                list.push(profile);
            } else if let Some(default) = list.first_mut() {
                self.set(vendor, default, entry)?;
            }
        }
        if let Some(default) = list.first() {
            self.expect_url(vendor, default, table)?;
        }
        list.retain(|profile| *profile != Profile::default());
        Ok(list)
    }

    fn set(&self, vendor: &Vendor, profile: &mut Profile, (key, value): Entry) -> Result<()> {
        let name = key.get_ref().as_ref();
        if let Some((_, set)) = OWN.iter().find(|(own, _)| *own == name) {
            let text = self.text(name, value)?;
            return set(profile, text).map_err(|reason| self.error(&value.span(), format!("{name}: {reason}")));
        }
        if let Some((_, set)) = OF_HELPERS.iter().find(|(own, _)| *own == name)
            && vendor.definition.field(name).is_none()
        {
            let texts = if keys::is_list(name) {
                self.texts(name, value)?
            } else {
                vec![self.text(name, value)?]
            };
            return texts.into_iter().try_for_each(|text| {
                set(profile, text).map_err(|reason| self.error(&value.span(), format!("{name}: {reason}")))
            });
        }
        if let Some(field) = vendor.definition.field(name) {
            if field.secret {
                let error = format!("{name}: a secret does not belong into this file");
                return Err(self.error(&key.span(), error).with_hint(format!(
                    "put a command that prints it into {name}-command, or set {}",
                    vendor.variable_of(name)
                )));
            }
            profile.plain.insert(name.to_owned(), self.texts(name, value)?);
            return Ok(());
        }
        let secret = name.strip_suffix("-command");
        match vendor.secret_fields().find(|field| secret == Some(&field.name)) {
            Some(field) => profile.commands.insert(field.name.clone(), self.text(name, value)?),
            None => return Err(self.unknown(vendor, key)),
        };
        Ok(())
    }

    /// What a command prints is for one vendor, so something must say which.
    fn expect_url(&self, vendor: &Vendor, profile: &Profile, table: &DeTable) -> Result<()> {
        let is_command = |key: &&Spanned<Cow<str>>| {
            let name = key.get_ref().strip_suffix("-command");
            name.is_some_and(|name| profile.commands.contains_key(name))
        };
        let Some(key) = table.keys().find(is_command) else {
            return Ok(());
        };
        if profile.url.is_some() || vendor.definition.url.is_some() {
            return Ok(());
        }
        let header = profile.header(&vendor.name);
        let key_name = key.get_ref();
        let error = format!("{key_name} needs a url in {header}, so that its secret goes nowhere else");
        Err(self
            .error(&key.span(), error)
            .with_hint("the vendor has none of its own; url = \"https://…\" is its address"))
    }

    fn unknown(&self, vendor: &Vendor, key: &Spanned<Cow<'_, str>>) -> Error {
        let name = key.get_ref().as_ref();
        let known = keys::all(vendor);
        let error = self.error(&key.span(), format!("unknown key '{}'", name.escape_debug()));
        match suggest::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => error.with_hint(format!("did you mean {near}?")),
            None => error.with_hint(format!("known are: {}", known.join(", "))),
        }
    }

    fn text(&self, name: &str, value: &Spanned<DeValue>) -> Result<String> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
            _ => Err(self.error(&value.span(), format!("{name}: it must be a text in quotes"))),
        }
    }

    fn texts(&self, name: &str, value: &Spanned<DeValue>) -> Result<Vec<String>> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| self.text(name, item)).collect(),
            _ => Ok(vec![self.text(name, value)?]),
        }
    }
}
