//! Each form in which a vendor says the end, against its own clock.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::definition::exchange::Exchange;
use crate::definition::schema::AnswerRules;
use crate::http::Answer;
use crate::text::redact::Redactor;

const DATE: &str = "Mon, 15 Jan 2024 09:00:00 GMT";
/// 2024-01-15T09:00:00Z
const NOW: i64 = 1_705_309_200;

fn lasts(rules: &str, answer: &Json, token: &str, date: Option<&str>) -> Result<Option<u64>, String> {
    reading(rules, answer, |context, reading| {
        read(context, reading, token, date).map(|span| span.map(|span| span.as_secs()))
    })
}

fn refreshes(answer: &Json) -> Option<u64> {
    let rules = "refresh_expires_at = \"/at\"\nrefresh_expires_in = \"/in\"";
    let read = |context: &Context, reading: &Reading| of_refresh(context, reading, Some(DATE));
    reading(rules, answer, read).map(|span| span.as_secs())
}

fn reading<T>(rules: &str, answer: &Json, read: impl FnOnce(&Context, &Reading) -> T) -> T {
    let rules: AnswerRules = toml::from_str(&format!("token = \"/token\"\n{rules}")).unwrap();
    let exchange: Exchange = toml::from_str("").unwrap();
    let plain = BTreeMap::from([("span".to_owned(), Value::Duration(Duration::from_secs(77)))]);
    let redactor = Redactor::default();
    let context = Context {
        rules: &rules,
        exchange: &exchange,
        plain: &plain,
        // A day after the vendor's clock.
        sent_at: Timestamp::from_second(NOW + 86400).unwrap(),
        redactor: &redactor,
    };
    let answer = Answer::new(200, answer.to_string());
    read(&context, &Reading::of(&answer))
}

#[test]
fn a_lifetime_that_cannot_be_is_said_in_few_characters() {
    for (end, shown) in [
        (json!(0), "-1705309200"),
        (json!(2.96e298), "2.96e295"),
        (json!(f64::MAX), "1.7976931348623156e305"),
    ] {
        assert_eq!(
            at(&end).unwrap_err(),
            format!("the token's lifetime of {shown} s cannot be right")
        );
    }
}

fn at(end: &Json) -> Result<Option<u64>, String> {
    lasts("expires_at = \"/at\"", &json!({"at": end}), "opaque", Some(DATE))
}

fn jwt(exp: &Json) -> String {
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.x", part("{}"), part(&json!({"exp": exp}).to_string()))
}

#[test]
fn a_refresh_token_s_end_is_read_as_a_token_s_and_never_a_reason_to_refuse_the_answer() {
    for (answer, seconds) in [
        (json!({"in": 1800}), Some(1800)),
        (json!({"in": "1800"}), Some(1800)),
        (json!({"at": "2024-01-15T10:30:00Z"}), Some(5400)),
        (json!({"at": NOW + 60, "in": 7}), Some(60)),
        // Of an offline session.
        (json!({"in": 0}), None),
        (json!({"in": -1}), None),
        (json!({"in": 1e300}), None),
        (json!({"in": null, "at": "never"}), None),
        (json!({}), None),
    ] {
        assert_eq!(refreshes(&answer), seconds, "{answer}");
    }
}

#[test]
fn an_absolute_time_is_read_in_every_form() {
    for end in [
        json!("2024-01-15T10:30:00Z"),
        json!("2024-01-15T10:30:00"),
        json!("2024-01-15 10:30:00"),
        json!("2024-01-15T12:30:00+02:00"),
        json!("2024-01-15T05:30:00-05:00"),
        json!("2024-01-15T10:30:00.000Z"),
        json!(" 2024-01-15T10:30:00Z "),
        json!(NOW + 5400),
        json!((NOW + 5400) * 1000),
        json!((NOW + 5400).to_string()),
        json!(((NOW + 5400) * 1000).to_string()),
        json!(1_705_314_600.0),
    ] {
        assert_eq!(at(&end), Ok(Some(5400)), "{end}");
    }
}

