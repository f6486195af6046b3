//! Holds a definition against the answers that it documents.

use std::collections::BTreeMap;

use super::answer::{self, Context, Grant, Refusal};
use super::http_date;
use super::mistake::{Mistake, Place};
use super::plan::Plan;
use super::pointers;
use super::reader::Reading;
use super::schema::{Definition, Example, Exchange, Field, Of};
use super::value::{Kind, Value};
use crate::http::Answer;
use crate::text::redact::Redactor;
use crate::text::words;
use crate::time::{clock, duration};

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

/// What is read of an example.
pub(super) fn read(definition: &Definition, example: &Example) -> Result<Option<Grant>, Refusal> {
    let plain = samples(definition);
    let redactor = Redactor::default();
    let Some(exchange) = exchange(definition, example) else {
        return Ok(None);
    };
    let context = Context {
        rules: &definition.answer,
        exchange,
        plain: &plain,
        sent_at: clock::now(),
        redactor: &redactor,
    };
    let answer = answer(example);
    match example.of {
        Of::Step => answer::taken(&answer, &context).map(|_| None),
        Of::Revoke => answer::revoked(&answer, &context).map(|()| None),
        Of::Login | Of::Refresh => answer::grant(&answer, &context).map(Some),
    }
}

/// As it would have come.
pub(super) fn answer(example: &Example) -> Answer {
    let mut answer = Answer::new(example.status, example.body.clone());
    let date = example.date.iter().map(|date| ("date".to_owned(), date.clone()));
    let headers = example.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    answer.headers.extend(date.chain(headers));
    answer
}

/// What was read differs from what the example says; one sentence.
pub(crate) fn check(definition: &Definition, example: &Example) -> Result<(), String> {
    let compare = |what: &str, read: String, documented: String| {
        if read == documented {
            return Ok(());
        }
        let because = in_vain(definition, example, what);
        Err(format!("{what}: {read} is read, {documented} is documented{because}"))
    };
    match read(definition, example) {
        Err(refusal) => {
            compare("exit", (refusal.exit as u8).to_string(), example.exit.to_string())?;
            let expected = example.error.as_deref().map(words::one_line);
            expected.map_or(Ok(()), |expected| {
                compare("error", format!("{:?}", refusal.words), format!("{expected:?}"))
            })
        }
        Ok(grant) => {
            compare("exit", 0.to_string(), example.exit.to_string())?;
            takes_all(definition, example)?;
            if let Some(expected) = &example.token {
                let token = grant.as_ref().map_or("", |grant| grant.token.expose());
                compare("token", format!("{token:?}"), format!("{expected:?}"))?;
            }
            if let Some(expected) = &example.lifetime {
                let documented = duration::parse(expected)?.as_secs();
                let read = grant.and_then(|grant| grant.lifetime);
                if read.map(|span| span.as_secs()) != Some(documented) {
                    let read = read.map_or_else(|| "none".to_owned(), duration::words);
                    compare("lifetime", read, expected.clone())?;
                }
            }
            Ok(())
        }
    }
}

/// A documented answer of a step shows everything that is taken from it.
fn takes_all(definition: &Definition, example: &Example) -> Result<(), String> {
    let step = exchange(definition, example).filter(|_| example.of == Of::Step);
    let Some(step) = step else { return Ok(()) };
    let answer = answer(example);
    let reading = Reading::of(&answer);
    let issuer = step.discovery.then_some(("the issuer", "/issuer"));
    let taken = step.take.iter().map(|(name, reader)| (name.as_str(), reader.as_str()));
    let mut missing = issuer
        .into_iter()
        .chain(taken)
        .filter(|(_, reader)| reading.at(reader).is_none());
    missing.next().map_or(Ok(()), |(name, reader)| {
        Err(format!("{name}: nothing is found at '{reader}'"))
    })
}

/// Which pointers had to find something for it to be read as documented, and did not.
fn in_vain(definition: &Definition, example: &Example, what: &str) -> String {
    let keys: &[&str] = match what {
        "exit" if example.exit == 0 => &["token"],
        "exit" => &["success", "error"],
        "lifetime" => &["expires_at", "expires_in", "expires_in_ms"],
        "error" => &["error"],
        _ => &[],
    };
    let answer = answer(example);
    let reading = Reading::of(&answer);
    let sought = pointers::of(&definition.answer).into_iter();
    let vain = sought.filter(|sought| keys.contains(&sought.key) && sought.is_vain(&reading));
    vain.flat_map(|sought| ["; ".to_owned(), sought.finds_nothing()])
        .collect()
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
