//! Machines that sleep, die or are told to forget while another one asks.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;

use crate::fleet_refreshes::{LOGIN, Ladder, REFRESH, can_refresh, cut_off, end_lock, machine, ship, start_refresh};
use crate::harness::{Running, Tok, need, until};
use crate::redis_server::{KEY, OTHER_KEY, Redis};
use crate::stand_in::{Server, answer, delay};

/// The record of the one token that lies there.
#[track_caller]
fn record(redis: &Redis) -> String {
    redis.names_of("hash").remove(0)
}

/// Has the right to ask, and no answer.
#[track_caller]
fn start_login(tok: &Tok, server: &Server) -> Running {
    let before = server.requests().len();
    server.behave(delay(60_000).once());
    let running = tok.start(["starship", "--fresh"]);
    until("its request has come", || server.requests().len() > before);
    running
}

/// Waits for another machine, has looked at what lies there, and sleeps.
#[track_caller]
fn start_and_stop(tok: &Tok, least: &str) -> Running {
    let waiting = tok.start(["starship", "--min-ttl", least]);
    until("it waits", || waiting.stderr().contains("waiting for another machine"));
    sleep(Duration::from_millis(500));
    waiting.signal(Signal::STOP);
    waiting
}

#[test]
fn who_slept_while_another_sent_the_refresh_token_does_not_send_it_again() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let machines = [(); 3].map(|()| machine(&redis, &server));
    machines[0].run(["starship"]).ok().quiet();
    let first = start_login(&machines[0], &server);
    let sleeper = start_and_stop(&machines[1], &ladder.step());
    drop(first);
    end_lock(&redis);
    drop(start_refresh(&machines[2], &server, &mut ladder, 60_000, "30"));
    end_lock(&redis);
    sleeper.signal(Signal::CONT);
    sleeper.wait().ok();
    server.expect(&[LOGIN, LOGIN, REFRESH, LOGIN]);
}

#[test]
fn who_slept_while_another_gave_the_refresh_token_back_unsent_sends_it() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    let first = start_login(&one, &server);
    let record = record(&redis);
    let generation = redis.text(&["HGET", &record, "g"]);
    redis.tell(&["HSET", &record, "s", &generation]);
    let sleeper = start_and_stop(&other.without("TOK_STARSHIP_PASSWORD"), &ladder.step());
    redis.tell(&["HDEL", &record, "s"]);
    drop(first);
    end_lock(&redis);
    sleeper.signal(Signal::CONT);
    sleeper.wait().ok();
    server.expect(&[LOGIN, LOGIN, REFRESH]);
}

/// A refresh that is stopped before its answer comes, and goes on after that.
fn stopped_past_its_turn(redis: &Redis, server: &Server, meanwhile: impl FnOnce(&mut Ladder)) -> String {
    let mut ladder = Ladder::new(server);
    let tok = machine(redis, server);
    tok.run(["starship"]).ok().quiet();
    let running = start_refresh(&tok, server, &mut ladder, 1000, "60");
    running.signal(Signal::STOP);
    meanwhile(&mut ladder);
    sleep(Duration::from_millis(1100));
    running.signal(Signal::CONT);
    let output = running.wait().ok().quiet();
    assert!(!can_refresh(&tok));
    output.token()
}

#[test]
fn a_refresh_that_ends_after_its_turn_is_the_truth_where_nobody_came_in_between() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let token = stopped_past_its_turn(&redis, &server, |_| end_lock(&redis));
    let other = machine(&redis, &server).without("TOK_STARSHIP_PASSWORD");
    assert_eq!(other.run(["starship"]).ok().quiet().token(), token);
    let least = "10050";
    server.behave(crate::stand_in::lifetime(10_060));
    other.run(["starship", "--min-ttl", least]).ok().quiet();
    server.expect(&[LOGIN, REFRESH, REFRESH]);
}

#[test]
fn a_refresh_that_ends_after_its_turn_overwrites_no_newer_token() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut newer = String::new();
    let token = stopped_past_its_turn(&redis, &server, |ladder| {
        end_lock(&redis);
        let least = (ladder.step().parse::<u64>().unwrap() - 10).to_string();
        let output = machine(&redis, &server).run(["starship", "--min-ttl", &least]).ok();
        newer = output.token();
    });
    assert_ne!(token, newer);
    assert_eq!(machine(&redis, &server).run(["starship"]).ok().quiet().token(), newer);
    server.expect(&[LOGIN, REFRESH, LOGIN]);
}

#[test]
fn what_a_store_is_emptied_of_while_one_asks_is_there_again_with_its_answer() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let token = stopped_past_its_turn(&redis, &server, |_| drop(redis.tell(&["FLUSHALL"])));
    let other = machine(&redis, &server).without("TOK_STARSHIP_PASSWORD");
    assert_eq!(other.run(["starship"]).ok().quiet().token(), token);
    server.expect(&[LOGIN, REFRESH]);
}

