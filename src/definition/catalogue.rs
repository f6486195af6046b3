//! Which vendors there are: the built-in ones and the files in the user's `vendors` folder.
//!
//! A file is read when its vendor is asked for, so that a broken one breaks only its own vendor.

use std::borrow::Cow;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::built_in::{self, BUILT_IN, BuiltIn};
use super::check;
use super::name::is_command;
use super::schema::{Definition, Field};
use super::{lint, name, request, template};
use crate::error::{Error, Result};
use crate::{secret, text};

#[derive(Debug)]
pub(crate) struct Vendor {
    pub(crate) name: String,
    pub(crate) definition: Definition,
    /// The file itself, as `tok vendors NAME` prints it.
    pub(crate) text: Cow<'static, str>,
    /// Where a user's own file lies.
    pub(crate) path: Option<PathBuf>,
}

#[derive(Debug)]
pub(crate) struct Catalogue {
    /// The folder with the user's own files.
    folder: Option<PathBuf>,
}

impl Catalogue {
    pub(crate) fn new(config_folder: Option<&Path>) -> Self {
        Self {
            folder: config_folder.map(|folder| folder.join("vendors")),
        }
    }

    /// `None` where there is no such vendor; exit 2 where its file is broken.
    pub(crate) fn find(&self, name: &str) -> Result<Option<Vendor>> {
        if let Some(built_in) = built_in::find(name) {
            return built_in.read().map(Some);
        }
        if !check::is_vendor_name(name) {
            return Ok(None);
        }
        let Some(path) = self.path(name) else { return Ok(None) };
        match text::file::read(&path) {
            Ok(text) => read(name, text, path).map(Some),
            Err(unread)
                if matches!(
                    unread.kind(),
                    ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename
                ) =>
            {
                Ok(None)
            }
            Err(unread) => Err(Error::usage(unread.at(&path)).unless_lacking(unread.io())),
        }
    }

    /// Whether a name is known, without reading its file.
    pub(crate) fn knows(&self, name: &str) -> bool {
        Self::built_in(name).is_some() || self.own_file(name).is_some()
    }

    /// The file of a built-in vendor.
    pub(crate) fn built_in(name: &str) -> Option<&'static str> {
        built_in::find(name).map(|built_in| built_in.text)
    }

    /// Where a file of that name lies in the user's folder, whatever is in it.
    pub(crate) fn own_file(&self, name: &str) -> Option<PathBuf> {
        let path = self.path(name).filter(|_| check::is_vendor_name(name))?;
        path.is_file().then_some(path)
    }

    /// Built-in ones first, each group by name. A user's file with an impossible name is left out.
    pub(crate) fn names(&self) -> Vec<String> {
        let built_in = BUILT_IN.iter().map(|built_in| built_in.name.to_owned());
        built_in.chain(self.own_names()).collect()
    }

    /// The names of the user's own vendors, without reading their files.
    pub(crate) fn own_names(&self) -> impl Iterator<Item = String> {
        self.files().into_iter().filter(|name| name::refusal(name).is_none())
    }

    /// Every vendor, and why a file gives none.
    pub(crate) fn all(&self) -> (Vec<Vendor>, Vec<Error>) {
        let mut vendors = Vec::new();
        let mut broken = Vec::new();
        for name in self.names() {
            match self.find(&name) {
                Ok(found) => vendors.extend(found),
                Err(error) => broken.push(error),
            }
        }
        for name in self.files() {
            if let (Some(reason), Some(path)) = (name::refusal(&name), self.path(&name)) {
                broken.push(Error::usage(format!("{}: {reason}", path.display())));
            }
        }
        (vendors, broken)
    }

    /// The names of the user's files, right or wrong, sorted; a hidden file is an editor's.
    fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = self
            .folder
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|file| Some(file.strip_suffix(".toml")?.to_owned()))
            .filter(|name| !name.starts_with('.'))
            .collect();
        files.sort();
        files
    }

    /// The variables that hold secrets of any vendor or of tok's own, which no other program may inherit. What a broken file
    /// would call secret is not known, so all of its vendor's variables count.
    pub(crate) fn secret_variables(&self) -> Vec<String> {
        let mut variables: Vec<String> = secret::VARIABLES.map(str::to_owned).to_vec();
        let commands = self.files().into_iter().filter(|name| is_command(name));
        for name in self.names().into_iter().chain(commands) {
            if let Ok(Some(vendor)) = self.find(&name) {
                variables.extend(vendor.secret_fields().map(|field| vendor.variable_of(&field.name)));
            } else {
                let prefix = format!("TOK_{}_", name.to_ascii_uppercase());
                let set = std::env::vars_os().filter_map(|(variable, _)| variable.into_string().ok());
                variables.extend(set.filter(|variable| variable.starts_with(&prefix)));
            }
        }
        variables
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{name}.toml")))
    }
}

/// Reads a user's file. Errors name it, and the line of the first mistake.
pub(crate) fn read(name: &str, text: String, path: PathBuf) -> Result<Vendor> {
    let shown = path.display();
    if let Some(refusal) = name::refusal(name) {
        return Err(Error::usage(format!("{shown}: {refusal}")));
    }
    let definition = lint::read(&text).map_err(|faults| lint::first(&shown.to_string(), &faults))?;
    Ok(Vendor {
        name: name.to_owned(),
        definition,
        text: text.into(),
        path: Some(path),
    })
}

impl BuiltIn {
    /// Its rules are checked by a test.
    fn read(&self) -> Result<Vendor> {
        let definition =
            serde_json::from_str(self.json).map_err(|error| Error::other(format!("{}: {error}", self.name)))?;
        Ok(Vendor {
            name: self.name.to_owned(),
            definition,
            text: self.text.into(),
            path: None,
        })
    }
}

impl Vendor {
    /// `TOK_VENDOR_FIELD`, with `_` for each `-`; `url` is a field as well.
    pub(crate) fn variable_of(&self, field: &str) -> String {
        format!("TOK_{}_{}", self.name, field.replace('-', "_")).to_ascii_uppercase()
    }

    /// The variable that `tok env` sets where nothing else is asked for.
    pub(crate) fn token_variable(&self) -> String {
        format!("{}_TOKEN", self.name.to_ascii_uppercase())
    }

    pub(crate) fn plain_fields(&self) -> impl Iterator<Item = &Field> {
        self.definition.fields.iter().filter(|field| !field.secret)
    }

    pub(crate) fn secret_fields(&self) -> impl Iterator<Item = &Field> {
        self.definition.fields.iter().filter(|field| field.secret)
    }

    /// Whether a field serves the vendor's own URL and nothing else, so that it is not needed where the URL is given.
    pub(crate) fn is_only_in_url(&self, field: &str) -> bool {
        let definition = &self.definition;
        let in_url = definition
            .url
            .as_deref()
            .is_some_and(|url| template::names(url).contains(&field));
        let audiences = definition
            .fields
            .iter()
            .filter_map(|field| field.identity_token.as_deref());
        in_url
            && !audiences
                .into_iter()
                .any(|audience| template::names(audience).contains(&field))
            && !definition
                .exchanges()
                .any(|(.., exchange)| request::names(&definition.lets, exchange).contains(&field))
    }

    /// Whether a field belongs to a way other than the one taken.
    pub(crate) fn is_in_another_way(&self, field: &str, way: &[String]) -> bool {
        let definition = &self.definition;
        let is_of = |way: &[String]| definition.fields_of_way(way).contains(&field);
        definition.ways().any(|other| other != way && is_of(other)) && !is_of(way)
    }
}

#[cfg(test)]
mod tests;
