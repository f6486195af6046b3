//! Profiles in `config.toml`: `[VENDOR]` is the default one, `[VENDOR.PROFILE]` another, which inherits nothing.
//!
//! Only the vendor that is asked for is looked into; of the others nothing but the name is checked. Every error is exit 2
//! and names file and line.

mod read;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use read::{File, OWN};

use crate::definition::{Catalogue, Vendor};
use crate::error::{Error, Result};
use crate::text;
use crate::text::suggest;

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
    /// `[VENDOR]` or `[VENDOR.PROFILE]`, as it stands in the file.
    pub(crate) fn header(&self, vendor: &str) -> String {
        match &self.name {
            None => format!("[{vendor}]"),
            Some(name) => format!("[{vendor}.{name}]"),
        }
    }

    /// `VENDOR` or `VENDOR@PROFILE`, as on the command line.
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
        let text = match text::file::read(&path) {
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

/// What may stand in a profile of every vendor.
#[cfg(test)]
pub(crate) fn own_keys() -> impl Iterator<Item = &'static str> {
    OWN.iter().map(|(key, _)| *key)
}

/// What may stand in a profile.
fn keys(vendor: &Vendor) -> Vec<String> {
    let mut keys: Vec<String> = OWN.iter().map(|(key, _)| (*key).to_owned()).collect();
    keys.extend(vendor.plain_fields().map(|field| field.name.clone()));
    keys.extend(vendor.secret_fields().map(|field| format!("{}-command", field.name)));
    keys
}

#[cfg(test)]
mod tests;
