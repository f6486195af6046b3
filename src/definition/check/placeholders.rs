//! The rules for what stands in braces.

use super::lets;
use super::named::{misfit, no_field};
use super::reserved::values;
use super::table::Table;
use crate::definition::exchange::Exchange;
use crate::definition::mistake::Mistake;
use crate::definition::request::LASTING_TOKEN;
use crate::definition::schema::Of;
use crate::definition::template::{self, Part, strings};

/// Placeholders of tok's own, before a login and after it.
const ALWAYS: [&str; 1] = ["url"];
const AFTER: [&str; 3] = ["token", "refresh-token", "url"];
const AT_THE_END: [&str; 4] = ["token", "refresh-token", LASTING_TOKEN, "url"];

/// Whether nothing else can have the name.
pub(super) fn is_own(name: &str) -> bool {
    AT_THE_END.contains(&name)
}

pub(super) fn check(table: &Table, found: &mut Vec<Mistake>) {
    let taken = table.definition.taken_before(table.exchange);
    let always = match table.of {
        Of::Refresh => AFTER.as_slice(),
        Of::Revoke => AT_THE_END.as_slice(),
        _ => ALWAYS.as_slice(),
    };
    let approved = table.definition.approved_for(table.of, table.exchange);
    let own: Vec<&str> = always.iter().copied().chain(approved).collect();
    let own = own.as_slice();
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
            let definition = table.definition;
            let is_known = definition.field(name).is_some() || definition.lets.get(name).is_some();
            if !is_known && !own.contains(&name) && !taken.contains(&name) {
                say(format!(" {}", unknown(table, own, &taken, name)));
            } else if logged && lets::is_secret(definition, name) {
                say(format!(" holds the secret '{name}', and servers log URLs"));
            } else if let Some(words) = misfit(definition, name, form) {
                say(words);
            }
        }
        for words in through_values(table, own, &taken, key, text) {
            say(words);
        }
    }
}

/// What a value that stands in this text needs and cannot have here.
fn through_values(table: &Table, own: &[&str], taken: &[&str], key: &str, text: &str) -> Vec<String> {
    let definition = table.definition;
    let direct = template::names(text);
    let needed = definition.lets.closure(direct.iter().copied());
    let needed = needed.into_iter().filter(|name| definition.field(name).is_none());
    needed
        .filter_map(|name| {
            let is_taken = definition.taken().any(|taken| taken == name);
            if is_own(name) && !own.contains(&name) && !direct.contains(&name) {
                Some(format!(" needs '{{{name}}}', which there is none of before a login"))
            } else if is_taken && !taken.contains(&name) && !direct.contains(&name) {
                Some(format!(" needs '{{{name}}}', which no step before it takes"))
            } else if values(definition).contains(&name) && !own.contains(&name) && !direct.contains(&name) {
                Some(format!(" needs '{{{name}}}', which no approval before it gives"))
            } else if name == "body" && matches!(key, "json" | "form") {
                Some(" needs '{body}', which is the body itself".to_owned())
            } else {
                None
            }
        })
        .collect()
}

/// Why nothing has this name.
fn unknown(table: &Table, own: &[&str], taken: &[&str], name: &str) -> String {
    if !table.definition.taken().any(|taken| taken == name) {
        let known: Vec<&str> = own.iter().copied().chain(taken.iter().copied()).collect();
        return no_field(table.definition, &known, name);
    }
    match table.of {
        Of::Step | Of::Browser | Of::Device | Of::Login | Of::Let => {
            format!("uses '{{{name}}}', which no step before it takes")
        }
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
            logged: matches!(key, "path" | "url" | "query"),
        })
        .collect()
}
