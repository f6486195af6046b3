//! Refresh tokens that are good for one use, and many machines that share one.

use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;

use crate::harness::{Running, Tok, need, until};
use crate::redis_server::{KEY, OTHER_KEY, Redis};
use crate::stand_in::{Server, delay, lifetime};

pub(crate) const LOGIN: &str = "POST /auth/login";
pub(crate) const REFRESH: &str = "POST /auth/refresh";

pub(crate) fn machine(redis: &Redis, server: &Server) -> Tok {
    redis.machine().vendor(server).knows("starship")
}

/// A machine that knows the same login by a file of its own, which says this.
pub(crate) fn ship(redis: &Redis, server: &Server, text: &str) -> Tok {
    let mut tok = machine(redis, server).own_vendor("ship", text);
    for name in ["URL", "USERNAME", "PASSWORD"] {
        let known = std::ffi::OsString::from(format!("TOK_STARSHIP_{name}"));
        let value = tok.environment.remove(&known).unwrap();
        tok = tok.env(format!("TOK_SHIP_{name}"), value);
    }
    tok
}

/// Lets every token that is there be too short a one: the next one lasts ten seconds longer.
pub(crate) struct Ladder<'a> {
    server: &'a Server,
    life: i64,
}

impl<'a> Ladder<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self { server, life: 10_000 }
    }

    /// The `--min-ttl` that no token before has.
    pub(crate) fn step(&mut self) -> String {
        self.life += 10;
        self.server.behave(lifetime(self.life));
        (self.life - 5).to_string()
    }
}

/// Starts a refresh that is not answered for so many milliseconds.
#[track_caller]
pub(crate) fn start_refresh(
    tok: &Tok,
    server: &Server,
    ladder: &mut Ladder,
    milliseconds: u64,
    timeout: &str,
) -> Running {
    let before = server.requests().len();
    let least = ladder.step();
    server.behave(delay(milliseconds).once());
    let running = tok.start(["starship", "--min-ttl", &least, "--timeout", timeout]);
    until("its request has come", || server.requests().len() > before);
    running
}

/// Whether a refresh token lies on this machine, sealed or in clear.
#[track_caller]
pub(crate) fn can_refresh(tok: &Tok) -> bool {
    let entry = tok.entry();
    entry["can_refresh"] == true || entry["refresh_token"].is_string()
}

/// As if the lock had run out.
pub(crate) fn end_lock(redis: &Redis) {
    let locks = redis.locks();
    assert_eq!(locks.len(), 1, "one lock was expected");
    redis.tell(&["DEL", &locks[0]]);
}

#[test]
fn of_a_hundred_rotations_from_any_machine_none_is_lost() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let machines: Vec<Tok> = (0..7).map(|_| machine(&redis, &server)).collect();
    machines[0].run(["starship"]).ok().quiet();
    for turn in 0..100 {
        let least = ladder.step();
        let output = machines[turn * 5 % 7]
            .run(["starship", "--min-ttl", &least, "-f", "json"])
            .ok()
            .quiet();
        assert_eq!(output.json()["source"], "refresh");
    }
    let mut expected = vec![LOGIN];
    expected.extend([REFRESH; 100]);
    server.expect(&expected);
}

#[test]
fn twenty_machines_that_need_a_longer_token_refresh_it_once() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let machines: Vec<Tok> = (0..20).map(|_| machine(&redis, &server)).collect();
    for tok in &machines {
        tok.run(["starship"]).ok().quiet();
    }
    let least = ladder.step();
    let running: Vec<Running> = machines
        .iter()
        .map(|tok| tok.start(["starship", "--min-ttl", &least]))
        .collect();
    for running in running {
        running.wait().ok();
    }
    server.expect(&[LOGIN, REFRESH]);
}

