//! Plain fields, the way to log in and the base URL: from what was set, else from a person.
//!
//! A value that fails its field's check is exit 2, a missing one that nobody can be asked for is exit 3.

use std::collections::BTreeMap;

use super::{Chosen, Session, Source};
use crate::definition::request;
use crate::definition::value::Kind;
use crate::error::Result;
use crate::origin::BaseUrl;
use crate::terminal::Question;

impl<'a> Session<'a> {
    /// Decides all of it. Asks for what is missing where somebody can be asked and `ask` allows it.
    pub(crate) fn choose(&self, ask: bool) -> Result<Chosen<'a>> {
        let settings = self.settings;
        let vendor = settings.vendor;
        let way = settings.way()?;
        let url = settings.url()?;
        let mut plain = BTreeMap::new();
        let mut sources = BTreeMap::new();
        let mut missing = Vec::new();
        for field in vendor.plain_fields() {
            if vendor.is_in_another_way(&field.name, &way) || (url.is_some() && vendor.is_only_in_url(&field.name)) {
                continue;
            }
            let found = match settings.given(field)? {
                Some((given, source)) => Some((settings.check(&field.name, field.kind, &given, source)?, source)),
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
                settings.check(&name, kind, &kind.split(&answer), Source::Prompt)?,
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
            BaseUrl::parse(&text).map_err(|reason| settings.wrong("url", url.unwrap_or(Source::Default), &reason))?;
        let mut chosen = Chosen {
            vendor,
            profile: settings.profile.name.clone(),
            base,
            url,
            way,
            plain,
            sources,
            identity_tokens: Vec::new(),
        };
        chosen.identity_tokens = settings.identity_tokens(&chosen)?;
        Ok(chosen)
    }

    fn ask_for(&self, missing: &[&str], ask: bool) -> Result<BTreeMap<String, String>> {
        if missing.is_empty() {
            return Ok(BTreeMap::new());
        }
        let Some(terminal) = (if ask { self.terminal() } else { None }) else {
            return Err(self.missing(missing));
        };
        let ask = |name: &&str| {
            let answer = terminal.ask(&self.question(name), |answer| self.check_answer(name, answer))?;
            Ok(((*name).to_owned(), answer))
        };
        // Whoever does not know the address need not tell anything else.
        let (url, fields): (Vec<&str>, Vec<&str>) = missing.iter().partition(|name| **name == "url");
        self.ask(|| url.iter().chain(&fields).map(ask).collect())
    }

    fn question(&self, name: &str) -> Question {
        let vendor = self.settings.vendor;
        Question {
            label: self.settings.label(name),
            about: match vendor.definition.field(name) {
                Some(field) => field.help.clone(),
                None => vendor.url_help(),
            },
        }
    }

    /// At once, so that nobody types more after a slip.
    fn check_answer(&self, name: &str, answer: &str) -> Result<()> {
        let reason = match self.settings.vendor.definition.field(name) {
            Some(field) => field.kind.read(&field.kind.split(answer)).err(),
            None => BaseUrl::parse(answer).err(),
        };
        reason.map_or(Ok(()), |reason| Err(self.settings.wrong(name, Source::Prompt, &reason)))
    }
}
