//! `[browser]` and `[device]` as a file has them, and what is meant where a key is absent.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use super::{BROWSER, Browser, DEVICE, Device, Readers, RedirectHost};
use crate::definition::exchange::{Exchange, Pointers};
use crate::http::Method;

impl<'de> Deserialize<'de> for Browser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BrowserTable::deserialize(deserializer).map(Self::from)
    }
}

impl<'de> Deserialize<'de> for Device {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DeviceTable::deserialize(deserializer).map(Self::from)
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

#[cfg(test)]
mod tests {
    use crate::definition::lint;

    const BARE: &str = "about = 'x'\n[browser]\npath = '/authorize'\n[browser.query]\ns = '{state}'\nc = '{code-challenge}'\n\
                        [device]\npath = '/device'\n\
                        [[login]]\nway = 'browser'\nform = { c = '{code}', v = '{code-verifier}' }\n\
                        [[login]]\nway = 'device'\nform = { d = '{device-code}' }\n[answer]\ntoken = '/t'\n";

    #[test]
    fn what_is_not_said_is_as_the_rfcs_have_it() {
        let definition = lint::read(BARE).unwrap();
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
