//! Many machines, one login: what they share, and that the store never stands in the way.

use std::collections::BTreeSet;

use crate::harness::{Output, Running, Tok, need, until};
use crate::redis_server::Redis;
use crate::stand_in::{Server, delay, retry_after};

const LOGIN: &str = "POST /oauth2/token";

fn knowing(tok: Tok, server: &Server) -> Tok {
    tok.vendor(server).knows("oauth2")
}

#[track_caller]
fn source(tok: &Tok, arguments: &[&str]) -> String {
    let arguments = [arguments, &["-f", "json"]].concat();
    let json = tok.run(&arguments).ok().quiet().json();
    json["source"].as_str().unwrap().to_owned()
}

#[track_caller]
fn the_same_token(outputs: Vec<Output>) -> String {
    let tokens: BTreeSet<String> = outputs.into_iter().map(|output| output.ok().quiet().token()).collect();
    assert_eq!(tokens.len(), 1, "all of them should have the same token");
    tokens.into_iter().next().unwrap()
}

#[test]
fn two_machines_log_in_once() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let machines = [redis.machine(), redis.machine()].map(|tok| knowing(tok, &server));
    let token = the_same_token(machines.iter().map(|tok| tok.run(["oauth2"])).collect());
    assert_eq!(server.only().token, Some(token));
    assert_eq!(source(&machines[1], &["oauth2"]), "cache");
    server.expect(&[LOGIN]);
}

#[test]
fn a_hundred_machines_at_once_log_in_once() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(delay(500));
    let machines: Vec<Tok> = (0..100).map(|_| knowing(redis.machine(), &server)).collect();
    let running: Vec<Running> = machines
        .iter()
        .map(|tok| tok.start(["oauth2", "--timeout", "110", "-q"]))
        .collect();
    let token = the_same_token(running.into_iter().map(Running::wait).collect());
    assert_eq!(server.only().token, Some(token));
}

#[test]
fn a_wrong_password_from_a_hundred_machines_is_one_request() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let machines: Vec<Tok> = (0..100)
        .map(|_| knowing(redis.machine(), &server).env("TOK_OAUTH2_CLIENT_SECRET", "wrong-secret-1"))
        .collect();
    let running: Vec<Running> = machines
        .iter()
        .map(|tok| tok.start(["oauth2", "--timeout", "110"]))
        .collect();
    for running in running {
        running.wait().fails(4);
    }
    // Whoever comes later does not send it either.
    let late = knowing(redis.machine(), &server).env("TOK_OAUTH2_CLIENT_SECRET", "wrong-secret-1");
    late.run(["oauth2"]).fails(4).says("not sent again");
    server.expect(&[LOGIN]);
    // The right one is, and ends nothing for the wrong one.
    knowing(redis.machine(), &server).run(["oauth2"]).ok();
    server.expect(&[LOGIN, LOGIN]);
}

#[test]
fn a_pause_that_the_vendor_asked_one_machine_for_is_kept_by_all() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(retry_after("40"));
    knowing(redis.machine(), &server).run(["oauth2"]).fails(7);
    for _ in 0..3 {
        knowing(redis.machine(), &server)
            .run(["oauth2"])
            .fails(7)
            .says("asked for a pause");
    }
    server.expect(&[LOGIN]);
}

#[test]
fn a_machine_that_waits_takes_the_token_of_the_one_that_asks() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(delay(2500).once());
    let [one, other] = [redis.machine(), redis.machine()].map(|tok| knowing(tok, &server));
    let first = one.start(["oauth2"]);
    until("its request has come", || server.requests().len() == 1);
    let second = other.run(["oauth2"]).ok().says("waiting for another machine").token();
    assert_eq!(first.wait().ok().token(), second);
    server.expect(&[LOGIN]);
}

#[test]
fn a_fresh_token_is_another_one_and_goes_to_all() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let [one, other] = [redis.machine(), redis.machine()].map(|tok| knowing(tok, &server));
    let old = one.run(["oauth2"]).ok().token();
    let new = other.run(["oauth2", "--fresh"]).ok().token();
    assert_ne!(old, new);
    assert_eq!(knowing(redis.machine(), &server).run(["oauth2"]).ok().token(), new);
    server.expect(&[LOGIN, LOGIN]);
}
