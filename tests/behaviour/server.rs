//! The stand-in itself: that it refuses what the vendors would refuse, and that it misbehaves as it is told.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::protocol::account;
use crate::stand_in::{
    Server, answer, clock, close, cut, delay, drip, lifetime, redirect, refresh_token, refuse, retry_after,
    retry_after_date, size, token, too_many, undated,
};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

const MODULUS: &str = "/api/cmn/AuthenticateToken";
const JMVSTREAM: &str = "/v1/authenticate";
const CRMCOM: &str = "/crmapi/rest/v2/authentication/token";
const DATA8: &str = "/UserAdmin/GetJWT.json";

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    #[track_caller]
    fn is(&self, status: u16, body: &Value) {
        assert_eq!((self.status, self.json()), (status, body.clone()));
    }
}

/// A request with nothing added: what is sent is what stands here. None where the connection ends without an answer.
fn raw(server: &Server, head: &str, body: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "{head}Connection: close\r\n\r\n{body}").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(&bytes).unwrap() else {
        return None;
    };
    Some(Answer {
        status: response.code.unwrap(),
        headers: response
            .headers
            .iter()
            .map(|h| (h.name.to_owned(), String::from_utf8_lossy(h.value).into_owned()))
            .collect(),
        body: bytes[length..].to_vec(),
    })
}

fn head(server: &Server, path: &str, content_type: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUser-Agent: tok/0.1.0\r\nAccept: application/json\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n",
        server.port()
    )
}

fn post(server: &Server, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    raw(server, &head(server, path, JSON, body.len()), &body).expect("an answer")
}

fn oauth2(server: &Server, basic: &str, body: &str) -> Answer {
    let head = head(server, account::OAUTH2_PATH, FORM, body.len());
    let basic = BASE64_STANDARD.encode(basic);
    raw(server, &format!("{head}Authorization: Basic {basic}\r\n"), body).expect("an answer")
}

fn modulus() -> Value {
    json!({"username": account::MODULUS_USERNAMES[0], "password": account::MODULUS_PASSWORD})
}

fn starship() -> Value {
    json!({"username": account::STARSHIP_USERNAMES[0], "password": account::STARSHIP_PASSWORD})
}

fn jmvstream() -> Value {
    json!({
        "email": account::JMVSTREAM_EMAILS[0],
        "password": account::JMVSTREAM_PASSWORD,
        "resource": account::JMVSTREAM_RESOURCE,
    })
}

