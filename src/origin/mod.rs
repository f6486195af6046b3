//! Base URLs: where a vendor's secrets may go.
//!
//! A [`BaseUrl`] promises that it is https, or http to this machine, and that it has one spelling: two texts that name the
//! same origin give the same [`BaseUrl::origin`]. What it accepts is a small part of RFC 3986, read in the same way by the
//! HTTP client; a text that two readers could understand differently is refused, not repaired. The reason of a refusal
//! never quotes the text, since it may hold a password. Names are not resolved here: a name is loopback only if it is
//! written so.

pub(crate) mod address;
pub(crate) mod served;

use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    text: String,
    origin: String,
    loopback: bool,
}

impl BaseUrl {
    /// The error is the reason in words, to be put behind the field's name.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        check_characters(text)?;
        let (scheme, rest) = text.split_once("://").ok_or(SCHEME)?;
        let (scheme, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "https" => ("https", 443),
            "http" => ("http", 80),
            _ => return Err(SCHEME.into()),
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (host, port) = split_authority(authority)?;
        let host = host.to_ascii_lowercase();
        check_host(&host)?;
        check_path(path)?;
        let loopback = is_loopback(&host);
        if scheme == "http" && !loopback {
            return Err("is http to another machine, and passwords go over https only".into());
        }
        let origin = match port {
            Some(port) if port != default_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        Ok(Self {
            text: format!("{origin}{}", path.trim_end_matches('/')),
            origin,
            loopback,
        })
    }

    /// Scheme and host in lower case, without the default port and a trailing `/`.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port as RFC 6454 writes them.
    pub(crate) fn origin(&self) -> String {
        self.origin.clone()
    }

    /// Without the port; an IPv6 address without its brackets.
    pub(crate) fn host(&self) -> &str {
        bare_host(self.origin.split_once("://").map_or("", |(_, host)| host))
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Empty, or begins with `/` and does not end in one.
    fn path(&self) -> &str {
        self.text.strip_prefix(&self.origin).unwrap_or_default()
    }
}

fn bare_host(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or(address),
        None => host.split(':').next().unwrap_or(host),
    }
}

const SCHEME: &str = "must begin with https://";

fn check_characters(text: &str) -> Result<(), String> {
    let fault = text.chars().find_map(|character| match character {
        '#' => Some("has a fragment"),
        '?' => Some("has a query"),
        '\\' => Some("has a backslash"),
        _ if character.is_whitespace() => Some("has a blank"),
        _ if character.is_control() => Some("has a control character"),
        _ if !character.is_ascii() => {
            Some("has a character that is not ASCII; write such a host name in punycode (xn--…)")
        }
        _ => None,
    });
    fault.map_or(Ok(()), |fault| Err(fault.into()))
}

fn split_authority(authority: &str) -> Result<(&str, Option<u16>), String> {
    if authority.contains('@') {
        return Err("has user info".into());
    }
    let end_of_host = if authority.starts_with('[') {
        authority.find(']').map(|bracket| bracket + 1)
    } else {
        authority.find(':')
    };
    let (host, port) = authority.split_at(end_of_host.unwrap_or(authority.len()));
    if port.is_empty() {
        return Ok((host, None));
    }
    let number = port
        .strip_prefix(':')
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .filter(|number| *number > 0)
        .ok_or("has a port that is not a number from 1 to 65535")?;
    Ok((host, Some(number)))
}

fn check_host(host: &str) -> Result<(), String> {
    if host.is_empty() {
        return Err("has no host".into());
    }
    let valid = match host.strip_prefix('[') {
        Some(address) => address
            .strip_suffix(']')
            .is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => host.strip_suffix('.').unwrap_or(host).split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        }),
    };
    valid
        .then_some(())
        .ok_or_else(|| "has a host that is neither a name nor an address".into())
}

fn check_path(path: &str) -> Result<(), String> {
    let mut escapes = path.split('%');
    let plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte))
    };
    let escape = |text: &str| {
        text.get(..2)
            .is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    if !escapes.next().is_none_or(plain) || !escapes.all(|text| escape(text) && plain(text)) {
        return Err("has a character in its path that must be percent-encoded".into());
    }
    let dotted = path.to_ascii_lowercase().replace("%2e", ".");
    if dotted.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err("has a . or .. in its path".into());
    }
    Ok(())
}

/// As the text stands: other spellings of these addresses are read differently by different readers.
fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "[::1]") || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
