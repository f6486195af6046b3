//! What stands for secrets while a request is made that is only to be shown, and `***` for it afterwards.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::definition::exchange::Exchange;
use crate::definition::lets::{Let, Lets};
use crate::definition::request;
use crate::made::transform::Transform;
use crate::secret::Secret;

/// Written into a URL, JSON or a form it stays as it is.
const SECRET: &str = "tokhides7e1b0c5d";

/// One that has every member that the request wants of it, if it wants any.
pub(super) fn secret(exchange: &Exchange, name: &str) -> Secret {
    let members = request::members(exchange).into_iter();
    let mut members = members.filter(|(document, _)| *document == name).peekable();
    if members.peek().is_none() {
        return Secret::new(SECRET);
    }
    let mut document = Map::new();
    for (_, pointer) in members {
        insert(&mut document, pointer.trim_start_matches('/'));
    }
    Secret::new(Json::Object(document).to_string())
}

fn insert(document: &mut Map<String, Json>, path: &str) {
    let (first, rest) = path
        .split_once('/')
        .map_or((path, None), |(first, rest)| (first, Some(rest)));
    let name = first.replace("~1", "/").replace("~0", "~");
    match rest {
        None => drop(document.entry(name).or_insert_with(|| SECRET.into())),
        Some(rest) => {
            let inner = document.entry(name).or_insert_with(|| Map::new().into());
            if let Json::Object(inner) = inner {
                insert(inner, rest);
            }
        }
    }
}

/// Nothing is signed with what stands for a secret.
pub(super) fn made(lets: &Lets) -> BTreeMap<String, Json> {
    let values = lets.iter();
    let secret = values.filter(|(_, value)| !matches!(value, Let::Random(_) | Let::Time(_)));
    secret.map(|(name, _)| (name.to_owned(), SECRET.into())).collect()
}

pub(super) fn hidden(text: &str) -> String {
    let spelt = Transform::names().filter_map(|name| Transform::parse(name)?.apply(SECRET).ok()?);
    let mut spelt: Vec<String> = spelt.chain([SECRET.to_owned()]).collect();
    // Of two of which one begins like the other, the longer one.
    spelt.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    spelt
        .iter()
        .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(toml: &str) -> Exchange {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn a_document_has_the_members_that_are_wanted_of_it() {
        let wanted = exchange(
            "form = { a = '{key:/a/b}', c = '{key:/a~1b}', d = '{key:/a/b/c}', e = '{other:/e}', f = '{key}' }",
        );
        let document: Json = serde_json::from_str(secret(&wanted, "key").expose()).unwrap();
        assert_eq!(document, serde_json::json!({"a": {"b": SECRET}, "a/b": SECRET}));
        assert_eq!(secret(&wanted, "f").expose(), SECRET);
    }

    #[test]
    fn no_spelling_is_shown() {
        for name in Transform::names() {
            let spelt = Transform::parse(name).unwrap().apply(SECRET).unwrap().unwrap();
            assert_eq!(hidden(&format!("<{spelt}>")), "<***>", "{name}");
        }
    }
}
