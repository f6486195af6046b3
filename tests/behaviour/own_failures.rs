//! Many processes at once, one of which fails: what is its own failure ends nobody else's call.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Running, Tok, until};
use crate::kept::until_all_wait;
use crate::stand_in::{Server, answer, delay};

/// For who waits: far longer than it takes.
const LONG: [&str; 2] = ["--timeout", "110"];

/// Starts a call that fails by itself, and others that wait for it.
#[track_caller]
fn while_it_fails(server: &Server, failing: &Tok, arguments: &[&str], waiting: &Tok, code: i32) -> Vec<Running> {
    let failing = failing.start(arguments);
    until("it asks", || {
        !server.requests().is_empty() || failing.stderr().contains("from password-command")
    });
    let waiters: Vec<Running> = (0..3)
        .map(|_| waiting.start([arguments[0].split('@').next().unwrap()].into_iter().chain(LONG)))
        .collect();
    until_all_wait(&waiters);
    failing.wait().fails(code);
    waiters
}

#[test]
fn a_shorter_timeout_ends_the_call_that_has_it_and_no_other() {
    let server = Server::start();
    server.behave(delay(120_000).once());
    let tok = Tok::new().vendor(&server).knows("modulus");
    let waiters = while_it_fails(&server, &tok, &["modulus", "--timeout", "4"], &tok, 5);
    let tokens: Vec<String> = waiters.into_iter().map(|waiter| waiter.wait().ok().token()).collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn who_has_no_more_time_than_the_one_who_ran_out_of_it_fails_with_it() {
    let server = Server::start();
    server.behave(delay(120_000).once());
    let tok = Tok::new().vendor(&server).knows("modulus").env("TOK_TIMEOUT", "5");
    let first = tok.start(["modulus"]);
    until("its request has come", || server.requests().len() == 1);
    std::thread::sleep(Duration::from_secs(2));
    let second = tok.start(["modulus"]);
    for one in [first, second] {
        one.wait().fails(5).says("no complete answer within 5 s");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_min_ttl_that_is_not_met_ends_the_call_that_asks_for_it_and_no_other() {
    let server = Server::start();
    server.behave(answer(200, json!({"access_token": "an-opaque-token"}).to_string()).and(delay(3_000)));
    let tok = Tok::new().vendor(&server).knows("oauth2");
    let waiters = while_it_fails(&server, &tok, &["oauth2", "--min-ttl", "1h"], &tok, 6);
    for waiter in waiters {
        assert_eq!(waiter.wait().ok().token(), "an-opaque-token");
    }
}

#[cfg(unix)]
#[test]
fn a_secret_whose_source_is_broken_ends_the_call_that_has_it_and_no_other() {
    let server = Server::start();
    let url = server.url_of("modulus");
    let tok = Tok::new().vendor(&server).knows("modulus").config(&format!(
        "[modulus.broken]\nurl = '{url}'\nusername = 'api-user'\npassword-command = 'sleep 3; exit 1'\n"
    ));
    let arguments = ["modulus@broken", "-v"];
    let waiters = while_it_fails(&server, &tok, &arguments, &tok, 3);
    for waiter in waiters {
        waiter.wait().ok();
    }
    assert_eq!(server.requests().len(), 1);
}
