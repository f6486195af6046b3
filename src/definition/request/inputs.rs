//! What stands in the places of the placeholders, and templates filled with it.
//!
//! What has no value drops out: a text with it, a member, an item, and an object or a list that is left with nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::definition::template::{self, Form, Part};
use crate::definition::value::Value;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::text::encode;

/// Of one request, since most values that tok makes are good for one. No `Debug`: they are as secret as a password.
pub(crate) struct Inputs<'a> {
    pub(crate) plain: &'a BTreeMap<String, Value>,
    /// Secret fields, and in refresh and revoke `token` and `refresh-token`.
    pub(crate) secrets: BTreeMap<String, Secret>,
    /// Local clock, UTC.
    pub(crate) now: Timestamp,
    /// What was made for this request, by its names in `[let]`, and `body`.
    pub(super) made: BTreeMap<String, Json>,
}

impl<'a> Inputs<'a> {
    pub(crate) fn new(plain: &'a BTreeMap<String, Value>, secrets: BTreeMap<String, Secret>, now: Timestamp) -> Self {
        Self {
            plain,
            secrets,
            now,
            made: BTreeMap::new(),
        }
    }

    /// With values that need not be made.
    pub(crate) fn with(mut self, made: BTreeMap<String, Json>) -> Self {
        self.made.extend(made);
        self
    }

    /// With its JSON type.
    fn value(&self, name: &str) -> Option<Json> {
        let plain = self.plain.get(name).map(Value::to_json);
        plain
            .or_else(|| self.secrets.get(name).map(|secret| secret.expose().into()))
            .or_else(|| self.made.get(name).cloned())
    }

    pub(super) fn text(&self, name: &str, form: Form) -> Result<Option<String>> {
        let text = match (self.plain.get(name), form) {
            (Some(Value::Duration(span)), Form::Utc) => utc(self.now, *span)?,
            (Some(value), _) => value.to_string(),
            (None, _) => match self.value(name) {
                Some(value) => bare(&value),
                None => return Ok(None),
            },
        };
        match form {
            Form::Encoded => Ok(Some(encode::form(&text))),
            Form::AsIs | Form::Utc => Ok(Some(text)),
            Form::Of(transform) => transform.apply(&text).map_err(|error| error.of(name)),
        }
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
            [Part::Field(name, Form::AsIs)] => inputs.value(name),
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
