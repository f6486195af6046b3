//! Documented values: what a definition makes of what is given must be what the vendor shows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::definition::lets::Let;
use crate::definition::request::{self, Inputs};
use crate::definition::schema::{Definition, Example};
use crate::definition::value::Value;
use crate::secret::Secret;
use crate::time::clock;

/// Of each whether it is broken, the key that it is about, and what is said then.
pub(super) fn rules(definition: &Definition, example: &Example) -> Vec<(bool, &'static str, &'static str)> {
    let name = example.name.as_deref();
    let of_answer = example.date.is_some()
        || example.token.is_some()
        || example.lifetime.is_some()
        || example.error.is_some()
        || !example.body.is_empty();
    vec![
        (name.is_none(), "", "says nothing of which value it is; add 'name'"),
        (
            name.is_some_and(|name| definition.lets.get(name).is_none()),
            "name",
            "is of a value that [let] does not have",
        ),
        (example.value.is_none(), "", "says nothing of what is made; add 'value'"),
        (
            example.at.as_deref().is_some_and(|at| moment(at).is_none()),
            "at",
            "takes an 'at' such as '2026-01-31T10:00:00Z'",
        ),
        (
            of_answer || example.status != 0 || example.exit != 0,
            "",
            "has keys of an answer, but is of = \"let\"",
        ),
    ]
}

pub(super) fn check(definition: &Definition, example: &Example) -> Result<(), String> {
    let (Some(name), Some(documented)) = (&example.name, &example.value) else {
        return Err("it has no 'name' or no 'value'".to_owned());
    };
    let given = Given::of(definition, example)?;
    let now = example.at.as_deref().and_then(moment).unwrap_or_else(clock::now);
    let inputs = Inputs::new(&given.plain, given.secrets, now).with(given.made);
    let made = request::value(&definition.lets, name, inputs).map_err(|error| error.text().to_owned())?;
    let made = made.ok_or("value: none is made, since 'given' lacks something")?;
    let repeatable = !matches!(definition.lets.get(name), Some(Let::Jwt(jwt)) if !jwt.alg.is_repeatable());
    let (made, documented) = (comparable(&made, repeatable), comparable(documented, repeatable));
    if made == documented {
        return Ok(());
    }
    Err(format!("value: {made} is made, {documented} is documented"))
}

/// Without a signature that is never the same twice.
fn comparable(value: &Json, repeatable: bool) -> Json {
    match value.as_str().and_then(|jwt| jwt.rsplit_once('.')) {
        Some((signed, _)) if !repeatable => signed.into(),
        _ => value.clone(),
    }
}

/// Fields by their kinds, and values that other values are made of.
#[derive(Default)]
struct Given {
    plain: BTreeMap<String, Value>,
    secrets: BTreeMap<String, Secret>,
    made: BTreeMap<String, Json>,
}

impl Given {
    fn of(definition: &Definition, example: &Example) -> Result<Self, String> {
        let mut given = Self::default();
        for (name, value) in &example.given {
            match definition.field(name) {
                Some(field) if !field.secret => {
                    let value = field.kind.read(&texts(value));
                    given
                        .plain
                        .insert(name.clone(), value.map_err(|reason| format!("{name}: {reason}"))?);
                }
                Some(_) => drop(given.secrets.insert(name.clone(), Secret::new(texts(value).concat()))),
                None => drop(given.made.insert(name.clone(), value.clone())),
            }
        }
        Ok(given)
    }
}

fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
