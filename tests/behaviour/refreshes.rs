//! A token that can be refreshed is, and the refresh token is never lost on the way.

use serde_json::Value;

use crate::harness::{Tok, need};
use crate::protocol::Behaviour;
use crate::stand_in::{Server, answer, close, cut, delay, refresh_token, too_many};

const REFRESH: [&str; 2] = ["POST /auth/login", "POST /auth/refresh"];

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("starship")
}

#[track_caller]
fn source(tok: &Tok, arguments: &[&str]) -> String {
    let arguments = [arguments, &["-f", "json"]].concat();
    let json = tok.run(&arguments).ok().json();
    json["source"].as_str().unwrap().to_owned()
}

#[test]
fn json_says_whether_the_token_is_from_a_login_the_cache_or_a_refresh_and_how_long_it_lasts() {
    let server = Server::start();
    let tok = ready(&server);
    assert_eq!(source(&tok, &["starship"]), "login");
    assert_eq!(source(&tok, &["starship"]), "cache");
    tok.pass(600);
    let json = tok.run(["starship", "-f", "json"]).ok().json();
    let left = json["expires_in"].as_i64().unwrap();
    assert!((4740..=4800).contains(&left), "{json}");
    tok.pass(24 * 3600);
    assert_eq!(source(&tok, &["starship"]), "refresh");
    assert_eq!(source(&tok, &["starship", "--fresh"]), "login");
    server.expect(&["POST /auth/login", "POST /auth/refresh", "POST /auth/login"]);
}

#[test]
fn a_rotated_refresh_token_is_on_disk_before_anything_is_printed() {
    if !cfg!(target_os = "linux") || !need("sh") {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    tok.sh("tok starship >/dev/full").exits(1).explained();
    let kept = tok.run(["starship"]).ok().quiet().token();
    let requests = server.requests();
    assert_eq!(requests.last().unwrap().token.as_deref(), Some(kept.as_str()));
    tok.pass(24 * 3600);
    // The first refresh token is used up; the second works.
    assert_eq!(source(&tok.without("TOK_STARSHIP_PASSWORD"), &["starship"]), "refresh");
    server.expect(&["POST /auth/login", "POST /auth/refresh", "POST /auth/refresh"]);
}

#[test]
fn an_answer_without_a_new_refresh_token_keeps_the_old_one_for_every_refresh_after() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    server.behave(refresh_token(Value::Null).on("/auth/refresh"));
    for _ in 0..3 {
        tok.pass(24 * 3600);
        assert_eq!(source(&tok, &["starship"]), "refresh");
    }
}

#[test]
fn a_refused_refresh_is_followed_by_a_login() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    server.behave(answer(401, r#"{"message":"Invalid refresh token"}"#).on("/auth/refresh"));
    assert_eq!(source(&tok, &["starship"]), "login");
    server.expect(&[REFRESH[0], REFRESH[1], REFRESH[0]]);
    // The new one is used the next time.
    server.reset();
    tok.pass(24 * 3600);
    assert_eq!(source(&tok, &["starship"]), "refresh");
}

/// What a vendor may say of a spent refresh token that is no refusal, and what comes instead of an answer.
fn failures() -> Vec<Behaviour> {
    let statuses = [404, 405, 409, 410, 415, 302, 500, 503].map(|status| answer(status, "{}"));
    let mut failures = statuses.to_vec();
    failures.extend([answer(200, "<html>"), answer(200, "{}"), cut(20), close()]);
    failures
}

#[test]
fn once_the_token_has_ended_a_refresh_that_fails_is_followed_by_a_login() {
    for behaviour in failures() {
        let server = Server::start();
        let tok = ready(&server);
        tok.run(["starship"]).ok();
        tok.pass(24 * 3600);
        server.behave(behaviour.on("/auth/refresh"));
        assert_eq!(source(&tok, &["starship"]), "login");
        server.expect(&[REFRESH[0], REFRESH[1], REFRESH[0]]);
        assert_eq!(source(&tok, &["starship"]), "cache");
    }
}

#[test]
fn a_refresh_that_is_never_answered_leaves_time_for_the_login() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    server.behave(delay(120_000).on("/auth/refresh"));
    assert_eq!(source(&tok, &["starship", "--timeout", "10"]), "login");
}

#[test]
fn the_login_after_a_failed_refresh_is_what_counts() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    server.behave(answer(404, "{}").on("/auth/refresh"));
    let tok = tok.env("TOK_STARSHIP_PASSWORD", "a-wrong-password");
    tok.run(["starship"]).fails(4);
    server.expect(&[REFRESH[0], REFRESH[1], REFRESH[0]]);
}

#[test]
fn without_a_credential_at_hand_a_refresh_that_fails_is_the_failure() {
    for (behaviour, code) in [(close(), 5), (answer(404, "{}"), 6)] {
        let server = Server::start();
        let tok = ready(&server);
        tok.run(["starship"]).ok();
        tok.pass(24 * 3600);
        server.behave(behaviour.on("/auth/refresh"));
        let tok = tok.without("TOK_STARSHIP_PASSWORD");
        tok.run(["starship"]).fails(code);
        // Nor is a person asked.
        let mut terminal = tok.terminal(["starship"]);
        let output = terminal.wait().fails(code);
        assert_eq!(output.screen, "");
        server.expect(&[REFRESH[0], REFRESH[1], REFRESH[1]]);
    }
}

#[test]
fn a_refresh_that_is_asked_for_a_pause_is_not_followed_by_a_login() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    server.behave(too_many().on("/auth/refresh"));
    tok.run(["starship"]).fails(7);
    server.expect(&REFRESH);
}

#[test]
fn where_no_connection_can_be_made_no_login_is_tried() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    drop(server);
    let output = tok.run(["starship", "-v"]).exits(5);
    assert!(!output.stderr.contains("logging in"), "{output}");
}

#[test]
fn while_the_token_lasts_a_refresh_that_fails_is_not_followed_by_a_login() {
    let server = Server::start();
    let tok = ready(&server);
    let token = tok.run(["starship"]).ok().token();
    tok.pass(90 * 60 - 50);
    server.behave(answer(404, "{}").on("/auth/refresh"));
    let output = tok.run(["starship"]).ok().says("the cached token is given");
    assert_eq!(output.token(), token);
    server.expect(&REFRESH);
}
