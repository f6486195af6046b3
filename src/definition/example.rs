//! Holds a definition against the answers that it documents.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::answer::{self, Context, Grant, Refusal};
use super::http_date;
use super::mistake::{Mistake, Place};
use super::pointers;
use super::schema::{Definition, Example, Field, Of};
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
                definition.exchange(example.of).is_none(),
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
                example.of != Of::Revoke && example.exit == 0 && example.token.is_none() && example.lifetime.is_none(),
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
    let context = Context {
        rules: &definition.answer,
        plain: &plain,
        sent_at: Timestamp::now(),
        redactor: &redactor,
    };
    let answer = Answer {
        status: example.status,
        date: example.date.clone(),
        retry_after: None,
        body: example.body.clone().into_bytes(),
    };
    match example.of {
        Of::Revoke => answer::revoked(&answer, &context).map(|()| None),
        Of::Login | Of::Refresh => answer::grant(&answer, &context).map(Some),
    }
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
            if let Some(expected) = &example.token {
                let token = grant.as_ref().map_or("", |grant| grant.token.expose());
                compare("token", format!("{token:?}"), format!("{expected:?}"))?;
            }
            if let Some(expected) = &example.lifetime {
                let documented = duration::parse(expected)?.as_secs();
                let read = grant.and_then(|grant| grant.lifetime).map(|span| span.as_secs());
                if read != Some(documented) {
                    let read = read.map_or_else(|| "none".to_owned(), |seconds| format!("{seconds} s"));
                    compare("lifetime", read, expected.clone())?;
                }
            }
            Ok(())
        }
    }
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
    let Ok(body) = serde_json::from_str(&example.body) else {
        return String::new();
    };
    let sought = pointers::of(&definition.answer).into_iter();
    let vain = sought.filter(|sought| keys.contains(&sought.key) && !sought.finds_something(&body));
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

/// The first example of a table that is answered with a token or, if `good` is false, refused.
pub(crate) fn first(definition: &Definition, of: Of, good: bool) -> Option<&Example> {
    let exit = if good { 0 } else { 4 };
    definition
        .examples
        .iter()
        .find(|example| example.of == of && example.exit == exit)
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
            for of in [true, false] {
                assert!(first(&vendor.definition, Of::Login, of).is_some(), "{}", vendor.name);
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
