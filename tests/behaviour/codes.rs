//! One-time codes: each is sent once, and whoever comes too early waits for the next one.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::harness::Tok;
use crate::stand_in::{Server, answer};

/// The manual's own vendor with a code.
const CODE: &str = include_str!("../../src/cli/man/code.toml");
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn server() -> Server {
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, r#"{"token": "given"}"#));
    server
}

/// A vendor whose codes last so many seconds.
fn tok(server: &Server, period: u32) -> Tok {
    let vendor = CODE.replace("seed = \"{seed}\"", &format!("seed = \"{{seed}}\"\nperiod = {period}"));
    let examples = vendor.find("[[example]]").unwrap();
    Tok::new()
        .own_vendor("acme", &vendor[..examples])
        .env("TOK_ACME_URL", server.url())
        .env("TOK_ACME_USERNAME", "jo")
        .env("TOK_ACME_PASSWORD", "some-password")
        .env("TOK_ACME_SEED", SEED)
}

fn codes(server: &Server) -> Vec<String> {
    let requests = server.requests().into_iter();
    requests.map(|request| request.json()["otp"].to_string()).collect()
}

#[test]
fn a_second_login_within_a_period_waits_for_the_next_code_and_says_so() {
    let server = server();
    let tok = tok(&server, 4);
    tok.run(["acme", "--fresh"]).ok().quiet();
    // A period may begin by itself between two of them, but not twice.
    let said = [(); 2].map(|()| tok.run(["acme", "--fresh"]).ok().stderr);
    let waiting = said
        .iter()
        .filter(|said| said.starts_with("tok: acme: the one-time code was sent already; waiting "));
    assert!(waiting.count() > 0, "{said:?}");
    let codes = codes(&server);
    assert!(codes.iter().all(|code| code.len() == 8), "{codes:?}");
    assert_eq!(BTreeSet::from_iter(&codes).len(), 3, "{codes:?}");
}

#[test]
fn a_code_that_comes_after_the_timeout_is_not_waited_for() {
    let server = server();
    let tok = tok(&server, 3600);
    tok.run(["acme", "--fresh"]).ok();
    let output = tok
        .run(["acme", "--fresh", "--timeout", "2s"])
        .fails(5)
        .says("acme: the one-time code was sent already, and the next one comes in")
        .says("hint: log in again then");
    assert!(output.took < Duration::from_secs(10), "{output}");
    server.only();
}

#[test]
fn a_code_that_was_refused_is_not_sent_again_either() {
    let server = server();
    server.behave(answer(401, r#"{"message": "wrong code"}"#).once());
    let tok = tok(&server, 4);
    tok.run(["acme"]).fails(4);
    tok.run(["acme", "--fresh"]).ok();
    let codes = codes(&server);
    assert_ne!(codes[0], codes[1]);
}

#[test]
fn of_many_logins_at_once_no_two_send_the_same_code() {
    let server = server();
    let tok = tok(&server, 2);
    for output in tok.parallel(6, &["acme", "--no-cache", "--timeout", "50s"]) {
        output.ok();
    }
    let codes: BTreeSet<String> = codes(&server).into_iter().collect();
    assert_eq!(codes.len(), 6, "{codes:?}");
}

#[test]
fn another_login_has_codes_of_its_own_and_a_cached_token_needs_none() {
    let server = server();
    let tok = tok(&server, 3600);
    tok.run(["acme"]).ok();
    tok.run(["acme"]).ok().quiet();
    tok.run(["acme", "--username", "al"]).ok().quiet();
    assert_eq!(codes(&server).len(), 2);
}

#[test]
fn what_is_no_seed_is_refused_before_anything_is_sent() {
    let server = server();
    for (seed, words) in [
        (
            "hunter22!",
            "acme: code: the seed is neither base32 nor an otpauth:// URL",
        ),
        (
            "otpauth://hotp/x?secret=GEZDGNBV",
            "acme: code: its otpauth:// URL is not one of type 'totp'",
        ),
    ] {
        tok(&server, 30)
            .env("TOK_ACME_SEED", seed)
            .run(["acme"])
            .exits(2)
            .says(words)
            .never_says(seed);
    }
    server.untouched();
}
