//! A person's approval, as data: where a browser is sent, and how a device asks for its code.
//!
//! Both are ways to log in that need no field, and are named as their tables are. Asking the person is left to
//! [`crate::approval`].

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::schema::{Definition, Exchange, Pointers};
use crate::http::Method;

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
#[derive(Debug, Deserialize)]
#[serde(from = "BrowserTable")]
pub(crate) struct Browser {
    /// What the person's browser asks for; tok sends it never.
    pub(crate) request: Exchange,
    pub(crate) redirect_host: RedirectHost,
    /// Any that is free where it is 0.
    pub(crate) port: u16,
    pub(crate) redirect_path: String,
    /// Template of the issuer that every answer must name (RFC 9207); a discovery document says it as well.
    pub(crate) iss: Option<String>,
    way: [String; 1],
}

/// A device's code (RFC 8628).
#[derive(Debug, Deserialize)]
#[serde(from = "DeviceTable")]
pub(crate) struct Device {
    pub(crate) request: Exchange,
    pub(crate) readers: Readers,
    way: [String; 1],
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct BrowserTable {
    #[serde(default)]
    path: String,
    url: Option<String>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    redirect_host: RedirectHost,
    #[serde(default)]
    port: u16,
    redirect_path: Option<String>,
    iss: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceTable {
    #[serde(default)]
    method: Method,
    #[serde(default)]
    path: String,
    url: Option<String>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    basic: Option<String>,
    json: Option<Json>,
    form: Option<serde_json::Map<String, Json>>,
    success: Option<BTreeMap<String, Json>>,
    error: Option<Vec<String>>,
    #[serde(default)]
    status: Vec<u16>,
    device_code: Option<Pointers>,
    user_code: Option<Pointers>,
    verification_uri: Option<Pointers>,
    verification_uri_complete: Option<Pointers>,
    expires_in: Option<Pointers>,
    interval: Option<Pointers>,
}

impl From<BrowserTable> for Browser {
    fn from(table: BrowserTable) -> Self {
        Self {
            request: Exchange {
                method: Method::Get,
                path: table.path,
                url: table.url,
                query: table.query,
                ..Exchange::default()
            },
            redirect_host: table.redirect_host,
            port: table.port,
            redirect_path: table.redirect_path.unwrap_or_else(|| "/".to_owned()),
            iss: table.iss,
            way: [BROWSER.to_owned()],
        }
    }
}

impl From<DeviceTable> for Device {
    fn from(table: DeviceTable) -> Self {
        let one = |given: Option<Pointers>, usual: &str| given.unwrap_or_else(|| Pointers::One(usual.to_owned()));
        // Some say URL where the RFC says URI.
        let addresses = ["/verification_uri", "/verification_url"].map(str::to_owned).to_vec();
        Self {
            request: Exchange {
                method: table.method,
                path: table.path,
                url: table.url,
                query: table.query,
                headers: table.headers,
                basic: table.basic,
                json: table.json,
                form: table.form,
                success: table.success,
                error: table.error,
                status: table.status,
                ..Exchange::default()
            },
            readers: Readers {
                device_code: one(table.device_code, "/device_code"),
                user_code: one(table.user_code, "/user_code"),
                verification_uri: table.verification_uri.unwrap_or(Pointers::Several(addresses)),
                verification_uri_complete: one(table.verification_uri_complete, "/verification_uri_complete"),
                expires_in: one(table.expires_in, "/expires_in"),
                interval: one(table.interval, "/interval"),
            },
            way: [DEVICE.to_owned()],
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

impl Definition {
    /// Of which exactly one is taken: those that the file lists, and those of its approvals that it does not.
    pub(crate) fn ways(&self) -> impl Iterator<Item = &[String]> {
        let is_listed = |way: &[String]| self.listed.iter().flatten().any(|name| way.contains(name));
        let browser = self.browser.iter().map(|browser| browser.way.as_slice());
        let device = self.device.iter().map(|device| device.way.as_slice());
        let listed = self.listed.iter().map(Vec::as_slice);
        listed.chain(browser.chain(device).filter(move |way| !is_listed(way)))
    }

    /// Nothing where there is no choice.
    pub(crate) fn first_way(&self) -> &[String] {
        self.ways().next().unwrap_or_default()
    }

    /// What a person does in this way.
    pub(crate) fn approval(&self, way: &[String]) -> Option<Approval<'_>> {
        let browser = self
            .browser
            .iter()
            .map(|browser| (&browser.way, Approval::Browser(browser)));
        let device = self.device.iter().map(|device| (&device.way, Approval::Device(device)));
        let mut approvals = browser.chain(device);
        approvals.find_map(|([own], approval)| way.contains(own).then_some(approval))
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::lint;

    const BOTH: &str = "about = 'x'\n[browser]\npath = '/authorize'\n[browser.query]\ns = '{state}'\nc = '{code-challenge}'\n\
                        [device]\npath = '/device'\n\
                        [[login]]\nway = 'browser'\nform = { c = '{code}', v = '{code-verifier}' }\n\
                        [[login]]\nway = 'device'\nform = { d = '{device-code}' }\n[answer]\ntoken = '/t'\n";

    fn ways(text: &str) -> Vec<String> {
        let definition = lint::read(text).unwrap_or_else(|faults| panic!("{faults:?}"));
        definition.ways().map(|way| way.join("+")).collect()
    }

    #[test]
    fn an_approval_is_a_way_without_being_listed_and_stands_where_it_is_listed() {
        assert_eq!(ways(BOTH), ["browser", "device"]);
        let field = "[[field]]\nname = 'pin'\nhelp = 'x'\n[[login]]\nway = 'pin'\nform = { p = '{pin}' }\n";
        assert_eq!(
            ways(&format!("ways = [['pin']]\n{BOTH}{field}")),
            ["pin", "browser", "device"]
        );
        assert_eq!(
            ways(&format!("ways = [['device'], ['pin']]\n{BOTH}{field}")),
            ["device", "pin", "browser"]
        );
    }

    #[test]
    fn what_is_not_said_is_as_the_rfcs_have_it() {
        let definition = lint::read(BOTH).unwrap();
        let browser = definition.browser.as_ref().unwrap();
        let redirect = (
            browser.redirect_host.name(),
            browser.port,
            browser.redirect_path.as_str(),
        );
        assert_eq!(redirect, ("127.0.0.1", 0, "/"));
        let readers = &definition.device.as_ref().unwrap().readers;
        let places: Vec<&str> = readers.iter().flat_map(|(_, readers)| readers.iter()).collect();
        assert_eq!(
            places,
            [
                "/device_code",
                "/user_code",
                "/verification_uri",
                "/verification_url",
                "/verification_uri_complete",
                "/expires_in",
                "/interval"
            ]
        );
    }
}
