//! A token that is printed is valid for long enough.

use serde_json::{Value, json};

use crate::harness::Tok;
use crate::stand_in::{Server, answer, delay, lifetime};

fn ready(vendor: &str, server: &Server) -> Tok {
    Tok::new().vendor(server).knows(vendor)
}

#[test]
fn a_cached_token_is_given_until_sixty_seconds_before_its_end() {
    let server = Server::start();
    let tok = ready("oauth2", &server);
    server.behave(lifetime(3600));
    let token = tok.run(["oauth2"]).ok().token();
    tok.pass(3500);
    assert_eq!(tok.run(["oauth2"]).ok().quiet().token(), token);
    tok.pass(45);
    assert_ne!(tok.run(["oauth2"]).ok().quiet().token(), token);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_short_lived_token_is_given_until_the_last_tenth_of_its_time() {
    let server = Server::start();
    let tok = ready("oauth2", &server);
    server.behave(lifetime(200));
    let token = tok.run(["oauth2"]).ok().token();
    tok.pass(150);
    assert_eq!(tok.run(["oauth2"]).ok().token(), token);
    tok.pass(35);
    assert_ne!(tok.run(["oauth2"]).ok().token(), token);
}

#[test]
fn a_token_of_a_few_seconds_is_given_and_replaced_in_time() {
    let server = Server::start();
    let tok = ready("oauth2", &server);
    server.behave(lifetime(20));
    let token = tok.run(["oauth2"]).ok().token();
    tok.pass(19);
    assert_ne!(tok.run(["oauth2"]).ok().token(), token);
}

#[test]
fn min_ttl_takes_the_place_of_the_margin_from_the_flag_and_from_the_profile() {
    let server = Server::start();
    let tok = ready("oauth2", &server).config("[oauth2]\nmin-ttl = '30m'\n");
    server.behave(lifetime(3600));
    let token = tok.run(["oauth2"]).ok().token();
    tok.pass(1500);
    assert_eq!(tok.run(["oauth2"]).ok().token(), token);
    // 35 minutes are left.
    assert_ne!(tok.run(["oauth2", "--min-ttl", "40m"]).ok().token(), token);
    let token = tok.run(["oauth2"]).ok().token();
    // The flag outranks the profile, and a short one is shorter than the margin.
    tok.pass(3570);
    assert_eq!(tok.run(["oauth2", "--min-ttl", "5s"]).ok().token(), token);
    assert_ne!(tok.run(["oauth2"]).ok().token(), token);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_fresh_token_that_does_not_last_as_long_as_asked_for_is_exit_6() {
    let server = Server::start();
    let tok = ready("oauth2", &server);
    server.behave(lifetime(600));
    let output = tok.run(["oauth2", "--min-ttl", "1h"]).fails(6);
    assert!(!output.stderr.contains("cached"), "{output}");
    tok.run(["oauth2", "--min-ttl", "1h", "--no-cache"]).fails(6);
    tok.run(["oauth2", "--min-ttl", "9m"]).ok();
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_token_that_has_ended_when_its_answer_comes_is_exit_6() {
    let server = Server::start();
    server.behave(lifetime(1).and(delay(1_500)));
    ready("oauth2", &server).run(["oauth2"]).fails(6);
}

#[test]
fn a_lifetime_counts_from_when_the_request_was_sent() {
    let server = Server::start();
    server.behave(lifetime(100).and(delay(2_000)));
    let json = ready("oauth2", &server).run(["oauth2", "-f", "json"]).ok().json();
    let left = json["expires_in"].as_i64().unwrap();
    assert!((60..=98).contains(&left), "{json}");
}

#[test]
fn a_token_whose_end_nobody_knows_is_given_and_not_kept() {
    let server = Server::start();
    server.behave(answer(200, json!({"access_token": "an-opaque-token"}).to_string()));
    let tok = ready("oauth2", &server);
    let json = tok.run(["oauth2", "-f", "json"]).ok().quiet().json();
    assert_eq!((&json["expires_at"], &json["expires_in"]), (&Value::Null, &Value::Null));
    assert!(tok.kept("json").is_empty());
    tok.run(["oauth2"]).ok();
    tok.run(["oauth2", "--min-ttl", "1s"]).fails(6);
    assert_eq!(server.requests().len(), 3);
}
