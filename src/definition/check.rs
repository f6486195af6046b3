//! The rules of the schema that its shape does not enforce.
//!
//! A definition that passes can be rendered with any values that pass their fields' checks. Each mistake is one sentence
//! that names the table and the key.

mod answer;
mod approval;
mod exchange;
mod lets;
mod named;
mod placeholders;
mod reserved;
mod table;

use super::approval::is_way;
use super::mistake::{Mistake, Place};
use super::request::{self, TOKENS};
use super::schema::{Definition, Field};
use super::template::{self, Form, Part};
use super::value::Kind;
use crate::options::{BESIDE, CALL};
use crate::origin::BaseUrl;
use crate::text::suggest;

/// Vendor names that would collide with a variable of tok's own; commands and built-in vendors are refused as well.
pub(crate) const RESERVED_VENDORS: [&str; 7] = ["no", "cache", "config", "keyring", "profile", "seal", "timeout"];

/// Field names that would collide with what every program has, with a profile's key or with a placeholder.
const RESERVED_FIELDS: [&str; 4] = ["help", "version", "url", "way"];

/// Field names that would collide with an option of the commands that take fields.
fn options() -> impl Iterator<Item = &'static str> {
    CALL.into_iter().chain(BESIDE).map(|option| option.name)
}

/// `[a-z][a-z0-9]*`
pub(crate) fn is_vendor_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Every mistake.
pub(crate) fn mistakes(definition: &Definition) -> Vec<Mistake> {
    let mut found = Vec::new();
    if !is_line(&definition.about) {
        found.push(Place::top("about").mistake("'about' takes one line"));
    }
    url(definition, &mut found);
    ways(definition, &mut found);
    for (place, field) in definition.fields.iter().enumerate() {
        check_field(definition, place, field, &mut found);
    }
    for (of, place, part) in definition.exchanges() {
        exchange::check(definition, of, place, part, &mut found);
    }
    approval::check(definition, &mut found);
    lets::check(definition, &mut found);
    if definition.refresh.is_some() && definition.answer.refresh_token.is_none() {
        found.push(Place::top("refresh").mistake("[refresh] needs 'refresh_token' in [answer]"));
    }
    answer::check(definition, &mut found);
    usage(definition, &mut found);
    found
}

/// What the help can show.
fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

fn url(definition: &Definition, found: &mut Vec<Mistake>) {
    let Some(url) = &definition.url else { return };
    let mut say = |words: String| found.push(Place::top("url").mistake(words));
    let parts = match template::parse(url) {
        Ok(parts) => parts,
        Err(reason) => return say(format!("'url': {reason}")),
    };
    let mut filled = String::new();
    for part in parts {
        match part {
            Part::Text(text) => filled.push_str(&text),
            Part::Field(name, form) => {
                filled.push('x');
                match definition.field(name) {
                    None => say(format!("'url' {}", named::no_field(definition, &[], name))),
                    Some(field) if field.secret => {
                        say(format!("'url' holds the secret '{name}', and servers log URLs"));
                    }
                    Some(_) if form != Form::AsIs => say("'url' takes fields as they are".to_owned()),
                    Some(_) => {}
                }
            }
        }
    }
    if let Err(reason) = BaseUrl::parse(&filled) {
        say(format!("'url' {reason}"));
    }
    let after_host = url.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    if after_host.is_some_and(|(_, path)| !template::names(path).is_empty()) {
        say("'url' takes fields in the host alone; 'path' takes them too".to_owned());
    }
}

fn ways(definition: &Definition, found: &mut Vec<Mistake>) {
    let is_approval = |name: &str| is_way(name) && definition.approval(&[name.to_owned()]).is_some();
    for name in definition.listed.iter().flatten().filter(|name| !is_approval(name)) {
        let mut say = |words: String| found.push(Place::top("ways").at(name).mistake(words));
        match definition.field(name) {
            None if is_way(name) => say(format!("'ways' names '{name}', and there is no [{name}]")),
            None => {
                let names = definition.fields.iter().map(|field| field.name.as_str());
                let near = suggest::nearest(name, names).map(|near| format!(", did you mean '{near}'?"));
                say(format!("'ways' names no field: '{name}'{}", near.unwrap_or_default()));
            }
            Some(field) if field.optional || field.default.is_some() => {
                say(format!("'ways' names '{name}', which is optional or has a default"));
            }
            Some(_) => {}
        }
    }
}

