//! Many processes at once: one asks, the others take what it got.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::harness::{Output, Running, Tok};
use crate::kept::until_all_wait;
use crate::stand_in::{Server, answer, delay, lifetime, too_many};

const WRONG: &str = "wrong-secret-1";

/// For tests in which somebody waits: far longer than it takes.
const LONG: &str = "110";

#[track_caller]
fn the_same_token(outputs: Vec<Output>) -> String {
    let tokens: BTreeSet<String> = outputs.into_iter().map(|output| output.ok().token()).collect();
    assert_eq!(tokens.len(), 1, "all of them should have the same token");
    tokens.into_iter().next().unwrap()
}

#[test]
fn a_hundred_processes_log_in_once_and_print_the_same_token() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let token = the_same_token(tok.parallel(100, &["modulus", "--timeout", LONG]));
    assert_eq!(server.only().token, Some(token));
}

#[test]
fn a_hundred_processes_send_a_wrong_password_once_and_all_exit_4() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .env("TOK_MODULUS_PASSWORD", WRONG);
    for output in tok.parallel(100, &["modulus", "--timeout", LONG]) {
        output.fails(4);
    }
    server.expect(&["POST /api/cmn/AuthenticateToken"]);
}

#[test]
fn a_hundred_processes_refresh_an_ended_token_once() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship");
    let old = tok.run(["starship"]).ok().token();
    tok.pass(24 * 3600);
    let token = the_same_token(tok.parallel(100, &["starship", "--timeout", LONG]));
    assert_ne!(token, old);
    server.expect(&["POST /auth/login", "POST /auth/refresh"]);
}

#[test]
fn a_vendor_that_is_down_is_asked_once_for_twenty_processes_that_need_it() {
    let server = Server::start();
    server.behave(answer(503, "{}").and(delay(5_000)));
    let tok = Tok::new().vendor(&server).knows("modulus");
    for output in tok.parallel(20, &["modulus"]) {
        output.fails(6).says("503");
    }
    server.expect(&["POST /api/cmn/AuthenticateToken"]);
}

#[test]
fn a_vendor_that_asks_for_a_pause_is_asked_once_for_twenty_processes() {
    let server = Server::start();
    server.behave(too_many());
    let tok = Tok::new().vendor(&server).knows("modulus");
    for output in tok.parallel(20, &["modulus"]) {
        output.fails(7);
    }
    server.expect(&["POST /api/cmn/AuthenticateToken"]);
}

#[test]
fn a_hundred_processes_without_a_password_all_exit_3_and_nobody_connects() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .without("TOK_MODULUS_PASSWORD");
    for output in tok.parallel(100, &["modulus", "--timeout", LONG]) {
        output.fails(3).says("TOK_MODULUS_PASSWORD");
    }
    server.untouched();
}

#[test]
fn many_fresh_logins_that_wait_at_the_same_time_share_one() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").env("TOK_TIMEOUT", LONG);
    let old = tok.run(["modulus"]).ok().token();
    let stuck = tok.start_stuck(&server, &["modulus", "--fresh"]);
    let waiters: Vec<Running> = (0..20).map(|_| tok.start(["modulus", "--fresh"])).collect();
    until_all_wait(&waiters);
    drop(stuck);
    let token = the_same_token(waiters.into_iter().map(Running::wait).collect());
    assert_ne!(token, old);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_fresh_login_does_not_take_a_token_that_was_asked_for_before_it_began() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").env("TOK_TIMEOUT", LONG);
    server.behave(delay(4_000).once());
    let first = tok.start(["modulus"]);
    crate::harness::until("its request has come", || server.requests().len() == 1);
    let fresh = [tok.start(["modulus", "--fresh"])];
    until_all_wait(&fresh);
    let [fresh] = fresh;
    assert_ne!(fresh.wait().ok().token(), first.wait().ok().token());
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn who_waits_for_longer_than_a_second_says_for_whom_and_for_what() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").env("TOK_TIMEOUT", LONG);
    let stuck = tok.start_stuck(&server, &["modulus"]);
    let silent = tok.start(["modulus", "-q"]);
    let waiters = [tok.start(["modulus"])];
    until_all_wait(&waiters);
    let process = stuck.child.id();
    drop(stuck);
    let [waiter] = waiters;
    let wanted = format!("tok: waiting for another tok (process {process}) to get a token for modulus\n");
    let output = waiter.wait().ok();
    assert_eq!(output.stderr, wanted, "{output}");
    silent.wait().ok().quiet();
}

