//! The body of a request: JSON or a form, without what has no value.

use serde_json::Value as Json;

use super::inputs::{Inputs, bare, fill};
use crate::definition::exchange::Exchange;
use crate::error::Result;
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