fn data8() -> Value {
    json!({
        "username": account::DATA8_USERNAMES[0],
        "password": account::DATA8_PASSWORD,
        "expiresAt": "2031-01-31T10:00:00Z",
        "clientIp": "192.0.2.7",
        "allowedMethods": ["EmailValidation", "PhoneValidation.IsValid"],
        "maxCredits": 10,
        "options": {"ApplicationName": "tok"},
    })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn without(mut body: Value, name: &str) -> Value {
    body.as_object_mut().unwrap().remove(name).unwrap();
    body
}

fn claims(jwt: &Value) -> Value {
    let part = jwt.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn modulus_gives_another_token_each_time_and_its_documented_refusals() {
    let server = Server::start();
    server.tolerate();
    let first = post(&server, MODULUS, &modulus()).json();
    let second = post(&server, MODULUS, &modulus()).json();
    assert_eq!(first["result"], true);
    assert_eq!(first["object"].as_str().unwrap().len(), 32);
    assert_ne!(first["object"], second["object"]);

    let missing = json!({
        "result": false,
        "title": "Bad Request",
        "message": "Missing one or more of parameters username and password.",
        "object": null,
    });
    post(&server, MODULUS, &json!({"Username": "api-user", "Password": "x"})).is(400, &missing);
    post(&server, MODULUS, &without(modulus(), "password")).is(400, &missing);
    post(&server, MODULUS, &with(modulus(), "password", json!(1))).is(400, &missing);
    post(&server, MODULUS, &with(modulus(), "account", json!("a"))).is(400, &missing);
    let wrong = json!({"result": false, "title": "Unauthorized", "message": "Authentication failed.", "object": null});
    post(&server, MODULUS, &with(modulus(), "password", json!("wrong"))).is(401, &wrong);

    let requests = server.requests();
    assert_eq!(requests[0].token.as_deref(), first["object"].as_str());
    assert_eq!(requests[0].status, 200);
    assert!(requests[1].at >= requests[0].at);
    assert!(requests[2].complaint.is_some() && requests[6].complaint.is_none());
}

#[test]
#[should_panic(expected = "the vendor would not have understood")]
fn a_request_that_no_vendor_would_take_fails_the_test() {
    let server = Server::start();
    post(&server, MODULUS, &without(modulus(), "password"));
}

#[test]
fn headers_path_and_method_are_checked_to_the_letter() {
    let server = Server::start();
    server.tolerate();
    let body = modulus().to_string();
    let right = head(&server, MODULUS, JSON, body.len());
    assert_eq!(raw(&server, &right, &body).unwrap().status, 200);
    for (from, to, status) in [
        ("User-Agent: tok/0.1.0", "User-Agent: curl/8", 400),
        ("Accept: application/json\r\n", "", 400),
        ("Accept: application/json", "Accept: */*", 400),
        (
            "Content-Type: application/json",
            "Content-Type: application/json; charset=utf-8",
            400,
        ),
        ("Content-Type: application/json\r\n", "", 400),
        ("Host: 127.0.0.1", "Host: modulus.biz", 400),
        (MODULUS, "/api/cmn/authenticatetoken", 404),
        (MODULUS, "//api/cmn/AuthenticateToken", 404),
        (MODULUS, "/api/cmn/AuthenticateToken?x=1", 404),
        ("POST", "PUT", 405),
    ] {
        let answer = raw(&server, &right.replace(from, to), &body).unwrap();
        assert_eq!(answer.status, status, "{from} -> {to}");
    }
    let complaints = server
        .requests()
        .iter()
        .filter(|request| request.complaint.is_some())
        .count();
    assert_eq!(complaints, 10);
}

#[test]
fn jmvstream_says_what_is_missing_in_something_that_is_not_json() {
    let server = Server::start();
    server.tolerate();
    let token = post(&server, JMVSTREAM, &jmvstream()).json()["token"].clone();
    assert_eq!(claims(&token)["planUuid"], account::JMVSTREAM_RESOURCE);
    let left = claims(&token)["exp"].as_i64().unwrap() - Timestamp::now().as_second();
    assert!((14_000..=14_400).contains(&left));
    let missing = post(&server, JMVSTREAM, &without(jmvstream(), "email"));
    assert_eq!(
        (missing.status, missing.text().as_str()),
        (400, "{\n    \"email\" is required\n}")
    );
    let odd = post(&server, JMVSTREAM, &with(jmvstream(), "resource", json!("not-a-uuid")));
    assert_eq!(
        (odd.status, odd.text().as_str()),
        (400, "{\n    \"resource\" is required\n}")
    );
    let refused = json!({"message": "not allowed"});
    post(&server, JMVSTREAM, &with(jmvstream(), "password", json!("wrong"))).is(401, &refused);
}

#[test]
fn crmcom_takes_each_of_its_three_ways_and_never_two() {
    let server = Server::start();
    server.tolerate();
    let login = |more: Value| {
        let mut body = json!({"organisation": account::CRMCOM_ORGANISATION});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        post(&server, CRMCOM, &body)
    };
    let by_password = json!({"username": account::CRMCOM_USERNAMES[0], "password": account::CRMCOM_PASSWORD});
    let code = json!({"authentication_code": account::CRMCOM_AUTHENTICATION_CODES[0]});
    let pass = json!({"identifier": account::CRMCOM_IDENTIFIERS[0], "pass_code": account::CRMCOM_PASS_CODE});
    for way in [
        by_password.clone(),
        with(by_password.clone(), "unit", json!(account::CRMCOM_UNIT)),
        json!({"access_token_identifier": code}),
        json!({"access_token_identifier": pass}),
    ] {
        let answer = login(way).json();
        assert_eq!(
            answer["status"],
            json!({"code": "OK", "message": null, "description": null})
        );
        assert!(claims(&answer["data"]["token"])["exp"].is_string());
    }
    let both = with(code.clone(), "pass_code", json!("x"));
    for wrong in [
        with(by_password.clone(), "access_token_identifier", code),
        json!({"access_token_identifier": both}),
        json!({"access_token_identifier": {}}),
        json!({"access_token_identifier": without(pass, "pass_code")}),
        without(by_password.clone(), "password"),
        with(by_password.clone(), "unit", Value::Null),
        json!({}),
    ] {
        let answer = login(wrong);
        assert_eq!(
            (answer.status, &answer.json()["status"]["code"]),
            (400, &json!("INVALID_PARAMETERS"))
        );
    }
    let refused = login(with(by_password, "password", json!("wrong")));
    assert_eq!(
        (refused.status, &refused.json()["status"]["code"]),
        (200, &json!("INVALID_LOGIN"))
    );
    assert_eq!(refused.json()["data"], Value::Null);
}

#[test]
fn crmcom_releases_a_token_once() {
    let server = Server::start();
    let body = json!({
        "organisation": account::CRMCOM_ORGANISATION,
        "username": account::CRMCOM_USERNAMES[0],
        "password": account::CRMCOM_PASSWORD,
    });
    let token = post(&server, CRMCOM, &body).json()["data"]["token"].clone();
    let release = || post(&server, &format!("{CRMCOM}/release"), &json!({"token": token})).json();
    assert_eq!(release()["status"]["code"], "OK");
    assert_eq!(release()["status"]["code"], "INVALID_LOGIN");
}

#[test]
fn starship_rotates_its_refresh_token_and_forgets_all_at_logout() {
    let server = Server::start();
    server.tolerate();
    let login = post(&server, "/auth/login", &starship()).json();
    assert_eq!(login["client_id"], 123_456);
    for name in ["access_expires_at", "refresh_expires_at"] {
        let time = login[name].as_str().unwrap();
        assert!(
            time.len() == 20 && time.ends_with('Z') && time.parse::<Timestamp>().is_ok(),
            "{time}"
        );
    }
    let refresh = |token: &Value| post(&server, "/auth/refresh", &json!({"refresh_token": token}));
    let second = refresh(&login["refresh_token"]).json();
    assert_ne!(second["access_token"], login["access_token"]);
    let old = json!({"error": "unauthorized", "message": "Invalid refresh token"});
    refresh(&login["refresh_token"]).is(401, &old);
    let missing = json!({"error": "validation_error", "message": "Refresh token is required"});
    post(&server, "/auth/refresh", &json!({})).is(400, &missing);
    let wrong = json!({"error": "unauthorized", "message": "Invalid credentials"});
    post(&server, "/auth/login", &with(starship(), "password", json!("wrong"))).is(401, &wrong);

    let access = second["access_token"].as_str().unwrap();
    let head = head(&server, "/auth/logout", JSON, 0);
    let logout = || {
        raw(&server, &format!("{head}Authorization: Bearer {access}\r\n"), "")
            .unwrap()
            .status
    };
    assert_eq!((logout(), logout()), (200, 401));
    refresh(&second["refresh_token"]).is(401, &old);
}

#[test]
fn data8_takes_no_value_of_another_type() {
    let server = Server::start();
    server.tolerate();
    let answer = post(&server, DATA8, &data8()).json();
    assert_eq!(
        answer["Status"],
        json!({"Success": true, "ErrorMessage": null, "CreditsRemaining": 12.5})
    );
    assert_eq!(
        claims(&answer["Jwt"])["exp"],
        "2031-01-31T10:00:00Z".parse::<Timestamp>().unwrap().as_second()
    );
    assert_eq!(claims(&answer["Jwt"]).get("iat"), None);
    let least =
        json!({"username": "d8-user", "password": account::DATA8_PASSWORD, "expiresAt": "2031-01-31T10:00:00Z"});
    assert_eq!(post(&server, DATA8, &least).json()["Status"]["Success"], true);
    for (name, value) in [
        ("maxCredits", json!("10")),
        ("allowedMethods", json!("EmailValidation")),
        ("allowedMethods", json!(["EmailValidation,PhoneValidation"])),
        ("expiresAt", json!("2031-01-31T10:00:00.000Z")),
        ("expiresAt", json!("2031-01-31T10:00:00+00:00")),
        ("expiresAt", json!(1_927_620_000)),
        ("clientIp", json!("localhost")),
        ("options", json!([])),
        ("options", json!({"ApplicationName": 1})),
        ("ClientIp", json!("192.0.2.7")),
    ] {
        let answer = post(&server, DATA8, &with(data8(), name, value.clone()));
        assert_eq!(
            (answer.status, &answer.json()["Status"]["Success"]),
            (400, &json!(false)),
            "{name} {value}"
        );
    }
    let refused = post(&server, DATA8, &with(data8(), "password", json!("wrong")));
    assert_eq!(refused.status, 200);
    assert_eq!(refused.json()["Status"]["ErrorMessage"], "Invalid username or password");
}

#[test]
fn oauth2_wants_id_and_secret_form_encoded_before_they_are_joined() {
    let server = Server::start();
    server.tolerate();
    let right = "client%3Aone+%26+only:s3cr%2Bt%2541%2F%C3%A9%3A%3D%3F";
    let granted = oauth2(
        &server,
        right,
        "grant_type=client_credentials&scope=read+write&audience=https%3A%2F%2Fapi",
    );
    assert_eq!(granted.status, 200);
    assert_eq!(
        (&granted.json()["token_type"], &granted.json()["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );

    let plain = format!("{}:{}", account::OAUTH2_CLIENT_IDS[0], account::OAUTH2_CLIENT_SECRET);
    assert_eq!(oauth2(&server, &plain, "grant_type=client_credentials").status, 400);
    for body in [
        "grant_type=password",
        "scope=read",
        "grant_type=client_credentials&client_id=x",
        "",
        "{}",
    ] {
        oauth2(&server, right, body).is(400, &json!({"error": "invalid_request"}));
    }
    let wrong = oauth2(&server, "client%3Aone+%26+only:wrong", "grant_type=client_credentials");
    assert_eq!((wrong.status, &wrong.json()["error"]), (401, &json!("invalid_client")));
    assert!(wrong.header("www-authenticate").unwrap().starts_with("Basic"));
    let scope = oauth2(&server, right, "grant_type=client_credentials&scope=root");
    assert_eq!((scope.status, &scope.json()["error"]), (400, &json!("invalid_scope")));
}

#[test]
fn a_behaviour_holds_for_the_requests_that_it_is_for() {
    let server = Server::start();
    server.behave(answer(500, "oh").on("/v1").times(2));
    server.behave(refuse("first").once());
    server.behave(refuse("second").once());
    server.behave(token("forever"));
    let modulus = || post(&server, MODULUS, &modulus());
    assert_eq!(modulus().json()["message"], "first");
    assert_eq!(post(&server, JMVSTREAM, &jmvstream()).text(), "oh");
    assert_eq!(post(&server, JMVSTREAM, &jmvstream()).text(), "oh");
    assert_eq!(modulus().json()["message"], "second");
    assert_eq!(modulus().json()["object"], "forever");
    assert_eq!(post(&server, JMVSTREAM, &jmvstream()).json()["token"], "forever");
    let (one, two) = ("POST /api/cmn/AuthenticateToken", "POST /v1/authenticate");
    server.expect(&[one, two, two, one, one, two]);
    server.reset();
    assert_eq!(modulus().json()["object"].as_str().unwrap().len(), 32);
    assert_eq!(server.only().status, 200);
}

#[test]
fn a_fixed_answer_can_have_any_status_header_and_body() {
    let server = Server::start();
    server.behave(answer(418, b"\xff\0".to_vec()).header("X-Odd", "yes").on("/elsewhere"));
    let odd = post(&server, "/elsewhere/at/all", &json!({}));
    assert_eq!(
        (odd.status, odd.body.as_slice(), odd.header("x-odd")),
        (418, &b"\xff\0"[..], Some("yes"))
    );
    server.behave(redirect(307, "http://127.0.0.1:1/"));
    let moved = post(&server, MODULUS, &modulus());
    assert_eq!(
        (moved.status, moved.header("location")),
        (307, Some("http://127.0.0.1:1/"))
    );
}

#[test]
fn a_pause_is_asked_for_in_seconds_as_a_date_or_not_at_all() {
    let server = Server::start();
    server.behave(retry_after("17").once());
    server.behave(too_many().once());
    server.behave(retry_after_date(90).and(clock(-86400)).once());
    let ask = || post(&server, "/auth/login", &starship());
    let seconds = ask();
    assert_eq!((seconds.status, seconds.header("retry-after")), (429, Some("17")));
    assert_eq!(
        seconds.json()["message"],
        "Too many login attempts. Please try again later."
    );
    assert_eq!(ask().header("retry-after"), None);
    let dated = ask();
    let time = |name| {
        jiff::fmt::rfc2822::parse(dated.header(name).unwrap())
            .unwrap()
            .timestamp()
            .as_second()
    };
    assert!((89..=91).contains(&(time("retry-after") - time("date"))));
    assert!(time("date") < Timestamp::now().as_second() - 86_000);
}

#[test]
fn the_vendors_clock_and_the_lifetime_are_what_the_test_says() {
    let server = Server::start();
    server.behave(clock(3600));
    server.behave(lifetime(2));
    let login = post(&server, "/auth/login", &starship());
    let date = jiff::fmt::rfc2822::parse(login.header("date").unwrap())
        .unwrap()
        .timestamp()
        .as_second();
    let end: Timestamp = login.json()["access_expires_at"].as_str().unwrap().parse().unwrap();
    assert!((1..=3).contains(&(end.as_second() - date)));
    assert!((3590..=3610).contains(&(date - Timestamp::now().as_second())));
    let jwt = post(&server, MODULUS, &modulus()).json()["object"].clone();
    assert!((1..=3).contains(&(claims(&jwt)["exp"].as_i64().unwrap() - date)));
    server.behave(undated());
    assert_eq!(post(&server, MODULUS, &modulus()).header("date"), None);
}

#[test]
fn any_json_value_can_stand_in_the_tokens_place() {
    let server = Server::start();
    for value in [json!("a b"), json!(7), Value::Null, json!({"a": 1}), json!("")] {
        server.behave(token(value.clone()).once());
        assert_eq!(post(&server, MODULUS, &modulus()).json()["object"], value);
    }
    server.behave(refresh_token(Value::Null));
    assert_eq!(
        post(&server, "/auth/login", &starship()).json().get("refresh_token"),
        None
    );
}

#[test]
fn what_was_sent_can_come_back_in_the_error_text() {
    let server = Server::start();
    server.behave(refuse("no: {secret} {secret:url}"));
    let refused = post(&server, DATA8, &data8()).json();
    assert_eq!(
        refused["Status"]["ErrorMessage"],
        "no: d8-\"quoted\\secret d8-%22quoted%5Csecret"
    );
    server.behave(refuse("{body}"));
    assert!(
        post(&server, DATA8, &data8()).json()["Status"]["ErrorMessage"]
            .as_str()
            .unwrap()
            .contains("d8-user")
    );
}

#[test]
fn answers_come_late_slowly_cut_off_too_big_or_not_at_all() {
    let server = Server::start();
    let ask = || {
        let body = modulus().to_string();
        raw(&server, &head(&server, MODULUS, JSON, body.len()), &body)
    };
    let began = Instant::now();
    server.behave(delay(300).once());
    assert_eq!(ask().unwrap().status, 200);
    assert!(began.elapsed() >= Duration::from_millis(300));
    let began = Instant::now();
    server.behave(drip(20, 40).once());
    assert_eq!(ask().unwrap().json()["result"], true);
    assert!(began.elapsed() >= Duration::from_millis(160));
    server.behave(cut(5).once());
    let cut = ask().unwrap();
    assert_eq!(cut.body.len(), 5);
    assert!(cut.header("content-length").unwrap().parse::<usize>().unwrap() > 100);
    server.behave(size(3 << 20).once());
    let big = ask().unwrap();
    assert_eq!((big.body.len(), &big.json()["result"]), (3 << 20, &json!(true)));
    server.behave(close().once());
    assert!(ask().is_none());
    assert_eq!(server.requests()[4].status, 0);
    assert_eq!(ask().unwrap().status, 200);
}

#[test]
fn a_connection_serves_one_request_after_the_other() {
    let server = Server::start();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let body = modulus().to_string();
    for _ in 0..2 {
        write!(stream, "{}\r\n{body}", head(&server, MODULUS, JSON, body.len())).unwrap();
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\"}") {
            let mut chunk = [0; 1000];
            let length = stream.read(&mut chunk).unwrap();
            assert_ne!(length, 0);
            bytes.extend_from_slice(&chunk[..length]);
        }
    }
    assert_eq!((server.requests().len(), server.log().connections), (2, 1));
}

#[test]
fn over_tls_only_its_own_root_makes_it_trusted() {
    let over_tls = |server: &Server| {
        let pem = std::fs::read(server.ca()).unwrap();
        let roots = vec![ureq::tls::Certificate::from_pem(&pem).unwrap().to_owned()];
        let roots = ureq::tls::RootCerts::new_with_certs(&roots);
        let tls = ureq::tls::TlsConfig::builder().root_certs(roots).build();
        let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).build().into();
        let request = agent
            .post(server.url() + MODULUS)
            .header("User-Agent", "tok/0.1.0")
            .header("Accept", JSON);
        request
            .header("Content-Type", JSON)
            .send(modulus().to_string())
            .map(|answer| answer.status().as_u16())
    };
    let server = Server::tls();
    assert_eq!(over_tls(&server).unwrap(), 200);
    server.expect(&["POST /api/cmn/AuthenticateToken"]);
    for fault in ["expired", "untrusted", "wrong-name"] {
        let server = Server::tls_with(fault);
        assert!(over_tls(&server).is_err(), "{fault}");
        assert!(server.requests().is_empty());
    }
}
