//! Plain fields, the way to log in and the base URL.
//!
//! A value comes from the first that has it: flag, named profile, variable, default profile, default, prompt. A value that
//! fails its field's check is exit 2, a missing one that nobody can be asked for is exit 3.

use std::collections::BTreeMap;

use super::{Source, Sources};
use crate::definition::schema::Field;
use crate::definition::template;
use crate::definition::value::{Kind, Value};
use crate::definition::{Vendor, request};
use crate::error::{Error, Result};
use crate::origin::BaseUrl;

/// Everything that tells one login from another, but the secrets.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) base: BaseUrl,
    /// Where the base URL was given; `None` where it is the vendor's own.
    pub(crate) url: Option<Source>,
    /// The fields of the way taken; empty where the vendor has one way only.
    pub(crate) way: Vec<String>,
    pub(crate) plain: BTreeMap<String, Value>,
    pub(crate) sources: BTreeMap<String, Source>,
}

impl Chosen {
    /// The required plain fields and those of the way taken, in the definition's order.
    pub(crate) fn login(&self, vendor: &Vendor) -> Vec<(String, String)> {
        vendor
            .plain_fields()
            .filter(|field| !field.optional && field.default.is_none())
            .filter_map(|field| Some((field.name.clone(), self.plain.get(&field.name)?.to_string())))
            .collect()
    }

    /// The plain values that are laid into the login request.
    pub(crate) fn laid_in(&self, vendor: &Vendor) -> BTreeMap<String, serde_json::Value> {
        let names = request::names(&vendor.definition.login);
        self.plain
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.to_json()))
            .collect()
    }

    /// The secret fields that a request lays in.
    pub(crate) fn secrets<'a>(
        &self,
        vendor: &'a Vendor,
        exchange: &'a crate::definition::schema::Exchange,
    ) -> Vec<&'a Field> {
        let names = request::names(exchange);
        vendor
            .secret_fields()
            .filter(|field| names.contains(&field.name.as_str()))
            .filter(|field| !vendor.is_in_another_way(&field.name, &self.way))
            .collect()
    }

    /// Whether the way taken has no plain field of its own, so that only its secret tells one person from another.
    pub(crate) fn is_told_by_secret_alone(&self, vendor: &Vendor) -> bool {
        if self.way.is_empty() {
            return self.login(vendor).is_empty() && !self.secrets(vendor, &vendor.definition.login).is_empty();
        }
        let secret = |name: &String| vendor.definition.field(name).is_some_and(|field| field.secret);
        self.way.iter().all(secret)
    }
}