#[test]
fn a_waiters_own_timeout_ends_its_wait_with_exit_5() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").env("TOK_TIMEOUT", LONG);
    let mut stuck = tok.start_stuck(&server, &["modulus"]);
    let output = tok.run(["modulus", "--timeout", "2"]).fails(5);
    assert!(output.took >= Duration::from_secs(2), "{output}");
    output.says("waiting for another tok").says("2 s");
    assert!(stuck.is_running());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn without_the_cache_nobody_is_waited_for() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").env("TOK_TIMEOUT", LONG);
    let mut stuck = tok.start_stuck(&server, &["modulus"]);
    let first = tok.run(["modulus", "--no-cache"]).ok().quiet().token();
    let second = tok.run(["modulus", "--no-cache"]).ok().quiet().token();
    assert_ne!(first, second);
    assert!(stuck.is_running());
    assert!(tok.kept("json").is_empty());
}

#[test]
fn without_the_cache_a_cached_token_is_neither_taken_nor_replaced() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let cached = tok.run(["modulus"]).ok().token();
    assert_ne!(tok.run(["modulus", "--no-cache"]).ok().token(), cached);
    assert_eq!(tok.run(["modulus"]).ok().token(), cached);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_cached_token_is_given_while_somebody_asks_for_a_new_one() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").env("TOK_TIMEOUT", LONG);
    let cached = tok.run(["modulus"]).ok().token();
    let mut stuck = tok.start_stuck(&server, &["modulus", "--fresh"]);
    assert_eq!(tok.run(["modulus"]).ok().quiet().token(), cached);
    assert!(stuck.is_running());
}

#[test]
fn twenty_processes_whose_refresh_is_refused_log_in_once() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship").env("TOK_TIMEOUT", LONG);
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    server.behave(answer(401, "{}").on("/auth/refresh"));
    the_same_token(tok.parallel(20, &["starship"]));
    server.expect(&["POST /auth/login", "POST /auth/refresh", "POST /auth/login"]);
}

#[test]
fn many_who_need_a_longer_life_than_the_one_who_asks_get_it_by_one_more_login() {
    let server = Server::start();
    server.behave(lifetime(600).once());
    server.behave(lifetime(7200));
    let tok = Tok::new().vendor(&server).knows("oauth2").env("TOK_TIMEOUT", LONG);
    let short = tok.run(["oauth2"]).ok().token();
    let long = the_same_token(tok.parallel(20, &["oauth2", "--min-ttl", "1h"]));
    assert_ne!(short, long);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn nobody_waits_for_another_persons_login() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).env("TOK_TIMEOUT", LONG);
    let (slow, other) = (tok.clone().knows("starship"), tok.knows_as("starship", 1));
    let mut stuck = slow.start_stuck(&server, &["starship"]);
    other.run(["starship"]).ok().quiet();
    assert!(stuck.is_running());
}

const LIMITS: [&[&str]; 6] = [
    &["data8"],
    &["data8", "--max-credits", "5"],
    &["data8", "--max-credits", "6"],
    &["data8", "--client-ip", "192.0.2.7"],
    &["data8", "--allowed-method", "EmailValidation"],
    &["data8", "--lifetime", "2h"],
];

fn wrong_data8(server: &Server) -> Tok {
    let tok = Tok::new().vendor(server).knows("data8");
    tok.env("TOK_DATA8_PASSWORD", WRONG).env("TOK_TIMEOUT", LONG)
}

#[test]
fn a_wrong_password_is_sent_once_for_tokens_with_different_limits() {
    let server = Server::start();
    let tok = wrong_data8(&server);
    for limits in LIMITS {
        tok.run(limits).fails(4);
    }
    server.expect(&["POST /UserAdmin/GetJWT.json"]);
}

#[test]
fn a_wrong_password_is_sent_once_for_tokens_with_different_limits_at_the_same_time() {
    let server = Server::start();
    server.behave(delay(500));
    let tok = wrong_data8(&server);
    let running: Vec<Running> = LIMITS.iter().map(|limits| tok.start(*limits)).collect();
    for one in running {
        one.wait().fails(4);
    }
    server.expect(&["POST /UserAdmin/GetJWT.json"]);
}

#[test]
fn tokens_with_different_limits_are_different_tokens_at_the_same_time_as_well() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("data8").env("TOK_TIMEOUT", LONG);
    let running: Vec<Running> = LIMITS.iter().map(|limits| tok.start(*limits)).collect();
    let tokens: BTreeSet<String> = running.into_iter().map(|one| one.wait().ok().token()).collect();
    assert_eq!((tokens.len(), server.requests().len()), (6, 6));
}
