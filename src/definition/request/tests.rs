//! A value stays where the definition puts it, whatever it is.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use serde_json::json;
use ureq::http::Uri;

use super::*;
use crate::definition::value::Value;
use crate::error::Exit;
use crate::origin::BaseUrl;

fn exchange(toml: &str) -> Exchange {
    toml::from_str(toml).unwrap()
}

fn inputs(plain: &BTreeMap<String, Value>) -> Inputs<'_> {
    Inputs::new(
        plain,
        BTreeMap::from([("secret".to_owned(), Secret::new("s: €\"\\"))]),
        "2026-01-31T09:00:00Z".parse().unwrap(),
    )
}

fn plain(values: &[(&str, Value)]) -> BTreeMap<String, Value> {
    values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn built(toml: &str, plain: &BTreeMap<String, Value>) -> Result<Request> {
    let base = BaseUrl::parse("https://api.example.com/v1").unwrap();
    let site = Site {
        base: &base,
        given: false,
    };
    build(&Lets::default(), &exchange(toml), &site, &mut inputs(plain))
}

fn body_of(request: &Request) -> &str {
    request.body.as_ref().map_or("", |body| body.bytes.expose())
}

fn json_of(toml: &str, values: &[(&str, Value)]) -> Json {
    serde_json::from_str(body_of(&built(toml, &plain(values)).ok().unwrap())).unwrap()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

/// What a field may hold, with a liking for what means something in a URL, a form or JSON.
fn value() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            any::<char>().prop_map(String::from),
            "[/?#&=%+@:;,.{}\"\\\\ \\[\\]\r\n-]".prop_map(String::from),
            Just("..".to_owned()),
            Just("%2f".to_owned()),
            Just("\":\"".to_owned()),
        ],
        1..20,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn a_value_adds_no_host_no_segment_and_no_parameter(value in value()) {
        let toml = "path = \"/a/{x}/b\"\nquery = { one = \"{x}\", two = \"<{x}>\", \"th ree\" = \"c\" }";
        match built(toml, &plain(&[("x", text(&value))])) {
            Err(error) => {
                prop_assert!(value == "." || value == "..", "{}", error);
            }
            Ok(request) => {
                let uri: Uri = request.url.parse().unwrap();
                prop_assert_eq!(uri.authority().unwrap().as_str(), "api.example.com");
                let segments: Vec<&str> = uri.path().split('/').collect();
                prop_assert_eq!(segments.len(), 5);
                prop_assert_eq!(decoded(segments[3]), value.clone());
                prop_assert_eq!((segments[1], segments[2], segments[4]), ("v1", "a", "b"));
                let query: Vec<(String, String)> = uri
                    .query()
                    .unwrap()
                    .split('&')
                    .map(|pair| pair.split_once('=').unwrap())
                    .map(|(name, value)| (decoded(name), decoded(value)))
                    .collect();
                let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
                let wanted = vec![own("one", &value), own("th ree", "c"), own("two", &format!("<{value}>"))];
                prop_assert_eq!(query, wanted);
                prop_assert!(!request.url.contains('#'));
            }
        }
    }

    #[test]
    fn a_value_adds_no_member(value in value()) {
        let toml = "json = { a = \"{x}\", b = { c = \"<{x}>\", d = [\"{x}\", 1] }, e = true }";
        let sent = json_of(toml, &[("x", text(&value))]);
        prop_assert_eq!(sent, json!({"a": value, "b": {"c": format!("<{value}>"), "d": [value, 1]}, "e": true}));
    }

    #[test]
    fn a_value_adds_no_pair_to_a_form(first in value(), second in value()) {
        let values = plain(&[("x", text(&first)), ("l", Value::List(vec![first.clone(), second.clone()]))]);
        let request = built("form = { a = \"{x}\", b = \"{l}\", c = \"1 2\" }", &values).ok().unwrap();
        let pairs: Vec<(&str, String)> = body_of(&request)
            .split('&')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name, decoded(&value.replace('+', " "))))
            .collect();
        prop_assert_eq!(pairs, vec![("a", first.clone()), ("b", first), ("b", second), ("c", "1 2".to_owned())]);
    }

    #[test]
    fn a_value_adds_no_header_and_no_second_user(user in value(), more in value()) {
        let values = plain(&[("x", text(&user)), ("y", text(&more))]);
        let toml = "basic = \"{x}:{y}\"\nheaders = { X-Key = \"k {x}\" }";
        match built(toml, &values) {
            Err(error) => {
                prop_assert!(user.contains(':'));
                prop_assert_eq!(error.exit, Exit::Usage);
            }
            Ok(request) => {
                prop_assert_eq!(request.headers.len(), 2);
                prop_assert_eq!(request.headers[0].1.expose(), format!("k {user}"));
                let pair = request.headers[1].1.expose().strip_prefix("Basic ").unwrap();
                let pair = String::from_utf8(STANDARD.decode(pair).unwrap()).unwrap();
                prop_assert_eq!(pair.split_once(':').unwrap(), (user.as_str(), more.as_str()));
            }
        }
        let request = built("basic = \"{x:form}:{y:form}\"", &values).ok().unwrap();
        let pair = STANDARD.decode(request.headers[0].1.expose().strip_prefix("Basic ").unwrap()).unwrap();
        let pair = String::from_utf8(pair).unwrap();
        let (left, right) = pair.split_once(':').unwrap();
        prop_assert_eq!(decoded(&left.replace('+', " ")), user);
        prop_assert_eq!(decoded(&right.replace('+', " ")), more);
    }

    #[test]
    fn a_value_in_the_host_is_one_label_or_refused(value in prop_oneof![value(), "[a-zA-Z0-9.-]{1,70}"]) {
        let label = url("https://{x}.example.com", &plain(&[("x", text(&value))]));
        if let Ok(url) = label {
            let base = BaseUrl::parse(&url).unwrap();
            prop_assert_eq!(base.origin(), format!("https://{}.example.com", value.to_lowercase()));
            prop_assert!(!value.contains(['.', '/', '@', ':']) && value.len() <= 63);
        } else {
            prop_assert!(value.len() > 63 || !value.bytes().all(|b| b.is_ascii_alphanumeric()));
        }
    }
}