#[test]
fn what_is_no_time_says_nothing() {
    for end in [
        json!(null),
        json!(""),
        json!("soon"),
        json!([]),
        json!({}),
        json!(true),
        json!("2024-02-30T00:00:00Z"),
    ] {
        assert_eq!(at(&end), Ok(None), "{end}");
    }
}

#[test]
fn an_end_that_cannot_be_right_is_a_failure() {
    for end in [
        json!("2024-01-15T09:00:00Z"),
        json!("2024-01-15T08:59:59Z"),
        json!("2024-01-15T09:00:00.999Z"),
        json!("2034-01-20T00:00:00Z"),
        json!("9999-12-31T23:59:59Z"),
        json!("9999-12-31T23:59:59.999+00:00"),
        json!("0001-01-01T00:00:00Z"),
        json!(0),
        json!(-1),
        json!(1e18),
        json!(1e308),
    ] {
        let reason = at(&end).unwrap_err();
        assert!(reason.contains("lifetime"), "{end}: {reason}");
    }
    assert_eq!(at(&json!("2024-01-15T09:00:01Z")), Ok(Some(1)));
    assert!(at(&json!("2034-01-10T00:00:00Z")).is_ok());
}

#[test]
fn spans_are_numbers_or_numeric_strings() {
    let span = |rules: &str, value: Json| lasts(rules, &json!({"in": value}), "opaque", Some(DATE));
    for value in [
        json!(3600),
        json!("3600"),
        json!(3600.9),
        json!(" 3600 "),
        json!("3.6e3"),
    ] {
        assert_eq!(span("expires_in = \"/in\"", value.clone()), Ok(Some(3600)), "{value}");
    }
    assert_eq!(span("expires_in_ms = \"/in\"", json!(3_600_999)), Ok(Some(3600)));
    assert_eq!(span("expires_in_ms = \"/in\"", json!("1000")), Ok(Some(1)));
    for value in [
        json!(0),
        json!(-1),
        json!(0.9),
        json!("0"),
        json!(315_576_001),
        json!(1e300),
    ] {
        assert!(span("expires_in = \"/in\"", value.clone()).is_err(), "{value}");
    }
    assert!(span("expires_in_ms = \"/in\"", json!(999)).is_err());
    for value in [
        json!(null),
        json!("soon"),
        json!("NaN"),
        json!("inf"),
        json!("-inf"),
        json!("1e999"),
        json!([1]),
        json!(true),
    ] {
        assert_eq!(span("expires_in = \"/in\"", value.clone()), Ok(None), "{value}");
    }
}

#[test]
fn the_first_that_is_there_counts() {
    let all = "expires_at = \"/at\"\nexpires_in = \"/in\"\nexpires_in_ms = \"/ms\"\nlifetime = \"6m\"";
    let mut answer = json!({"at": NOW + 60, "in": 120, "ms": 180_000});
    let token = jwt(&json!(NOW + 240));
    for (member, seconds) in [("at", 60), ("in", 120), ("ms", 180)] {
        assert_eq!(lasts(all, &answer, &token, Some(DATE)), Ok(Some(seconds)));
        answer.as_object_mut().unwrap().remove(member);
    }
    assert_eq!(lasts(all, &answer, &token, Some(DATE)), Ok(Some(240)));
    assert_eq!(lasts(all, &answer, "opaque", Some(DATE)), Ok(Some(360)));
    assert_eq!(lasts("", &answer, "opaque", Some(DATE)), Ok(None));
    assert_eq!(lasts("lifetime = \"{span}\"", &answer, "opaque", None), Ok(Some(77)));
    assert_eq!(lasts("lifetime = \"{other}\"", &answer, "opaque", None), Ok(None));
}

