//! Definition and values → the request, exactly as the vendor documents it.
//!
//! A member, header or parameter whose field has no value drops out, and so does an object that is left with nothing. A
//! value never adds a host, a path segment, a parameter or a header. Sending is left to [`crate::http`].

mod body;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::schema::{Exchange, Method};
use super::template::{self, Form, Part};
use super::value::Value;
use crate::error::{Error, Result};
use crate::http::{self, Request};
use crate::origin::BaseUrl;
use crate::secret::Secret;
use crate::text::encode;

/// What stands in the places of the placeholders.
#[derive(Debug)]
pub(crate) struct Inputs<'a> {
    pub(crate) plain: &'a BTreeMap<String, Value>,
    /// Secret fields, and in refresh and revoke `token` and `refresh-token`.
    pub(crate) secrets: BTreeMap<String, Secret>,
    /// Local clock, UTC.
    pub(crate) now: Timestamp,
}

impl Inputs<'_> {
    fn text(&self, name: &str, form: Form) -> Result<Option<String>> {
        let plain = self.plain.get(name);
        let text = match (plain, self.secrets.get(name)) {
            (Some(Value::Duration(span)), _) if form == Form::Utc => utc(self.now, *span)?,
            (Some(value), _) => value.to_string(),
            (None, Some(secret)) => secret.expose().to_owned(),
            (None, None) => return Ok(None),
        };
        Ok(Some(match form {
            Form::Encoded => encode::form(&text),
            Form::AsIs | Form::Utc => text,
        }))
    }
}

/// The names of all fields, `token` and `refresh-token` that a request lays in, with repetitions.
pub(crate) fn names(exchange: &Exchange) -> Vec<&str> {
    let mut templates: Vec<&str> = vec![&exchange.path];
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

/// Errors (exit 2) name the field, never a secret's value.
pub(crate) fn build(exchange: &Exchange, base: &BaseUrl, inputs: &Inputs) -> Result<Request> {
    let mut url = base.join(&path(&exchange.path, inputs)?);
    let mut separator = '?';
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
        method: match exchange.method {
            Method::Get => http::Method::Get,
            Method::Post => http::Method::Post,
        },
        url,
        loopback: base.is_loopback(),
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

fn path(template: &str, inputs: &Inputs) -> Result<String> {
    let mut path = String::new();
    for part in template::parse(template).map_err(Error::usage)? {
        match part {
            Part::Text(text) => path.push_str(&text),
            Part::Field(name, form) => match inputs.text(name, form)? {
                Some(value) => path.push_str(&encode::percent(&value)),
                None => return Err(Error::usage(format!("{name}: the path needs it"))),
            },
        }
    }
    if let Some(dots) = path.split('/').find(|segment| matches!(*segment, "." | "..")) {
        return Err(Error::usage(format!("'{dots}' cannot stand in the path '{template}'")));
    }
    Ok(path)
}

/// The host of a vendor's URL with its fields: each value is one DNS label (RFC 1123 section 2.1).
pub(crate) fn url(template: &str, plain: &BTreeMap<String, Value>) -> Result<String> {
    let mut url = String::new();
    for part in template::parse(template).map_err(Error::usage)? {
        match part {
            Part::Text(text) => url.push_str(&text),
            Part::Field(name, _) => {
                let value = plain.get(name).map(Value::to_string).unwrap_or_default();
                if !is_label(&value) {
                    return Err(Error::usage(format!(
                        "{name}: '{}' cannot stand in a host name: only letters, digits and '-'",
                        value.escape_debug()
                    )));
                }
                url.push_str(&value);
            }
        }
    }
    Ok(url)
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn utc(now: Timestamp, span: std::time::Duration) -> Result<String> {
    now.checked_add(span)
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .map_err(|_| Error::usage("the duration reaches beyond the year 9999"))
}

#[cfg(test)]
mod tests;
