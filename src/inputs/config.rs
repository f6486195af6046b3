//! Profiles in `config.toml`: `[VENDOR]` is the default one, `[VENDOR.PROFILE]` another, which inherits nothing.
//!
//! Only the vendor that is asked for is looked into: what stands in another's table, or in one of no vendor, keeps nobody
//! from a token. Every error is exit 2 and names file and line.

mod keys;
mod profile;
mod read;

pub(crate) use profile::Profile;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use read::File;

use crate::definition::{Catalogue, Vendor};
use crate::error::{Error, Result};
use crate::text;
use crate::text::suggest;

/// The profiles of one vendor.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    /// Whether or not it exists.
    pub(crate) path: PathBuf,
    /// The default one first, if it is there.
    pub(crate) list: Vec<Profile>,
    /// What stands before all tables.
    pub(crate) top: BTreeMap<String, String>,
}

impl Profiles {
    pub(crate) fn load(folder: Option<&Path>, vendor: &Vendor, catalogue: &Catalogue) -> Result<Self> {
        let path = folder.map(|folder| folder.join("config.toml")).unwrap_or_default();
        let (list, top) = match text(&path)? {
            Some(text) => File {
                path: &path,
                text: &text,
            }
            .profiles(vendor, catalogue)?,
            None => Default::default(),
        };
        Ok(Self { path, list, top })
    }

    /// The profile of that name, empty where the file does not have it. Exit 2 for a name that a profile cannot get.
    pub(crate) fn get_or_new(&self, vendor: &Vendor, name: Option<&str>) -> Result<Profile> {
        if let Some(profile) = self.list.iter().find(|profile| profile.name.as_deref() == name) {
            return Ok(profile.clone());
        }
        if let Some(name) = name {
            let wrong = |why: &str| {
                let name = name.escape_debug();
                Error::usage(format!("{}: no profile can be called '{name}': {why}", vendor.name))
            };
            if name.is_empty() || name.contains(char::is_control) {
                return Err(wrong("a name is visible characters"));
            }
            if let Some(hint) = one_only(&vendor.name, name) {
                return Err(wrong("a name has no '@'").with_hint(hint));
            }
            if keys::all(vendor).iter().any(|key| key == name) {
                return Err(wrong("it is a key of the default profile"));
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
        if let Some(near) = suggest::nearest(name, names.clone()) {
            return Err(error.with_hint(format!("did you mean {vendor}@{near}?")));
        }
        if let Some(hint) = one_only(vendor, name) {
            return Err(error.with_hint(hint));
        }
        let new = Profile {
            name: Some(name.to_owned()),
            ..Profile::default()
        };
        let make = format!("`tok login {}` makes it", new.target(vendor).escape_debug());
        Err(error.with_hint(match names.collect::<Vec<_>>().as_slice() {
            [] => format!("{make}, and so does a table {}", new.header(vendor)),
            names => format!("there are: {}; {make}", names.join(", ")),
        }))
    }
}

/// For a name that looks like two.
fn one_only(vendor: &str, name: &str) -> Option<String> {
    let (first, _) = name.split_once('@')?;
    let first = first.escape_debug();
    Some(format!("one profile follows the vendor, as in {vendor}@{first}"))
}

/// The vendors of which a table says what it serves.
#[derive(Debug, Default)]
pub(crate) struct Serving {
    /// With all of their profiles.
    pub(crate) vendors: Vec<(Vendor, Profiles)>,
    /// Why another cannot be read.
    pub(crate) failures: Vec<Error>,
}

pub(crate) fn serving(folder: Option<&Path>, catalogue: &Catalogue) -> Result<Serving> {
    let path = folder.map(|folder| folder.join("config.toml")).unwrap_or_default();
    let Some(text) = text(&path)? else {
        return Ok(Serving::default());
    };
    let names = File {
        path: &path,
        text: &text,
    }
    .names_with("serves")?;
    let mut serving = Serving::default();
    for name in names {
        let loaded = catalogue.find(&name).and_then(|vendor| {
            let Some(vendor) = vendor else { return Ok(None) };
            let profiles = Profiles::load(folder, &vendor, catalogue)?;
            Ok(Some((vendor, profiles)))
        });
        match loaded {
            Ok(loaded) => serving.vendors.extend(loaded),
            Err(error) => serving.failures.push(error),
        }
    }
    Ok(serving)
}

/// What is wrong with the tables that no vendor looks into: they are of none.
pub(crate) fn strangers(folder: Option<&Path>, catalogue: &Catalogue) -> Result<Vec<Error>> {
    let path = folder.map(|folder| folder.join("config.toml")).unwrap_or_default();
    match text(&path)? {
        Some(text) => File {
            path: &path,
            text: &text,
        }
        .strangers(catalogue),
        None => Ok(Vec::new()),
    }
}

/// The file's text; `None` where there is no file.
fn text(path: &Path) -> Result<Option<String>> {
    match text::file::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(unread) if !matches!(unread.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Err(Error::usage(unread.at(path)).unless_lacking(unread.io()))
        }
        Err(_) => match fs::read_link(path) {
            Ok(target) => Err(Error::usage(format!(
                "{}: it is a link to {}, which is not there",
                path.display(),
                target.display()
            ))),
            Err(_) => Ok(None),
        },
    }
}

/// What may stand in a profile of every vendor.
#[cfg(test)]
pub(crate) fn own_keys() -> impl Iterator<Item = &'static str> {
    keys::own()
}

#[cfg(test)]
mod tests;
