//! The rules of the schema that its shape does not enforce.
//!
//! A definition that passes can be rendered with any values that pass their fields' checks. Each mistake is one sentence
//! that names the table and the key.

use super::definition::{Definition, Exchange, Field, Method, Of};
use super::request;
use super::template::{self, Form, Part};
use super::value::Kind;
use crate::duration;
use crate::origin::BaseUrl;

/// Vendor names that would collide with a variable of tok's own; commands and built-in vendors are refused as well.
pub(crate) const RESERVED_VENDORS: [&str; 6] = ["no", "cache", "config", "keyring", "profile", "timeout"];

/// Field names that would collide with an option or a profile's key.
const RESERVED_FIELDS: [&str; 17] = [
    "profile",
    "fresh",
    "min-ttl",
    "no-cache",
    "no-input",
    "timeout",
    "variable",
    "format",
    "verbose",
    "quiet",
    "help",
    "version",
    "url",
    "way",
    "token",
    "refresh-token",
    "no-verify",
];

/// `[a-z][a-z0-9]*`
pub(crate) fn is_vendor_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// `[a-z][a-z0-9-]*`
fn is_field_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Every mistake, in the order of the file.
pub(crate) fn mistakes(definition: &Definition) -> Vec<String> {
    let mut mistakes = Vec::new();
    if definition.about.trim().is_empty() || definition.about.contains('\n') {
        mistakes.push("'about' takes one line".to_owned());
    }
    url(definition, &mut mistakes);
    ways(definition, &mut mistakes);
    for (place, field) in definition.fields.iter().enumerate() {
        check_field(definition, place, field, &mut mistakes);
    }
    for (table, of) in [("login", Of::Login), ("refresh", Of::Refresh), ("revoke", Of::Revoke)] {
        if let Some(part) = definition.exchange(of) {
            exchange(definition, table, of, part, &mut mistakes);
        }
    }
    if definition.refresh.is_some() && definition.answer.refresh_token.is_none() {
        mistakes.push("[refresh] needs 'refresh_token' in [answer]".to_owned());
    }
    answer(definition, &mut mistakes);
    usage(definition, &mut mistakes);
    mistakes
}

fn url(definition: &Definition, mistakes: &mut Vec<String>) {
    let Some(url) = &definition.url else { return };
    let parts = match template::parse(url) {
        Ok(parts) => parts,
        Err(reason) => return mistakes.push(format!("'url': {reason}")),
    };
    let mut filled = String::new();
    for part in parts {
        match part {
            Part::Text(text) => filled.push_str(&text),
            Part::Field(name, form) => {
                filled.push('x');
                match definition.field(name) {
                    None => mistakes.push(format!("'url' names no field: '{{{name}}}'")),
                    Some(field) if field.secret => {
                        mistakes.push(format!("'url' holds the secret '{name}', and servers log URLs"));
                    }
                    Some(_) if form != Form::AsIs => mistakes.push("'url' takes fields as they are".to_owned()),
                    Some(_) => {}
                }
            }
        }
    }
    if let Err(reason) = BaseUrl::parse(&filled) {
        mistakes.push(format!("'url': {reason}"));
    }
    let after_host = url.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    if after_host.is_some_and(|(_, path)| !template::names(path).is_empty()) {
        mistakes.push("'url' takes fields in the host alone; 'path' takes them too".to_owned());
    }
}

fn ways(definition: &Definition, mistakes: &mut Vec<String>) {
    for name in definition.ways.iter().flatten() {
        match definition.field(name) {
            None => mistakes.push(format!("'ways' names no field: '{name}'")),
            Some(field) if field.optional || field.default.is_some() => {
                mistakes.push(format!("'ways' names '{name}', which is optional or has a default"));
            }
            Some(_) => {}
        }
    }
}

fn check_field(definition: &Definition, place: usize, field: &Field, mistakes: &mut Vec<String>) {
    let name = &field.name;
    if !is_field_name(name) {
        mistakes.push(format!("field '{name}': a name is [a-z][a-z0-9-]*"));
    }
    let taken = ["-stdin", "-file", "-command"].iter().any(|end| name.ends_with(end));
    if taken || RESERVED_FIELDS.contains(&name.as_str()) {
        mistakes.push(format!("field '{name}': the name is reserved"));
    }
    if definition.fields.iter().take(place).any(|other| other.name == *name) {
        mistakes.push(format!("field '{name}': it is there twice"));
    }
    if field.secret && (field.kind != Kind::Text || field.default.is_some()) {
        mistakes.push(format!("field '{name}': a secret takes no 'kind' and no 'default'"));
    }
    if let Some(default) = &field.default
        && let Err(reason) = field.kind.read(&field.kind.split(default))
    {
        mistakes.push(format!("field '{name}': its default: {reason}"));
    }
}

