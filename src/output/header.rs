//! The HTTP header as it goes over the wire.

use super::{Given, Usage};
use crate::error::{Error, Result};

pub(super) fn render(given: &Given) -> Result<String> {
    match &given.usage {
        Usage::Header(line) => Ok(format!("{line}\n")),
        Usage::Cookie(pair) => Ok(format!("Cookie: {}\n", as_cookie(pair)?)),
        Usage::Query(_) => Err(takes_query("header", &given.vendor)),
    }
}

/// At a `;` another cookie would begin (RFC 6265 section 4.1.1).
pub(super) fn as_cookie(pair: &String) -> Result<&String> {
    if pair.contains(';') {
        return Err(Error::other("the token holds a ';', which no cookie can carry"));
    }
    Ok(pair)
}

pub(super) fn takes_query(format: &str, vendor: &str) -> Error {
    Error::usage(format!(
        "format {format}: {vendor} takes its token in the query of the URL"
    ))
    .with_hint("use `-f curl` or `-f token`")
}

#[cfg(test)]
mod tests {
    use super::super::tests::given;
    use super::*;
    use crate::error::Exit;

    #[test]
    fn a_header_is_printed_and_a_query_is_a_usage_error() {
        let header = given("a", Usage::Header("Authorization: Bearer a".into()));
        assert_eq!(render(&header).unwrap(), "Authorization: Bearer a\n");
        let cookie = given("a", Usage::Cookie("sid=a".into()));
        assert_eq!(render(&cookie).unwrap(), "Cookie: sid=a\n");
        let broken = given("a", Usage::Cookie("sid=a;b".into()));
        assert_eq!(render(&broken).unwrap_err().exit, Exit::Other);
        let query = given("a", Usage::Query("token=a".into()));
        assert_eq!(render(&query).unwrap_err().exit, Exit::Usage);
    }
}