fn check_field(definition: &Definition, place: usize, field: &Field, found: &mut Vec<Mistake>) {
    let name = &field.name;
    let mut say = |key, words: &str| {
        found.push(Place::nth("field", place, key).mistake(format!("field '{name}': {words}")));
    };
    if !template::is_name(name) {
        say("name", "a name is [a-z][a-z0-9-]*");
    }
    if !is_line(&field.help) {
        say("help", "'help' takes one line");
    }
    let taken = ["-stdin", "-file", "-command"].iter().any(|end| name.ends_with(end));
    if taken
        || RESERVED_FIELDS
            .into_iter()
            .chain(TOKENS)
            .chain(options())
            .chain(reserved::reserved(definition))
            .any(|reserved| reserved == name)
    {
        say("name", "the name is reserved");
    }
    if definition.fields.iter().take(place).any(|other| other.name == *name) {
        say("name", "it is there twice");
    }
    if !is_used(definition, name) {
        say("name", "it is used nowhere");
    }
    if field.secret && field.default.is_some() {
        say("default", "a secret takes no 'default'");
    }
    if field.secret && field.kind != Kind::Text && !field.kind.is_document() {
        say("kind", "a secret takes no 'kind' but 'pem' and 'json'");
    }
    if !field.secret && field.kind.is_document() {
        say("kind", "only a secret is a whole document; add 'secret = true'");
    }
    if let Some(template) = &field.identity_token {
        if !field.secret || field.kind != Kind::Text {
            say("identity-token", "'identity-token' is for a secret that is no document");
        }
        if let Some(words) = audience(definition, template) {
            say("identity-token", &format!("'identity-token'{words}"));
        }
    }
    if field.secret && field.person {
        say("person", "a secret takes no 'person'; that is for a plain field");
    }
    if let Some(default) = &field.default
        && let Err(reason) = field.kind.read(&field.kind.split(default))
    {
        say("default", &format!("its default: {reason}"));
    }
}

/// What keeps an audience from being there at every login.
fn audience(definition: &Definition, template: &str) -> Option<String> {
    let parts = match template::parse(template) {
        Ok(parts) => parts,
        Err(reason) => return Some(format!(": {reason}")),
    };
    parts.iter().find_map(|part| match part {
        Part::Text(_) | Part::Field("url", Form::AsIs) => None,
        Part::Field(name, form) => match definition.field(name) {
            None => Some(format!(" {}", named::no_field(definition, &["url"], name))),
            Some(field) if field.secret => Some(format!(" holds the secret '{name}'")),
            Some(field) if field.optional => Some(format!(" holds '{name}', which is optional")),
            Some(_) => named::misfit(definition, name, *form),
        },
    })
}

/// A misspelt placeholder counts as one for the field that it is nearest to, since it is told of by itself.
fn is_used(definition: &Definition, name: &str) -> bool {
    let audiences = definition.fields.iter().map(|field| &field.identity_token);
    let texts = [&definition.url, &definition.answer.lifetime].into_iter();
    let texts = texts.chain(audiences).flatten();
    let names = || definition.fields.iter().map(|field| field.name.as_str());
    definition
        .exchanges()
        .flat_map(|(.., exchange)| request::names(&definition.lets, exchange))
        .chain(texts.flat_map(|text| template::names(text)))
        .any(|used| used == name || definition.field(used).is_none() && suggest::nearest(used, names()) == Some(name))
}

fn usage(definition: &Definition, found: &mut Vec<Mistake>) {
    let usage = &definition.usage;
    let places = [
        ("header", &usage.header, ":"),
        ("query", &usage.query, "="),
        ("cookie", &usage.cookie, "="),
    ];
    let given: Vec<&str> = places
        .iter()
        .filter_map(|(key, template, _)| template.as_ref().map(|_| *key))
        .collect();
    if let [first, second, ..] = given.as_slice() {
        let words = format!("[use] takes '{first}' or '{second}', not both");
        found.push(Place::top("use").mistake(words));
    }
    for (key, template, separator) in places {
        let Some(template) = template else { continue };
        let parts = template::parse(template).unwrap_or_default();
        let mut fields = parts.iter().filter(|part| matches!(part, Part::Field(..)));
        let token = fields.next() == Some(&Part::Field("token", Form::AsIs)) && fields.next().is_none();
        if !token || !template.contains(separator) || template.chars().any(char::is_control) {
            let words = format!("[use] '{key}' is 'NAME{separator}' and once '{{token}}'");
            found.push(Place::of("use", key).mistake(words));
        }
    }
}

#[cfg(test)]
mod tests;
