//! The rules for what stands in a request's braces.

use super::no_field;
use super::table::Table;
use crate::definition::mistake::Mistake;
use crate::definition::request;
use crate::definition::schema::{Exchange, Of};
use crate::definition::template::{self, Form, Part};
use crate::definition::value::Kind;

/// Placeholders of tok's own.
pub(super) const OWN: [&str; 2] = ["token", "refresh-token"];

pub(super) fn check(table: &Table, found: &mut Vec<Mistake>) {
    let taken = table.definition.taken_before(table.exchange);
    let own: &[&str] = match table.of {
        Of::Step | Of::Login => &[],
        Of::Refresh | Of::Revoke => &OWN,
    };
    for Template { key, text, logged } in templates(table.exchange) {
        let mut say = |words: String| {
            let words = format!("{} '{key}'{words}", table.header);
            found.push(table.at(key).at(text).mistake(words));
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
            let field = table.definition.field(name);
            let is_own = own.contains(&name);
            let is_taken = taken.contains(&name);
            let secret = is_own || field.is_some_and(|field| field.secret);
            if field.is_none() && !is_own && !is_taken {
                say(format!(" {}", unknown(table, own, &taken, name)));
            } else if secret && logged {
                say(format!(" holds the secret '{name}', and servers log URLs"));
            } else if form == Form::Utc && field.is_none_or(|field| field.kind != Kind::Duration) {
                say(format!(": '{{{name}:utc}}' needs a field of kind duration"));
            }
        }
    }
}

/// Why nothing has this name.
fn unknown(table: &Table, own: &[&str], taken: &[&str], name: &str) -> String {
    if !table.definition.taken().any(|taken| taken == name) {
        let known: Vec<&str> = own.iter().copied().chain(taken.iter().copied()).collect();
        return no_field(table.definition, &known, name);
    }
    match table.of {
        Of::Step | Of::Login => format!("uses '{{{name}}}', which no step before it takes"),
        Of::Refresh | Of::Revoke => {
            format!("uses '{{{name}}}', which needs 'again = true' in the step that takes it")
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
    found.extend(exchange.url.iter().map(|text| ("url", text.as_str())));
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
            logged: matches!(key, "path" | "url" | "query"),
        })
        .collect()
}
