//! Profiles in `config.toml`: `[vendor]` is the default one, `[vendor.NAME]` another, which inherits nothing.
//!
//! Only the vendor that is asked for is looked into; of the others nothing but the name is checked. Every error is exit 2
//! and names file and line.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::duration;
use crate::error::{Error, Result};
use crate::suggest;
use crate::text_file;
use crate::vendor::catalogue::line_of;
use crate::vendor::{Catalogue, Vendor};

/// What one table says, texts unchecked.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    /// `None` for the vendor's default profile.
    pub(crate) name: Option<String>,
    /// Texts of the plain fields; several for a list.
    pub(crate) plain: BTreeMap<String, Vec<String>>,
    /// Commands that print the secret fields.
    pub(crate) commands: BTreeMap<String, String>,
    pub(crate) url: Option<String>,
    pub(crate) variable: Option<String>,
    pub(crate) way: Option<String>,
    pub(crate) min_ttl: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
}

/// The profiles of one vendor.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    /// Whether or not it exists.
    pub(crate) path: PathBuf,
    /// The default one first, if it is there.
    pub(crate) list: Vec<Profile>,
}

impl Profile {
    /// `[modulus]` or `[modulus.staging]`, as it stands in the file.
    pub(crate) fn header(&self, vendor: &str) -> String {
        match &self.name {
            None => format!("[{vendor}]"),
            Some(name) => format!("[{vendor}.{name}]"),
        }
    }

    /// `modulus` or `modulus@staging`, as on the command line.
    pub(crate) fn target(&self, vendor: &str) -> String {
        match &self.name {
            None => vendor.to_owned(),
            Some(name) => format!("{vendor}@{name}"),
        }
    }
}

impl Profiles {
    pub(crate) fn load(folder: Option<&Path>, vendor: &Vendor, catalogue: &Catalogue) -> Result<Self> {
        let Some(folder) = folder else {
            return Ok(Self::default());
        };
        let path = folder.join("config.toml");
        let text = match text_file::read(&path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(Self { path, list: Vec::new() });
            }
            Err(error) => return Err(Error::usage(format!("{}: {error}", path.display()))),
        };
        let file = File {
            path: &path,
            text: &text,
        };
        let list = file.profiles(vendor, catalogue)?;
        Ok(Self { path, list })
    }

    /// The profile of that name, empty where the file does not have it. Exit 2 for a name that a profile cannot get.
    pub(crate) fn get_or_new(&self, vendor: &Vendor, name: Option<&str>) -> Result<Profile> {
        if let Some(profile) = self.list.iter().find(|profile| profile.name.as_deref() == name) {
            return Ok(profile.clone());
        }
        if let Some(name) = name {
            let wrong = |why: &str| {
                let name = name.escape_debug();
                Err(Error::usage(format!(
                    "{}: no profile can be called '{name}': {why}",
                    vendor.name
                )))
            };
            if name.is_empty() || name.contains(char::is_control) {
                return wrong("a name is visible characters");
            }
            if keys(vendor).iter().any(|key| key == name) {
                return wrong("it is a key of the default profile");
            }
        }
        Ok(Profile {
            name: name.map(str::to_owned),
            ..Profile::default()
        })
    }

    /// `None` is the default profile, which is empty where the file does not have it.
    pub(crate) fn get(&self, vendor: &str, name: Option<&str>) -> Result<Profile> {
        if let Some(profile) = self.list.iter().find(|profile| profile.name.as_deref() == name) {
            return Ok(profile.clone());
        }
        let Some(name) = name else {
            return Ok(Profile::default());
        };
        let names = self.list.iter().filter_map(|profile| profile.name.as_deref());
        let error = Error::usage(format!(
            "{vendor}: there is no profile '{}' in {}",
            name.escape_debug(),
            self.path.display()
        ));
        Err(match suggest::nearest(name, names.clone()) {
            Some(near) => error.with_hint(format!("did you mean {vendor}@{near}?")),
            None => error.with_hint(match names.collect::<Vec<_>>().as_slice() {
                [] => format!("make it with a table [{vendor}.{}]", name.escape_debug()),
                names => format!("there are: {}", names.join(", ")),
            }),
        })
    }
}

/// What may stand in a profile.
fn keys(vendor: &Vendor) -> Vec<String> {
    let mut keys: Vec<String> = ["url", "variable", "way", "min-ttl", "timeout"]
        .map(str::to_owned)
        .into();
    keys.extend(vendor.plain_fields().map(|field| field.name.clone()));
    keys.extend(vendor.secret_fields().map(|field| format!("{}-command", field.name)));
    keys
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

type Entry<'a> = (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

impl File<'_> {
    fn error(&self, span: &Range<usize>, text: impl std::fmt::Display) -> Error {
        Error::usage(format!(
            "{}:{}: {text}",
            self.path.display(),
            line_of(self.text, span.start)
        ))
    }

    fn profiles(&self, vendor: &Vendor, catalogue: &Catalogue) -> Result<Vec<Profile>> {
        let root = DeTable::parse(self.text)
            .map_err(|error| self.error(&error.span().unwrap_or(0..0), error.message().replace('\n', " ")))?;
        let mut found = None;
        for (key, value) in root.get_ref() {
            let name = key.get_ref().as_ref();
            if !catalogue.knows(name) {
                let error = self.error(&key.span(), format!("there is no vendor '{}'", name.escape_debug()));
                return Err(
                    match suggest::nearest(name, catalogue.names().iter().map(String::as_str)) {
                        Some(near) => error.with_hint(format!("did you mean [{near}]?")),
                        None => error.with_hint("`tok vendors` lists them"),
                    },
                );
            }
            if name == vendor.name {
                found = Some((key, value));
            }
        }
        let Some((key, value)) = found else {
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
                list.push(profile);
            } else if let Some(default) = list.first_mut() {
                self.set(vendor, default, entry)?;
            }
        }
        list.retain(|profile| *profile != Profile::default());
        Ok(list)
    }

    fn set(&self, vendor: &Vendor, profile: &mut Profile, (key, value): Entry) -> Result<()> {
        let name = key.get_ref().as_ref();
        let text = || self.text(name, value);
        let span =
            || duration::parse(&text()?).map_err(|reason| self.error(&value.span(), format!("{name}: {reason}")));
        match name {
            "url" => profile.url = Some(text()?),
            "variable" => profile.variable = Some(text()?),
            "way" => profile.way = Some(text()?),
            "min-ttl" => profile.min_ttl = Some(span()?),
            "timeout" => profile.timeout = Some(span()?),
            _ => match vendor.definition.field(name) {
                Some(field) if field.secret => {
                    let error = format!("{name}: a secret does not belong into this file");
                    return Err(self.error(&key.span(), error).with_hint(format!(
                        "put a command that prints it into {name}-command, or set {}",
                        vendor.variable_of(name)
                    )));
                }
                Some(_) => {
                    profile.plain.insert(name.to_owned(), self.texts(name, value)?);
                }
                None => match vendor
                    .secret_fields()
                    .find(|field| name.strip_suffix("-command") == Some(&field.name))
                {
                    Some(field) => {
                        profile.commands.insert(field.name.clone(), text()?);
                    }
                    None => return Err(self.unknown(vendor, key)),
                },
            },
        }
        Ok(())
    }

    fn unknown(&self, vendor: &Vendor, key: &Spanned<std::borrow::Cow<'_, str>>) -> Error {
        let name = key.get_ref().as_ref();
        let known = keys(vendor);
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

#[cfg(test)]
mod tests;
