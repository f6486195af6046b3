#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use ureq::http::Uri;

use super::address::Address;
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
    assert_eq!(
        Address::below(&url, "/login").url(),
        "https://crm.example.com/rest/v2/login"
    );
    assert_eq!(Address::below(&url, "").url(), "https://crm.example.com/rest/v2");
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
