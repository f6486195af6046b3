//! What fields may hold where nobody gives them anything: in the examples, and in the demo.

use std::collections::BTreeMap;

use crate::definition::schema::{Definition, Field};
use crate::definition::value::{Kind, Value};
use crate::secret::Secret;

/// A value for every plain field that passes its check.
pub(crate) fn samples(definition: &Definition) -> BTreeMap<String, Value> {
    definition
        .fields
        .iter()
        .filter(|field| !field.secret)
        .filter_map(|field| Some((field.name.clone(), field.kind.read(&sample(field)).ok()?)))
        .collect()
}

/// What a person might type for a field.
pub(crate) fn sample(field: &Field) -> Vec<String> {
    if let Some(default) = &field.default {
        return field.kind.split(default);
    }
    let sample = match field.kind {
        Kind::Text | Kind::Pem | Kind::Json => format!("demo-{}", field.name),
        Kind::List => "demo".to_owned(),
        Kind::Integer => "100".to_owned(),
        Kind::Duration => "1h".to_owned(),
        Kind::Uuid => "123e4567-e89b-12d3-a456-426614174000".to_owned(),
        Kind::Ip => "127.0.0.1".to_owned(),
        Kind::Url => "https://example.com".to_owned(),
    };
    vec![sample]
}

/// What the examples of values give for a secret field, where one does.
pub(crate) fn given(definition: &Definition, field: &str) -> Option<Secret> {
    let given = definition
        .examples
        .iter()
        .find_map(|example| example.given.get(field))?;
    Some(Secret::new(given.as_str()?))
}
