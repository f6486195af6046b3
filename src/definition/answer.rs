//! The vendor's answer → a grant, or why there is none.
//!
//! The order in which an answer is judged is fixed: the status, the vendor's own flag, any other status, the token. Nothing
//! is decided on the text of a message. The vendor is not trusted: any bytes are read without a panic, what it says is shown
//! sanitized and without the secrets that were sent. Keeping the grant, and not asking again, is left to others.

mod page;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use self::page::Page;
use super::lifetime;
use super::schema::{AnswerRules, Pointers};
use super::value::Value;
use crate::error::{Error, Exit};
use crate::http::Answer;
use crate::secret::Secret;
use crate::text::redact::Redactor;

/// What a login or a refresh gave.
#[derive(Debug)]
pub(crate) struct Grant {
    /// 1 to 16384 characters of visible ASCII.
    pub(crate) token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    /// Counted from when the request was sent; unknown where the vendor does not say.
    pub(crate) lifetime: Option<Duration>,
    pub(crate) extras: Map<String, Json>,
}

/// Why an answer holds no grant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) exit: Exit,
    pub(crate) cause: Cause,
    pub(crate) status: u16,
    /// The vendor's words or tok's own, sanitized.
    pub(crate) words: String,
    /// What answered may be something else than the API: there is nothing, or a redirect, or a page for people.
    pub(crate) is_elsewhere: bool,
}

/// What must not be sent again as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// 401, 403, or the vendor's own flag: these credentials.
    Credentials,
    /// 400, 422, or a text in the place of a token: this very request.
    Request,
    /// Nothing: the vendor failed, or asks for a pause.
    Vendor,
}

impl From<&Refusal> for Error {
    fn from(refusal: &Refusal) -> Self {
        let what = match refusal.exit {
            Exit::Refused => "the vendor refused the request",
            Exit::RateLimited => "the vendor asks for a pause",
            _ => "the vendor failed or was not understood",
        };
        let text = format!("{what} (HTTP {}): {}", refusal.status, refusal.words);
        Self::new(refusal.exit, text)
    }
}

/// What the reading needs besides the answer.
pub(crate) struct Context<'a> {
    pub(crate) rules: &'a AnswerRules,
    /// For a lifetime that is a field.
    pub(crate) plain: &'a BTreeMap<String, Value>,
    /// Local clock when the request was sent.
    pub(crate) sent_at: Timestamp,
    /// What was sent and must not be shown.
    pub(crate) redactor: &'a Redactor,
}

pub(crate) fn grant(answer: &Answer, context: &Context) -> Result<Grant, Refusal> {
    let refuse = |exit, cause, words: String| Refusal {
        exit,
        cause,
        status: answer.status,
        words,
        is_elsewhere: false,
    };
    let not_understood = |words: &str| refuse(Exit::Vendor, Cause::Vendor, words.to_owned());
    let json = judge(answer, context)?.ok_or_else(|| match Page::of(&answer.body) {
        None => not_understood("the answer is not JSON"),
        Some(page) => Refusal {
            is_elsewhere: true,
            ..not_understood(&format!(
                "the answer is not JSON but {}",
                page.words(|title| context.redactor.one_line(title))
            ))
        },
    })?;
    let Some(token) = there(&json, &context.rules.token).filter(|token| token.as_str() != Some("")) else {
        let words = words(&json, context.rules).map(|words| context.redactor.one_line(words));
        return Err(match words {
            Some(words) if context.rules.success.is_empty() => refuse(Exit::Refused, Cause::Request, words),
            Some(words) => not_understood(&format!("the answer holds no token: {words}")),
            None => not_understood("the answer holds no token"),
        });
    };
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
    let lifetime =
        lifetime::read(context, &json, token, answer.date.as_deref()).map_err(|words| not_understood(&words))?;
    let refresh_token = context.rules.refresh_token.as_ref();
    Ok(Grant {
        token: Secret::new(token),
        refresh_token: refresh_token
            .and_then(|pointers| there(&json, pointers)?.as_str())
            .filter(|token| !token.is_empty())
            .map(Secret::new),
        lifetime,
        extras: context
            .rules
            .extras
            .iter()
            .filter_map(|(name, pointer)| Some((name.clone(), json.pointer(pointer)?.clone())))
            .collect(),
    })
}

/// A revocation is done with any 2xx, and with the flag if the body is JSON.
pub(crate) fn revoked(answer: &Answer, context: &Context) -> Result<(), Refusal> {
    judge(answer, context).map(|_| ())
}

/// The status, then the flag, then any other status. The answer as JSON, if it is.
fn judge(answer: &Answer, context: &Context) -> Result<Option<Json>, Refusal> {
    let body = answer.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&answer.body);
    let json: Option<Json> = serde_json::from_slice(body).ok();
    let refuse = |exit, cause| {
        let said = json.as_ref().and_then(|json| words(json, context.rules));
        let page = Page::of(body);
        let words = if let Some(said) = said {
            context.redactor.one_line(said)
        } else if let Some(page) = &page {
            page.words(|title| context.redactor.one_line(title))
        } else {
            let tokens = json.iter().flat_map(|json| tokens(json, context.rules));
            let redactor = context.redactor.and(tokens);
            redactor.one_line(&String::from_utf8_lossy(body))
        };
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
    match answer.status {
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
    let flagged = json.as_ref().is_some_and(|json| {
        context
            .rules
            .success
            .iter()
            .any(|(pointer, expected)| json.pointer(pointer).is_some_and(|flag| !is(flag, expected)))
    });
    if flagged {
        return Err(refuse(Exit::Refused, Cause::Credentials));
    }
    if !(200..=299).contains(&answer.status) {
        return Err(refuse(Exit::Vendor, Cause::Vendor));
    }
    Ok(json)
}

/// Strings compare without case.
fn is(flag: &Json, expected: &Json) -> bool {
    match (flag, expected) {
        (Json::String(flag), Json::String(expected)) => flag.to_lowercase() == expected.to_lowercase(),
        _ => flag == expected,
    }
}

fn there<'a>(json: &'a Json, pointers: &Pointers) -> Option<&'a Json> {
    pointers
        .iter()
        .filter_map(|pointer| json.pointer(pointer))
        .find(|value| !value.is_null())
}

/// What would be shown with the whole of an answer that holds a token although it is none.
fn tokens<'a>(json: &'a Json, rules: &'a AnswerRules) -> impl Iterator<Item = Secret> + 'a {
    let pointers = [Some(&rules.token), rules.refresh_token.as_ref()];
    let pointers = pointers.into_iter().flatten().flat_map(Pointers::iter);
    pointers.filter_map(|pointer| json.pointer(pointer)?.as_str().map(Secret::new))
}

/// The first non-empty string at the places for errors.
fn words<'a>(json: &'a Json, rules: &AnswerRules) -> Option<&'a str> {
    rules
        .error
        .iter()
        .filter_map(|pointer| json.pointer(pointer)?.as_str())
        .find(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests;