#[test]
fn what_is_absent_drops_out_with_all_that_it_leaves_empty() {
    let toml = r#"
        json = { a = "{x}", b = "{gone}", c = { d = "{gone}", e = { f = "<{gone}>" } }, g = ["{gone}", { h = "{gone}" }],
                 i = ["{gone}", "{x}"], j = {}, k = [], l = { m = "{gone}", n = 1 } }
    "#
    .replace('\n', " ");
    let sent = json_of(&toml, &[("x", text("1"))]);
    assert_eq!(sent, json!({"a": "1", "i": ["1"], "j": {}, "k": [], "l": {"n": 1}}));
    assert_eq!(json_of("json = { a = \"{gone}\" }", &[]), json!({}));
}

#[test]
fn an_absent_parameter_header_or_pair_drops_out() {
    let toml = r#"
        query = { a = "{gone}", b = "{x}{gone}", c = "{x}" }
        headers = { X-A = "{gone}", X-B = "key {gone}", X-C = "{x}" }
        basic = "{x}:{gone}"
        form = { a = "{gone}", b = "{x}" }
    "#;
    let request = built(toml, &plain(&[("x", text("1"))])).ok().unwrap();
    assert_eq!(request.url, "https://api.example.com/v1?c=1");
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["X-C"]);
    assert_eq!(body_of(&request), "b=1");
}

#[test]
fn an_absent_field_in_the_path_is_a_usage_error() {
    let error = built("path = \"/{gone}\"", &BTreeMap::new()).err().unwrap();
    assert_eq!(error.exit, Exit::Usage);
    assert!(error.text().contains("gone"), "{error}");
}

#[test]
fn a_placeholder_alone_keeps_its_type_and_constants_stay_as_they_are() {
    let values = [
        ("n", Value::Integer(-7)),
        ("l", Value::List(vec!["a".into(), "b".into()])),
        ("d", Value::Duration(std::time::Duration::from_secs(3600))),
        ("x", text("7")),
    ];
    let toml = r#"json = { n = "{n}", m = "no {n}", l = "{l}", d = "{d}", u = "{d:utc}", x = "{x}", c = 1.5, t = true, b = "{{x}}", s = "{secret}" }"#;
    assert_eq!(
        json_of(toml, &values),
        json!({
            "n": -7, "m": "no -7", "l": ["a", "b"], "d": 3600, "u": "2026-01-31T10:00:00Z", "x": "7", "c": 1.5, "t": true,
            "b": "{x}", "s": "s: €\"\\",
        })
    );
}

#[test]
fn a_duration_beyond_the_calendar_is_a_usage_error() {
    let forever = Value::Duration(std::time::Duration::from_secs(u64::MAX));
    let error = built("json = { u = \"{d:utc}\" }", &plain(&[("d", forever)]))
        .err()
        .unwrap();
    assert_eq!(error.exit, Exit::Usage);
}

mod faults;
