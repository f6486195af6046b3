//! A token that is printed is valid for long enough; one that is not is replaced, or given with a warning in need.

use serde_json::{Value, json};

use crate::harness::{Output, Tok, need};
use crate::stand_in::{Server, answer, close, delay, lifetime, refresh_token, too_many};

const REFRESH: [&str; 2] = ["POST /auth/login", "POST /auth/refresh"];

fn ready(vendor: &str, server: &Server) -> Tok {
    Tok::new().vendor(server).knows(vendor)
}

#[track_caller]
fn source(tok: &Tok, arguments: &[&str]) -> String {
    let arguments = [arguments, &["-f", "json"]].concat();
    let json = tok.run(&arguments).ok().json();
    json["source"].as_str().unwrap().to_owned()
}

/// A cached token that has not ended and that is not good enough any more.
#[track_caller]
fn ending(vendor: &str, server: &Server) -> (Tok, String) {
    let tok = ready(vendor, server);
    let token = tok.run([vendor]).ok().token();
    let entry = tok.entry();
    let whole = entry["expires_at"].as_i64().unwrap() - entry["asked_at"].as_i64().unwrap();
    tok.pass(whole / 1000 - 50);
    server.reset();
    (tok, token)
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
fn a_cached_token_that_has_not_ended_is_given_with_a_warning_where_no_other_can_be_had() {
    for behaviour in [close(), answer(503, "{}"), answer(200, "<html>"), too_many()] {
        for vendor in ["modulus", "starship"] {
            let server = Server::start();
            let (tok, token) = ending(vendor, &server);
            server.behave(behaviour.clone());
            let output = in_need(&tok, vendor, &token);
            assert_eq!(server.requests().len(), 1, "{output}");
        }
    }
}

/// The cached token with one warning, which `-q` leaves out.
#[track_caller]
fn in_need(tok: &Tok, vendor: &str, token: &str) -> Output {
    let output = tok
        .run([vendor])
        .ok()
        .says("tok: warning: ")
        .says("the cached token is given");
    assert_eq!(output.token(), token, "{output}");
    assert_eq!(output.stderr.lines().count(), 1, "{output}");
    output
}

#[test]
fn the_warning_says_why_and_how_long_the_token_still_lasts_and_quiet_leaves_it_out() {
    let server = Server::start();
    let (tok, token) = ending("modulus", &server);
    server.behave(answer(503, "{}"));
    let output = in_need(&tok, "modulus", &token);
    assert!(
        output.stderr.contains("503") && output.stderr.contains(" s\n"),
        "{output}"
    );
    tok.run(["modulus", "-q"]).ok().quiet().prints(&format!("{token}\n"));
    let json = tok.run(["modulus", "-q", "-f", "json"]).ok().json();
    assert_eq!(json["source"], "cache");
}

#[test]
fn a_cached_token_is_given_with_a_warning_where_nobody_listens() {
    let server = Server::start();
    let (tok, token) = ending("modulus", &server);
    drop(server);
    in_need(&tok, "modulus", &token);
}

#[test]
fn a_cached_token_is_given_with_a_warning_where_a_credential_is_missing() {
    let server = Server::start();
    let (tok, token) = ending("modulus", &server);
    in_need(&tok.without("TOK_MODULUS_PASSWORD"), "modulus", &token);
    server.expect(&[]);
}

#[test]
fn a_cached_token_is_given_with_a_warning_to_one_who_has_waited_in_vain() {
    let server = Server::start();
    let (tok, token) = ending("modulus", &server);
    let stuck = tok.start_stuck(&server, &["modulus", "--timeout", "100"]);
    let output = tok.run(["modulus", "--timeout", "1", "-q"]).ok();
    assert_eq!(output.token(), token);
    drop(stuck);
}

#[test]
fn a_broken_source_of_the_secret_is_exit_3_whatever_is_cached() {
    let server = Server::start();
    let (tok, _) = ending("modulus", &server);
    tok.run(["modulus", "--password-file", "/no/such/file"]).fails(3);
    server.expect(&[]);
}

#[test]
fn a_refusal_is_exit_4_whatever_is_cached() {
    let server = Server::start();
    let (tok, _) = ending("modulus", &server);
    let tok = tok.env("TOK_MODULUS_PASSWORD", "wrong-secret-1");
    tok.run(["modulus"]).fails(4);
    tok.run(["modulus"]).fails(4);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn no_token_below_an_explicit_min_ttl_is_given_in_need() {
    let server = Server::start();
    let (tok, token) = ending("modulus", &server);
    server.behave(answer(503, "{}"));
    tok.run(["modulus", "--min-ttl", "2m"]).fails(6);
    assert_eq!(tok.run(["modulus", "--min-ttl", "5s"]).ok().quiet().token(), token);
    let tok = tok.config("[modulus]\nmin-ttl = '2m'\n");
    tok.run(["modulus"]).fails(6);
}

#[test]
fn fresh_gives_no_cached_token_in_need() {
    let server = Server::start();
    let (tok, _) = ending("modulus", &server);
    server.behave(answer(503, "{}"));
    tok.run(["modulus", "--fresh"]).fails(6);
    tok.without("TOK_MODULUS_PASSWORD").run(["modulus", "--fresh"]).fails(3);
}

#[test]
fn without_the_cache_no_cached_token_is_given_in_need() {
    let server = Server::start();
    let (tok, _) = ending("modulus", &server);
    server.behave(answer(503, "{}"));
    tok.run(["modulus", "--no-cache"]).fails(6);
}

#[test]
fn a_token_that_has_ended_is_never_given() {
    let server = Server::start();
    let (tok, _) = ending("modulus", &server);
    tok.pass(51);
    server.behave(answer(503, "{}"));
    tok.run(["modulus"]).fails(6);
    tok.without("TOK_MODULUS_PASSWORD").run(["modulus"]).fails(3);
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

#[test]
fn json_says_whether_the_token_is_from_a_login_the_cache_or_a_refresh_and_how_long_it_lasts() {
    let server = Server::start();
    let tok = ready("starship", &server);
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
    let tok = ready("starship", &server);
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
    let tok = ready("starship", &server);
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
    let tok = ready("starship", &server);
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
        let tok = ready("starship", &server);
        tok.run(["starship"]).ok();
        tok.pass(24 * 3600);
        server.behave(behaviour.on("/auth/refresh"));
        tok.run(["starship"]).fails(code);
        server.expect(&REFRESH);
    }
}
