//! The values of `[let]`, made for one request and out of what stands in it.

use std::time::Duration;

use serde_json::Value as Json;

use super::inputs::{Inputs, bare, members, render};
use crate::definition::lets::{Hmac, Jwt, Let, Lets, Time, Totp};
use crate::definition::template::{self, Form, Part};
use crate::definition::value::Value;
use crate::error::{Error, Result};
use crate::made::transform::Transform;
use crate::made::{jwt, random, totp};
use crate::secret::Secret;
use crate::time::duration;

/// Adds what these names need to the inputs, each value once. One whose fields are absent is absent.
pub(super) fn add<'a>(lets: &'a Lets, names: impl IntoIterator<Item = &'a str>, inputs: &mut Inputs) -> Result<()> {
    for (name, value) in lets.order(names) {
        if inputs.made.contains_key(name) {
            continue;
        }
        let given = value.names().into_iter().any(|needed| inputs.is_given(needed));
        let blamed = |error: Error| if given { Error::vendor(error.text()) } else { error };
        if given {
            inputs.made_of_given.insert(name.to_owned());
        }
        if let Some(made) = make(value, inputs).map_err(|error| blamed(error.of(name)))? {
            inputs.made.insert(name.to_owned(), made);
        }
    }
    Ok(())
}

fn make(value: &Let, inputs: &Inputs) -> Result<Option<Json>> {
    Ok(match value {
        Let::Jwt(jwt) => signed(jwt, inputs)?.map(|jwt| jwt.expose().into()),
        Let::Hmac(hmac) => mac(hmac, inputs)?.map(Json::from),
        Let::Digest(digest) => {
            let of = render(&digest.of, inputs)?;
            of.map(|of| digest.encoding.encode(digest.hash.digest(&of)).into())
        }
        Let::Totp(totp) => codes(totp, inputs)?.map(|codes| {
            let step = codes.step(unix(inputs));
            codes.code(step).expose().into()
        }),
        Let::Random(random) => Some(Json::from(match random.form.encoding() {
            Some(encoding) => encoding.encode(random::bytes(random.bytes.unwrap_or_default())?),
            None => random::uuid()?,
        })),
        Let::Time(time) => match plus(time, inputs)? {
            Some(plus) => Some(time.form.at(inputs.now, plus, minus(time)?)?),
            None => None,
        },
    })
}

fn signed(jwt: &Jwt, inputs: &Inputs) -> Result<Option<Secret>> {
    let Some(key) = key(&jwt.key, inputs)? else {
        return Ok(None);
    };
    let (header, claims) = (members(&jwt.header, inputs)?, members(&jwt.claims, inputs)?);
    jwt::sign(jwt.alg, &key, &header, &claims).map(Some)
}

fn mac(hmac: &Hmac, inputs: &Inputs) -> Result<Option<String>> {
    let (Some(key), Some(of)) = (key(&hmac.key, inputs)?, render(&hmac.of, inputs)?) else {
        return Ok(None);
    };
    Ok(Some(hmac.encoding.encode(hmac.hash.hmac(&key, &of))))
}

/// What a code is made with.
pub(super) fn codes(totp: &Totp, inputs: &Inputs) -> Result<Option<totp::Totp>> {
    let seed = key(&totp.seed, inputs)?;
    seed.map(|seed| totp::Totp::new(&seed, totp.settings())).transpose()
}

/// What a value is made with. It is absent where its field is, but a document that is there must have it.
fn key(template: &str, inputs: &Inputs) -> Result<Option<Secret>> {
    let rendered = render(template, inputs)?;
    if rendered.is_none() {
        for part in template::parse(template).map_err(Error::usage)? {
            if let Part::Field(name, form @ Form::Of(Transform::Member(pointer))) = part
                && inputs.text(name, Form::AsIs)?.is_some()
                && inputs.text(name, form)?.is_none()
            {
                return Err(Error::usage(format!("'{name}' has no member '{pointer}'")));
            }
        }
    }
    Ok(rendered.map(Secret::new))
}

/// Before 1970 it is 1970.
fn unix(inputs: &Inputs) -> u64 {
    u64::try_from(inputs.now.as_second()).unwrap_or(0)
}

/// Nothing where it is a field that is absent.
fn plus(time: &Time, inputs: &Inputs) -> Result<Option<Duration>> {
    let Some(text) = time.plus.as_deref() else {
        return Ok(Some(Duration::ZERO));
    };
    match template::names(text).first() {
        None => duration::parse(text).map(Some).map_err(Error::usage),
        Some(field) => Ok(match inputs.plain.get(*field) {
            Some(Value::Duration(span)) => Some(*span),
            _ => None,
        }),
    }
}

fn minus(time: &Time) -> Result<Duration> {
    let minus = time.minus.as_deref().unwrap_or("0");
    duration::parse(minus).map_err(Error::usage)
}

/// The texts of what was made that nobody may see: everything but times.
pub(super) fn secrets<'a>(lets: &'a Lets, inputs: &'a Inputs) -> impl Iterator<Item = Secret> + 'a {
    let made = lets.iter().filter(|(_, value)| !matches!(value, Let::Time(_)));
    made.filter_map(|(name, _)| Some(Secret::new(bare(inputs.made.get(name)?))))
}

#[cfg(test)]
mod tests;
