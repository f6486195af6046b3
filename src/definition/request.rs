//! Definition and values → the request, exactly as the vendor documents it.
//!
//! A member, header or parameter whose field has no value drops out, and so does an object that is left with nothing. A
//! value never adds a host, a path segment, a parameter or a header. Sending is left to [`crate::http`].

mod address;
mod body;
mod inputs;

pub(crate) use address::{Site, url};
pub(crate) use inputs::{Inputs, Taken};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::schema::Exchange;
use super::template::{self, Part};
use crate::error::{Error, Result};
use crate::http::Request;
use crate::secret::Secret;
use crate::text::encode;

/// The names of everything that a request lays in, with repetitions.
pub(crate) fn names(exchange: &Exchange) -> Vec<&str> {
    let mut templates: Vec<&str> = vec![&exchange.path];
    templates.extend(exchange.url.as_deref());
    templates.extend(exchange.query.values().map(String::as_str));
    templates.extend(exchange.headers.values().map(String::as_str));
    templates.extend(exchange.basic.as_deref());
    if let Some(json) = &exchange.json {
        strings(json, &mut templates);
    }
    if let Some(form) = &exchange.form {
        form.values().for_each(|value| strings(value, &mut templates));
    }
    templates.into_iter().flat_map(template::names).collect()
}

/// Every string inside a JSON value.
pub(crate) fn strings<'a>(json: &'a Json, found: &mut Vec<&'a str>) {
    match json {
        Json::String(text) => found.push(text),
        Json::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Json::Object(members) => members.values().for_each(|member| strings(member, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Errors name the field (exit 2) or what the vendor did not give (exit 6), never a secret's value.
pub(crate) fn build(exchange: &Exchange, site: &Site, inputs: &Inputs) -> Result<Request> {
    let address = address::of(exchange, site, inputs)?;
    let mut url = address.url();
    let mut separator = if address.has_query() { '&' } else { '?' };
    for (name, template) in &exchange.query {
        if let Some(value) = render(template, inputs)? {
            url.push(separator);
            url.push_str(&encode::percent(name));
            url.push('=');
            url.push_str(&encode::percent(&value));
            separator = '&';
        }
    }
    let body = body::body(exchange, inputs)?;
    // Behind the body, over which a header may be computed.
    let mut headers = Vec::new();
    for (name, template) in &exchange.headers {
        if let Some(value) = render(template, inputs)? {
            headers.push((name.clone(), Secret::new(value)));
        }
    }
    if let Some(template) = &exchange.basic
        && let Some(pair) = basic(template, inputs)?
    {
        headers.push((
            "Authorization".to_owned(),
            Secret::new(format!("Basic {}", STANDARD.encode(pair))),
        ));
    }
    Ok(Request {
        method: exchange.method,
        url,
        origin: address.origin(),
        loopback: address.is_loopback(),
        headers,
        body,
    })
}

/// Nothing where a field in it is absent.
fn render(template: &str, inputs: &Inputs) -> Result<Option<String>> {
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

/// RFC 7617: the user's name ends at the first colon, so it can hold none.
fn basic(template: &str, inputs: &Inputs) -> Result<Option<String>> {
    let (user, password) = pair(template).unwrap_or((template, ""));
    let (Some(user), Some(password)) = (render(user, inputs)?, render(password, inputs)?) else {
        return Ok(None);
    };
    if user.contains(':') {
        let name = template::names(template)
            .first()
            .copied()
            .unwrap_or_default()
            .to_owned();
        return Err(Error::usage(format!(
            "{name}: it holds a colon, which HTTP Basic cannot carry"
        )));
    }
    Ok(Some(format!("{user}:{password}")))
}

/// Splits `user:password` at the first colon that is not inside a placeholder.
pub(crate) fn pair(template: &str) -> Option<(&str, &str)> {
    let mut inside = false;
    let colon = template.find(|c| {
        inside = c == '{' || (inside && c != '}');
        c == ':' && !inside
    })?;
    Some((template.get(..colon)?, template.get(colon + 1..)?))
}

#[cfg(test)]
mod tests;
