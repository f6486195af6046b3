//! Absolute addresses to which nothing is appended.

use super::{BaseUrl, check_characters};

/// An origin, and the path and query as they were written: a server may tell `/token` from `/token/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    base: BaseUrl,
    /// Empty, or begins with `/` or `?`.
    rest: String,
}

impl Address {
    /// The error is the reason in words, to be put behind a name. It does not quote the text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (address, query) = text
            .split_once('?')
            .map_or((text, None), |(address, query)| (address, Some(query)));
        let base = BaseUrl::parse(address)?;
        let query = query.map(|query| query.replace('?', "%3F"));
        query.as_deref().map_or(Ok(()), check_characters)?;
        let path = address
            .split_once("://")
            .and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
        Ok(Self {
            base,
            rest: [
                path.unwrap_or_default(),
                &query.map_or_else(String::new, |query| format!("?{query}")),
            ]
            .concat(),
        })
    }

    /// `path` is empty or begins with `/`, and is percent-encoded.
    pub(crate) fn below(base: &BaseUrl, path: &str) -> Self {
        Self {
            rest: [base.path(), path].concat(),
            base: base.clone(),
        }
    }

    /// The same path on the origin of a base URL.
    pub(crate) fn moved_to(self, base: &BaseUrl) -> Self {
        Self {
            base: base.clone(),
            ..self
        }
    }

    pub(crate) fn origin(&self) -> String {
        self.base.origin()
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.base.is_loopback()
    }

    pub(crate) fn has_query(&self) -> bool {
        self.rest.contains('?')
    }

    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.base.origin(), self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_query_stay_as_they_were_written() {
        for text in [
            "https://a.example",
            "https://a.example/",
            "https://a.example/token/",
            "https://a.example/token?p=b2c&x=%20",
            "https://a.example?p",
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(
                (address.url().as_str(), address.origin().as_str()),
                (text, "https://a.example")
            );
        }
        assert_eq!(
            Address::parse("HTTPS://A.example:443/X").unwrap().url(),
            "https://a.example/X"
        );
    }

    #[test]
    fn what_no_base_url_may_be_is_no_address_either() {
        for text in [
            "",
            "/token",
            "http://a.example/token",
            "https://user@a.example/token",
            "https://a.example/token#x",
            "https://a.example/token?a b",
            "https://a.example/token?a\nb",
            "https://a.example/../token",
            "javascript:alert(1)",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
        assert!(Address::parse("http://127.0.0.1:8080/token").unwrap().is_loopback());
    }

    #[test]
    fn a_move_takes_the_path_along_and_leaves_that_of_the_base_url() {
        let base = BaseUrl::parse("http://localhost:8000/api").unwrap();
        let moved = Address::parse("https://a.example/token?x=1").unwrap().moved_to(&base);
        assert_eq!(moved.url(), "http://localhost:8000/token?x=1");
        assert!(moved.is_loopback());
        assert_eq!(Address::below(&base, "/v1").url(), "http://localhost:8000/api/v1");
    }
}
