//! The rules for one placeholder, wherever it stands.

use crate::definition::schema::Definition;
use crate::definition::template::Form;
use crate::definition::value::Kind;
use crate::made::transform::Transform;
use crate::text::suggest;

/// What is wrong with it, with what may stand there beside fields and values.
pub(super) fn wrong(definition: &Definition, own: &[&str], name: &str, form: Form) -> Option<String> {
    let field = definition.field(name);
    if field.is_none() && definition.lets.get(name).is_none() && !own.contains(&name) {
        return Some(format!(" {}", no_field(definition, own, name)));
    }
    let needs = |kind, wanted: &str, written: &str| {
        let wrong = field.is_none_or(|field| field.kind != kind);
        wrong.then(|| format!(": '{{{name}:{written}}}' needs a field of kind {wanted}"))
    };
    match form {
        Form::Utc => needs(Kind::Duration, "duration", "utc"),
        Form::Of(Transform::Member(pointer)) => needs(Kind::Json, "json", pointer),
        _ => None,
    }
}

/// That a placeholder's name is no field's, with the nearest that is.
pub(super) fn no_field(definition: &Definition, own: &[&str], name: &str) -> String {
    let names = definition.fields.iter().map(|field| field.name.as_str());
    let names = names.chain(definition.lets.iter().map(|(name, _)| name));
    let near = suggest::nearest(name, names.chain(own.iter().copied()));
    let near = near
        .map(|near| format!(", did you mean '{{{near}}}'?"))
        .unwrap_or_default();
    format!("names no field: '{{{name}}}'{near}")
}
