//! Two persons whose logins have no plain field to tell them apart: an authentication code is all that crmcom gets.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::harness::{Running, Tok, until};
use crate::protocol::account::{CRMCOM_AUTHENTICATION_CODES as CODES, CRMCOM_ORGANISATION};
use crate::stand_in::{Server, answer, delay};

fn with_code(tok: &Tok, code: &str) -> Tok {
    tok.clone().env("TOK_CRMCOM_AUTHENTICATION_CODE", code)
}

fn world(server: &Server) -> Tok {
    let tok = Tok::new().vendor(server).env("TOK_TIMEOUT", "110");
    tok.env("TOK_CRMCOM_ORGANISATION", CRMCOM_ORGANISATION)
}

/// Whose token the vendor says it is.
#[track_caller]
fn owner(token: &str) -> String {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["usr"].as_str().unwrap().to_owned()
}

#[test]
fn one_persons_code_never_gets_the_token_of_anothers() {
    let server = Server::start();
    let tok = world(&server);
    for code in [CODES[0], CODES[1], CODES[0]] {
        let token = with_code(&tok, code).run(["crmcom"]).ok().token();
        assert_eq!(owner(&token), code);
        // The same code again is a hit.
        assert_eq!(with_code(&tok, code).run(["crmcom"]).ok().token(), token);
    }
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn one_persons_code_never_gets_the_token_of_anothers_at_the_same_time() {
    let server = Server::start();
    let tok = world(&server);
    let running: Vec<(&str, Running)> = (0..16)
        .map(|number| {
            let code = CODES[number % 2];
            (code, with_code(&tok, code).start(["crmcom"]))
        })
        .collect();
    for (code, one) in running {
        assert_eq!(owner(&one.wait().ok().token()), code);
    }
}

#[test]
fn a_hundred_processes_with_five_codes_end_in_time_each_with_its_own_token() {
    let server = Server::start();
    let tok = world(&server).env("TOK_TIMEOUT", "30");
    let running: Vec<(&str, Running)> = (0..100)
        .map(|number| {
            let code = CODES[number % 5];
            (code, with_code(&tok, code).start(["crmcom"]))
        })
        .collect();
    for (code, one) in running {
        assert_eq!(owner(&one.wait().ok().token()), code);
    }
}

#[test]
fn a_code_is_not_given_anothers_token_where_the_vendor_is_down() {
    let server = Server::start();
    let tok = world(&server);
    with_code(&tok, CODES[0]).run(["crmcom"]).ok();
    server.behave(answer(503, "{}"));
    with_code(&tok, CODES[1]).run(["crmcom"]).fails(6);
    with_code(&tok, CODES[0]).run(["crmcom"]).ok().quiet();
}

#[test]
fn who_waits_with_another_code_does_not_take_the_failure_of_a_wrong_one() {
    let server = Server::start();
    let tok = world(&server);
    server.behave(delay(4_000).once());
    let wrong = with_code(&tok, "no-such-code");
    let leader = wrong.start(["crmcom"]);
    until("its request has come", || server.requests().len() == 1);
    let waiters = [
        with_code(&tok, CODES[0]).start(["crmcom"]),
        wrong.start(["crmcom"]),
        wrong.start(["crmcom"]),
    ];
    crate::kept::until_all_wait(&waiters);
    leader.wait().fails(4);
    let [right, same, again] = waiters;
    assert_eq!(owner(&right.wait().ok().token()), CODES[0]);
    same.wait().fails(4);
    again.wait().fails(4);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_refused_code_does_not_hold_anothers_back() {
    let server = Server::start();
    let tok = world(&server);
    with_code(&tok, "no-such-code").run(["crmcom"]).fails(4);
    let token = with_code(&tok, CODES[1]).run(["crmcom"]).ok().token();
    assert_eq!(owner(&token), CODES[1]);
    with_code(&tok, "no-such-code").run(["crmcom"]).fails(4);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn no_code_stands_in_the_cache_folder() {
    let server = Server::start();
    let tok = world(&server).in_clear();
    with_code(&tok, CODES[0]).run(["crmcom"]).ok();
    with_code(&tok, "no-such-code").run(["crmcom"]).fails(4);
    let entry = tok.entry().to_string();
    // The vendor writes the code into its token; everything around it is tok's.
    let around = entry.replace(tok.entry()["token"].as_str().unwrap(), "");
    let kept = tok.all_that_is_kept();
    assert!(!around.contains(CODES[0]) && !kept.contains(CODES[0]) && !kept.contains("no-such-code"));
}

/// A vendor that knows its users by an API key and nothing else.
const KEY: &str = r#"
about = "A key is all there is"
[[field]]
name = "api-key"
help = "The key"
secret = true
[login]
method = "GET"
path = "/key"
headers = { X-Api-Key = "{api-key}" }
[answer]
token = "/token"
lifetime = "1h"
"#;

#[test]
fn one_persons_key_never_gets_the_token_of_anothers_where_a_vendor_has_no_ways() {
    let server = Server::start();
    let tok = Tok::new().own_vendor("key", KEY).env("TOK_KEY_URL", server.url());
    for (key, token) in [("key-of-alice", "alices"), ("key-of-bob", "bobs")] {
        server.behave(answer(200, format!(r#"{{"token":"{token}"}}"#)).on("/key").once());
        let one = tok.clone().env("TOK_KEY_API_KEY", key);
        assert_eq!(one.run(["key"]).ok().token(), token);
        assert_eq!(one.run(["key"]).ok().token(), token);
    }
    assert_eq!(server.requests().len(), 2);
}