#[test]
fn a_token_that_was_being_asked_for_at_a_logout_is_given_to_nobody_after_it() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    let running = start_refresh(&one, &server, &mut ladder, 700, "30");
    other
        .run(["logout", "starship"])
        .ok()
        .says("forgot 1 token in the shared store");
    let token = running.wait().ok().quiet().token();
    let next = machine(&redis, &server).run(["starship"]).ok().quiet().token();
    assert_ne!(next, token);
    let without = machine(&redis, &server).without("TOK_STARSHIP_PASSWORD");
    without.run(["starship", "--min-ttl", &ladder.step()]).ok().quiet();
    server.expect(&[LOGIN, REFRESH, LOGIN, REFRESH]);
}

#[test]
fn a_token_that_a_logout_came_before_is_not_delivered_after_it() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    let token = cut_off(&one, &redis, &server, &mut ladder);
    other.run(["logout", "starship"]).ok();
    sleep(Duration::from_secs(6));
    one.run(["starship"]).ok();
    assert!(!can_refresh(&one));
    assert_ne!(machine(&redis, &server).run(["starship"]).ok().quiet().token(), token);
    server.expect(&[LOGIN, REFRESH, LOGIN]);
}

#[test]
fn a_logout_forgets_what_is_here_though_the_store_is_away() {
    if !need("redis-server") {
        return;
    }
    for required in ["", "1"] {
        let (server, mut redis) = (Server::start(), Redis::start());
        let tok = machine(&redis, &server).env("TOK_SHARED_REQUIRED", required);
        tok.run(["starship"]).ok().quiet();
        redis.kill();
        tok.run(["logout", "starship"])
            .exits(5)
            .says("forgot 1 token")
            .says("what lies in the shared store is not forgotten");
        let is_token = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
        assert!(!tok.cached().iter().any(is_token));
    }
}

#[test]
fn a_step_before_the_refresh_that_is_not_answered_spends_no_refresh_token() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.tolerate();
    server.behave(answer(200, "{}").on("/ping"));
    let mut ladder = Ladder::new(&server);
    let text = Tok::new().run(["vendors", "starship"]).ok().stdout;
    let step = "[[step]]\nmethod = 'GET'\npath = '/ping'\nagain = true\n\n[login]\n";
    let text = text.replacen("[login]\n", step, 1);
    assert!(text.contains("/ping"), "{text}");
    let [one, other] = [(); 2].map(|()| ship(&redis, &server, &text));
    one.run(["ship"]).ok().quiet();
    let least = ladder.step();
    server.behave(delay(60_000).on("/ping").once());
    one.run(["ship", "--min-ttl", &least, "--timeout", "4"]).exits(5);
    other
        .without("TOK_SHIP_PASSWORD")
        .run(["ship", "--min-ttl", &least])
        .ok()
        .quiet();
}

#[test]
fn with_no_cache_a_refusal_and_a_pause_are_told_to_the_other_machines_and_heeded() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let wrong = || machine(&redis, &server).env("TOK_STARSHIP_PASSWORD", "a wrong one");
    for _ in 0..3 {
        wrong().run(["starship", "--no-cache"]).fails(4);
    }
    wrong().run(["starship"]).fails(4).says("not sent again");
    server.expect(&[LOGIN]);
    // A success ends it for all.
    let right = machine(&redis, &server);
    right.run(["starship", "--no-cache"]).ok().quiet();
    server.behave(crate::stand_in::retry_after("40"));
    right.run(["starship", "--no-cache"]).fails(7);
    machine(&redis, &server)
        .run(["starship"])
        .fails(7)
        .says("asked for a pause");
    server.expect(&[LOGIN, LOGIN, LOGIN]);
}

#[test]
fn a_revocation_waits_for_the_machine_that_asks_and_ends_what_it_gets() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    let running = start_refresh(&one, &server, &mut ladder, 900, "30");
    other.run(["logout", "starship", "--revoke"]).ok().says("revoked");
    let token = running.wait().ok().token();
    let revoked = server.requests().pop().unwrap();
    assert_eq!(
        revoked.header("authorization"),
        Some(format!("Bearer {token}").as_str())
    );
    machine(&redis, &server).run(["starship"]).ok().quiet();
    server.expect(&[LOGIN, REFRESH, "POST /auth/logout", LOGIN]);
}

#[test]
fn without_the_store_a_refresh_token_is_not_sent_again_by_the_successor_of_a_killed_process() {
    let server = Server::start();
    let mut ladder = Ladder::new(&server);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let tok = Tok::new()
        .vendor(&server)
        .knows("starship")
        .env("TOK_SHARED", format!("redis://127.0.0.1:{port}"))
        .env("TOK_SHARED_KEY", KEY);
    tok.run(["starship"]).ok();
    assert!(can_refresh(&tok));
    drop(start_refresh(&tok, &server, &mut ladder, 60_000, "30"));
    tok.run(["starship", "--min-ttl", &ladder.step()]).ok();
    server.expect(&[LOGIN, REFRESH, LOGIN]);
}

