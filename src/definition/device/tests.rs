//! Any answer is read or refused with what it lacks, and a person is told nothing that does harm.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::error::Exit;
use crate::text::redact::Redactor;

fn reading<T>(rules: &str, read: impl FnOnce(&Context, &Device) -> T) -> T {
    let device: Device = toml::from_str(rules).unwrap();
    let answer_rules = toml::from_str("token = '/t'\nerror = ['/error_description']").unwrap();
    let (plain, redactor) = (BTreeMap::new(), Redactor::default());
    let context = Context {
        rules: &answer_rules,
        exchange: &device.request,
        plain: &plain,
        sent_at: jiff::Timestamp::UNIX_EPOCH,
        redactor: &redactor,
    };
    read(&context, &device)
}

fn read(rules: &str, body: &Json) -> Result<Codes, Refusal> {
    let answer = Answer::new(200, body.to_string());
    reading(rules, |context, device| codes(&answer, context, device))
}

/// As the RFC's example.
fn documented() -> Json {
    json!({
        "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
        "user_code": "WDJB-MJHT",
        "verification_uri": "https://example.com/device",
        "verification_uri_complete": "https://example.com/device?user_code=WDJB-MJHT",
        "expires_in": 1800,
        "interval": 5
    })
}

fn with(name: &str, value: Json) -> Json {
    let mut body = documented();
    body[name] = value;
    body
}

#[test]
fn the_rfc_s_example_is_read() {
    let codes = read("", &documented()).unwrap();
    assert!(codes.device_code.expose().starts_with("GmRh"));
    assert_eq!(codes.user_code, "WDJB-MJHT");
    assert_eq!(codes.address, "https://example.com/device");
    assert_eq!(
        codes.complete.unwrap(),
        "https://example.com/device?user_code=WDJB-MJHT"
    );
    assert_eq!(codes.life, Some(Duration::from_secs(1800)));
    assert_eq!(codes.interval, Some(Duration::from_secs(5)));
}

#[test]
fn what_need_not_be_there_may_be_absent_or_wrong() {
    for value in [json!(null), json!(-1), json!("x"), json!(0), json!(1e300), json!([])] {
        let mut body = with("interval", value.clone());
        body["expires_in"] = value.clone();
        body["verification_uri_complete"] = value.clone();
        let codes = read("", &body).unwrap();
        assert_eq!(
            (codes.life, codes.interval, codes.complete),
            (None, None, None),
            "{value}"
        );
    }
}

#[test]
fn an_older_name_and_the_definition_s_own_places_are_read_too() {
    let mut body = documented();
    let uri = body.as_object_mut().unwrap().remove("verification_uri").unwrap();
    body["verification_url"] = uri;
    assert_eq!(read("", &body).unwrap().address, "https://example.com/device");
    body["data"] = json!({"code": 1234});
    let codes = read("user_code = '/data/code'\ninterval = '/none'", &body).unwrap();
    assert_eq!((codes.user_code.as_str(), codes.interval), ("1234", None));
}

#[test]
fn what_nothing_can_be_done_without_is_named() {
    for name in ["device_code", "user_code", "verification_uri"] {
        for value in [json!(null), json!("")] {
            let refusal = read("", &with(name, value)).unwrap_err();
            assert_eq!(refusal.exit, Exit::Vendor);
            assert_eq!(refusal.words, format!("the answer holds no {name}"));
        }
    }
    let refusal = read("", &json!({"error": "x", "error_description": "no devices here"})).unwrap_err();
    assert_eq!(
        (refusal.exit, refusal.words.as_str()),
        (Exit::Refused, "no devices here")
    );
}

#[test]
fn no_code_stands_in_the_reason_of_a_refusal() {
    for status in [400, 500] {
        let answer = Answer::new(status, documented().to_string());
        let refusal = reading("", |context, device| codes(&answer, context, device)).unwrap_err();
        assert!(refusal.words.contains("verification_uri"), "{}", refusal.words);
        assert!(
            !refusal.words.contains("GmRh") && !refusal.words.contains("WDJB"),
            "{}",
            refusal.words
        );
    }
}

#[test]
fn a_person_is_sent_to_no_address_that_is_not_https_or_loopback() {
    for address in [
        "http://example.com/device",
        "javascript:alert(1)",
        "https://example.com/\u{1b}[2J",
        "https://user@example.com",
        "https://example.com/#a b",
        "example.com/device",
    ] {
        let refusal = read("", &with("verification_uri", json!(address))).unwrap_err();
        assert_eq!(refusal.exit, Exit::Vendor, "{address}");
        assert!(
            refusal.words.starts_with("verification_uri: the address"),
            "{}",
            refusal.words
        );
        let codes = read("", &with("verification_uri_complete", json!(address))).unwrap();
        assert_eq!(codes.complete, None, "{address}");
    }
    for address in ["http://127.0.0.1:8080/device", "https://example.com/#/device"] {
        assert_eq!(
            read("", &with("verification_uri", json!(address))).unwrap().address,
            address
        );
    }
    let codes = read("", &with("user_code", json!("A\u{1b}[2J\u{202e}B"))).unwrap();
    assert!(
        codes.user_code.chars().all(|c| c.is_ascii_graphic()),
        "{}",
        codes.user_code
    );
}

#[test]
fn the_vendor_s_word_is_found_whatever_the_status_and_the_form_are() {
    for (status, body) in [
        (400, r#"{"error":"slow_down"}"#),
        (200, r#"{"error":"slow_down","error_description":"too fast"}"#),
        (200, "error=slow_down&error_description=too+fast"),
        (428, r#"{"error_description":"slow_down"}"#),
    ] {
        let answer = Answer::new(status, body);
        let said = reading("", |context, _| said(&answer, context)).unwrap();
        assert!(said.texts.iter().any(|text| text == "slow_down"), "{body}");
    }
    let answer = Answer::new(200, r#"{"t":"x"}"#);
    assert!(reading("", |context, _| said(&answer, context)).is_none());
}
