//! The rules for the values that tok makes itself.

use super::named::{misfit, no_field};
use super::reserved::{reserved, values};
use crate::definition::lets::{Let, Random, RandomForm};
use crate::definition::mistake::{Mistake, Place};
use crate::definition::request::{self, LASTING_TOKEN};
use crate::definition::schema::Definition;
use crate::definition::template::{self, Form, Part};
use crate::definition::value::Kind;
use crate::made::transform::Transform;
use crate::time::duration;

/// What may stand in a value beside fields and other values.
const OWN: [&str; 5] = ["token", "refresh-token", LASTING_TOKEN, "body", "url"];

pub(super) fn check(definition: &Definition, found: &mut Vec<Mistake>) {
    let used = used(definition);
    let codes = definition
        .lets
        .iter()
        .filter(|(_, value)| matches!(value, Let::Totp(_)));
    for (name, _) in codes.skip(1) {
        let words = format!("[let] '{name}': there can be one 'totp'");
        found.push(Place::of("let", name.to_owned()).mistake(words));
    }
    for (name, value) in definition.lets.iter() {
        let mut say = |text: &str, words: &str| {
            let place = Place::of("let", name.to_owned()).at(text);
            found.push(place.mistake(format!("[let] '{name}': {words}")));
        };
        if !template::is_name(name) {
            say("", "a name is [a-z][a-z0-9-]*");
        }
        if OWN.contains(&name) || reserved(definition).any(|reserved| reserved == name) {
            say("", "the name is reserved");
        }
        if definition.field(name).is_some() {
            say("", "there is a field of that name");
        }
        if !used.contains(&name) {
            say("", "it is used nowhere");
        }
        match definition.lets.circle(name).as_deref() {
            None | Some([]) => {}
            Some([_, _]) => say("", "it needs itself"),
            Some([_, circle @ ..]) => say("", &format!("it needs '{}'", circle.join("', which needs '"))),
        }
        of_kind(definition, value, &mut say);
        for (key, text) in value.templates() {
            match template::parse(text) {
                Err(reason) => say(text, &format!("'{key}': {reason}")),
                Ok(parts) => parts
                    .iter()
                    .filter_map(|part| wrong(definition, key, part))
                    .for_each(|words| say(text, &format!("'{key}'{words}"))),
            }
        }
    }
}

/// The names that some request needs.
fn used(definition: &Definition) -> Vec<&str> {
    let exchanges = definition.exchanges();
    exchanges
        .flat_map(|(.., exchange)| request::names(&definition.lets, exchange))
        .collect()
}

fn of_kind(definition: &Definition, value: &Let, say: &mut impl FnMut(&str, &str)) {
    match value {
        Let::Jwt(jwt) if jwt.header.contains_key("alg") => {
            say("header", "'header' takes no 'alg'; it is made of the key 'alg'");
        }
        Let::Random(Random { bytes: None, form }) if *form != RandomForm::Uuid => {
            say("", "'bytes' says how many");
        }
        Let::Random(Random {
            bytes: Some(_),
            form: RandomForm::Uuid,
        }) => say("bytes", "a 'uuid' takes no 'bytes'"),
        Let::Time(time) => {
            let plus = time.plus.as_deref().unwrap_or("0");
            let is_span = |name: &str| definition.field(name).is_some_and(|field| field.kind == Kind::Duration);
            match template::names(plus).as_slice() {
                [] => {
                    if let Err(reason) = duration::parse(plus) {
                        say(plus, &format!("'plus': {reason}"));
                    }
                }
                [name] if is_span(name) => {}
                _ => say(plus, "'plus' takes a duration or one field of that kind"),
            }
            if let Some(minus) = &time.minus
                && let Err(reason) = duration::parse(minus)
            {
                say(minus, &format!("'minus': {reason}"));
            }
        }
        _ => {}
    }
}

fn wrong(definition: &Definition, key: &str, part: &Part) -> Option<String> {
    let Part::Field(name, form) = part else { return None };
    let is_member = matches!(form, Form::Of(Transform::Member(_)));
    let is_secret = definition.field(name).is_some_and(|field| field.secret);
    let own: Vec<&str> = OWN
        .into_iter()
        .chain(definition.taken())
        .chain(values(definition))
        .collect();
    if definition.field(name).is_none() && definition.lets.get(name).is_none() && !own.contains(name) {
        return Some(format!(" {}", no_field(definition, &own, name)));
    }
    misfit(definition, name, *form).or_else(|| {
        (is_secret && !is_member && matches!(key, "header" | "claims"))
            .then(|| format!(" holds the secret '{name}', and whoever sees a JWT can read it"))
    })
}

/// Whether servers and proxies must not log it. An HMAC gives nothing of its key away.
pub(super) fn is_secret(definition: &Definition, name: &str) -> bool {
    leads_to_secret(definition, name, &mut Vec::new())
}

fn leads_to_secret<'a>(definition: &'a Definition, name: &'a str, seen: &mut Vec<&'a str>) -> bool {
    if seen.contains(&name) {
        return false;
    }
    seen.push(name);
    let of = match definition.lets.get(name) {
        None => {
            let field = definition.field(name);
            return field.map_or(name != "url" && OWN.contains(&name), |field| field.secret);
        }
        Some(Let::Jwt(_) | Let::Totp(_)) => return true,
        Some(Let::Random(_) | Let::Time(_)) => return false,
        Some(Let::Hmac(hmac)) => &hmac.of,
        Some(Let::Digest(digest)) => &digest.of,
    };
    let mut names = template::names(of).into_iter();
    names.any(|name| leads_to_secret(definition, name, seen))
}

#[cfg(test)]
mod tests;
