//! One-time codes by the clock (RFC 6238).
//!
//! A code belongs to a step, the count of periods since 1970. Which steps were used is for others to remember: a code must not
//! be sent twice.

use data_encoding::{Encoding, Specification};
use percent_encoding::percent_decode_str;

use super::hash::Keyed;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// What stands beside the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) digits: u32,
    /// Seconds.
    pub(crate) period: u64,
    pub(crate) hash: Keyed,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            digits: 6,
            period: 30,
            hash: Keyed::Sha1,
        }
    }
}

pub(crate) struct Totp {
    seed: Vec<u8>,
    settings: Settings,
}

impl Totp {
    /// The seed is base32 in any case, with or without padding and grouping, or an `otpauth://totp/` URL, whose own settings
    /// count before the others.
    pub(crate) fn new(seed: &Secret, settings: Settings) -> Result<Self> {
        let seed = seed.expose().trim();
        let (seed, settings) = match seed.split_once("://") {
            Some(("otpauth", rest)) => url(rest, settings)?,
            _ => (seed.to_owned(), settings),
        };
        if !(6..=8).contains(&settings.digits) {
            return Err(Error::usage("a code has 6, 7 or 8 digits"));
        }
        if settings.period == 0 {
            return Err(Error::usage("a code's period cannot be 0"));
        }
        let seed = base32()?
            .decode(seed.as_bytes())
            .ok()
            .filter(|bytes| !bytes.is_empty())
            .ok_or_else(|| {
                Error::usage("the seed is neither base32 nor an otpauth:// URL")
                    .with_hint("the seed is what the vendor shows beside the QR code, of letters and the digits 2 to 7")
            })?;
        Ok(Self { seed, settings })
    }

    pub(crate) fn step(&self, unix: u64) -> u64 {
        unix / self.settings.period
    }

    /// When a step begins, in Unix seconds.
    pub(crate) fn begin(&self, step: u64) -> u64 {
        step.saturating_mul(self.settings.period)
    }

    pub(crate) fn code(&self, step: u64) -> Secret {
        let mac = self.settings.hash.sign(&self.seed, &step.to_be_bytes());
        let number = truncated(&mac) % 10_u32.pow(self.settings.digits);
        Secret::new(format!("{number:0digits$}", digits = self.settings.digits as usize))
    }
}

/// RFC 4226 section 5.3: the last four bits say where in the digest the code's 31 bits stand.
fn truncated(mac: &[u8]) -> u32 {
    let offset = usize::from(mac.last().map_or(0, |last| last & 0xf));
    let bytes = mac.iter().skip(offset).take(4);
    bytes.fold(0, |number, byte| number << 8 | u32::from(*byte)) & 0x7fff_ffff
}

/// As RFC 4648 has it, but as people copy it: in either case, grouped, and with bits left over as authenticators take them.
fn base32() -> Result<Encoding> {
    let mut specification = Specification::new();
    specification.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    specification.translate.from.push_str("abcdefghijklmnopqrstuvwxyz");
    specification.translate.to.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification.ignore.push_str(" -=");
    specification.check_trailing_bits = false;
    specification
        .encoding()
        .map_err(|error| Error::other(format!("base32: {error}")))
}

/// `totp/LABEL?secret=…&algorithm=SHA1&digits=6&period=30`, as authenticators read it.
fn url(rest: &str, mut settings: Settings) -> Result<(String, Settings)> {
    let Some((_, query)) = rest.strip_prefix("totp/").and_then(|rest| rest.split_once('?')) else {
        return Err(Error::usage(
            "its otpauth:// URL is not one of type 'totp' with a secret",
        ));
    };
    let mut seed = None;
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = percent_decode_str(value).decode_utf8_lossy();
        let wrong = || Error::usage(format!("its otpauth:// URL has a '{name}' that cannot be used"));
        match name {
            "secret" => seed = Some(value.into_owned()),
            "digits" => settings.digits = value.parse().map_err(|_| wrong())?,
            "period" => settings.period = value.parse().map_err(|_| wrong())?,
            "algorithm" => {
                settings.hash = match value.to_ascii_uppercase().as_str() {
                    "SHA1" => Keyed::Sha1,
                    "SHA256" => Keyed::Sha256,
                    "SHA512" => Keyed::Sha512,
                    _ => return Err(wrong()),
                }
            }
            _ => {}
        }
    }
    let seed = seed.ok_or_else(|| Error::usage("its otpauth:// URL has no 'secret'"))?;
    Ok((seed, settings))
}

#[cfg(test)]
mod tests;
