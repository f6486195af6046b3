//! What is wrong with the field that a placeholder names, wherever the placeholder stands.

use crate::definition::schema::Definition;
use crate::definition::template::Form;
use crate::definition::value::Kind;
use crate::made::transform::Transform;
use crate::text::suggest;

/// That a value is not of the kind that its form wants.
pub(super) fn misfit(definition: &Definition, name: &str, form: Form) -> Option<String> {
    let needs = |kind, wanted: &str, written: &str| {
        let wrong = definition.field(name).is_none_or(|field| field.kind != kind);
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
