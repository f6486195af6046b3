//! Any bytes are read without a panic, and only what may be a token becomes one.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::definition::exchange::Exchange;
use crate::definition::schema::AnswerRules;
use crate::text::redact::Redactor;

const FLAGGED: &str = r#"
    success = { "/ok" = true, "/code" = "Fine" }
    token = ["/token", "/data/token"]
    refresh_token = "/refresh"
    expires_at = "/at"
    expires_in = "/in"
    expires_in_ms = "/ms"
    lifetime = "1h"
    extras = { all = "", one = "/one" }
    error = ["/error", "/error/message"]
"#;

const PLAIN: &str = "token = \"/token\"\nerror = [\"/error\"]\n";

fn read(rules: &str, status: u16, body: impl Into<Vec<u8>>) -> Result<Grant, Refusal> {
    let rules: AnswerRules = toml::from_str(rules).unwrap();
    let exchange: Exchange = toml::from_str("").unwrap();
    let plain = BTreeMap::new();
    let secret = Secret::new("s3cret");
    let redactor = Redactor::new([&secret]);
    let context = Context {
        rules: &rules,
        exchange: &exchange,
        plain: &plain,
        sent_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        redactor: &redactor,
    };
    let answer = Answer::new(status, body);
    let _ = revoked(&answer, &context);
    grant(&answer, &context)
}

fn exit(rules: &str, status: u16, body: &str) -> u8 {
    read(rules, status, body).map_or_else(|refusal| refusal.exit as u8, |_| 0)
}

