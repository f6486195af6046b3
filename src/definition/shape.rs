//! The shape of a vendor's file: which tables there are, which keys they take, and what stands behind a key.
//!
//! [`super::schema`] has the same shape for reading; here it is for explaining. Whatever passes here can be read there.

pub(crate) mod keys;
mod takes;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::Fault;
use crate::text::suggest;
use keys::{Key, LET, Needed, TOP, header, home, of};
use takes::Takes;

/// Where a table would be added.
const END: usize = usize::MAX;

/// Tells of every key that is unknown, missing or holds something else than it takes. What it tells of is taken out of the
/// file, so that the rest can be looked at; a misspelt key gets its right name, and where it can, a missing one a value.
pub(super) fn straighten(file: &mut DeTable, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    table(TOP, file, 0, &mut |table, offset, words| {
        faults.push(Fault::at(text, table, offset.min(text.trim_end().len()), &words));
    });
    faults
}

/// Whether a table is `[let]` or one below it.
pub(super) fn is_of_let(table: &str) -> bool {
    table == LET || of(LET).any(|key| key.name == table)
}

fn table(name: &'static str, file: &mut DeTable, offset: usize, say: &mut impl FnMut(&'static str, usize, String)) {
    let place = match header(name).as_str() {
        "" => String::new(),
        place => format!(" in {place}"),
    };
    let entries = std::mem::take(file);
    let names: Vec<String> = entries.keys().map(|key| key.get_ref().to_string()).collect();
    for (given, mut value) in entries {
        let (at, given_name) = (given.span().start, given.get_ref().as_ref());
        let Some(key) = of(name).find(|key| key.name == given_name) else {
            let near = suggest::nearest(given_name, of(name).map(|key| key.name));
            let near = of(name).find(|key| Some(key.name) == near);
            say(
                name,
                at,
                format!("unknown key '{given_name}'{place}{}", hint(given_name, near, name)),
            );
            if let Some(near) =
                near.filter(|near| near.takes.fits(value.get_ref()) && !names.iter().any(|n| n == near.name))
            {
                file.insert(Spanned::new(given.span(), near.name.into()), value);
            }
            continue;
        };
        if !key.takes.fits(value.get_ref()) {
            say(
                name,
                at,
                format!(
                    "'{given_name}'{place} takes {}{}",
                    key.takes.words(key.name),
                    key.takes.but(value.get_ref())
                ),
            );
            continue;
        }
        below(key, &mut value, at, say);
        file.insert(given, value);
    }
    let is_needed = |key: &&Key, file: &DeTable| match key.needed {
        Needed::No => false,
        Needed::Yes => true,
        Needed::Unless(other, word) => file.get(other).and_then(|value| value.get_ref().as_str()) != Some(word),
    };
    for key in of(name) {
        if !is_needed(&key, file) {
            continue;
        }
        if file.contains_key(key.name) {
            continue;
        }
        if !names.iter().any(|name| name == key.name) {
            match key.takes {
                Takes::Table | Takes::OneOrMore => say(name, END, format!("{} is missing", header(key.name))),
                _ => say(name, offset, format!("the key '{}' is missing{place}", key.name)),
            }
        }
        if let Some(text) = key.stand_in() {
            let value = DeValue::String(text.into());
            file.insert(
                Spanned::new(offset..offset, key.name.into()),
                Spanned::new(offset..offset, value),
            );
        }
    }
}

/// The tables that stand behind a key for tables.
fn below(
    key: &'static Key,
    value: &mut Spanned<DeValue>,
    at: usize,
    say: &mut impl FnMut(&'static str, usize, String),
) {
    match (&key.takes, value.get_mut()) {
        (Takes::Table | Takes::OneOrMore, DeValue::Table(file)) => table(key.name, file, at, say),
        (Takes::Tables | Takes::OneOrMore, DeValue::Array(items)) => {
            for item in items.iter_mut() {
                let at = item.span().start;
                if let DeValue::Table(file) = item.get_mut() {
                    table(key.name, file, at, say);
                }
            }
        }
        (Takes::Values, DeValue::Table(file)) => values(key.name, file, say),
        _ => {}
    }
}

/// Values of which each is of one kind; something harmless stands in for any other.
fn values(name: &'static str, file: &mut DeTable, say: &mut impl FnMut(&'static str, usize, String)) {
    for (given, value) in file.iter_mut() {
        let at = given.span().start;
        let given_kinds = value.get_ref().as_table().map_or(0, DeTable::len);
        if let DeValue::Table(kinds) = value.get_mut() {
            table(name, kinds, at, say);
        }
        if given_kinds != 1 {
            let kinds: Vec<&str> = of(name).map(|key| key.name).collect();
            let words = format!("'{}' in [{name}] is one of {}", given.get_ref(), kinds.join(", "));
            say(name, at, words);
        }
        if value.get_ref().as_table().is_none_or(|kinds| kinds.len() != 1) {
            *value.get_mut() = stand_in_value();
        }
    }
}

/// One that breaks no rule.
fn stand_in_value() -> DeValue<'static> {
    let named = |name: &'static str, value: DeValue<'static>| {
        let mut table = DeTable::new();
        table.insert(Spanned::new(0..0, name.into()), Spanned::new(0..0, value));
        DeValue::Table(table)
    };
    named("random", named("as", DeValue::String("uuid".into())))
}

fn hint(given: &str, near: Option<&Key>, table: &str) -> String {
    match (home(given), near) {
        (Some(TOP), _) => "; it belongs at the top of the file, before any table".to_owned(),
        (Some(home), _) => format!("; it belongs in {}", header(home)),
        (None, Some(near)) => format!(", did you mean '{}'?", near.name),
        (None, None) => {
            let names: Vec<&str> = of(table).map(|key| key.name).collect();
            format!("; known are {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests;
