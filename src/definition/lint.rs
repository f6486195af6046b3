//! Reads a vendor's file and explains what is wrong with it: every mistake, with its line.
//!
//! Any text can be given. What the reading takes as right here is what the catalogue takes; only the examples are a matter
//! of their own, since a definition works without them.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::mistake::{Fault, Mistake};
use super::schema::Definition;
use super::{check, example, shape};
use crate::error::Error;

/// The definition, or every mistake in the order of the lines.
pub(crate) fn read(text: &str) -> Result<Definition, Vec<Fault>> {
    let (definition, faults) = examine(text);
    match definition {
        Some(definition) if faults.is_empty() => Ok(definition),
        _ => Err(faults),
    }
}

/// The same, and each example must be read as it is documented.
pub(crate) fn prove(text: &str) -> Result<Definition, Vec<Fault>> {
    let (definition, mut faults) = examine(text);
    // What is wrong there would be found again in every example.
    let can_answer = !faults
        .iter()
        .any(|fault| matches!(fault.table, "answer" | "field") || shape::is_of_let(fault.table));
    if let Some(definition) = definition.as_ref().filter(|_| can_answer) {
        faults.extend(located(text, &example::mistakes(definition)));
        faults.sort_by_key(|fault| fault.line);
    }
    match definition {
        Some(definition) if faults.is_empty() => Ok(definition),
        _ => Err(faults),
    }
}

/// The first mistake, for somebody who wanted something else than to hear of them all.
pub(crate) fn first(shown: &str, faults: &[Fault]) -> Error {
    let first = faults.first();
    let first = first.map_or_else(String::new, |fault| format!(":{}: {}", fault.line, fault.words));
    let error = Error::usage(format!("{shown}{first}"));
    match faults.len().saturating_sub(1) {
        0 => error,
        more => error.with_hint(format!("`tok vendors check {shown}` tells {more} more")),
    }
}

/// The mistakes in the order of the lines, and the definition as it would be without them, if that can be told.
fn examine(text: &str) -> (Option<Definition>, Vec<Fault>) {
    let (mut file, errors) = DeTable::parse_recoverable(text);
    let mut faults: Vec<Fault> = errors.iter().map(|error| of_toml(text, error)).collect();
    if !faults.is_empty() {
        // One slip makes the parser stumble more than once.
        faults.sort_by_key(|fault| fault.line);
        faults.dedup_by_key(|fault| fault.line);
        return (None, faults);
    }
    let mut faults = shape::straighten(file.get_mut(), text);
    let definition = match Definition::deserialize(Deserializer::from(file)) {
        Ok(definition) => {
            faults.extend(located(text, &check::mistakes(&definition)));
            Some(definition)
        }
        Err(error) => {
            if faults.is_empty() {
                faults.push(of_toml(text, &error));
            }
            None
        }
    };
    faults.sort_by_key(|fault| fault.line);
    (definition, faults)
}

fn of_toml(text: &str, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or_default();
    let (message, here) = (error.message(), text.get(span.clone()).unwrap_or_default());
    let words = match here {
        "" => message.to_owned(),
        here => format!("{message}: '{}'", here.lines().next().unwrap_or_default()),
    };
    Fault::at(text, "", span.start, &words)
}

fn located(text: &str, mistakes: &[Mistake]) -> Vec<Fault> {
    if mistakes.is_empty() {
        return Vec::new();
    }
    let (file, _) = DeTable::parse_recoverable(text);
    let file = Spanned::new(file.span(), DeValue::Table(file.into_inner()));
    mistakes
        .iter()
        .map(|Mistake { place, words }| Fault::at(text, place.table, place.offset(&file), words))
        .collect()
}

#[cfg(test)]
mod tests;
