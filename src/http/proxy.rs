//! The proxy that the environment names.
//!
//! It is chosen as curl chooses it: the variable for https before the one for everything, and a name that is excepted
//! stands for the names below it as well. The client's own reading differs in both and passes over a variable that it
//! cannot read. The value is never shown, since it may hold a password.

use std::ffi::OsString;
use std::net::IpAddr;

use ureq::Proxy;

use crate::error::{Error, Result};

/// The proxy for https to `host`. An empty variable is absent.
pub(super) fn for_host(host: &str, variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<Proxy>> {
    let find = |names: &[&'static str]| {
        names.iter().find_map(|name| {
            let value = variable(name).filter(|value| !value.is_empty())?;
            Some((*name, value))
        })
    };
    let Some((name, value)) = find(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) else {
        return Ok(None);
    };
    if find(&["NO_PROXY", "no_proxy"]).is_some_and(|(_, list)| is_listed(host, &list.to_string_lossy())) {
        return Ok(None);
    }
    let proxy = value.to_str().and_then(|value| Proxy::new(value).ok());
    match proxy.filter(has_host_and_port) {
        Some(proxy) => Ok(Some(proxy)),
        None => Err(Error::usage(format!("{name} does not hold the URL of a proxy"))
            .with_hint("it looks like http://HOST:PORT or socks5h://HOST:PORT")),
    }
}

/// The client takes the default port in place of one that it cannot read.
fn has_host_and_port(proxy: &Proxy) -> bool {
    proxy.uri().authority().is_some_and(|authority| {
        let host = authority.host();
        let port_is_read = authority.as_str().ends_with(host) || authority.port_u16().is_some_and(|port| port > 0);
        !host.is_empty() && port_is_read
    })
}

/// A name stands for itself and for the names below it, an address for itself however it is written; `*` stands for all.
fn is_listed(host: &str, list: &str) -> bool {
    let list = list.to_ascii_lowercase();
    let address = address(host);
    list.split([',', ' ']).any(|entry| {
        let name = entry.trim().trim_start_matches("*.").trim_start_matches('.');
        let below = |name| host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
        let same = || address.is_some() && address == self::address(name);
        !name.is_empty() && (name == "*" || name == host || below(name) || same())
    })
}

/// In a URL an IPv6 address stands in brackets, in a list mostly without.
fn address(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::error::Exit;

    fn chosen(host: &str, environment: &[(&str, &str)]) -> Result<Option<String>> {
        let find = |name: &str| {
            environment
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.into())
        };
        let proxy = for_host(host, find)?;
        Ok(proxy.map(|proxy| format!("{:?} {}:{}", proxy.protocol(), proxy.host(), proxy.port())))
    }

    #[test]
    fn the_proxy_comes_from_the_environment() {
        for (environment, expected) in [
            (
                [("HTTPS_PROXY", "http://p:3128"), ("ALL_PROXY", "http://q:1")],
                Some("Http p:3128"),
            ),
            (
                [("https_proxy", "p:3128"), ("ALL_PROXY", "http://q:1")],
                Some("Http p:3128"),
            ),
            (
                [("HTTPS_PROXY", ""), ("all_proxy", "socks5h://u:p%40@q:1")],
                Some("Socks5h q:1"),
            ),
            ([("HTTP_PROXY", "http://p:3128"), ("http_proxy", "http://p")], None),
            ([("HTTPS_PROXY", "http://p"), ("NO_PROXY", "")], Some("Http p:80")),
            ([("HTTPS_PROXY", "http://p"), ("NO_PROXY", "*")], None),
            ([("HTTPS_PROXY", "http://p"), ("no_proxy", "other, Example.com")], None),
            ([("HTTPS_PROXY", "http://p"), ("NO_PROXY", ".example.com")], None),
            ([("HTTPS_PROXY", "http://p"), ("NO_PROXY", "*.example.com")], None),
            (
                [("HTTPS_PROXY", "http://p"), ("NO_PROXY", "ample.com,,example,api")],
                Some("Http p:80"),
            ),
        ] {
            let proxy = chosen("api.example.com", &environment).unwrap();
            assert_eq!(proxy.as_deref(), expected, "{environment:?}");
        }
    }

    #[test]
    fn an_address_is_excepted_however_it_is_written() {
        for (host, list, excepted) in [
            ("[2001:db8::1]", "2001:db8::1", true),
            ("[2001:db8::1]", "[2001:db8::1]", true),
            ("[2001:db8::1]", "example.com, 2001:DB8:0:0::1", true),
            ("[2001:db8:0::1]", "2001:db8::1", true),
            ("192.0.2.1", "192.0.2.1", true),
            ("[2001:db8::1]", "2001:db8::2,db8::1,::1,1]", false),
            ("192.0.2.1", "92.0.2.1,2.1.192", false),
        ] {
            let proxy = chosen(host, &[("HTTPS_PROXY", "http://p"), ("NO_PROXY", list)]).unwrap();
            assert_eq!(proxy.is_none(), excepted, "{host} and {list}");
        }
    }

    #[test]
    fn a_proxy_that_cannot_be_read_is_named_without_its_value() {
        for value in [
            "ftp://user:p4ss@p",
            "http://user:p4ss@",
            "http://p4ss:port",
            "http://p4ss:99999",
            "http://p4ss:0",
            "p4ss p4ss",
            "://p4ss",
        ] {
            let error = chosen("a", &[("https_proxy", value), ("ALL_PROXY", "http://q")]).unwrap_err();
            assert_eq!(error.exit, Exit::Usage);
            assert!(error.text().starts_with("https_proxy "), "{error}");
            assert!(!error.to_string().contains("p4"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_proxy_variable_is_accepted_or_refused(value in "[a-z0-9:/@%.\\[\\] ]{0,20}", list in ".{0,20}") {
            let _ = chosen("example.com", &[("HTTPS_PROXY", &value), ("NO_PROXY", &list)]);
        }
    }
}
