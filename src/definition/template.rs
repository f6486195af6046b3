//! Texts with `{field}` in the places of values: `{field}`, and `{field:utc}`, `{field:form}`, `{field:hex}` and the like, which
//! do something to the value. `{{` is a brace, and so are `}}` and a lone `}`.

use serde_json::Value as Json;

use crate::made::transform::Transform;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Text(String),
    Field(&'a str, Form<'a>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form<'a> {
    AsIs,
    /// Now plus a duration, as `2026-01-31T10:00:00Z`.
    Utc,
    /// As in a form (RFC 6749 section 2.3.1).
    Encoded,
    Of(Transform<'a>),
}

/// The parts in order; neighbouring texts are one. The error is the reason alone.
pub(crate) fn parse(template: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, tail) = rest.split_at(at);
        text.push_str(before);
        if let Some(after) = tail.strip_prefix("{{") {
            text.push('{');
            rest = after;
        } else if let Some(after) = tail.strip_prefix("}}") {
            text.push('}');
            rest = after;
        } else if let Some((name, after)) = tail.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(placeholder(name)?);
            rest = after;
        } else if let Some(after) = tail.strip_prefix('}') {
            text.push('}');
            rest = after;
        } else {
            return Err(format!("'{{' without '}}' in '{template}'; write '{{{{' for a brace"));
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

fn placeholder(inside: &str) -> Result<Part<'_>, String> {
    let (name, form) = match inside.split_once(':') {
        None => (inside, Form::AsIs),
        Some((name, "utc")) => (name, Form::Utc),
        Some((name, "form")) => (name, Form::Encoded),
        Some((name, other)) => {
            let known = || {
                Transform::names()
                    .map(|name| format!("':{name}'"))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let transform = Transform::parse(other).ok_or_else(|| {
                format!(
                    "'{{{inside}}}' ends in ':{other}'; known are ':utc', ':form', {} and ':/POINTER'",
                    known()
                )
            })?;
            (name, Form::Of(transform))
        }
    };
    if name.is_empty() {
        return Err(format!("'{{{inside}}}' names no field"));
    }
    Ok(Part::Field(name, form))
}

/// The names in a template, in order; none where it is broken.
pub(crate) fn names(template: &str) -> Vec<&str> {
    parse(template)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|part| match part {
            Part::Field(name, _) => Some(name),
            Part::Text(_) => None,
        })
        .collect()
}

/// `[a-z][a-z0-9-]*`
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Every string inside a JSON value, each of which is a template.
pub(crate) fn strings<'a>(json: &'a Json, found: &mut Vec<&'a str>) {
    match json {
        Json::String(text) => found.push(text),
        Json::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Json::Object(members) => members.values().for_each(|member| strings(member, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::made::encoding::Encoding;

    #[test]
    fn a_template_is_texts_and_fields() {
        assert_eq!(
            parse("a{{b}}{x}{y:form}c{z:utc}{v:hex}{w:/a/b:c}"),
            Ok(vec![
                Part::Text("a{b}".into()),
                Part::Field("x", Form::AsIs),
                Part::Field("y", Form::Encoded),
                Part::Text("c".into()),
                Part::Field("z", Form::Utc),
                Part::Field("v", Form::Of(Transform::Encoded(Encoding::Hex))),
                Part::Field("w", Form::Of(Transform::Member("/a/b:c"))),
            ])
        );
        assert_eq!(parse(""), Ok(vec![]));
    }

    #[test]
    fn a_broken_template_is_refused() {
        for template in ["{", "{a", "{}", "{:utc}", "{a:base32}", "{a:}"] {
            assert!(parse(template).is_err(), "{template}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(template in ".*") {
            let _ = parse(&template);
        }

        #[test]
        fn doubled_braces_are_the_text_itself(text in ".*") {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            let expected = if text.is_empty() { vec![] } else { vec![Part::Text(text)] };
            prop_assert_eq!(parse(&doubled), Ok(expected));
        }
    }
}