#[test]
fn a_refresh_token_lies_in_the_store_alone_and_is_not_spent_without_it() {
    if !need("redis-server") {
        return;
    }
    let (server, mut redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let tok = machine(&redis, &server);
    tok.run(["starship"]).ok().quiet();
    assert!(!can_refresh(&tok), "{}", tok.entry());
    redis.kill();
    let least = ladder.step();
    let without = tok.clone().without("TOK_STARSHIP_PASSWORD");
    without
        .run(["starship", "--min-ttl", &least])
        .fails(5)
        .says("the refresh token lies in the shared store, which cannot be used now");
    // Who can, logs in.
    tok.run(["starship", "--min-ttl", &least])
        .ok()
        .says("goes on without it");
    server.expect(&[LOGIN, LOGIN]);
}

#[test]
fn the_successor_of_a_killed_machine_does_not_send_its_refresh_token_again_but_logs_in() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    let killed = start_refresh(&one, &server, &mut ladder, 60_000, "3");
    drop(killed);
    let least = (ladder.life - 5).to_string();
    // It waits for the lock's end, four seconds after it was taken.
    let output = other.run(["starship", "--min-ttl", &least, "-v"]).ok();
    output.says("is not known, so it is not sent again").says("logging in");
    server.expect(&[LOGIN, REFRESH, LOGIN]);
    // From then on it goes on as ever.
    let least = ladder.step();
    one.run(["starship", "--min-ttl", &least]).ok().quiet();
    server.expect(&[LOGIN, REFRESH, LOGIN, REFRESH]);
}

#[test]
fn where_nobody_can_log_in_the_token_serves_to_its_end_and_the_warning_says_what_happened() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(lifetime(30));
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    let token = one.run(["starship"]).ok().quiet().token();
    // A tenth of its life is left.
    sleep(Duration::from_millis(27_200));
    let before = server.requests().len();
    server.behave(delay(60_000).once());
    let killed = one.start(["starship"]);
    until("its request has come", || server.requests().len() > before);
    drop(killed);
    end_lock(&redis);
    let output = other
        .without("TOK_STARSHIP_PASSWORD")
        .run(["starship", "--no-input"])
        .ok();
    let output = output
        .says("whether the refresh token is used up is not known")
        .says("which lasts another");
    assert_eq!(output.token(), token);
    server.expect(&[LOGIN, REFRESH]);
}

#[test]
fn a_refresh_token_that_can_be_used_again_is() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let text = redis.machine().run(["vendors", "starship"]).ok().stdout;
    let text = text.replace("[refresh]\n", "[refresh]\nreusable = true\n");
    assert!(text.contains("reusable"));
    let own = || ship(&redis, &server, &text);
    let [one, other] = [own(), own()];
    one.run(["ship"]).ok();
    let least = ladder.step();
    server.behave(crate::stand_in::answer(503, "{}").on("/auth/refresh").once());
    one.run(["ship", "--min-ttl", &least]).exits(6);
    other
        .without("TOK_SHIP_PASSWORD")
        .run(["ship", "--min-ttl", &least])
        .ok()
        .quiet();
    server.expect(&[LOGIN, REFRESH, REFRESH]);
}

#[test]
fn a_machine_that_was_stopped_past_its_turn_does_not_overwrite_what_came_after() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    server.behave(delay(1500).once());
    let stopped = one.start(["starship", "--timeout", "60"]);
    until("its request has come", || server.requests().len() == 1);
    stopped.signal(Signal::STOP);
    end_lock(&redis);
    let newer = other.run(["starship"]).ok().quiet().token();
    sleep(Duration::from_millis(1600));
    stopped.signal(Signal::CONT);
    // It serves that call alone.
    let late = stopped.wait().ok().quiet().token();
    assert_ne!(late, newer);
    assert_eq!(one.run(["starship"]).ok().quiet().token(), newer);
    assert_eq!(machine(&redis, &server).run(["starship"]).ok().quiet().token(), newer);
    server.expect(&[LOGIN, LOGIN]);
}

/// A refresh whose token cannot be written, since the store takes no scripts after the vendor was asked.
#[track_caller]
pub(crate) fn cut_off(tok: &Tok, redis: &Redis, server: &Server, ladder: &mut Ladder) -> String {
    let running = start_refresh(tok, server, ladder, 700, "30");
    redis.tell(&["ACL", "SETUSER", "default", "-@scripting"]);
    let output = running.wait().ok().says("does not let this user run tok's scripts");
    redis.tell(&["ACL", "SETUSER", "default", "+@scripting"]);
    assert!(can_refresh(tok));
    output.token()
}

#[test]
fn what_could_not_be_written_is_kept_here_and_delivered_by_the_next_call() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    let token = cut_off(&one, &redis, &server, &mut ladder);
    // That it is away is remembered for five seconds.
    assert_eq!(one.run(["starship"]).ok().quiet().token(), token);
    assert!(can_refresh(&one));
    sleep(Duration::from_secs(6));
    // Its turn is not over yet.
    assert_eq!(one.run(["starship"]).ok().quiet().token(), token);
    assert!(!can_refresh(&one));
    let other = other.without("TOK_STARSHIP_PASSWORD");
    assert_eq!(other.run(["starship"]).ok().quiet().token(), token);
    let least = ladder.step();
    other.run(["starship", "--min-ttl", &least]).ok().quiet();
    server.expect(&[LOGIN, REFRESH, REFRESH]);
}

