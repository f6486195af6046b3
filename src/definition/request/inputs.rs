//! What stands in the places of the placeholders, and templates filled with it.
//!
//! What has no value drops out: a text with it, a member, an item, and an object or a list that is left with nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::definition::template::{self, Form, Part};
use crate::definition::value::Value;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::text::encode;

/// What a cached token lays into a refresh or a revocation: itself, its refresh token, and whichever of the two lasts longer.
pub(crate) const TOKENS: [&str; 3] = ["token", "refresh-token", LASTING_TOKEN];

/// In a revocation: the refresh token, or the token where there is none.
pub(crate) const LASTING_TOKEN: &str = "lasting-token";

/// No `Debug`: what was made is as secret as a password.
pub(crate) struct Inputs<'a> {
    pub(crate) plain: &'a BTreeMap<String, Value>,
    /// Secret fields, and in refresh and revoke those of [`TOKENS`] that there are.
    pub(crate) secrets: BTreeMap<String, Secret>,
    /// What the steps before took from their answers; nothing where there was nothing to take.
    pub(crate) taken: BTreeMap<String, Option<Taken>>,
    /// What a person's approval gives.
    pub(crate) approved: BTreeMap<&'static str, Secret>,
    /// Local clock, UTC.
    pub(crate) now: Timestamp,
    /// What tok made for one request, by its names in `[let]`, and `body`.
    pub(super) made: BTreeMap<String, Json>,
    /// The same of the requests before, and what was fetched for them, as far as it is secret.
    pub(super) made_before: Vec<Secret>,
    /// The names of what was made out of something that the vendor gave.
    pub(super) made_of_given: BTreeSet<String>,
}

/// A value from an answer: as secret as what it was got with.
#[derive(Clone)]
pub(crate) struct Taken {
    pub(crate) value: Json,
    /// From a document that proves whose it is, so that an address in it may be used.
    pub(crate) discovered: bool,
}

impl fmt::Debug for Taken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Taken(***)")
    }
}

impl Taken {
    pub(crate) fn text(&self) -> String {
        bare(&self.value)
    }
}