#[test]
fn a_jwts_exp_may_be_a_string() {
    for exp in [json!(NOW + 240), json!((NOW + 240).to_string()), json!(1_705_309_440.9)] {
        assert_eq!(lasts("", &json!({}), &jwt(&exp), Some(DATE)), Ok(Some(240)), "{exp}");
    }
    for exp in [
        json!(NOW),
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
    ] {
        assert!(lasts("", &json!({}), &jwt(&exp), Some(DATE)).is_err(), "{exp}");
    }
}

#[test]
fn without_a_date_that_can_be_read_the_local_clock_serves() {
    let rules = "expires_at = \"/at\"";
    let answer = json!({"at": NOW + 86400 + 60});
    for date in [None, Some(""), Some("yesterday"), Some("2024-01-15T09:00:00Z")] {
        assert_eq!(lasts(rules, &answer, "opaque", date), Ok(Some(60)), "{date:?}");
    }
}

proptest! {
    #[test]
    fn a_vendors_wrong_clock_does_no_harm(clock in 0..4_000_000_000i64, seconds in 1..300_000_000i64) {
        let now = Timestamp::from_second(clock).unwrap();
        let end = now + SignedDuration::from_secs(seconds);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap();
        let wanted = Ok(Some(seconds.unsigned_abs()));
        let answer = |end: Json| json!({"at": end});
        let rules = "expires_at = \"/at\"";
        prop_assert_eq!(lasts(rules, &answer(json!(end.to_string())), "opaque", Some(&date)), wanted.clone());
        prop_assert_eq!(lasts(rules, &answer(json!(end.as_second())), "opaque", Some(&date)), wanted.clone());
        if end.as_millisecond() > 100_000_000_000 {
            prop_assert_eq!(lasts(rules, &answer(json!(end.as_millisecond())), "opaque", Some(&date)), wanted.clone());
        }
        prop_assert_eq!(lasts("", &json!({}), &jwt(&json!(end.as_second())), Some(&date)), wanted);
    }

    #[test]
    fn a_time_of_any_year_is_read_or_refused(
        year in prop_oneof![Just("9999".to_owned()), Just("10000".to_owned()), "[+-]?[0-9]{4,6}"],
        month in 0..14, day in 0..33, hour in 0..26, second in 58..62,
        fraction in prop_oneof![Just(String::new()), "[.,][0-9]{1,12}"],
        offset in prop_oneof![Just(String::new()), Just("Z".to_owned()), "[+-][0-9]{2}(:?[0-9]{2}){0,2}"],
        between in "[T ]",
    ) {
        let time = format!("{year}-{month:02}-{day:02}{between}{hour:02}:59:{second}{fraction}{offset}");
        for date in [DATE, "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 99999 23:59:59 GMT", &time] {
            let read = lasts("expires_at = \"/at\"", &json!({"at": time}), "opaque", Some(date));
            if let Ok(Some(seconds)) = read {
                prop_assert!((1..=315_576_000).contains(&seconds), "{} {}", time, seconds);
            }
        }
    }

    #[test]
    fn an_epoch_of_any_size_is_read_or_refused(
        end in prop_oneof![
            any::<i64>().prop_map(Json::from), any::<u64>().prop_map(Json::from), any::<f64>().prop_map(Json::from),
            (253_402_300_700..253_402_300_900i64).prop_map(Json::from), "[+-]?[0-9]{1,40}(e[+-]?[0-9]{1,4})?".prop_map(Json::from),
        ],
    ) {
        for (rules, token) in [("expires_at = \"/at\"", "opaque".to_owned()), ("", jwt(&end))] {
            let read = lasts(rules, &json!({"at": end}), &token, Some(DATE));
            if let Ok(Some(seconds)) = read {
                prop_assert!((1..=315_576_000).contains(&seconds), "{} {}", end, seconds);
            }
        }
    }

    #[test]
    fn any_text_is_a_time_or_none(text in any::<String>(), date in any::<String>()) {
        let _ = lasts("expires_at = \"/at\"\nexpires_in = \"/at\"", &json!({"at": text}), &text, Some(&date));
    }
}
