//! Texts with `{field}` in the places of values: `{field}`, `{field:utc}`, `{field:form}`; `{{` is a brace, and so are `}}` and a
//! lone `}`.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Text(String),
    Field(&'a str, Form),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    AsIs,
    /// Now plus a duration, as `2026-01-31T10:00:00Z`.
    Utc,
    /// As in a form (RFC 6749 section 2.3.1).
    Encoded,
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
        Some((_, other)) => {
            return Err(format!(
                "'{{{inside}}}' ends in ':{other}'; only ':utc' and ':form' are known"
            ));
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_template_is_texts_and_fields() {
        assert_eq!(
            parse("a{{b}}{x}{y:form}c{z:utc}"),
            Ok(vec![
                Part::Text("a{b}".into()),
                Part::Field("x", Form::AsIs),
                Part::Field("y", Form::Encoded),
                Part::Text("c".into()),
                Part::Field("z", Form::Utc),
            ])
        );
        assert_eq!(parse(""), Ok(vec![]));
    }

    #[test]
    fn a_broken_template_is_refused() {
        for template in ["{", "{a", "{}", "{:utc}", "{a:base64}"] {
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
