//! What stands in the places of the placeholders.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::definition::template::Form;
use crate::definition::value::Value;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::text::encode;

#[derive(Debug)]
pub(crate) struct Inputs<'a> {
    pub(crate) plain: &'a BTreeMap<String, Value>,
    /// Secret fields, and in refresh and revoke `token` and `refresh-token`.
    pub(crate) secrets: BTreeMap<String, Secret>,
    /// What the steps before took from their answers; nothing where there was nothing to take.
    pub(crate) taken: BTreeMap<String, Option<Taken>>,
    /// Local clock, UTC.
    pub(crate) now: Timestamp,
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
        self.value
            .as_str()
            .map_or_else(|| self.value.to_string(), str::to_owned)
    }
}

/// What a name stands for.
enum Input<'a> {
    Plain(&'a Value),
    Secret(&'a Secret),
    Taken(&'a Taken),
}

impl Inputs<'_> {
    /// The one place where a name is looked up. Nothing where it is absent.
    fn find(&self, name: &str) -> Option<Input<'_>> {
        let plain = || self.plain.get(name).map(Input::Plain);
        let secret = || self.secrets.get(name).map(Input::Secret);
        let taken = || self.taken.get(name)?.as_ref().map(Input::Taken);
        plain().or_else(secret).or_else(taken)
    }

    pub(super) fn text(&self, name: &str, form: Form) -> Result<Option<String>> {
        let text = match self.find(name) {
            Some(Input::Plain(Value::Duration(span))) if form == Form::Utc => utc(self.now, *span)?,
            Some(Input::Plain(value)) => value.to_string(),
            Some(Input::Secret(secret)) => secret.expose().to_owned(),
            Some(Input::Taken(taken)) => taken.text(),
            None => return Ok(None),
        };
        Ok(Some(match form {
            Form::Encoded => encode::form(&text),
            Form::AsIs | Form::Utc => text,
        }))
    }

    /// With its type.
    pub(super) fn json(&self, name: &str) -> Option<Json> {
        Some(match self.find(name)? {
            Input::Plain(value) => value.to_json(),
            Input::Secret(secret) => Json::from(secret.expose()),
            Input::Taken(taken) => taken.value.clone(),
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

fn utc(now: Timestamp, span: std::time::Duration) -> Result<String> {
    now.checked_add(span)
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .map_err(|_| Error::usage("the duration reaches beyond the year 9999"))
}
