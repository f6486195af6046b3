//! The vendor's answer → a grant, or why there is none.
//!
//! The order in which an answer is judged is fixed: the status, the vendor's own flag, any other status, the token. Nothing
//! is decided on the text of a message. The vendor is not trusted: any bytes are read without a panic, what it says is shown
//! sanitized and without the secrets that were sent. Keeping the grant, and not asking again, is left to others.

mod page;
mod refusal;

pub(crate) use refusal::{Cause, Refusal};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use self::page::Page;
use super::context::Context;
use super::exchange::Pointers;
use super::lifetime;
use super::reader::{Reader, Reading};
use crate::error::Exit;
use crate::http::Answer;
use crate::secret::Secret;

/// What a login or a refresh gave.
#[derive(Debug)]
pub(crate) struct Grant {
    /// 1 to 16384 characters of visible ASCII.
    pub(crate) token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    /// Of the refresh token, as of the token.
    pub(crate) refresh_lifetime: Option<Duration>,
    /// Counted from when the request was sent; unknown where the vendor does not say.
    pub(crate) lifetime: Option<Duration>,
    pub(crate) extras: Map<String, Json>,
}

pub(crate) fn grant(answer: &Answer, context: &Context) -> Result<Grant, Refusal> {
    let rules = context.rules;
    let not_understood = |words: &str| Refusal::misunderstood(answer, words);
    let reading = judge(answer, context)?;
    let token = there(&reading, &rules.token);
    let token = token.ok_or_else(|| lacking("token", &rules.token, answer, &reading, context))?;
    let token = token
        .as_str()
        .ok_or_else(|| not_understood("the token is not a string"))?;
    if token.len() > 16384 {
        return Err(not_understood("the token is longer than 16384 characters"));
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(not_understood(
            "the token holds a blank, a control character or one beyond ASCII",
        ));
    }
    let date = answer.header("date");
    let lifetime = lifetime::read(context, &reading, token, date).map_err(|words| not_understood(&words))?;
    let refresh_token = rules.refresh_token.as_ref();
    Ok(Grant {
        token: Secret::new(token),
        refresh_token: refresh_token.and_then(|readers| Some(Secret::new(there(&reading, readers)?.as_str()?))),
        refresh_lifetime: lifetime::of_refresh(context, &reading, date),
        lifetime,
        extras: rules
            .extras
            .iter()
            .filter_map(|(name, reader)| Some((name.clone(), reading.at(reader)?.into_owned())))
            .collect(),
    })
}

/// What a step's answer gives to the requests that follow; nothing for a reader that finds nothing.
pub(crate) fn taken(answer: &Answer, context: &Context) -> Result<BTreeMap<String, Json>, Refusal> {
    let reading = judge(answer, context)?;
    let take = &context.exchange.take;
    let found: BTreeMap<_, _> = take
        .iter()
        .filter_map(|(name, reader)| Some((name.clone(), something(reading.at(reader)?)?.into_owned())))
        .collect();
    // As a login's answer without a token.
    let refused = found.is_empty() && !take.is_empty() && context.success().is_empty();
    match context.words(&reading).filter(|_| refused) {
        None => Ok(found),
        Some(words) => Err(Refusal::instead(answer, words)),
    }
}

/// Why an answer that is none of a failure lacks what it must have.
pub(super) fn lacking(
    what: &str,
    readers: &Pointers,
    answer: &Answer,
    reading: &Reading,
    context: &Context,
) -> Refusal {
    let is_pointer = |reader| matches!(Reader::parse(reader), Some(Reader::Pointer(_)));
    let not_understood = |words: &str| Refusal::misunderstood(answer, words);
    match context.words(reading) {
        Some(words) if context.success().is_empty() => Refusal::instead(answer, words),
        Some(words) => not_understood(&format!("the answer holds no {what}: {words}")),
        None if readers.iter().any(is_pointer) && reading.json().is_none() => match Page::of(&answer.body) {
            None => not_understood("the answer is not JSON"),
            Some(page) => Refusal {
                is_elsewhere: true,
                ..not_understood(&format!(
                    "the answer is not JSON but {}",
                    page.words(|title| context.redactor.one_line(title))
                ))
            },
        },
        None => not_understood(&format!("the answer holds no {what}")),
    }
}