impl Sources<'_> {
    /// Decides all of it. Asks for what is missing where somebody can be asked and `ask` allows it.
    pub(crate) fn choose(&self, ask: bool) -> Result<Chosen> {
        let vendor = self.vendor;
        let way = self.way()?;
        let url = self.url()?;
        let mut plain = BTreeMap::new();
        let mut sources = BTreeMap::new();
        let mut missing = Vec::new();
        for field in vendor.plain_fields() {
            if vendor.is_in_another_way(&field.name, &way) || (url.is_some() && vendor.is_only_in_url(&field.name)) {
                continue;
            }
            let found = match self.given(field)? {
                Some((given, source)) => Some((self.check(&field.name, field.kind, &given, source)?, source)),
                None if field.optional => None,
                None => {
                    missing.push(field.name.as_str());
                    None
                }
            };
            if let Some((value, source)) = found {
                plain.insert(field.name.clone(), value);
                sources.insert(field.name.clone(), source);
            }
        }
        if url.is_none() && vendor.definition.url.is_none() {
            missing.push("url");
        }
        let mut answers = self.ask_for(&missing, ask)?;
        let asked_url = answers.remove("url");
        for (name, answer) in answers {
            let kind = vendor.definition.field(&name).map_or(Kind::Text, |field| field.kind);
            plain.insert(
                name.clone(),
                self.check(&name, kind, &kind.split(&answer), Source::Prompt)?,
            );
            sources.insert(name, Source::Prompt);
        }
        let (text, url) = match (url, asked_url) {
            (Some((text, source)), _) => (text, Some(source)),
            (None, Some(text)) => (text, Some(Source::Prompt)),
            (None, None) => {
                let own = vendor.definition.url.as_deref().unwrap_or_default();
                (request::url(own, &plain).map_err(|error| error.of(&vendor.name))?, None)
            }
        };
        let base =
            BaseUrl::parse(&text).map_err(|reason| self.wrong("url", url.unwrap_or(Source::Default), &reason))?;
        Ok(Chosen {
            base,
            url,
            way,
            plain,
            sources,
        })
    }

    /// The origin that the profile was written for, if it says one: its own `url`, or the vendor's with its fields.
    pub(crate) fn profile_origin(&self) -> Option<String> {
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

    fn url(&self) -> Result<Option<(String, Source)>> {
        let from_profile = || self.profile.url.clone();
        self.first(self.flags.url.clone(), from_profile, "url")
    }

    /// Whichever of flag, named profile, variable and profile has it.
    fn first<T: From<String>>(
        &self,
        flag: Option<T>,
        profile: impl Fn() -> Option<T>,
        field: &str,
    ) -> Result<Option<(T, Source)>> {
        if let Some(value) = flag {
            return Ok(Some((value, Source::Flag)));
        }
        if self.named
            && let Some(value) = profile()
        {
            return Ok(Some((value, Source::NamedProfile)));
        }
        if let Some(text) = self.variable(field)? {
            return Ok(Some((T::from(text), Source::Variable)));
        }
        Ok(profile().map(|value| (value, self.profile_source())))
    }

    /// The texts of a plain field, unchecked.
    fn given(&self, field: &Field) -> Result<Option<(Vec<String>, Source)>> {
        struct Texts(Vec<String>);
        impl From<String> for Texts {
            fn from(text: String) -> Self {
                Self(vec![text])
            }
        }
        let flag = self.flags.plain.get(&field.name).cloned().map(Texts);
        let from_profile = || self.profile.plain.get(&field.name).cloned().map(Texts);
        let found = self
            .first(flag, from_profile, &field.name)?
            .map(|(Texts(texts), source)| match (source, texts.as_slice()) {
                (Source::Variable, [text]) => (field.kind.split(text), source),
                _ => (texts, source),
            });
        Ok(found.or_else(|| {
            let default = field.default.as_ref()?;
            Some((field.kind.split(default), Source::Default))
        }))
    }

    fn check(&self, name: &str, kind: Kind, given: &[String], source: Source) -> Result<Value> {
        kind.read(given).map_err(|reason| self.wrong(name, source, &reason))
    }

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

    fn ask_for(&self, missing: &[&str], ask: bool) -> Result<BTreeMap<String, String>> {
        if missing.is_empty() {
            return Ok(BTreeMap::new());
        }
        let Some(terminal) = (if ask { self.terminal() } else { None }) else {
            return Err(self.missing(missing));
        };
        let ask = |name: &&str| {
            let answer = terminal.ask(&self.label(name))?;
            self.check_answer(name, &answer)?;
            Ok(((*name).to_owned(), answer))
        };
        self.ask(|| missing.iter().map(ask).collect())
    }

    /// At once, so that nobody types more after a slip.
    fn check_answer(&self, name: &str, answer: &str) -> Result<()> {
        let reason = match self.vendor.definition.field(name) {
            Some(field) => field.kind.read(&field.kind.split(answer)).err(),
            None => BaseUrl::parse(answer).err(),
        };
        reason.map_or(Ok(()), |reason| Err(self.wrong(name, Source::Prompt, &reason)))
    }

    fn missing(&self, names: &[&str]) -> Error {
        let vendor = self.vendor;
        let are = if names.len() == 1 { "is" } else { "are" };
        let ways = names.iter().map(|name| {
            let variable = vendor.variable_of(name);
            let header = self.profile.header(&vendor.name);
            let flag = if self.flags.accepted {
                format!("--{name}, ")
            } else {
                String::new()
            };
            format!(
                "{name}: {flag}{variable}, or {name} in {header} of {}",
                self.config_path.display()
            )
        });
        Error::missing(format!("{}: {} {are} missing", vendor.name, names.join(" and ")))
            .with_hint(ways.collect::<Vec<_>>().join("; "))
    }
}
