//! The rules for reading an answer.

use crate::definition::lifetime;
use crate::definition::mistake::{Mistake, Place};
use crate::definition::pointers::{self, Sought};
use crate::definition::reader::Reader;
use crate::definition::schema::Definition;
use crate::definition::template;
use crate::definition::value::Kind;
use crate::text::suggest;
use crate::time::duration;

pub(super) fn check(definition: &Definition, found: &mut Vec<Mistake>) {
    let rules = &definition.answer;
    for Sought { key, pointers } in pointers::of(rules) {
        check_readers("[answer]", &Place::of("answer", key), pointers, found);
    }
    if let Some(lifetime) = &rules.lifetime {
        let mut say = |words: String| found.push(Place::of("answer", "lifetime").mistake(words));
        match template::names(lifetime).as_slice() {
            [] => match duration::parse(lifetime).map(lifetime::objection) {
                Err(reason) => say(format!("[answer] 'lifetime': {reason}")),
                Ok(Some(objection)) => say(format!("[answer] 'lifetime': {objection}")),
                Ok(None) => {}
            },
            [name] if definition.field(name).is_some_and(|field| field.kind == Kind::Duration) => {}
            _ => say("[answer] 'lifetime' takes a duration or one field of that kind".to_owned()),
        }
    }
}

/// Tells of every text that is no reader, as standing below this header.
pub(super) fn check_readers<'a>(
    header: &str,
    place: &Place,
    readers: impl IntoIterator<Item = &'a str>,
    found: &mut Vec<Mistake>,
) {
    for reader in readers {
        if Reader::parse(reader).is_some() {
            continue;
        }
        let kind = reader.split_once(':').filter(|(_, name)| !name.is_empty());
        let near = kind.and_then(|(kind, name)| {
            let near = suggest::nearest(kind, ["header", "cookie", "form"])?;
            Some(format!("{near}:{name}"))
        });
        let words = match near {
            Some(near) => format!("{header} '{reader}' says not where to read, did you mean '{near}'?"),
            None if reader.contains(':') => format!(
                "{header} '{reader}' says not where to read; it is a JSON pointer as '/a/b', header:NAME, cookie:NAME, form:NAME \
                 or text"
            ),
            None => format!(
                "{header} '{reader}' is not a JSON pointer; write '{}'",
                as_pointer(reader)
            ),
        };
        found.push(place.clone().at(reader).mistake(words));
    }
}

/// What was meant by a path of another kind: `data.token`, `$.items[0].token`.
pub(super) fn as_pointer(path: &str) -> String {
    let separators: &[char] = if path.contains('/') {
        &['/']
    } else {
        &['.', '[', ']', '\'', '"']
    };
    let parts = path.trim_start_matches('$').split(separators);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}