/// JSON of any shape, with the names and values that mean something.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "[!-~]{0,40}".prop_map(Json::from),
        prop_oneof![
            Just("fine"),
            Just("2026-06-01T00:00:00Z"),
            Just("9999-12-31T23:59:59"),
            Just("1e400"),
            Just("s3cret")
        ]
        .prop_map(Json::from),
        "[!-~]{0,60}".prop_map(|claims| {
            let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
            Json::from(format!("{}.{}.x", part("{}"), part(&format!("{{\"exp\":{claims}}}"))))
        }),
    ];
    let name = prop_oneof![
        Just("ok"),
        Just("code"),
        Just("token"),
        Just("data"),
        Just("refresh"),
        Just("at"),
        Just("in"),
        Just("ms"),
        Just("one"),
        Just("error"),
        Just("message"),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec((name.clone(), inner), 0..8).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

fn is_token(text: &str) -> bool {
    (1..=16384).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn check(read: Result<Grant, Refusal>, status: u16) -> Result<(), TestCaseError> {
    match read {
        Ok(grant) => {
            prop_assert!((200..300).contains(&status));
            prop_assert!(is_token(grant.token.expose()));
            let ten_years = Duration::from_secs(3653 * 86400);
            prop_assert!(
                grant
                    .lifetime
                    .is_none_or(|span| span >= Duration::from_secs(1) && span <= ten_years)
            );
        }
        Err(refusal) => {
            prop_assert!(refusal.words.chars().count() <= 300);
            prop_assert!(!refusal.words.is_empty() && !refusal.words.contains('\n'));
            prop_assert!(!refusal.words.contains("s3cret"));
            prop_assert!(matches!(refusal.exit, Exit::Refused | Exit::Vendor | Exit::RateLimited));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_read(status in 100..=999u16, body in proptest::collection::vec(any::<u8>(), 0..200)) {
        for rules in [FLAGGED, PLAIN] {
            check(read(rules, status, body.clone()), status)?;
        }
    }

    #[test]
    fn any_json_is_read(status in prop_oneof![Just(200u16), 100..=999u16], body in any_json()) {
        for rules in [FLAGGED, PLAIN] {
            check(read(rules, status, body.to_string()), status)?;
        }
    }

    #[test]
    fn a_piece_of_json_is_read(body in any_json(), end in 0..400usize) {
        let body = body.to_string().into_bytes();
        check(read(FLAGGED, 200, &body[..end.min(body.len())]), 200)?;
    }

    #[test]
    fn a_token_is_visible_ascii_and_comes_through_unchanged(token in prop_oneof![any::<String>(), "[!-~]{1,60}"]) {
        match read(PLAIN, 200, json!({"token": token}).to_string()) {
            Ok(grant) => {
                prop_assert!(is_token(&token));
                prop_assert_eq!(grant.token.expose(), token);
            }
            Err(refusal) => {
                prop_assert!(!is_token(&token));
                prop_assert_eq!(refusal.exit, Exit::Vendor);
            }
        }
    }
}

#[test]
fn a_token_has_at_most_16384_characters() {
    for (length, code) in [(1, 0), (16384, 0), (16385, 6)] {
        assert_eq!(
            exit(PLAIN, 200, &json!({"token": "~".repeat(length)}).to_string()),
            code
        );
    }
}

#[test]
fn the_order_is_status_flag_other_status_token() {
    let good = r#"{"ok": true, "code": "FINE", "token": "abc"}"#;
    let flagged = r#"{"ok": false, "token": "abc"}"#;
    let partly = r#"{"ok": true, "code": "other", "token": "abc"}"#;
    for (status, body, code) in [
        (200, good, 0),
        (299, good, 0),
        (429, good, 7),
        (429, flagged, 7),
        (500, flagged, 6),
        (399, flagged, 6),
        (400, good, 4),
        (401, good, 4),
        (403, good, 4),
        (422, good, 4),
        (404, flagged, 4),
        (404, partly, 4),
        (404, good, 6),
        (600, good, 6),
        (200, flagged, 4),
        (200, partly, 4),
        (200, "{}", 6),
        (200, r#"{"error": "no"}"#, 6),
        (200, "no", 6),
        (204, "", 6),
    ] {
        assert_eq!(exit(FLAGGED, status, body), code, "{status} {body}");
    }
    assert_eq!(exit(PLAIN, 200, r#"{"error": "no"}"#), 4);
    assert_eq!(exit(PLAIN, 200, r#"{"error": " "}"#), 6);
    assert_eq!(exit(PLAIN, 200, r#"{"error": "no", "token": "abc"}"#), 0);
}

#[test]
fn an_answer_that_may_not_be_the_apis_is_marked() {
    let page = "<!doctype html><title>s3cret wiki</title>";
    let read = |status, body: &str| read(FLAGGED, status, body).err().unwrap();
    for (status, body, is_elsewhere) in [
        (404, "{}", true),
        (404, page, true),
        (405, "", true),
        (302, "", true),
        (200, page, true),
        (418, page, true),
        (200, "{}", false),
        (200, "hello", false),
        (418, "{}", false),
        (503, page, false),
        (401, page, false),
        (400, page, false),
        (404, r#"{"ok": false}"#, false),
    ] {
        assert_eq!(read(status, body).is_elsewhere, is_elsewhere, "{status} {body}");
    }
    assert_eq!(read(404, page).words, "an HTML page, titled '*** wiki'");
    assert_eq!(read(401, "<html>").words, "an HTML page");
    assert_eq!(
        read(200, page).words,
        "the answer is not JSON but an HTML page, titled '*** wiki'"
    );
}

#[test]
fn what_must_not_be_sent_again_is_told_by_the_status_alone() {
    let cause = |rules, status, body: &str| read(rules, status, body).err().unwrap().cause;
    assert_eq!(cause(PLAIN, 401, ""), Cause::Credentials);
    assert_eq!(cause(PLAIN, 403, ""), Cause::Credentials);
    assert_eq!(cause(FLAGGED, 200, r#"{"ok": false}"#), Cause::Credentials);
    assert_eq!(cause(PLAIN, 400, ""), Cause::Request);
    assert_eq!(cause(PLAIN, 422, ""), Cause::Request);
    assert_eq!(cause(PLAIN, 500, "wrong password"), Cause::Vendor);
    assert_eq!(cause(PLAIN, 429, "wrong password"), Cause::Vendor);
    assert_eq!(cause(PLAIN, 404, "wrong password"), Cause::Vendor);
}

#[test]
fn a_revocation_is_done_with_any_2xx_and_with_the_flag_if_there_is_json() {
    let outcome = |status, body: &str| {
        let rules: AnswerRules = toml::from_str(FLAGGED).unwrap();
        let exchange: Exchange = toml::from_str("").unwrap();
        let (plain, redactor) = (BTreeMap::new(), Redactor::default());
        let context = Context {
            rules: &rules,
            exchange: &exchange,
            plain: &plain,
            sent_at: jiff::Timestamp::UNIX_EPOCH,
            redactor: &redactor,
        };
        revoked(&Answer::new(status, body), &context).map_err(|refusal| refusal.exit as u8)
    };
    for (status, body) in [
        (200, ""),
        (204, ""),
        (202, "gone"),
        (200, "{}"),
        (200, r#"{"ok": true}"#),
    ] {
        assert_eq!(outcome(status, body), Ok(()));
    }
    for (status, body, code) in [
        (200, r#"{"ok": false}"#, 4),
        (401, "", 4),
        (404, "", 6),
        (500, "", 6),
        (302, "", 6),
    ] {
        assert_eq!(outcome(status, body), Err(code));
    }
}
