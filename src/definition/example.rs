//! Holds a definition against the answers that it documents.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::answer::{self, Context};
use super::http_date;
use super::mistake::{Mistake, Place};
use super::plan::Plan;
use super::schema::{Definition, Example, Exchange, Field, Of};
use super::value::{Kind, Value};
use crate::http::Answer;
use crate::text::redact::Redactor;
use crate::text::words;
use crate::time::duration;

/// Every example that is read otherwise than it says, or that says nothing.
pub(crate) fn mistakes(definition: &Definition) -> Vec<Mistake> {
    let mut found = Vec::new();
    for (nth, example) in definition.examples.iter().enumerate() {
        let mut say =
            |key, words: &str| found.push(Place::nth("example", nth, key).mistake(format!("the example {words}")));
        let rules = [
            (
                exchange(definition, example).is_none(),
                "of",
                "is of a table that the file does not have",
            ),
            (
                example.date.as_deref().is_some_and(|date| http_date(date).is_none()),
                "date",
                "takes a 'date' such as 'Sat, 31 Jan 2026 10:00:00 GMT'",
            ),
            (
                example.exit == 0 && example.error.is_some(),
                "error",
                "documents an 'error', but no 'exit' other than 0",
            ),
            (
                example.exit != 0 && example.token.is_some(),
                "token",
                "documents a 'token' and an 'exit' other than 0",
            ),
            (
                example.exit != 0 && example.lifetime.is_some(),
                "lifetime",
                "documents a 'lifetime' and an 'exit' other than 0",
            ),
            (
                matches!(example.of, Of::Login | Of::Refresh)
                    && example.exit == 0
                    && example.token.is_none()
                    && example.lifetime.is_none(),
                "",
                "says nothing of what is read from it; add 'token', or 'exit' where the vendor refuses",
            ),
        ];
        for (_, key, words) in rules.iter().filter(|(broken, ..)| *broken) {
            say(key, words);
        }
        if rules.iter().all(|(broken, ..)| !broken)
            && let Err(difference) = check(definition, example)
        {
            say("", &format!("is read otherwise than documented: {difference}"));
        }
    }
    found
}

/// What was read differs from what the example says; one sentence.
pub(crate) fn check(definition: &Definition, example: &Example) -> Result<(), String> {
    let plain = samples(definition);
    let redactor = Redactor::default();
    let Some(exchange) = exchange(definition, example) else {
        return Ok(());
    };
    let context = Context {
        rules: &definition.answer,
        exchange,
        plain: &plain,
        sent_at: Timestamp::now(),
        redactor: &redactor,
    };
    let mut answer = Answer::new(example.status, example.body.clone());
    answer
        .headers
        .extend(example.date.clone().map(|date| ("date".to_owned(), date)));
    let headers = example.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    answer.headers.extend(headers);
    let read = match example.of {
        Of::Step => match answer::taken(&answer, &context) {
            Ok(taken) => {
                compare("exit", &0, &example.exit)?;
                let missing = exchange.take.iter().find(|(name, _)| !taken.contains_key(*name));
                return missing.map_or(Ok(()), |(name, reader)| {
                    Err(format!("{name}: nothing is found at '{reader}'"))
                });
            }
            Err(refusal) => Err(refusal),
        },
        Of::Revoke => answer::revoked(&answer, &context).map(|()| None),
        Of::Login | Of::Refresh => answer::grant(&answer, &context).map(Some),
    };
    match read {
        Err(refusal) => {
            compare("exit", &(refusal.exit as u8), &example.exit)?;
            let expected = example.error.as_deref().map(words::one_line);
            expected.map_or(Ok(()), |expected| compare("error", &refusal.words, &expected))
        }
        Ok(grant) => {
            compare("exit", &0, &example.exit)?;
            let token = grant.as_ref().map(|grant| grant.token.expose().to_owned());
            if let Some(expected) = &example.token {
                compare("token", &token.unwrap_or_default(), expected)?;
            }
            if let Some(expected) = &example.lifetime {
                let read = grant.and_then(|grant| grant.lifetime);
                if read.map(|span| span.as_secs()) != Some(duration::parse(expected)?.as_secs()) {
                    let read = read.map_or_else(|| "none".to_owned(), |span| format!("{} s", span.as_secs()));
                    return Err(format!("lifetime: {read} is read, {expected} is documented"));
                }
            }
            Ok(())
        }
    }
}

fn compare<T: PartialEq + std::fmt::Debug>(what: &str, read: &T, documented: &T) -> Result<(), String> {
    if read == documented {
        return Ok(());
    }
    Err(format!("{what}: {read:?} is read, {documented:?} is documented"))
}

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
        Kind::Text => format!("demo-{}", field.name),
        Kind::List => "demo".to_owned(),
        Kind::Integer => "100".to_owned(),
        Kind::Duration => "1h".to_owned(),
        Kind::Uuid => "123e4567-e89b-12d3-a456-426614174000".to_owned(),
        Kind::Ip => "127.0.0.1".to_owned(),
        Kind::Url => "https://example.com".to_owned(),
    };
    vec![sample]
}

/// What an example answers.
fn exchange<'a>(definition: &'a Definition, example: &Example) -> Option<&'a Exchange> {
    let mut exchanges = definition.exchanges();
    let it = exchanges.find(|(of, place, _)| *of == example.of && place + 1 == example.nth);
    it.map(|(.., exchange)| exchange)
}

/// The answers to a plan's requests: to each the first example that exits 0, to the last one, if `good` is false, the first
/// that refuses it. The error names what has no such example.
pub(crate) fn answers<'a>(definition: &'a Definition, plan: &Plan, good: bool) -> Result<Vec<&'a Example>, String> {
    plan.exchanges()
        .map(|wanted| {
            let exit = if good || !std::ptr::eq(wanted, plan.last) { 0 } else { 4 };
            let is_of = |example: &&Example| exchange(definition, example).is_some_and(|own| std::ptr::eq(own, wanted));
            let mut examples = definition.examples.iter().filter(is_of);
            examples.find(|example| example.exit == exit).ok_or_else(|| {
                let mut exchanges = definition.exchanges();
                let found = exchanges.find(|(.., exchange)| std::ptr::eq(*exchange, wanted));
                let (of, place) = found.map_or((Of::Login, 0), |(of, place, _)| (of, place));
                let which = if place > 0 {
                    format!(" {}", place + 1)
                } else {
                    String::new()
                };
                format!(
                    "the definition has no [[example]] of a {}{which} that exits {exit}",
                    of.table()
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::definition::Catalogue;
    use crate::definition::check;

    use super::*;

    #[test]
    fn every_documented_answer_of_every_built_in_vendor_is_read_as_documented() {
        let (vendors, broken) = Catalogue::new(None).all();
        assert!(broken.is_empty(), "{broken:?}");
        assert!(vendors.len() >= 6);
        for vendor in vendors {
            for good in [true, false] {
                let plan = vendor.definition.login(&[]);
                assert!(answers(&vendor.definition, &plan, good).is_ok(), "{}", vendor.name);
            }
            for example in &vendor.definition.examples {
                assert_eq!(
                    check(&vendor.definition, example),
                    Ok(()),
                    "{}: {}",
                    vendor.name,
                    example.body
                );
            }
        }
    }

    #[test]
    fn every_built_in_definition_keeps_the_rules_of_the_schema() {
        for vendor in Catalogue::new(None).all().0 {
            assert_eq!(
                check::mistakes(&vendor.definition),
                Vec::<Mistake>::new(),
                "{}",
                vendor.name
            );
        }
    }
}
