//! Whether a discovery document is the issuer's own (section 4.3 of `OpenID` Connect Discovery 1.0, RFC 8414 section 3.3).
//!
//! Only then may the addresses in it lead to other origins. Who the issuer is, the base URL says.

use super::reader::Reading;
use crate::http::Answer;
use crate::origin::BaseUrl;
use crate::text::words;

/// The error is the reason in words, for exit 6.
pub(crate) fn check(answer: &Answer, base: &BaseUrl) -> Result<(), String> {
    let reading = Reading::of(answer);
    let issuer = reading.at("/issuer");
    let Some(issuer) = issuer.as_ref().and_then(|issuer| issuer.as_str()) else {
        return Err("the discovery document names no issuer".to_owned());
    };
    if BaseUrl::parse(issuer).is_ok_and(|issuer| issuer == *base) {
        return Ok(());
    }
    Err(format!(
        "the discovery document is of another issuer, '{}', not of {}",
        words::one_line(issuer),
        base.as_str()
    ))
}

/// The issuer, where its document says that it names itself in every answer to a browser (RFC 9207 section 3).
pub(crate) fn names_itself(answer: &Answer) -> Option<String> {
    let reading = Reading::of(answer);
    let says_so = reading
        .at("/authorization_response_iss_parameter_supported")?
        .as_bool()?;
    let issuer = reading.at("/issuer")?.as_str()?.to_owned();
    says_so.then_some(issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_names_itself_where_its_document_says_so() {
        let of = |more: &str| {
            names_itself(&Answer::new(
                200,
                format!(r#"{{"issuer": "https://id.example/"{more}}}"#),
            ))
        };
        let key = "authorization_response_iss_parameter_supported";
        assert_eq!(
            of(&format!(r#", "{key}": true"#)).as_deref(),
            Some("https://id.example/")
        );
        for not in [
            String::new(),
            format!(r#", "{key}": false"#),
            format!(r#", "{key}": "true""#),
        ] {
            assert_eq!(of(&not), None, "{not}");
        }
    }

    #[test]
    fn a_document_is_taken_for_its_own_issuer_and_for_no_other() {
        let base = BaseUrl::parse("https://id.example/tenant").unwrap();
        let of = |body: &str| check(&Answer::new(200, body), &base);
        for own in [
            "https://id.example/tenant",
            "https://id.example/tenant/",
            "HTTPS://ID.example:443/tenant",
        ] {
            assert_eq!(of(&format!(r#"{{"issuer": "{own}"}}"#)), Ok(()), "{own}");
        }
        for other in [
            "https://id.example",
            "https://id.example/other",
            "https://id.example/tenant/x",
            "https://id.example.evil.example/tenant",
            "http://id.example/tenant",
            "",
            "id.example",
        ] {
            assert!(of(&format!(r#"{{"issuer": "{other}"}}"#)).is_err(), "{other}");
        }
        for body in [
            "",
            "{}",
            r#"{"issuer": null}"#,
            r#"{"issuer": ["https://id.example/tenant"]}"#,
        ] {
            assert!(of(body).unwrap_err().contains("no issuer"), "{body}");
        }
    }
}
