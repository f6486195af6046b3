//! The header `Authorization` (RFC 9110 section 11.6.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Given, Usage};
use crate::error::{Error, Result};

const NAME: &str = "Authorization";

/// `Authorization: VALUE` for a scheme: `Basic` carries a name beside the token (RFC 7617), none is the token alone.
pub(crate) fn line(scheme: &str, user: &str, token: &str) -> String {
    if scheme.is_empty() {
        format!("{NAME}: {token}")
    } else if scheme.eq_ignore_ascii_case("basic") {
        format!("{NAME}: {scheme} {}", STANDARD.encode(format!("{user}:{token}")))
    } else {
        format!("{NAME}: {scheme} {token}")
    }
}

pub(super) fn render(given: &Given) -> Result<String> {
    let value = match &given.usage {
        Usage::Header(line) => value(line),
        Usage::Query(_) | Usage::Cookie(_) => None,
    };
    let value = value.ok_or_else(|| not_there(&given.vendor))?;
    Ok(format!("{value}\n"))
}

/// Of the header's line, if it is this header.
pub(crate) fn value(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(": ")?;
    name.eq_ignore_ascii_case(NAME).then_some(value)
}

pub(super) fn not_there(vendor: &str) -> Error {
    Error::usage(format!("format authorization: {vendor} takes its token elsewhere"))
        .with_hint("`-f curl` says where; scheme in the profile puts it there")
}

#[cfg(test)]
mod tests {
    use super::super::tests::given;
    use super::*;
    use crate::error::Exit;

    #[test]
    fn the_value_is_printed_alone_and_another_place_is_a_usage_error() {
        let render = |usage| render(&given("t", usage));
        assert_eq!(
            render(Usage::Header("authorization: Token t".into())).unwrap(),
            "Token t\n"
        );
        for usage in [
            Usage::Header("X-Key: t".into()),
            Usage::Query("token=t".into()),
            Usage::Cookie("sid=t".into()),
        ] {
            assert_eq!(render(usage).unwrap_err().exit, Exit::Usage);
        }
    }

    #[test]
    fn a_scheme_stands_before_the_token_and_basic_carries_a_name() {
        assert_eq!(line("Bearer", "u", "t"), "Authorization: Bearer t");
        assert_eq!(line("", "u", "t"), "Authorization: t");
        // RFC 7617 section 2.
        assert_eq!(
            line("Basic", "Aladdin", "open sesame"),
            "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
    }
}
