//! Definition and values → the request, exactly as the vendor documents it.
//!
//! A member, header or parameter whose field has no value drops out, and so does an object that is left with nothing. A
//! value never adds a host, a path segment, a parameter or a header. Sending is left to [`crate::http`].

mod address;
mod body;
mod inputs;
mod make;

pub(crate) use address::{Site, url};
pub(crate) use inputs::{Inputs, LASTING_TOKEN, TOKENS, Taken};
use inputs::{has_given, render, unfit};

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::approval::is_secret;
use super::exchange::Exchange;
use super::lets::{Let, Lets};
use super::template::{self, Form, Part, strings};
use super::value::Value;
use crate::error::{Error, Result};
use crate::http::{Request, check_header};
use crate::made::totp::Totp;
use crate::made::transform::Transform;
use crate::origin::address::Address;
use crate::secret::Secret;
use crate::text::encode;
use crate::time::clock;

/// The names of all that a request needs: fields, values that tok makes and what those need, what steps take, and
/// [`TOKENS`].
pub(crate) fn names<'a>(lets: &'a Lets, exchange: &'a Exchange) -> Vec<&'a str> {
    lets.closure(laid_in(exchange))
}

/// The names that stand in its own templates, with repetitions.
fn laid_in(exchange: &Exchange) -> impl Iterator<Item = &str> {
    templates(exchange).into_iter().flat_map(template::names)
}

/// The members of documents that a request lays in itself, each with the name of its document.
pub(crate) fn members(exchange: &Exchange) -> Vec<(&str, &str)> {
    let parts = templates(exchange)
        .into_iter()
        .flat_map(|text| template::parse(text).unwrap_or_default());
    parts
        .filter_map(|part| match part {
            Part::Field(name, Form::Of(Transform::Member(pointer))) => Some((name, pointer)),
            _ => None,
        })
        .collect()
}

fn templates(exchange: &Exchange) -> Vec<&str> {
    let mut found: Vec<&str> = vec![&exchange.path];
    found.extend(exchange.url.as_deref());
    found.extend(exchange.query.values().map(String::as_str));
    found.extend(exchange.headers.values().map(String::as_str));
    found.extend(exchange.basic.as_deref());
    found.extend(body_templates(exchange));
    found
}

fn body_templates(exchange: &Exchange) -> Vec<&str> {
    let mut found = Vec::new();
    if let Some(json) = &exchange.json {
        strings(json, &mut found);
    }
    if let Some(form) = &exchange.form {
        form.values().for_each(|value| strings(value, &mut found));
    }
    found
}

/// Before another request, for which everything is made anew.
pub(crate) fn renew(lets: &Lets, inputs: &mut Inputs, now: Timestamp) {
    let made: Vec<Secret> = make::secrets(lets, inputs).collect();
    inputs.made_before.extend(made);
    inputs.made.clear();
    inputs.now = now;
}

/// Errors name the field (exit 2) or what the vendor did not give (exit 6), never a secret's value. The inputs get what was
/// made for this request.
pub(crate) fn build(lets: &Lets, exchange: &Exchange, site: &Site, inputs: &mut Inputs) -> Result<Request> {
    inputs.made.insert("url".to_owned(), site.base.as_str().into());
    let in_body = body_templates(exchange).into_iter().flat_map(template::names);
    make::add(lets, in_body, inputs)?;
    let body = body::body(exchange, inputs)?;
    // What is made for the rest may be made over the body.
    let text = body.as_ref().map_or("", |body| body.bytes.expose());
    inputs.made.insert("body".to_owned(), text.into());
    make::add(lets, laid_in(exchange), inputs)?;
    let address = address::of(exchange, site, inputs)?;
    Ok(Request {
        method: exchange.method,
        url: with_query(&address, exchange, inputs)?,
        origin: address.origin(),
        loopback: address.is_loopback(),
        headers: headers(exchange, inputs)?,
        body,
    })
}

/// One value alone, for nobody's request.
pub(crate) fn value(lets: &Lets, name: &str, mut inputs: Inputs) -> Result<Option<Json>> {
    make::add(lets, [name], &mut inputs)?;
    Ok(inputs.made.remove(name))
}

impl Site<'_> {
    /// A text of plain values and `{url}`, all of which must be there.
    pub(crate) fn render(&self, template: &str, plain: &BTreeMap<String, Value>) -> Result<String> {
        let url = BTreeMap::from([("url".to_owned(), self.base.as_str().into())]);
        let inputs = Inputs::new(plain, BTreeMap::new(), clock::now()).with(url);
        let lacking = || Error::usage(format!("a field is absent that '{template}' needs"));
        render(template, &inputs)?.ok_or_else(lacking)
    }
}

/// What makes the one-time code that a request needs, if it needs one.
pub(crate) fn codes(lets: &Lets, exchange: &Exchange, inputs: &Inputs) -> Result<Option<Totp>> {
    let mut needed = lets.order(laid_in(exchange));
    let found = needed.find_map(|(name, value)| match value {
        Let::Totp(totp) => Some((name, totp)),
        _ => None,
    });
    match found {
        Some((name, totp)) => make::codes(totp, inputs).map_err(|error| error.of(name)),
        None => Ok(None),
    }
}

/// Every text of a built request that nobody may see: secrets as they are, as they were laid in, what was made of them, and
/// what steps took.
pub(crate) fn sent(lets: &Lets, exchange: &Exchange, inputs: &Inputs) -> Vec<Secret> {
    let mut sent: Vec<Secret> = inputs.secrets.values().cloned().collect();
    sent.extend(inputs.taken.values().flatten().map(|taken| Secret::new(taken.text())));
    let approved = inputs.approved.iter().filter(|(name, _)| is_secret(name));
    sent.extend(approved.map(|(_, value)| value.clone()));
    sent.extend(make::secrets(lets, inputs));
    sent.extend(inputs.made_before.iter().cloned());
    let parts = templates(exchange)
        .into_iter()
        .flat_map(|text| template::parse(text).unwrap_or_default());
    for part in parts {
        if let Part::Field(name, form @ Form::Of(_)) = part
            && !inputs.plain.contains_key(name)
            && let Ok(Some(text)) = inputs.text(name, form)
        {
            sent.push(Secret::new(text));
        }
    }
    sent
}

fn with_query(address: &Address, exchange: &Exchange, inputs: &Inputs) -> Result<String> {
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
    Ok(url)
}

fn headers(exchange: &Exchange, inputs: &Inputs) -> Result<Vec<(String, Secret)>> {
    let mut headers = Vec::new();
    for (name, template) in &exchange.headers {
        if let Some(value) = render(template, inputs)? {
            headers.push(header(name, value, template, inputs)?);
        }
    }
    if let Some(template) = &exchange.basic
        && let Some(pair) = basic(template, inputs)?
    {
        let value = format!("Basic {}", STANDARD.encode(pair));
        headers.push(header("Authorization", value, template, inputs)?);
    }
    Ok(headers)
}

fn header(name: &str, value: String, template: &str, inputs: &Inputs) -> Result<(String, Secret)> {
    let value = Secret::new(value);
    if has_given(template, inputs) {
        check_header(name, &value).map_err(|error| unfit(template, inputs, error.text()))?;
    }
    Ok((name.to_owned(), value))
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
        let text = format!("{name}: it holds a colon, which HTTP Basic cannot carry");
        return Err(unfit(template, inputs, &text));
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
