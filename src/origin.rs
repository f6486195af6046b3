//! Base URLs: where a vendor's secrets may go.
//!
//! A [`BaseUrl`] promises that it is https, or http to this machine, and that it has one spelling: two texts that name the
//! same origin give the same [`BaseUrl::origin`]. What it accepts is a small part of RFC 3986, read in the same way by the
//! HTTP client; a text that two readers could understand differently is refused, not repaired. The reason of a refusal
//! never quotes the text, since it may hold a password. Names are not resolved here: a name is loopback only if it is
//! written so.

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

    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// `path` is empty or begins with `/`, and is percent-encoded.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
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
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use ureq::http::Uri;

    use super::*;

    fn reason(text: &str) -> String {
        BaseUrl::parse(text).unwrap_err()
    }

    #[test]
    fn one_origin_has_one_spelling() {
        for (text, normal, origin) in [
            (
                "https://api.example.com",
                "https://api.example.com",
                "https://api.example.com",
            ),
            (
                "HTTPS://API.Example.COM:443/",
                "https://api.example.com",
                "https://api.example.com",
            ),
            (
                "https://a.example:8443/V2//",
                "https://a.example:8443/V2",
                "https://a.example:8443",
            ),
            (
                "https://a.example/a%20b/@c",
                "https://a.example/a%20b/@c",
                "https://a.example",
            ),
            ("https://a.example:0443", "https://a.example", "https://a.example"),
            ("https://a.example:80", "https://a.example:80", "https://a.example:80"),
            ("http://LOCALHOST:80/x", "http://localhost/x", "http://localhost"),
            (
                "http://127.0.0.1:8080",
                "http://127.0.0.1:8080",
                "http://127.0.0.1:8080",
            ),
            ("http://[::1]:8080/", "http://[::1]:8080", "http://[::1]:8080"),
            (
                "https://[2001:DB8::1]",
                "https://[2001:db8::1]",
                "https://[2001:db8::1]",
            ),
            (
                "https://_dmarc.xn--bcher-kva.example.",
                "https://_dmarc.xn--bcher-kva.example.",
                "https://_dmarc.xn--bcher-kva.example.",
            ),
        ] {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!(url.as_str(), normal);
            assert_eq!(url.origin(), origin);
        }
    }

    #[test]
    fn a_path_is_put_behind_the_base() {
        let url = BaseUrl::parse("https://crm.example.com/rest/v2/").unwrap();
        assert_eq!(url.join("/login"), "https://crm.example.com/rest/v2/login");
        assert_eq!(url.join(""), "https://crm.example.com/rest/v2");
    }

    #[test]
    fn loopback_is_what_is_written_so() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.255.0.9", "[::1]"] {
            assert!(
                BaseUrl::parse(&format!("http://{host}:1/")).unwrap().is_loopback(),
                "{host}"
            );
            assert!(
                BaseUrl::parse(&format!("https://{host}")).unwrap().is_loopback(),
                "{host}"
            );
        }
        for host in [
            "127.0.0.1.example.com",
            "localhost.",
            "localhost.example.com",
            "2130706433",
            "127.1",
            "127.0.0.01",
            "0x7f.0.0.1",
            "0.0.0.0",
            "[::ffff:127.0.0.1]",
            "[0:0:0:0:0:0:0:1]",
            "example.com",
        ] {
            assert!(reason(&format!("http://{host}:1/")).contains("https only"), "{host}");
            assert!(
                !BaseUrl::parse(&format!("https://{host}")).unwrap().is_loopback(),
                "{host}"
            );
        }
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        for (text, expected) in [
            ("", "https://"),
            ("example.com", "https://"),
            ("//example.com", "https://"),
            ("https:example.com", "https://"),
            ("https:/example.com", "https://"),
            ("ftp://example.com", "https://"),
            ("https://user@example.com", "user info"),
            ("https://user:password@example.com", "user info"),
            ("https://localhost:80@example.com", "user info"),
            ("https://example.com/?a=b", "query"),
            ("https://example.com?", "query"),
            ("https://example.com#", "fragment"),
            ("https://", "no host"),
            ("https:///path", "no host"),
            ("https://:443", "no host"),
            ("https://a..b", "host"),
            ("https://.a", "host"),
            ("https://.", "host"),
            ("https://a%2eb", "host"),
            ("https://a*b", "host"),
            ("https://[::1", "host"),
            ("https://[::1%25lo]", "host"),
            ("https://[127.0.0.1]", "host"),
            ("https://::1", "port"),
            ("https://[::1]8080", "port"),
            ("https://a:", "port"),
            ("https://a:0", "port"),
            ("https://a:65536", "port"),
            ("https://a:+443", "port"),
            ("https://a:80:80", "port"),
            (" https://a", "blank"),
            ("https://a\n", "blank"),
            ("https://a/b c", "blank"),
            ("https://a\0", "control"),
            ("https://a\u{7f}", "control"),
            ("https://b\u{fc}cher.example", "punycode"),
            ("https://example.com\\@other.example", "backslash"),
            ("https://a/../b", ". or .."),
            ("https://a/.", ". or .."),
            ("https://a/%2E%2e/b", ". or .."),
            ("https://a/<b>", "percent-encoded"),
            ("https://a/%zz", "percent-encoded"),
            ("https://a/%2", "percent-encoded"),
        ] {
            let reason = reason(text);
            assert!(reason.contains(expected), "{text:?}: {reason}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_or_refused(text in any::<String>()) {
            let _ = BaseUrl::parse(&text);
        }

        #[test]
        fn what_is_accepted_is_read_in_the_same_way_by_the_client(
            text in r"(?i)https?://[a-z0-9.:@\[\]%-]{1,12}(localhost|127\.0\.0\.1)?(:[0-9+]{0,6})?(/[!-~]{0,5}){0,3}"
        ) {
            if let Ok(url) = BaseUrl::parse(&text) {
                prop_assert_eq!(&BaseUrl::parse(url.as_str()).unwrap(), &url);
                let uri: Uri = url.as_str().parse().unwrap();
                let port = uri.port_u16().map_or(String::new(), |port| format!(":{port}"));
                let host = uri.host().unwrap();
                prop_assert_eq!(url.origin(), format!("{}://{host}{port}", uri.scheme_str().unwrap()));
                prop_assert_eq!(url.is_loopback(), is_loopback(host));
            }
        }
    }
}
