//! The rules for one request.

use super::no_field;
use crate::vendor::definition::{Definition, Exchange, Method, Of};
use crate::vendor::mistake::{Mistake, Place};
use crate::vendor::request;
use crate::vendor::template::{self, Form, Part};
use crate::vendor::value::Kind;

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
        say("method", "'GET' takes no 'json' and no 'form'");
    }
    if !exchange.path.is_empty() && !exchange.path.starts_with('/') {
        say("path", "'path' starts with '/'");
    }
    if exchange.path.contains(['?', '#']) {
        say("path", "'path' takes no '?' and no '#'; a query has a key of its own");
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
            let field = definition.field(name);
            let is_own = own.contains(&name);
            let secret = is_own || field.is_some_and(|field| field.secret);
            if field.is_none() && !is_own {
                say(format!(" {}", no_field(definition, own, name)));
            } else if secret && logged {
                say(format!(" holds the secret '{name}', and servers log URLs"));
            } else if form == Form::Utc && field.is_none_or(|field| field.kind != Kind::Duration) {
                say(format!(": '{{{name}:utc}}' needs a field of kind duration"));
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
        request::strings(json, &mut texts);
    }
    found.extend(texts.drain(..).map(|text| ("json", text)));
    if let Some(form) = &exchange.form {
        form.values().for_each(|value| request::strings(value, &mut texts));
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
