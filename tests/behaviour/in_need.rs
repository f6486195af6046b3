//! What is given where no new token can be had: the cached one with a warning while it lasts, or nothing.

use crate::harness::{Output, Tok};
use crate::stand_in::{Server, answer, close, too_many};

/// A cached token that has not ended and that is not good enough any more.
#[track_caller]
fn ending(vendor: &str, server: &Server) -> (Tok, String) {
    let tok = Tok::new().vendor(server).knows(vendor);
    let token = tok.run([vendor]).ok().token();
    let entry = tok.entry();
    let whole = entry["expires_at"].as_i64().unwrap() - entry["asked_at"].as_i64().unwrap();
    tok.pass(whole / 1000 - 50);
    server.reset();
    (tok, token)
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
