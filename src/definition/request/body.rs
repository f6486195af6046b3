//! The body of a request: JSON or a form, without what has no value.

use serde_json::Value as Json;

use super::{Inputs, render};
use crate::definition::schema::Exchange;
use crate::definition::template::{self, Form, Part};
use crate::error::{Error, Result};
use crate::http::Body;
use crate::secret::Secret;
use crate::text::encode;

pub(super) fn body(exchange: &Exchange, inputs: &Inputs) -> Result<Option<Body>> {
    if let Some(template) = &exchange.json {
        let json = fill(template, inputs)?.unwrap_or_else(|| Json::Object(serde_json::Map::new()));
        return Ok(Some(Body {
            content_type: "application/json",
            bytes: Secret::new(json.to_string()),
        }));
    }
    let Some(form) = &exchange.form else {
        return Ok(None);
    };
    let mut pairs = Vec::new();
    for (name, template) in form {
        let name = encode::form(name);
        match fill(template, inputs)? {
            None => {}
            Some(Json::Array(items)) => {
                pairs.extend(items.iter().map(|item| format!("{name}={}", encode::form(&bare(item)))));
            }
            Some(value) => pairs.push(format!("{name}={}", encode::form(&bare(&value)))),
        }
    }
    Ok(Some(Body {
        content_type: "application/x-www-form-urlencoded",
        bytes: Secret::new(pairs.join("&")),
    }))
}

fn bare(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A JSON value with its placeholders filled; nothing where a field in it is absent or it is left with nothing.
fn fill(template: &Json, inputs: &Inputs) -> Result<Option<Json>> {
    Ok(match template {
        Json::String(text) => match template::parse(text).map_err(Error::usage)?.as_slice() {
            [Part::Field(name, Form::AsIs)] => inputs.json(name),
            _ => render(text, inputs)?.map(Json::String),
        },
        Json::Array(items) => {
            let filled = filled(items.iter().map(|item| fill(item, inputs)))?;
            (items.is_empty() || !filled.is_empty()).then_some(Json::Array(filled))
        }
        Json::Object(members) => {
            let filled = filled(
                members
                    .iter()
                    .map(|(name, member)| Ok(fill(member, inputs)?.map(|member| (name.clone(), member)))),
            )?;
            (members.is_empty() || !filled.is_empty()).then(|| Json::Object(filled.into_iter().collect()))
        }
        constant => Some(constant.clone()),
    })
}

fn filled<T>(parts: impl Iterator<Item = Result<Option<T>>>) -> Result<Vec<T>> {
    parts.filter_map(Result::transpose).collect()
}
