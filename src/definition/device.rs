//! The answer to a device's request (RFC 8628 section 3.2) → the codes, and what a person is told.
//!
//! The vendor is not trusted with what a person is told: an address is https, or on loopback, and nothing moves the cursor.

use std::time::Duration;

use serde_json::Value as Json;

use super::answer::{Refusal, judge, lacking, there};
use super::approval::{Device, Readers};
use super::context::Context;
use super::exchange::Pointers;
use super::lifetime;
use super::reader::Reading;
use crate::http::Answer;
use crate::origin::address::Address;
use crate::secret::Secret;
use crate::text::words;

#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) device_code: Secret,
    /// Fit to be shown, as the addresses are.
    pub(crate) user_code: String,
    pub(crate) address: String,
    /// With the code in it.
    pub(crate) complete: Option<String>,
    /// Counted from when the request was sent; unknown where the vendor does not say.
    pub(crate) life: Option<Duration>,
    /// Between two requests of the login.
    pub(crate) interval: Option<Duration>,
}

pub(crate) fn codes(answer: &Answer, context: &Context, device: &Device) -> Result<Codes, Refusal> {
    // Even an answer that is none may hold them.
    let redactor = context.redactor.and(secrets(answer, &device.readers));
    let context = &Context {
        redactor: &redactor,
        ..*context
    };
    let reading = judge(answer, context)?;
    let Readers {
        device_code,
        user_code,
        verification_uri,
        verification_uri_complete,
        expires_in,
        interval,
    } = &device.readers;
    let text = |readers: &Pointers| there(&reading, readers).map(|value| bare(&value));
    let needed =
        |name: &str, readers: &Pointers| text(readers).ok_or_else(|| lacking(name, readers, answer, &reading, context));
    let seconds = |readers: &Pointers| {
        let seconds = lifetime::number(&*there(&reading, readers)?)?;
        Duration::try_from_secs_f64(seconds).ok().filter(|span| !span.is_zero())
    };
    let device_code = Secret::new(needed("device_code", device_code)?);
    let user_code = words::one_line(&needed("user_code", user_code)?);
    let verification_uri = address(&needed("verification_uri", verification_uri)?).map_err(|reason| {
        Refusal::misunderstood(
            answer,
            format!("verification_uri: the address that the vendor gives {reason}"),
        )
    })?;
    Ok(Codes {
        device_code,
        user_code,
        address: verification_uri,
        complete: text(verification_uri_complete).and_then(|complete| address(&complete).ok()),
        life: seconds(expires_in),
        interval: seconds(interval),
    })
}

fn secrets(answer: &Answer, readers: &Readers) -> Vec<Secret> {
    let reading = Reading::of(answer);
    let readers = [&readers.device_code, &readers.user_code];
    let readers = readers.into_iter().flat_map(Pointers::iter);
    readers
        .filter_map(|reader| Some(Secret::new(bare(&*reading.at(reader)?))))
        .collect()
}

/// What a vendor says in the place of a token.
pub(crate) struct Said {
    /// Of which one may be a word of the RFC's.
    pub(crate) texts: Vec<String>,
    /// As it may be shown.
    pub(crate) words: String,
}

/// Whatever the status is: a member `error` in JSON or in a form, or what stands where the definition says that the reason is.
pub(crate) fn said(answer: &Answer, context: &Context) -> Option<Said> {
    let reading = Reading::of(answer);
    let readers = ["/error", "form:error"];
    let readers = readers.into_iter().chain(context.error().iter().map(String::as_str));
    let texts: Vec<String> = readers
        .filter_map(|reader| reading.at(reader)?.as_str().map(str::to_owned))
        .collect();
    let first = context.redactor.one_line(texts.first()?);
    Some(Said {
        words: context.words(&reading).unwrap_or(first),
        texts,
    })
}

/// A page may tell its parts by what stands behind `#`.
fn address(text: &str) -> Result<String, String> {
    let (page, part) = text.split_at(text.find('#').unwrap_or(text.len()));
    if !part.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("has a character that must be percent-encoded".to_owned());
    }
    Ok(Address::parse(page)?.url() + part)
}

fn bare(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
