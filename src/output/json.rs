//! All that is known about the token, in the shape that scripts rely on: keys may be added, never removed or changed
//! while `schema` is 1.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Given;
use crate::error::{Error, Result};
use crate::token::Provenance;

#[derive(Serialize)]
struct Shape<'a> {
    schema: u8,
    vendor: &'a str,
    profile: Option<&'a str>,
    token: &'a str,
    expires_at: Option<String>,
    expires_in: Option<i64>,
    source: Provenance,
    variable: &'a str,
    extras: &'a Map<String, Value>,
}

pub(super) fn render(given: &Given) -> Result<String> {
    // An end that is no date, thousands of years away, counts as unknown.
    let end = given.expires_at.and_then(|end| Timestamp::from_second(end).ok());
    let shape = Shape {
        schema: 1,
        vendor: &given.vendor,
        profile: given.profile.as_deref(),
        token: given.token.expose(),
        expires_at: end.map(|end| end.to_string()),
        expires_in: end.and(given.expires_in),
        source: given.provenance,
        variable: &given.variable,
        extras: &given.extras,
    };
    let text = serde_json::to_string(&shape).map_err(|error| Error::other(format!("format json: {error}")))?;
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use super::super::Usage;
    use super::super::tests::given;
    use super::*;

    #[test]
    fn keys_come_in_the_documented_order() {
        let mut given = given(r#"a"b\c"#, Usage::Query("token=".into()));
        given.extras.insert("unit".into(), 7.into());
        assert_eq!(
            render(&given).unwrap(),
            concat!(
                r#"{"schema":1,"vendor":"acme","profile":null,"token":"a\"b\\c","expires_at":"2026-01-01T00:00:00Z","#,
                r#""expires_in":90,"source":"login","variable":"ACME_TOKEN","extras":{"unit":7}}"#,
                "\n"
            )
        );
    }

    #[test]
    fn an_unknown_or_unreadable_end_is_null() {
        for end in [None, Some(i64::MAX)] {
            let mut given = given("a", Usage::Query("token=a".into()));
            given.expires_at = end;
            given.profile = Some("staging".into());
            let value: Value = serde_json::from_str(&render(&given).unwrap()).unwrap();
            assert_eq!(value["expires_at"], Value::Null);
            assert_eq!(value["expires_in"], Value::Null);
            assert_eq!(value["profile"], "staging");
        }
    }
}
