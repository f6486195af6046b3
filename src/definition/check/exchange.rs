//! The rules for one request.

use super::{lets, placeholder};
use crate::definition::mistake::{Mistake, Place};
use crate::definition::request;
use crate::definition::schema::{Definition, Exchange, Method, Of};
use crate::definition::template::{self, Part, strings};
use crate::origin::BaseUrl;

pub(super) fn check(
    definition: &Definition,
    table: &'static str,
    of: Of,
    exchange: &Exchange,
    found: &mut Vec<Mistake>,
) {
    let mut say = |key, words: &str| found.push(Place::of(table, key).mistake(format!("[{table}] {words}")));
    if exchange.json.is_some() && exchange.form.is_some() {
        say("form", "takes 'json' or 'form', not both");
    }
    if exchange.method == Method::Get && (exchange.json.is_some() || exchange.form.is_some()) {
        say("method", "takes no 'json' and no 'form', since a GET has no body");
    }
    if !exchange.path.is_empty() && !exchange.path.starts_with('/') {
        say("path", "'path' starts with '/'");
    } else if exchange.path.contains(['?', '#']) {
        say("path", "'path' takes no '?' and no '#'; a query has a key of its own");
    } else if let Err(reason) = BaseUrl::parse(&format!("https://x{}", with_an_x_for_each_field(&exchange.path))) {
        say("path", &format!("'path' {reason}"));
    }
    if let Some(name) = exchange.headers.keys().find(|name| !is_header_name(name)) {
        say(
            "headers",
            &format!(
                "'headers' has the name '{}', which HTTP cannot carry",
                name.escape_debug()
            ),
        );
    }
    if exchange.note.is_some() && of != Of::Revoke {
        say("note", "takes no 'note'; that is for [revoke]");
    }
    if exchange
        .basic
        .as_deref()
        .is_some_and(|basic| request::pair(basic).is_none())
    {
        say("basic", "'basic' is 'user:password'");
    }
    let own: &[&str] = if of == Of::Login {
        &[]
    } else {
        &["token", "refresh-token"]
    };
    for Template { key, text, logged } in templates(exchange) {
        let mut say = |words: String| {
            found.push(
                Place::of(table, key)
                    .at(text)
                    .mistake(format!("[{table}] '{key}'{words}")),
            );
        };
        let parts = match template::parse(text) {
            Ok(parts) => parts,
            Err(reason) => {
                say(format!(": {reason}"));
                continue;
            }
        };
        for part in parts {
            let Part::Field(name, form) = part else { continue };
            let secret = own.contains(&name) || lets::is_secret(definition, name);
            if let Some(words) = placeholder::wrong(definition, own, name, form) {
                say(words);
            } else if secret && logged {
                say(format!(" holds the secret '{name}', and servers log URLs"));
            }
        }
        for needed in definition.lets.closure(template::names(text)) {
            let through = |name: &&str| *name == needed && !template::names(text).contains(name);
            if ["token", "refresh-token"].iter().any(through) && !own.contains(&needed) {
                say(format!(" needs '{{{needed}}}', which there is none of before a login"));
            } else if needed == "body" && matches!(key, "json" | "form") && definition.field(needed).is_none() {
                say(" needs '{body}', which is the body itself".to_owned());
            }
        }
    }
}

struct Template<'a> {
    key: &'static str,
    text: &'a str,
    /// Whether servers and proxies log it.
    logged: bool,
}

fn templates(exchange: &Exchange) -> Vec<Template<'_>> {
    let mut found = vec![("path", exchange.path.as_str())];
    found.extend(exchange.query.values().map(|text| ("query", text.as_str())));
    found.extend(exchange.headers.values().map(|text| ("headers", text.as_str())));
    found.extend(exchange.basic.iter().map(|text| ("basic", text.as_str())));
    let mut texts = Vec::new();
    if let Some(json) = &exchange.json {
        strings(json, &mut texts);
    }
    found.extend(texts.drain(..).map(|text| ("json", text)));
    if let Some(form) = &exchange.form {
        form.values().for_each(|value| strings(value, &mut texts));
    }
    found.extend(texts.into_iter().map(|text| ("form", text)));
    found
        .into_iter()
        .map(|(key, text)| Template {
            key,
            text,
            logged: matches!(key, "path" | "query"),
        })
        .collect()
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
