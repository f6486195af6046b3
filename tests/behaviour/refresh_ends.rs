//! How long a token can be refreshed, where the vendor says it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::harness::Tok;
use crate::stand_in::{Server, answer};

const LIMITED: &str = r#"about = "A vendor whose refresh tokens end"
url = "https://limited.example"

[[field]]
name = "username"
help = "Who logs in"
person = true

[[field]]
name = "password"
help = "Password"
secret = true

[login]
path = "/login"
json = { username = "{username}", password = "{password}" }

[refresh]
path = "/refresh"
json = { refresh_token = "{refresh-token}" }

[answer]
token = "/token"
refresh_token = "/refresh_token"
refresh_expires_in = "/refresh_expires_in"
refresh_expires_at = "header:X-Refresh-End"
expires_in = "/expires_in"
"#;

const DAY: i64 = 24 * 3600;

fn user(server: &Server) -> Tok {
    server.tolerate();
    Tok::new()
        .own_vendor("limited", LIMITED)
        .env("TOK_LIMITED_URL", server.url())
        .env("TOK_LIMITED_USERNAME", "ada")
        .env("TOK_LIMITED_PASSWORD", "password-canary")
}

fn gives(server: &Server, path: &str, more: &Value) {
    let mut body = json!({"token": "t", "expires_in": 3600});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.behave(answer(200, body.to_string()).on(path));
}

fn days(count: i64) -> Value {
    json!({"refresh_token": "r", "refresh_expires_in": count * DAY})
}

fn source(tok: &Tok) -> String {
    let json = tok.run(["limited", "-f", "json"]).ok().json();
    json["source"].as_str().unwrap().to_owned()
}

fn row(tok: &Tok) -> Value {
    tok.run(["status", "limited", "-f", "json"]).ok().json()["tokens"][0].clone()
}

#[test]
fn a_refresh_token_that_has_ended_is_not_sent() {
    let server = Server::start();
    let tok = user(&server);
    gives(&server, "/login", &days(2));
    gives(&server, "/refresh", &json!({}));
    assert_eq!(source(&tok), "login");
    tok.pass(DAY);
    assert_eq!(source(&tok), "refresh");
    // An answer without a new one leaves the old one and its end as they were.
    tok.pass(DAY);
    let output = tok.run(["limited", "-v"]).ok().says("the refresh token has ended");
    assert_eq!(output.token(), "t");
    server.expect(&["POST /login", "POST /refresh", "POST /login"]);
}

#[test]
fn a_new_refresh_token_has_its_own_end() {
    let server = Server::start();
    let tok = user(&server);
    gives(&server, "/login", &days(1));
    gives(&server, "/refresh", &days(30));
    source(&tok);
    tok.pass(DAY - 60);
    assert_eq!(source(&tok), "refresh");
    tok.pass(29 * DAY);
    assert_eq!(source(&tok), "refresh");
    // One of which nothing is said lasts for as long as the vendor takes it.
    gives(&server, "/refresh", &json!({"refresh_token": "r"}));
    tok.pass(DAY);
    assert_eq!(source(&tok), "refresh");
    tok.pass(100 * DAY);
    assert_eq!(source(&tok), "refresh");
}

#[test]
fn the_end_may_be_a_time_in_a_header() {
    let server = Server::start();
    let tok = user(&server);
    let end = Timestamp::now().as_second() + DAY;
    let body = json!({"token": "t", "refresh_token": "r", "expires_in": 60});
    let given = answer(200, body.to_string()).header("X-Refresh-End", &end.to_string());
    server.behave(given.on("/login"));
    source(&tok);
    let told: Timestamp = row(&tok)["refresh_expires_at"].as_str().unwrap().parse().unwrap();
    assert!((told.as_second() - end).abs() <= 2, "{told}");
}

#[test]
fn status_says_until_when_a_token_can_be_refreshed() {
    let server = Server::start();
    let tok = user(&server);
    gives(&server, "/login", &json!({"refresh_token": "r"}));
    source(&tok);
    assert_eq!(row(&tok)["refresh_expires_at"], Value::Null);
    tok.run(["status", "-v"])
        .ok()
        .never_says("refresh: ")
        .never_says("can be refreshed");
    gives(&server, "/login", &days(2));
    tok.run(["limited", "--fresh"]).ok();
    let told = row(&tok);
    let until = told["refresh_expires_at"].as_str().unwrap().to_owned();
    let left = until.parse::<Timestamp>().unwrap().as_second() - Timestamp::now().as_second();
    assert!((2 * DAY - 20..=2 * DAY).contains(&left), "{told}");
    assert_eq!((&told["state"], &told["can_refresh"]), (&json!("valid"), &json!(true)));
    let table = tok.run(["status", "-v"]).ok().quiet();
    let table = table.prints_this(&format!("valid, can be refreshed until {until}"));
    table.prints_this(&format!("refresh: until {until} (in "));
    tok.pass(DAY);
    let until = row(&tok)["refresh_expires_at"].as_str().unwrap().to_owned();
    let table = tok.run(["status"]).ok();
    table.prints_this(&format!("expired, can be refreshed until {until}"));
    tok.pass(DAY);
    let told = row(&tok);
    assert_eq!(
        (&told["state"], &told["can_refresh"]),
        (&json!("expired"), &json!(false))
    );
    let table = tok.run(["status", "-v"]).ok().never_says("can be refreshed");
    table.prints_this("refresh: no longer, since ");
}
