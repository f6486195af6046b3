//! Values that are made for a request: each once, of what stands in it, and new for the next.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::{Site, build, sent};
use super::*;
use crate::definition::exchange::Exchange;
use crate::http::Request;
use crate::jwt::Jwt as Read;
use crate::made::encoding::Encoding;
use crate::made::hash::Keyed;
use crate::origin::BaseUrl;

const LETS: &str = r#"
[assertion.jwt]
alg = "HS256"
key = "{secret}"
header = { kid = "{key-id}" }
claims = { iss = "{user}", iat = "{now}", exp = "{end}", jti = "{id}", scope = ["{scope}"], n = 7 }

[now.time]
as = "unix"

[end.time]
as = "unix"
plus = "{span}"

[id.random]
as = "uuid"

[nonce.random]
bytes = 8
as = "hex"

[mac.hmac]
hash = "sha256"
key = "{secret}"
of = "{now} {nonce} {body}"
as = "HEX"

[unit-mac.hmac]
hash = "sha1"
key = "{secret}"
of = "{unit}"
as = "hex"

[code.totp]
seed = "{seed}"

[late.time]
as = "unix-ms"
plus = "{unit}"
"#;

fn plain() -> BTreeMap<String, Value> {
    BTreeMap::from([
        ("user".to_owned(), Value::Text("jo".to_owned())),
        ("span".to_owned(), Value::Duration(Duration::from_secs(60))),
    ])
}

fn secrets() -> BTreeMap<String, Secret> {
    [
        ("secret", "hunter22"),
        ("seed", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
        ("document", r#"{"id": "a", "key": "k-of-document"}"#),
    ]
    .map(|(name, value)| (name.to_owned(), Secret::new(value)))
    .into()
}

fn built(exchange: &str) -> (Request, Vec<String>) {
    let lets: Lets = toml::from_str(LETS).unwrap();
    let exchange: Exchange = toml::from_str(exchange).unwrap();
    let base = BaseUrl::parse("https://api.example.com").unwrap();
    let plain = plain();
    let mut inputs = Inputs::new(&plain, secrets(), "1970-01-01T00:00:59Z".parse().unwrap());
    let site = Site {
        base: &base,
        given: false,
    };
    let request = build(&lets, &exchange, &site, &mut inputs).unwrap();
    let sent = sent(&lets, &exchange, &inputs);
    (request, sent.iter().map(|secret| secret.expose().to_owned()).collect())
}

fn json_of(exchange: &str) -> Json {
    let (request, _) = built(exchange);
    serde_json::from_str(request.body.unwrap().bytes.expose()).unwrap()
}

fn header(request: &Request, name: &str) -> String {
    let mut headers = request.headers.iter();
    let found = headers.find(|(own, _)| own == name);
    found.map_or_else(String::new, |(_, value)| value.expose().to_owned())
}

#[test]
fn a_claim_keeps_its_type_and_one_whose_field_is_absent_drops_out() {
    let body = json_of("json = { assertion = \"{assertion}\" }");
    let read = Read::decode(body["assertion"].as_str().unwrap()).unwrap();
    assert_eq!(Json::Object(read.header), json!({"alg": "HS256", "typ": "JWT"}));
    let id = read.claims["jti"].clone();
    assert_eq!(id.as_str().unwrap().len(), 36);
    assert_eq!(
        Json::Object(read.claims),
        json!({"iss": "jo", "iat": 59, "exp": 119, "jti": id, "n": 7})
    );
}

#[test]
fn a_value_is_the_same_wherever_it_stands_in_one_request_and_another_in_the_next() {
    let exchange = "json = { id = \"{id}\", again = \"<{id}>\", end = \"{end}\" }\nheaders = { X-Id = \"{id}\" }";
    let (first, _) = built(exchange);
    let (second, _) = built(exchange);
    let id = header(&first, "X-Id");
    let body: Json = serde_json::from_str(first.body.unwrap().bytes.expose()).unwrap();
    assert_eq!(body, json!({"id": id, "again": format!("<{id}>"), "end": 119}));
    assert_ne!(header(&second, "X-Id"), id);
}

#[test]
fn an_hmac_is_made_over_the_body_as_it_is_sent() {
    let exchange = "form = { user = \"{user} €\" }\nheaders = { X-Mac = \"{mac}\", X-Nonce = \"{nonce}\" }\nquery = { at = \"{now}\" }";
    let (request, _) = built(exchange);
    assert_eq!(request.url, "https://api.example.com?at=59");
    let body = request.body.as_ref().unwrap().bytes.expose();
    assert_eq!(body, "user=jo+%E2%82%AC");
    let of = format!("59 {} {body}", header(&request, "X-Nonce"));
    let mac = Keyed::Sha256.hmac(&Secret::new("hunter22"), &of);
    assert_eq!(header(&request, "X-Mac"), Encoding::UpperHex.encode(mac));
}

#[test]
fn a_request_without_a_body_is_signed_over_nothing() {
    let (request, _) = built("method = \"GET\"\nheaders = { X-Mac = \"{mac}\", X-Nonce = \"{nonce}\" }");
    let of = format!("59 {} ", header(&request, "X-Nonce"));
    let mac = Keyed::Sha256.hmac(&Secret::new("hunter22"), &of);
    assert_eq!(header(&request, "X-Mac"), Encoding::UpperHex.encode(mac));
}

#[test]
fn a_value_whose_field_is_absent_drops_out() {
    let body = json_of("json = { mac = \"{unit-mac}\", late = \"{late}\", code = \"{code}\" }");
    // RFC 6238 appendix B, with its last six digits.
    assert_eq!(body, json!({"code": "287082"}));
}

#[test]
fn members_and_spellings_of_a_secret_are_laid_in() {
    let body = json_of(
        "json = { key = \"{document:/key}\", hex = \"{secret:hex}\", upper = \"{secret:upper}\", none = \"{document:/none}\" }",
    );
    assert_eq!(
        body,
        json!({"key": "k-of-document", "hex": "68756e7465723232", "upper": "HUNTER22"})
    );
}

#[test]
fn what_was_made_of_a_secret_is_kept_from_sight_and_a_time_is_not() {
    let (request, sent) = built(
        "json = { key = \"{document:/key}\", hex = \"{secret:hex}\", code = \"{code}\" }\nheaders = { X-Mac = \"{mac}\", X-Now = \"{now}\" }",
    );
    for hidden in ["hunter22", "68756e7465723232", "k-of-document", "287082"] {
        assert!(sent.iter().any(|secret| secret == hidden), "{hidden}");
    }
    assert!(sent.contains(&header(&request, "X-Mac")));
    assert!(!sent.contains(&"59".to_owned()));
    assert!(!sent.contains(&"119".to_owned()));
}

#[test]
fn what_cannot_be_made_is_told_of_by_name() {
    let lets: Lets = toml::from_str("[a.jwt]\nalg = \"RS256\"\nkey = \"{secret}\"").unwrap();
    let plain = plain();
    let mut inputs = Inputs::new(&plain, secrets(), "1970-01-01T00:00:59Z".parse().unwrap());
    let error = add(&lets, ["a"], &mut inputs).unwrap_err();
    assert!(error.text().starts_with("a: it is no PEM"), "{error}");
}