/// A revocation is done with any 2xx, and with the flag if the body is JSON.
pub(crate) fn revoked(answer: &Answer, context: &Context) -> Result<(), Refusal> {
    judge(answer, context).map(|_| ())
}

/// The status, then the flag, then any other status.
pub(super) fn judge<'a>(answer: &'a Answer, context: &Context) -> Result<Reading<'a>, Refusal> {
    let reading = Reading::of(answer);
    let refuse = |exit, cause| {
        let page = Page::of(&answer.body);
        let words = context.words(&reading).unwrap_or_else(|| {
            if let Some(page) = &page {
                return page.words(|title| context.redactor.one_line(title));
            }
            let redactor = context.redactor.and(tokens(&reading, context));
            redactor.one_line(&reading.words())
        });
        Refusal {
            exit,
            cause,
            status: answer.status,
            words: if words.is_empty() {
                "without a reason".to_owned()
            } else {
                words
            },
            is_elsewhere: match answer.status {
                300..=399 | 404 | 405 | 410 => exit == Exit::Vendor,
                500..=599 => false,
                _ => exit == Exit::Vendor && page.is_some(),
            },
        }
    };
    let success = (200..=299).contains(&answer.status) || context.exchange.status.contains(&answer.status);
    match answer.status {
        _ if success => {}
        429 => return Err(refuse(Exit::RateLimited, Cause::Vendor)),
        300..=399 => {
            return Err(Refusal {
                words: "it answers with a redirect, which is not followed".to_owned(),
                ..refuse(Exit::Vendor, Cause::Vendor)
            });
        }
        500..=599 => return Err(refuse(Exit::Vendor, Cause::Vendor)),
        401 | 403 => return Err(refuse(Exit::Refused, Cause::Credentials)),
        400 | 422 => return Err(refuse(Exit::Refused, Cause::Request)),
        _ => {}
    }
    let differs = |(reader, expected): (&String, &Json)| reading.at(reader).is_some_and(|flag| !is(&flag, expected));
    if context.success().iter().any(differs) {
        return Err(refuse(Exit::Refused, Cause::Credentials));
    }
    if !success {
        return Err(refuse(Exit::Vendor, Cause::Vendor));
    }
    Ok(reading)
}

/// Strings compare without case.
fn is(flag: &Json, expected: &Json) -> bool {
    match (flag, expected) {
        (Json::String(flag), Json::String(expected)) => flag.to_lowercase() == expected.to_lowercase(),
        _ => flag == expected,
    }
}

/// The first that is there.
pub(super) fn there<'r>(reading: &'r Reading, readers: &Pointers) -> Option<Cow<'r, Json>> {
    let mut found = readers.iter().filter_map(|reader| reading.at(reader));
    something(found.find(|value| !value.is_null())?)
}

fn something(value: Cow<'_, Json>) -> Option<Cow<'_, Json>> {
    (!value.is_null() && value.as_str() != Some("")).then_some(value)
}

/// What would be shown with the whole of an answer that holds it although it is a refusal.
fn tokens<'a>(reading: &'a Reading, context: &'a Context) -> impl Iterator<Item = Secret> + 'a {
    let readers = [Some(&context.rules.token), context.rules.refresh_token.as_ref()];
    let readers = readers.into_iter().flatten().flat_map(Pointers::iter);
    let readers = readers.chain(context.exchange.take.values().map(String::as_str));
    readers.filter_map(|reader| reading.at(reader)?.as_str().map(Secret::new))
}

#[cfg(test)]
mod tests;
