//! How long a token lasts, read from wherever the vendor says it.
//!
//! The first that is there counts: `expires_at`, `expires_in`, `expires_in_ms`, the JWT's `exp`, the documented lifetime.
//! Absolute times are read against the answer's own `Date`, so that a wrong clock on either side does no harm.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use serde_json::Value as Json;

use super::context::Context;
use super::reader::Reading;
use super::template;
use super::value::Value;
use crate::jwt;
use crate::time::duration;

const SHORTEST_MS: f64 = 1000.0;
const LONGEST_MS: f64 = 10.0 * 365.25 * 86400.0 * 1000.0;

/// Counted from when the request was sent; `None` where nothing says it. The error is for exit 6.
pub(crate) fn read(
    context: &Context,
    reading: &Reading,
    token: &str,
    date: Option<&str>,
) -> Result<Option<Duration>, String> {
    let rules = context.rules;
    let now = vendor_now(context, date);
    let milliseconds = said(reading, [&rules.expires_at, &rules.expires_in], now)
        .or_else(|| number(&*reading.at(rules.expires_in_ms.as_deref()?)?))
        .or_else(|| jwt::expiry(token).map(|end| exact(end) * 1000.0 - now))
        .or_else(|| documented(context).map(|span| span.as_secs_f64() * 1000.0));
    let Some(milliseconds) = milliseconds else {
        return Ok(None);
    };
    if !is_possible(milliseconds) {
        let seconds = (milliseconds / 1000.0).trunc();
        let shown = if seconds.abs() < 1e15 {
            seconds.to_string()
        } else {
            format!("{seconds:e}")
        };
        return Err(format!("the token's lifetime of {shown} s cannot be right"));
    }
    Ok(Some(Duration::from_secs_f64(milliseconds / 1000.0)))
}

/// Of the refresh token. What cannot be right is as good as nothing: of one that never ends some vendors say 0.
pub(crate) fn of_refresh(context: &Context, reading: &Reading, date: Option<&str>) -> Option<Duration> {
    let rules = context.rules;
    let readers = [&rules.refresh_expires_at, &rules.refresh_expires_in];
    let milliseconds = said(reading, readers, vendor_now(context, date))?;
    is_possible(milliseconds).then(|| Duration::from_secs_f64(milliseconds / 1000.0))
}

/// Where there is a time, until then, else the seconds.
fn said(reading: &Reading, [time, seconds]: [&Option<String>; 2], now: f64) -> Option<f64> {
    let at = |reader: &Option<String>| reading.at(reader.as_deref()?);
    let until = at(time).and_then(|time| absolute_ms(&time)).map(|end| end - now);
    until.or_else(|| Some(number(&*at(seconds)?)? * 1000.0))
}

/// In milliseconds.
fn vendor_now(context: &Context, date: Option<&str>) -> f64 {
    exact(date.and_then(http_date).unwrap_or(context.sent_at).as_millisecond())
}

fn is_possible(milliseconds: f64) -> bool {
    (SHORTEST_MS..=LONGEST_MS).contains(&milliseconds)
}

/// Why a documented lifetime would be refused at every login.
pub(super) fn objection(documented: Duration) -> Option<&'static str> {
    let is_possible = is_possible(documented.as_secs_f64() * 1000.0);
    (!is_possible).then_some("a token lasts from a second to ten years")
}

fn documented(context: &Context) -> Option<Duration> {
    let lifetime = context.rules.lifetime.as_deref()?;
    match template::names(lifetime).first() {
        None => duration::parse(lifetime).ok(),
        Some(field) => match context.plain.get(*field) {
            Some(Value::Duration(span)) => Some(*span),
            _ => None,
        },
    }
}

/// A number or a numeric string.
pub(super) fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// RFC 3339 (without an offset: UTC), epoch seconds, or epoch milliseconds (above 10¹¹), as milliseconds since 1970.
fn absolute_ms(json: &Json) -> Option<f64> {
    if let Some(epoch) = number(json) {
        return Some(if epoch > 1e11 { epoch } else { epoch * 1000.0 });
    }
    // Not as a `Timestamp`, which ends a day before the year 9999 does, the end that stands for never.
    let pieces = Pieces::parse(json.as_str()?.trim()).ok()?;
    let civil = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    let since_epoch = civil.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    Some(since_epoch.as_millis_f64() - f64::from(offset.seconds()) * 1000.0)
}

#[allow(clippy::cast_precision_loss, reason = "times of this age are exact in an f64")]
fn exact(time: i64) -> f64 {
    time as f64
}

/// The `Date` header (RFC 9110 section 5.6.7), in the form that servers must send.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests;
