//! A token that can be refreshed is, and the refresh token is never lost on the way.

use serde_json::Value;

use crate::harness::{Tok, need};
use crate::stand_in::{Server, answer, close, refresh_token, too_many};

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

#[test]
fn a_refresh_that_fails_otherwise_is_not_followed_by_a_login() {
    for (behaviour, code) in [(close(), 5), (answer(500, "{}"), 6), (too_many(), 7)] {
        let server = Server::start();
        let tok = ready(&server);
        tok.run(["starship"]).ok();
        tok.pass(24 * 3600);
        server.behave(behaviour.on("/auth/refresh"));
        tok.run(["starship"]).fails(code);
        server.expect(&REFRESH);
    }
}