fn exchange(definition: &Definition, table: &str, of: Of, exchange: &Exchange, mistakes: &mut Vec<String>) {
    let mut say = |text: String| mistakes.push(format!("[{table}] {text}"));
    if exchange.json.is_some() && exchange.form.is_some() {
        say("takes 'json' or 'form', not both".to_owned());
    }
    if exchange.method == Method::Get && (exchange.json.is_some() || exchange.form.is_some()) {
        say("takes no 'json' and no 'form', since a GET has no body".to_owned());
    }
    if !exchange.path.is_empty() && !exchange.path.starts_with('/') {
        say("'path' starts with '/'".to_owned());
    } else if exchange.path.contains(['?', '#']) {
        say("'path' takes no '?' and no '#'; a query has a key of its own".to_owned());
    } else if let Err(reason) = BaseUrl::parse(&format!("https://x{}", with_an_x_for_each_field(&exchange.path))) {
        say(format!("'path' {reason}"));
    }
    if let Some(name) = exchange.headers.keys().find(|name| !is_header_name(name)) {
        say(format!(
            "'headers' has the name '{}', which HTTP cannot carry",
            name.escape_debug()
        ));
    }
    if exchange.note.is_some() && of != Of::Revoke {
        say("takes no 'note'; that is for [revoke]".to_owned());
    }
    if exchange
        .basic
        .as_deref()
        .is_some_and(|basic| request::pair(basic).is_none())
    {
        say("'basic' is 'user:password'".to_owned());
    }
    for (key, template, logged) in templates(exchange) {
        let parts = match template::parse(template) {
            Ok(parts) => parts,
            Err(reason) => {
                say(format!("'{key}': {reason}"));
                continue;
            }
        };
        for part in parts {
            let Part::Field(name, form) = part else { continue };
            let field = definition.field(name);
            let own = matches!(name, "token" | "refresh-token") && of != Of::Login;
            let secret = own || field.is_some_and(|field| field.secret);
            if field.is_none() && !own {
                say(format!("'{key}' names no field: '{{{name}}}'"));
            } else if secret && logged {
                say(format!("'{key}' holds the secret '{name}', and servers log URLs"));
            } else if form == Form::Utc && field.is_none_or(|field| field.kind != Kind::Duration) {
                say(format!("'{key}': '{{{name}:utc}}' needs a field of kind duration"));
            }
        }
    }
}

/// What is left to check where a value can do no harm. Nothing where the template is broken.
fn with_an_x_for_each_field(template: &str) -> String {
    let parts = template::parse(template).unwrap_or_default().into_iter();
    parts
        .map(|part| match part {
            Part::Text(text) => text,
            Part::Field(..) => "x".to_owned(),
        })
        .collect()
}

/// RFC 9110 section 5.6.2.
fn is_header_name(name: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_of_token)
}

/// Key, template, and whether servers and proxies log it.
fn templates(exchange: &Exchange) -> Vec<(&'static str, &str, bool)> {
    let mut bodies = Vec::new();
    let mut found = vec![("path", exchange.path.as_str(), true)];
    found.extend(
        exchange
            .query
            .values()
            .map(|template| ("query", template.as_str(), true)),
    );
    found.extend(
        exchange
            .headers
            .values()
            .map(|template| ("headers", template.as_str(), false)),
    );
    found.extend(
        exchange
            .basic
            .iter()
            .map(|template| ("basic", template.as_str(), false)),
    );
    if let Some(json) = &exchange.json {
        request::strings(json, &mut bodies);
    }
    if let Some(form) = &exchange.form {
        form.values().for_each(|value| request::strings(value, &mut bodies));
    }
    found.extend(bodies.into_iter().map(|template| ("body", template, false)));
    found
}

fn answer(definition: &Definition, mistakes: &mut Vec<String>) {
    let rules = &definition.answer;
    let mut pointers: Vec<&str> = rules.success.keys().map(String::as_str).collect();
    pointers.extend(rules.token.iter());
    pointers.extend(rules.refresh_token.iter().flat_map(super::definition::Pointers::iter));
    pointers.extend(
        [&rules.expires_at, &rules.expires_in, &rules.expires_in_ms]
            .into_iter()
            .flatten()
            .map(String::as_str),
    );
    pointers.extend(rules.extras.values().chain(&rules.error).map(String::as_str));
    for pointer in pointers {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            mistakes.push(format!(
                "[answer] '{pointer}' is not a JSON pointer; write '/{pointer}'"
            ));
        }
    }
    if let Some(lifetime) = &rules.lifetime {
        match template::names(lifetime).as_slice() {
            [] => mistakes.extend(
                duration::parse(lifetime)
                    .err()
                    .map(|reason| format!("[answer] 'lifetime': {reason}")),
            ),
            [name] if definition.field(name).is_some_and(|field| field.kind == Kind::Duration) => {}
            _ => mistakes.push("[answer] 'lifetime' takes a duration or one field of that kind".to_owned()),
        }
    }
}

fn usage(definition: &Definition, mistakes: &mut Vec<String>) {
    let usage = &definition.usage;
    if usage.header.is_some() && usage.query.is_some() {
        mistakes.push("[use] takes 'header' or 'query', not both".to_owned());
    }
    for (key, template, separator) in [("header", &usage.header, ":"), ("query", &usage.query, "=")] {
        let Some(template) = template else { continue };
        if template::names(template) != ["token"] || !template.contains(separator) {
            mistakes.push(format!("[use] '{key}' is 'NAME{separator}' and once '{{token}}'"));
        }
    }
}

#[cfg(test)]
mod tests;