/// What a name stands for.
enum Input<'a> {
    Plain(&'a Value),
    Secret(&'a Secret),
    Taken(&'a Taken),
    Made(&'a Json),
}

impl<'a> Inputs<'a> {
    pub(crate) fn new(plain: &'a BTreeMap<String, Value>, secrets: BTreeMap<String, Secret>, now: Timestamp) -> Self {
        Self {
            plain,
            secrets,
            taken: BTreeMap::new(),
            approved: BTreeMap::new(),
            now,
            made: BTreeMap::new(),
            made_before: Vec::new(),
            made_of_given: BTreeSet::new(),
        }
    }

    /// With values that need not be made.
    pub(crate) fn with(mut self, made: BTreeMap<String, Json>) -> Self {
        self.made.extend(made);
        self
    }

    /// For the requests from now on. The one in its place stays hidden.
    pub(crate) fn put_secret(&mut self, name: &str, secret: Secret) {
        let before = self.secrets.insert(name.to_owned(), secret);
        self.made_before.extend(before);
    }

    /// Whether the vendor gave it: in a step, as the token, or as what something is made of.
    pub(super) fn is_given(&self, name: &str) -> bool {
        TOKENS.contains(&name) || self.taken.contains_key(name) || self.made_of_given.contains(name)
    }

    /// The one place where a name is looked up. Nothing where it is absent.
    fn find(&self, name: &str) -> Option<Input<'_>> {
        let plain = || self.plain.get(name).map(Input::Plain);
        let secret = || self.secrets.get(name).map(Input::Secret);
        let taken = || self.taken.get(name)?.as_ref().map(Input::Taken);
        let approved = || self.approved.get(name).map(Input::Secret);
        let made = || self.made.get(name).map(Input::Made);
        plain().or_else(secret).or_else(taken).or_else(approved).or_else(made)
    }

    pub(super) fn text(&self, name: &str, form: Form) -> Result<Option<String>> {
        let text = match self.find(name) {
            Some(Input::Plain(Value::Duration(span))) if form == Form::Utc => utc(self.now, *span)?,
            Some(Input::Plain(value)) => value.to_string(),
            Some(Input::Secret(secret)) => secret.expose().to_owned(),
            Some(Input::Taken(taken)) => taken.text(),
            Some(Input::Made(value)) => bare(value),
            None => return Ok(None),
        };
        match form {
            Form::Encoded => Ok(Some(encode::form(&text))),
            Form::AsIs | Form::Utc => Ok(Some(text)),
            Form::Of(transform) => transform.apply(&text).map_err(|error| error.of(name)),
        }
    }

    /// With its type.
    pub(super) fn json(&self, name: &str) -> Option<Json> {
        Some(match self.find(name)? {
            Input::Plain(value) => value.to_json(),
            Input::Secret(secret) => Json::from(secret.expose()),
            Input::Taken(taken) => taken.value.clone(),
            Input::Made(value) => value.clone(),
        })
    }

    /// That something cannot be done without it, which is the vendor's fault where the vendor should have given it.
    pub(super) fn lacks(&self, name: &str, what: &str) -> Error {
        if self.taken.contains_key(name) {
            Error::vendor(format!("{name}: no answer of the vendor gives it, and {what} needs it"))
        } else {
            Error::usage(format!("{name}: {what} needs it"))
        }
    }
}

pub(super) fn has_given(template: &str, inputs: &Inputs) -> bool {
    template::names(template).into_iter().any(|name| inputs.is_given(name))
}

/// That a template cannot be sent as it is filled, which is the vendor's fault where a value that it gave stands in it.
pub(super) fn unfit(template: &str, inputs: &Inputs, text: &str) -> Error {
    if has_given(template, inputs) {
        Error::vendor(text)
    } else {
        Error::usage(text)
    }
}

/// Nothing where a field in it is absent.
pub(super) fn render(template: &str, inputs: &Inputs) -> Result<Option<String>> {
    let mut rendered = String::new();
    for part in template::parse(template).map_err(Error::usage)? {
        match part {
            Part::Text(text) => rendered.push_str(&text),
            Part::Field(name, form) => match inputs.text(name, form)? {
                Some(value) => rendered.push_str(&value),
                None => return Ok(None),
            },
        }
    }
    Ok(Some(rendered))
}

/// A JSON value with its placeholders filled; a string that is one placeholder takes the type of its value.
pub(super) fn fill(template: &Json, inputs: &Inputs) -> Result<Option<Json>> {
    Ok(match template {
        Json::String(text) => match template::parse(text).map_err(Error::usage)?.as_slice() {
            [Part::Field(name, Form::AsIs)] => inputs.json(name),
            _ => render(text, inputs)?.map(Json::String),
        },
        Json::Array(items) => {
            let filled = filled(items.iter().map(|item| fill(item, inputs)))?;
            (items.is_empty() || !filled.is_empty()).then_some(Json::Array(filled))
        }
        Json::Object(template) => {
            let members = members(template, inputs)?;
            (template.is_empty() || !members.is_empty()).then_some(Json::Object(members))
        }
        constant => Some(constant.clone()),
    })
}

pub(super) fn members(template: &Map<String, Json>, inputs: &Inputs) -> Result<Map<String, Json>> {
    let members = template.iter();
    let members = members.map(|(name, member)| Ok(fill(member, inputs)?.map(|member| (name.clone(), member))));
    Ok(filled(members)?.into_iter().collect())
}

fn filled<T>(parts: impl Iterator<Item = Result<Option<T>>>) -> Result<Vec<T>> {
    parts.filter_map(Result::transpose).collect()
}

/// A string as it is, anything else as JSON.
pub(super) fn bare(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn utc(now: Timestamp, span: std::time::Duration) -> Result<String> {
    now.checked_add(span)
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .map_err(|_| Error::usage("the duration reaches beyond the year 9999"))
}
