//! Where a request goes.
//!
//! To the base URL, or to an address that the definition writes out; where the user gives the URL, such an address keeps its
//! path and gets the origin that was given. An address from an answer is used on the base URL's origin alone, unless its
//! document proved whose it is.

use std::collections::BTreeMap;

use super::inputs::{Inputs, unfit};
use crate::definition::exchange::Exchange;
use crate::definition::template::{self, Part};
use crate::definition::value::Value;
use crate::error::{Error, Result};
use crate::origin::BaseUrl;
use crate::origin::address::Address;
use crate::text::encode;

/// Where the requests of a login go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) base: &'a BaseUrl,
    /// By the user, not by the definition.
    pub(crate) given: bool,
}

pub(super) fn of(exchange: &Exchange, site: &Site, inputs: &Inputs) -> Result<Address> {
    let Some(template) = &exchange.url else {
        return Ok(Address::below(site.base, &path(&exchange.path, inputs)?));
    };
    match template::parse(template).map_err(Error::usage)?.as_slice() {
        [Part::Field(name, _)] => taken(name, site, inputs),
        _ => written(template, site, inputs),
    }
}

/// Errors are the vendor's (exit 6), and nothing is sent.
fn taken(name: &str, site: &Site, inputs: &Inputs) -> Result<Address> {
    let found = inputs.taken.get(name).and_then(Option::as_ref);
    let found = found.ok_or_else(|| inputs.lacks(name, "the address of a request"))?;
    let address = Address::parse(&found.text())
        .map_err(|reason| Error::vendor(format!("{name}: the address that the vendor gives {reason}")))?;
    if found.discovered || address.origin() == site.base.origin() {
        return Ok(address);
    }
    Err(Error::vendor(format!(
        "{name}: the address that the vendor gives leads to {}, and secrets go to {} only",
        address.origin(),
        site.base.origin()
    )))
}

fn written(template: &str, site: &Site, inputs: &Inputs) -> Result<Address> {
    let after_scheme = template.find("://").map_or(0, |at| at + 3);
    let slash = template.get(after_scheme..).and_then(|rest| rest.find('/'));
    let (host, rest) = slash
        .and_then(|slash| template.split_at_checked(after_scheme + slash))
        .unwrap_or((template, ""));
    let text = [url(host, inputs.plain)?, path(rest, inputs)?].concat();
    let address = Address::parse(&text).map_err(|reason| Error::usage(format!("the definition's url {reason}")))?;
    Ok(if site.given {
        address.moved_to(site.base)
    } else {
        address
    })
}

fn path(template: &str, inputs: &Inputs) -> Result<String> {
    let mut path = String::new();
    for part in template::parse(template).map_err(Error::usage)? {
        match part {
            Part::Text(text) => path.push_str(&text),
            Part::Field(name, form) => match inputs.text(name, form)? {
                Some(value) => path.push_str(&encode::percent(&value)),
                None => return Err(inputs.lacks(name, "the path")),
            },
        }
    }
    if let Some(dots) = path.split('/').find(|segment| matches!(*segment, "." | "..")) {
        let text = format!("'{dots}' cannot stand in the path '{template}'");
        return Err(unfit(template, inputs, &text));
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
