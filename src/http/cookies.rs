//! The cookies of one login: an answer sets them, later requests to the same host carry them, and they end with the login.
//!
//! As a browser keeps them (RFC 6265), as far as that tells whether a request carries one: path, `Secure`, replacement and
//! end. `Domain` can only widen a cookie to other hosts, to which none is sent here; one that is of another host is refused.

use ureq::http::Uri;
use ureq::http::uri::Scheme;

use super::message::Answer;
use crate::secret::Secret;

#[derive(Debug, Default)]
pub(super) struct Jar(Vec<Cookie>);

#[derive(Debug)]
struct Cookie {
    host: String,
    path: String,
    /// Only over TLS, or to this machine.
    secure: bool,
    name: String,
    value: Secret,
}

impl Jar {
    /// Takes what an answer from this URL sets.
    pub(super) fn keep(&mut self, url: &Uri, answer: &Answer) {
        let host = url.host().unwrap_or_default();
        for set in answer.set_cookies().filter(|set| set.may_come_from(host)) {
            let path = set.path.map_or_else(|| folder(url.path()).to_owned(), str::to_owned);
            self.0
                .retain(|old| (old.host.as_str(), old.path.as_str(), old.name.as_str()) != (host, &path, set.name));
            if !set.ended {
                self.0.push(Cookie {
                    host: host.to_owned(),
                    path,
                    secure: set.secure,
                    name: set.name.to_owned(),
                    value: Secret::new(set.value),
                });
            }
        }
    }

    /// What a request to this URL carries.
    pub(super) fn header(&self, url: &Uri, loopback: bool) -> Option<String> {
        let host = url.host().unwrap_or_default();
        let safe = loopback || url.scheme() == Some(&Scheme::HTTPS);
        let mut cookies: Vec<&Cookie> = self
            .0
            .iter()
            .filter(|cookie| cookie.host == host && (safe || !cookie.secure) && is_below(url.path(), &cookie.path))
            .collect();
        // The longest path first (section 5.4).
        cookies.sort_by_key(|cookie| usize::MAX - cookie.path.len());
        let pairs = cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value.expose()));
        Some(pairs.collect::<Vec<_>>().join("; ")).filter(|header| !header.is_empty())
    }

    pub(super) fn values(&self) -> impl Iterator<Item = Secret> {
        self.0.iter().map(|cookie| cookie.value.clone())
    }
}

/// The path of a cookie that names none (section 5.1.4).
fn folder(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => path.get(..end).unwrap_or("/"),
    }
}

/// Section 5.1.4.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || folder.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(cookies: &[&str]) -> Answer {
        let mut answer = Answer::new(200, "");
        answer
            .headers
            .push(("date".into(), "Thu, 01 Jan 2026 00:00:00 GMT".into()));
        let cookies = cookies
            .iter()
            .map(|cookie| ("set-cookie".to_owned(), (*cookie).to_owned()));
        answer.headers.extend(cookies);
        answer
    }

    /// What a request to `to` carries after the answer of `from` set these.
    fn carried(from: &str, cookies: &[&str], to: &str) -> String {
        let mut jar = Jar::default();
        jar.keep(&from.parse().unwrap(), &answer(cookies));
        jar.header(&to.parse().unwrap(), false).unwrap_or_default()
    }

    const LOGIN: &str = "https://a.example/accounts/login/";

    #[test]
    fn a_cookie_goes_back_to_its_host_and_to_no_other() {
        let set = [
            "a=1; HttpOnly; SameSite=Lax",
            "b=\"2\"; Domain=.example; Path=/",
            "c==; Path=/",
        ];
        assert_eq!(
            carried(LOGIN, &set, "https://a.example/accounts/login/"),
            "a=1; b=\"2\"; c=="
        );
        for other in [
            "https://b.example/accounts/login/",
            "https://x.a.example/",
            "https://example/",
        ] {
            assert_eq!(carried(LOGIN, &set, other), "", "{other}");
        }
        for foreign in ["b.example", "le", "xa.example", "y.a.example"] {
            assert_eq!(
                carried(LOGIN, &[&format!("a=1; Domain={foreign}; Path=/")], LOGIN),
                "",
                "{foreign}"
            );
        }
    }

    #[test]
    fn a_path_holds_below_itself() {
        for (path, to, there) in [
            ("", "/accounts/login/x", true),
            ("", "/accounts/login", true),
            ("", "/accounts", false),
            ("; Path=/", "/other", true),
            ("; Path=/acc", "/accounts/", false),
            ("; Path=/accounts", "/accounts", true),
            ("; Path=elsewhere", "/accounts/login/", true),
        ] {
            let carried = carried(LOGIN, &[&format!("a=1{path}")], &format!("https://a.example{to}"));
            assert_eq!(carried == "a=1", there, "{path} {to}");
        }
        assert_eq!(folder("/login"), "/");
        let set = ["a=short; Path=/", "a=long; Path=/accounts/"];
        assert_eq!(carried(LOGIN, &set, LOGIN), "a=long; a=short");
    }

    #[test]
    fn a_secure_one_is_not_sent_in_clear() {
        let mut jar = Jar::default();
        jar.keep(&LOGIN.parse().unwrap(), &answer(&["a=1; Path=/; Secure"]));
        let clear: Uri = "http://a.example/".parse().unwrap();
        assert_eq!(jar.header(&clear, false), None);
        assert_eq!(jar.header(&clear, true).as_deref(), Some("a=1"));
    }

    #[test]
    fn a_later_one_takes_the_place_and_one_that_has_ended_takes_it_away() {
        for (second, left) in [
            ("a=2; Path=/", "a=2"),
            ("a=2; Path=/; Max-Age=0", ""),
            ("a=\"\"; Path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT", ""),
            ("a=2; Path=/; expires=Thu, 01-Jan-1970 00:00:00 GMT", ""),
            ("a=2; Path=/; expires=Fri, 02 Jan 2026 00:00:00 GMT", "a=2"),
            ("a=2; Path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", "a=2"),
            ("a=2; Path=/; expires=never", "a=2"),
        ] {
            assert_eq!(carried(LOGIN, &["a=1; Path=/", second], LOGIN), left, "{second}");
        }
    }

    #[test]
    fn what_is_no_cookie_sets_none() {
        for header in ["", "a", "=1", ";", "; Path=/"] {
            assert_eq!(carried(LOGIN, &[header], LOGIN), "", "{header}");
        }
    }
}
