//! The HTTP header as it goes over the wire.

use super::{Given, Usage};
use crate::error::{Error, Result};

pub(super) fn render(given: &Given) -> Result<String> {
    match &given.usage {
        Usage::Header(line) => Ok(format!("{line}\n")),
        Usage::Query(_) => Err(takes_query(&given.vendor)),
    }
}

pub(super) fn takes_query(vendor: &str) -> Error {
    Error::usage(format!("format header: {vendor} takes its token in the query of the URL"))
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
        let query = given("a", Usage::Query("token=a".into()));
        assert_eq!(render(&query).unwrap_err().exit, Exit::Usage);
    }
}
