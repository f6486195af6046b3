//! Documented answers: what is read of one must be what the vendor shows.

use super::sample::samples;
use crate::definition::answer::{self, Grant, Refusal};
use crate::definition::context::Context;
use crate::definition::device;
use crate::definition::exchange::Exchange;
use crate::definition::reader::Reading;
use crate::definition::schema::{Definition, Example, Of};
use crate::definition::{http_date, pointers};
use crate::http::Answer;
use crate::text::redact::Redactor;
use crate::text::words;
use crate::time::{clock, duration};

/// Of each whether it is broken, the key that it is about, and what is said then.
pub(super) fn rules(definition: &Definition, example: &Example) -> Vec<(bool, &'static str, &'static str)> {
    let of_value = example.name.is_some() || example.at.is_some() || example.value.is_some();
    vec![
        (
            of_value || !example.given.is_empty(),
            "",
            "has keys of a value, but is not of = \"let\"",
        ),
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
    ]
}

/// What is read of an example.
pub(in crate::definition) fn read(definition: &Definition, example: &Example) -> Result<Option<Grant>, Refusal> {
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
        Of::Device => match &definition.device {
            Some(device) => device::codes(&answer, &context, device).map(|_| None),
            None => Ok(None),
        },
        Of::Step | Of::Browser => answer::taken(&answer, &context).map(|_| None),
        Of::Revoke => answer::revoked(&answer, &context).map(|()| None),
        Of::Login | Of::Refresh | Of::Let => answer::grant(&answer, &context).map(Some),
    }
}

/// As it would have come.
pub(in crate::definition) fn answer(example: &Example) -> Answer {
    let mut answer = Answer::new(example.status, example.body.clone());
    let date = example.date.iter().map(|date| ("date".to_owned(), date.clone()));
    let headers = example.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    answer.headers.extend(date.chain(headers));
    answer
}

/// What was read differs from what the example says; one sentence.
pub(super) fn check(definition: &Definition, example: &Example) -> Result<(), String> {
    let compare = |what: &str, read: String, documented: String| {
        if read == documented {
            return Ok(());
        }
        let because = in_vain(definition, example, what);
        Err(format!("{what}: {read} is read, {documented} is documented{because}"))
    };
    match read(definition, example) {
        Err(refusal) => {
            if example.of == Of::Device && example.exit == 0 {
                return Err(refusal.words);
            }
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

/// What an example answers.
pub(super) fn exchange<'a>(definition: &'a Definition, example: &Example) -> Option<&'a Exchange> {
    let mut exchanges = definition.exchanges();
    let it = exchanges.find(|(of, place, _)| *of == example.of && place + 1 == example.nth);
    it.map(|(.., exchange)| exchange)
}