#[test]
fn a_machine_whose_token_could_not_be_written_goes_on_from_it() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let one = machine(&redis, &server);
    one.run(["starship"]).ok().quiet();
    cut_off(&one, &redis, &server, &mut ladder);
    let one = one.without("TOK_STARSHIP_PASSWORD");
    let least = ladder.step();
    // Not without the store, which may have got it after all.
    one.run(["starship", "--min-ttl", &least])
        .fails(5)
        .says("which cannot be used now");
    sleep(Duration::from_secs(6));
    let output = one.run(["starship", "--min-ttl", &least]).ok();
    assert!(output.took < Duration::from_secs(5), "{output}");
    assert!(!can_refresh(&one));
    let least = ladder.step();
    let other = machine(&redis, &server).without("TOK_STARSHIP_PASSWORD");
    other.run(["starship", "--min-ttl", &least]).ok().quiet();
    server.expect(&[LOGIN, REFRESH, REFRESH, REFRESH]);
}

#[test]
fn where_the_store_is_required_a_token_that_cannot_be_written_is_kept_and_exit_5() {
    if !need("redis-server") {
        return;
    }
    let (server, mut redis) = (Server::start(), Redis::start());
    server.behave(delay(700).once());
    let tok = machine(&redis, &server);
    let running = tok.clone().env("TOK_SHARED_REQUIRED", "1").start(["starship"]);
    until("its request has come", || server.requests().len() == 1);
    redis.kill();
    running.wait().fails(5).says("the shared store");
    let token = tok.run(["starship"]).ok().quiet().token();
    assert_eq!(server.only().token, Some(token));
}

#[test]
fn what_was_written_too_late_to_be_told_is_not_lost() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    let running = start_refresh(&one, &server, &mut ladder, 700, "30");
    redis.signal(Signal::STOP);
    let token = running.wait().ok().says("does not answer in time").token();
    redis.signal(Signal::CONT);
    let other = other.without("TOK_STARSHIP_PASSWORD");
    assert_eq!(other.run(["starship"]).ok().quiet().token(), token);
    sleep(Duration::from_secs(6));
    assert_eq!(one.run(["starship"]).ok().quiet().token(), token);
    assert!(!can_refresh(&one));
    let least = ladder.step();
    other.run(["starship", "--min-ttl", &least]).ok().quiet();
    server.expect(&[LOGIN, REFRESH, REFRESH]);
}

#[test]
fn what_is_delivered_late_does_not_take_the_place_of_a_newer_login() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    let token = cut_off(&one, &redis, &server, &mut ladder);
    end_lock(&redis);
    let newer = other.run(["starship", "--fresh"]).ok().quiet().token();
    sleep(Duration::from_secs(6));
    // It lasts, so it is given; its refresh token is dropped.
    assert_eq!(one.run(["starship"]).ok().quiet().token(), token);
    assert!(!can_refresh(&one));
    assert_eq!(machine(&redis, &server).run(["starship"]).ok().quiet().token(), newer);
    server.expect(&[LOGIN, REFRESH, LOGIN]);
}

/// What git says of a token that was refused.
fn erase(tok: &Tok, token: &str) {
    let refused = format!("protocol=https\nhost=git.acme.com\nusername=x\npassword={token}\n\n");
    let tok = tok.clone().config("[starship]\nserves = 'git.acme.com'\n");
    tok.stdin(refused).run(["helper", "git", "erase"]).ok().quiet();
}

#[test]
fn of_a_token_that_a_program_calls_refused_the_refresh_token_stays_in_the_store() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    let refused = one.run(["starship"]).ok().quiet().token();
    for _ in 0..2 {
        erase(&one, &refused);
    }
    let other = other.without("TOK_STARSHIP_PASSWORD");
    let next = other.run(["starship"]).ok().quiet().token();
    assert_ne!(next, refused);
    // What is said of one that is not there any more is of no other.
    erase(&one, &refused);
    assert_eq!(one.run(["starship"]).ok().quiet().token(), next);
    server.expect(&[LOGIN, REFRESH]);
}

