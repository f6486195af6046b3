//! Patterns of the addresses that a profile serves, as `https://*.acme.com/api`.
//!
//! Scheme, host, port and path are those of a [`BaseUrl`], so that what could be read in two ways is refused. Without a scheme
//! it is https; `*` stands for one label of the host; a path counts with everything below it.

use super::{BaseUrl, bare_host};

/// What stands in a `*`'s place while the rest is read.
const LABEL: &str = "any-label-of-this-host";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// Scheme and host, `*` as [`LABEL`].
    origin: Origin,
    /// Empty, or begins with `/` and does not end in one.
    path: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    /// With the port, where it is not the scheme's own.
    host: String,
}

impl Origin {
    fn of(base: &BaseUrl) -> Self {
        let (scheme, host) = base.origin.split_once("://").unwrap_or_default();
        Self {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
        }
    }
}

impl Pattern {
    /// The error is the reason in words, to be put behind a name.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let begin = text.find("://").map_or(0, |at| at + 3);
        let end = text.get(begin..).and_then(|rest| rest.find('/'));
        let (authority, path) = text.split_at(end.map_or(text.len(), |end| begin + end));
        if path.contains('*') {
            return Err("has a * in its path; what is below a path is served as well".into());
        }
        let (scheme, host) = authority.split_at(begin);
        let labels = host.split('.').map(|label| match label.split_once('*') {
            None => Ok(label.to_owned()),
            Some(("", rest)) if rest.is_empty() || rest.starts_with(':') => Ok(format!("{LABEL}{rest}")),
            Some(_) => Err("has a * that is not a whole label of its host".to_owned()),
        });
        let host = labels.collect::<Result<Vec<_>, _>>()?;
        if host.iter().all(|label| label.starts_with(LABEL)) {
            return Err("would serve every host".into());
        }
        let base = BaseUrl::parse(&format!("{scheme}{}{path}", host.join(".")))?;
        Ok(Self {
            origin: Origin::of(&base),
            path: base.path().to_owned(),
        })
    }

    pub(crate) fn serves(&self, address: &BaseUrl) -> bool {
        let asked = Origin::of(address);
        let (own, other) = (self.origin.host.split('.'), asked.host.split('.'));
        let (own, other) = (own.collect::<Vec<_>>(), other.collect::<Vec<_>>());
        let hosts = own.len() == other.len() && own.iter().zip(&other).all(|(own, other)| fits(own, other));
        let below = address.path().strip_prefix(self.path.as_str());
        hosts
            && self.origin.scheme == asked.scheme
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The host, without the port, if it is one.
    pub(crate) fn host(&self) -> Option<&str> {
        (!self.origin.host.contains(LABEL)).then(|| bare_host(&self.origin.host))
    }

    /// The greater of two that serve the same address says more about it.
    pub(crate) fn weight(&self) -> (usize, usize) {
        let labels = self.origin.host.split('.');
        let written = labels.filter(|label| !label.starts_with(LABEL)).map(str::len).sum();
        (self.path.len(), written)
    }
}

/// Whether a label, perhaps with the port, is what the pattern says.
fn fits(own: &str, asked: &str) -> bool {
    match own.strip_prefix(LABEL) {
        None => own == asked,
        Some(port) => asked.find(':').map_or("", |at| asked.get(at..).unwrap_or_default()) == port,
    }
}

/// As it may stand in a profile.
impl std::fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self.origin.host.replace(LABEL, "*");
        write!(formatter, "{}://{host}{}", self.origin.scheme, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serves(pattern: &str, address: &str) -> bool {
        let address = BaseUrl::parse(address).unwrap();
        Pattern::parse(pattern).unwrap().serves(&address)
    }

    #[test]
    fn an_address_is_served_on_its_own_scheme_host_and_port_alone() {
        for (pattern, address, served) in [
            ("git.acme.com", "https://git.acme.com", true),
            ("https://git.acme.com", "https://GIT.acme.com:443/x/y", true),
            ("git.acme.com:8443", "https://git.acme.com:8443", true),
            ("git.acme.com", "https://git.acme.com:8443", false),
            ("git.acme.com:8443", "https://git.acme.com", false),
            ("git.acme.com", "https://git.acme.com.", false),
            ("git.acme.com", "https://xgit.acme.com", false),
            ("git.acme.com", "https://git.acme.com.evil.org", false),
            ("http://localhost:3000", "http://localhost:3000/v2", true),
            ("localhost:3000", "http://localhost:3000", false),
            ("[::1]:5000", "https://[::1]:5000", true),
        ] {
            assert_eq!(serves(pattern, address), served, "{pattern} {address}");
        }
    }

    #[test]
    fn a_star_is_one_label() {
        for (pattern, address, served) in [
            ("*.acme.com", "https://git.acme.com", true),
            ("*.acme.com", "https://acme.com", false),
            ("*.acme.com", "https://a.git.acme.com", false),
            ("*.*.acme.com", "https://a.git.acme.com", true),
            ("git.*.com", "https://git.acme.com", true),
            ("*.acme.com", "https://git.acme.com:8443", false),
            ("*.acme.com:8443", "https://git.acme.com:8443", true),
            ("git.*:8443", "https://git.acme:8443", true),
            ("git.*", "https://git.acme:8443", false),
        ] {
            assert_eq!(serves(pattern, address), served, "{pattern} {address}");
        }
    }

    #[test]
    fn a_path_is_served_with_everything_below_it() {
        for (address, served) in [
            ("https://a.example/api", true),
            ("https://a.example/api/", true),
            ("https://a.example/api/v1", true),
            ("https://a.example/apis", false),
            ("https://a.example", false),
        ] {
            assert_eq!(serves("a.example/api/", address), served, "{address}");
        }
    }

    #[test]
    fn the_longer_path_and_the_more_exact_host_say_more() {
        let weight = |pattern: &str| Pattern::parse(pattern).unwrap().weight();
        assert!(weight("*.acme.com/api") > weight("git.acme.com"));
        assert!(weight("git.acme.com") > weight("*.acme.com"));
        assert!(weight("x.acme.com") > weight("*.acme.com"));
        assert_eq!(weight("https://git.acme.com"), weight("git.acme.com/"));
    }

    #[test]
    fn what_could_be_read_in_two_ways_or_serves_everything_is_refused() {
        for text in [
            "",
            "*",
            "*.*",
            "g*.acme.com",
            "a.example/*",
            "http://a.example",
            "ftp://a.example",
            "u@a.example",
            "a.example?x",
            "a.example/..",
            "a b",
            "*:443",
        ] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_pattern_is_shown_as_it_may_be_written() {
        for (text, shown) in [
            ("*.Acme.com:443/api/", "https://*.acme.com/api"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
        ] {
            let pattern = Pattern::parse(text).unwrap();
            assert_eq!(pattern.to_string(), shown);
            assert_eq!(Pattern::parse(shown).unwrap(), pattern);
        }
    }
}