#[test]
fn a_store_that_goes_and_comes_while_the_vendor_is_asked_is_told_all_the_same() {
    if !need("redis-server") {
        return;
    }
    let (server, mut redis) = (Server::start(), Redis::start());
    server.behave(delay(800).once());
    let running = machine(&redis, &server).start(["starship"]);
    until("its request has come", || server.requests().len() == 1);
    redis.kill();
    redis.restart();
    let token = running.wait().ok().quiet().token();
    assert_eq!(machine(&redis, &server).run(["starship"]).ok().quiet().token(), token);
    server.expect(&[LOGIN]);
}

#[test]
fn who_has_a_short_time_has_a_third_of_it_left_when_the_machine_that_asks_is_killed() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(delay(60_000).once());
    let killed = machine(&redis, &server).start(["starship", "--timeout", "6"]);
    until("its request has come", || server.requests().len() == 1);
    let waiting = machine(&redis, &server).start(["starship", "--timeout", "6"]);
    drop(killed);
    waiting.wait().ok();
    server.expect(&[LOGIN, LOGIN]);
}

#[test]
fn what_was_written_though_nobody_heard_of_it_is_not_delivered_over_a_refresh_token_that_is_being_sent() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    let running = start_refresh(&one, &server, &mut ladder, 700, "30");
    redis.signal(Signal::STOP);
    running.wait().ok().says("does not answer in time");
    redis.signal(Signal::CONT);
    drop(start_refresh(&other, &server, &mut ladder, 60_000, "30"));
    end_lock(&redis);
    sleep(Duration::from_secs(6));
    one.run(["starship"]).ok().quiet();
    assert!(!can_refresh(&one));
    machine(&redis, &server)
        .run(["starship", "--min-ttl", &ladder.step()])
        .ok();
    server.expect(&[LOGIN, REFRESH, REFRESH, LOGIN]);
}

#[test]
fn who_waits_in_vain_is_told_so_and_does_not_take_the_store_for_gone() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let first = start_login(&machine(&redis, &server), &server);
    let tok = machine(&redis, &server);
    for _ in 0..2 {
        let output = tok.run(["starship", "--timeout", "2"]).fails(5);
        output
            .says("waiting for another machine took longer than 2 s")
            .never_says("warning");
    }
    drop(first);
    server.expect(&[LOGIN]);
}

#[test]
fn a_turn_lasts_five_minutes_at_most_and_a_logout_ends_it() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(delay(60_000).once());
    let running = machine(&redis, &server).start(["starship", "--timeout", "7d"]);
    until("its request has come", || server.requests().len() == 1);
    drop(running);
    let lock = redis.locks().remove(0);
    let left: i64 = redis::from_redis_value(redis.tell(&["PTTL", &lock])).unwrap();
    assert!((1..=300_000).contains(&left), "{left}");
    machine(&redis, &server).run(["logout", "starship"]).ok();
    let output = machine(&redis, &server).run(["starship"]).ok().quiet();
    assert!(output.took < Duration::from_secs(5), "{output}");
    server.expect(&[LOGIN, LOGIN]);
}

#[test]
fn a_pause_ends_when_the_vendor_said_however_many_machines_call() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(crate::stand_in::retry_after("3").once());
    let machines: Vec<Tok> = (0..4).map(|_| machine(&redis, &server)).collect();
    let began = std::time::Instant::now();
    let mut calls = 0;
    while machines[calls % 4].run(["starship"]).code() == Some(7) {
        calls += 1;
        sleep(Duration::from_millis(250));
    }
    let took = began.elapsed();
    assert!(
        calls > 4 && took > Duration::from_millis(2900),
        "{calls} calls in {took:?}"
    );
    assert!(took < Duration::from_millis(7500), "{calls} calls in {took:?}");
    server.expect(&[LOGIN, LOGIN]);
}

#[test]
fn while_the_key_is_changed_who_has_both_waits_for_who_has_the_old_one_and_takes_its_token() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let one = machine(&redis, &server);
    one.run(["starship"]).ok().quiet();
    let both = || machine(&redis, &server).env("TOK_SHARED_KEY", format!("{OTHER_KEY},{KEY}"));
    let running = start_refresh(&one, &server, &mut ladder, 700, "30");
    let least = (ladder.step().parse::<u64>().unwrap() - 10).to_string();
    let output = both().run(["starship", "--min-ttl", &least]).ok().quiet();
    assert!(output.took < Duration::from_secs(5), "{output}");
    assert_eq!(output.token(), running.wait().ok().token());
    // A fresh one is none that lies there.
    let fresh = both().run(["starship", "--fresh"]).ok().quiet();
    assert_ne!(fresh.token(), output.token());
    server.expect(&[LOGIN, REFRESH, LOGIN]);
}