#[test]
fn a_refused_token_whose_refresh_token_may_be_used_up_is_forgotten_whole() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    let refused = one.run(["starship"]).ok().quiet().token();
    let killed = start_refresh(&one, &server, &mut ladder, 60_000, "30");
    // While a machine asks for another one nothing is to be done.
    erase(&other, &refused);
    drop(killed);
    assert!(!redis.names_of("hash").is_empty());
    end_lock(&redis);
    erase(&other, &refused);
    assert_ne!(other.run(["starship"]).ok().quiet().token(), refused);
    server.expect(&[LOGIN, REFRESH, LOGIN]);
}

#[test]
fn a_store_that_lost_its_last_writes_takes_the_newest_token_all_the_same() {
    if !need("redis-server") {
        return;
    }
    let (server, mut redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let [one, other] = [machine(&redis, &server), machine(&redis, &server)];
    one.run(["starship"]).ok().quiet();
    redis.dump();
    let least = ladder.step();
    one.run(["starship", "--min-ttl", &least]).ok().quiet();
    let running = start_refresh(&one, &server, &mut ladder, 1500, "30");
    redis.kill();
    // With what it had at the dump.
    redis.restart();
    let token = running.wait().ok().token();
    sleep(Duration::from_secs(6));
    assert_eq!(one.run(["starship"]).ok().quiet().token(), token);
    let other = other.without("TOK_STARSHIP_PASSWORD");
    assert_eq!(other.run(["starship"]).ok().quiet().token(), token);
    let least = ladder.step();
    other.run(["starship", "--min-ttl", &least]).ok().quiet();
    server.expect(&[LOGIN, REFRESH, REFRESH, REFRESH]);
}

#[test]
fn a_refresh_token_that_a_store_has_back_after_a_loss_is_not_sent_by_who_knows_better() {
    if !need("redis-server") {
        return;
    }
    let (server, mut redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let one = machine(&redis, &server);
    one.run(["starship"]).ok().quiet();
    redis.dump();
    let least = ladder.step();
    one.run(["starship", "--min-ttl", &least]).ok().quiet();
    redis.kill();
    redis.restart();
    let least = ladder.step();
    one.run(["starship", "--min-ttl", &least]).ok().quiet();
    let least = ladder.step();
    one.run(["starship", "--min-ttl", &least]).ok().quiet();
    server.expect(&[LOGIN, REFRESH, LOGIN, REFRESH]);
}

#[test]
fn while_the_key_is_changed_both_are_read_and_no_refresh_token_is_sent_twice() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    let token = machine(&redis, &server).run(["starship"]).ok().quiet().token();
    let both = || {
        let keys = format!("{OTHER_KEY},{KEY}");
        machine(&redis, &server)
            .env("TOK_SHARED_KEY", keys)
            .without("TOK_STARSHIP_PASSWORD")
    };
    assert_eq!(both().run(["starship"]).ok().quiet().token(), token);
    let least = ladder.step();
    let moved = both().run(["starship", "--min-ttl", &least]).ok().quiet().token();
    // With the new key alone it is there; who has only the old one is told and logs in.
    let new = machine(&redis, &server).env("TOK_SHARED_KEY", OTHER_KEY);
    assert_eq!(new.run(["starship"]).ok().quiet().token(), moved);
    machine(&redis, &server)
        .run(["starship"])
        .ok()
        .says("it was written with another key");
    server.expect(&[LOGIN, REFRESH, LOGIN]);
}

#[test]
fn machines_that_have_the_two_keys_in_either_order_share_one_refresh_token() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let mut ladder = Ladder::new(&server);
    machine(&redis, &server).run(["starship"]).ok().quiet();
    for turn in 0..6 {
        let keys = if turn % 2 == 0 {
            [OTHER_KEY, KEY]
        } else {
            [KEY, OTHER_KEY]
        };
        let tok = machine(&redis, &server).env("TOK_SHARED_KEY", keys.join(","));
        let tok = tok.without("TOK_STARSHIP_PASSWORD");
        let least = ladder.step();
        tok.run(["starship", "--min-ttl", &least]).ok().quiet();
    }
    let mut expected = vec![LOGIN];
    expected.extend([REFRESH; 6]);
    server.expect(&expected);
}

#[test]
fn what_is_held_under_the_old_key_is_held_back_by_who_has_both() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let wrong = || machine(&redis, &server).env("TOK_STARSHIP_PASSWORD", "a wrong one");
    wrong().run(["starship"]).fails(4);
    let both = wrong().env("TOK_SHARED_KEY", format!("{OTHER_KEY},{KEY}"));
    both.run(["starship"]).fails(4).says("not sent again");
    server.expect(&[LOGIN]);
}
