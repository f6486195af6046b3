//! A person's approval, as data: where a browser is sent, and how a device asks for its code.
//!
//! Both are ways to log in that need no field, and are named as their tables are. Asking the person is left to
//! [`crate::approval`].

mod tables;

use serde::Deserialize;

use super::exchange::{Exchange, Pointers};

pub(crate) const BROWSER: &str = "browser";
pub(crate) const DEVICE: &str = "device";

/// What stands for the values of an approval, in the table itself and in its login.
pub(crate) const REDIRECT_URI: &str = "redirect-uri";
pub(crate) const STATE: &str = "state";
pub(crate) const CODE_CHALLENGE: &str = "code-challenge";
pub(crate) const CODE: &str = "code";
pub(crate) const CODE_VERIFIER: &str = "code-verifier";
pub(crate) const DEVICE_CODE: &str = "device-code";

/// How a person approves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Approval<'a> {
    Browser(&'a Browser),
    Device(&'a Device),
}

/// An authorization code with PKCE (RFC 6749 section 4.1, RFC 7636, RFC 8252).
#[derive(Debug)]
pub(crate) struct Browser {
    /// What the person's browser asks for; tok sends it never.
    pub(crate) request: Exchange,
    pub(crate) redirect_host: RedirectHost,
    /// Any that is free where it is 0.
    pub(crate) port: u16,
    pub(crate) redirect_path: String,
    /// Template of the issuer that every answer must name (RFC 9207); a discovery document says it as well.
    pub(crate) iss: Option<String>,
    pub(super) way: [String; 1],
}

/// A device's code (RFC 8628).
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) request: Exchange,
    pub(crate) readers: Readers,
    pub(super) way: [String; 1],
}

/// Where in the answer of a device's request things stand.
#[derive(Debug)]
pub(crate) struct Readers {
    pub(crate) device_code: Pointers,
    pub(crate) user_code: Pointers,
    pub(crate) verification_uri: Pointers,
    pub(crate) verification_uri_complete: Pointers,
    pub(crate) expires_in: Pointers,
    pub(crate) interval: Pointers,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum RedirectHost {
    #[default]
    #[serde(rename = "127.0.0.1")]
    Address,
    #[serde(rename = "localhost")]
    Name,
}

impl RedirectHost {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Address => "127.0.0.1",
            Self::Name => "localhost",
        }
    }
}

impl Readers {
    /// Each with its key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Pointers)> {
        [
            ("device_code", &self.device_code),
            ("user_code", &self.user_code),
            ("verification_uri", &self.verification_uri),
            ("verification_uri_complete", &self.verification_uri_complete),
            ("expires_in", &self.expires_in),
            ("interval", &self.interval),
        ]
        .into_iter()
    }
}

impl<'a> Approval<'a> {
    /// What is asked for first: by the browser, or by tok for the device.
    pub(crate) fn request(self) -> &'a Exchange {
        match self {
            Self::Browser(browser) => &browser.request,
            Self::Device(device) => &device.request,
        }
    }

    /// What stands in its address and in its login.
    pub(crate) fn values(self) -> &'static [&'static str] {
        match self {
            Self::Browser(_) => &[REDIRECT_URI, STATE, CODE_CHALLENGE, CODE, CODE_VERIFIER],
            Self::Device(_) => &[DEVICE_CODE],
        }
    }

    /// What its login can lay in.
    pub(crate) fn gives(self) -> &'static [&'static str] {
        match self {
            Self::Browser(_) => &[CODE, CODE_VERIFIER, REDIRECT_URI],
            Self::Device(_) => &[DEVICE_CODE],
        }
    }
}

/// Whether a name is that of a way that a person approves.
pub(crate) fn is_way(name: &str) -> bool {
    named(name).is_some()
}

/// The way of that name.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    [BROWSER, DEVICE].into_iter().find(|way| *way == name)
}

/// Whether nobody may see the value of this name. The others stand in an address that is shown.
pub(crate) fn is_secret(name: &str) -> bool {
    !matches!(name, REDIRECT_URI | CODE_CHALLENGE)
}
