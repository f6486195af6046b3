//! Many machines, one login: what they share, and that the store never stands in the way.

use std::collections::BTreeSet;

use crate::harness::{Output, Running, Tok, need, until};
use crate::protocol::account;
use crate::redis_server::Redis;
use crate::stand_in::{Server, answer, delay, retry_after};

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
fn who_waits_takes_the_pause_that_another_machine_is_asked_for() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(retry_after("40").and(delay(600)));
    let machines: Vec<Tok> = (0..20).map(|_| knowing(redis.machine(), &server)).collect();
    let running: Vec<Running> = machines.iter().map(|tok| tok.start(["oauth2"])).collect();
    for running in running {
        running.wait().fails(7);
    }
    server.expect(&[LOGIN]);
}

#[test]
fn the_pause_of_another_origin_than_the_vendors_is_kept_by_all_as_well() {
    if !need("redis-server") {
        return;
    }
    let (server, tokens, redis) = (Server::start(), Server::start(), Redis::start());
    let own = format!(
        "about = 'a'\nurl = '{}'\n[[field]]\nname = 'name'\nhelp = 'u'\nperson = true\n[[field]]\nname = 'pin'\nhelp = 'p'\nsecret = true\n\
         [login]\nurl = '{}/oauth2/token'\nform = {{ name = '{{name}}', pin = '{{pin}}' }}\n[answer]\ntoken = '/access_token'\n",
        server.url(),
        tokens.url()
    );
    tokens.tolerate();
    tokens.behave(answer(429, "{}").on("/oauth2/token"));
    for _ in 0..3 {
        let tok = redis.machine().own_vendor("acme", &own);
        let tok = tok.env("TOK_ACME_NAME", "jo").env("TOK_ACME_PIN", "1234");
        tok.run(["acme"]).fails(7).says("acme: ");
    }
    tokens.expect(&[LOGIN]);
    server.untouched();
}

#[test]
fn a_refusal_that_a_success_has_ended_is_not_told_again_by_who_knows_it_still() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(crate::stand_in::refuse("no").once());
    let [one, other, third] = [(); 3].map(|()| knowing(redis.machine(), &server));
    one.run(["oauth2"]).fails(4);
    other.run(["oauth2", "--scope", "b"]).fails(4).says("not sent again");
    one.run(["oauth2", "--fresh"]).ok().quiet();
    other.run(["oauth2", "--scope", "b"]).fails(4).says("not sent again");
    // Another token of the same login.
    third.run(["oauth2", "--scope", "write"]).ok().quiet();
    server.expect(&[LOGIN, LOGIN, LOGIN]);
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

#[test]
fn a_token_that_is_on_disk_opens_no_socket() {
    if !need("redis-server") || !need("strace") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let tok = knowing(redis.machine(), &server);
    let trace = || {
        let path = tok.folder().join("trace");
        let output = path.to_str().unwrap().to_owned();
        tok.program(
            "strace",
            [
                "-f",
                "-e",
                "trace=network",
                "-o",
                &output,
                env!("CARGO_BIN_EXE_tok"),
                "oauth2",
            ],
        )
        .ok();
        std::fs::read_to_string(path).unwrap()
    };
    assert!(trace().contains("socket("));
    let hit = trace();
    assert!(!hit.contains("socket(") && !hit.contains("connect("), "{hit}");
}

#[test]
fn the_stores_keeper_learns_neither_tokens_nor_who_asks_whom() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let tok = redis.machine().vendor(&server).knows("starship");
    let token = tok.run(["starship"]).ok().quiet().token();
    let wrong = knowing(redis.machine(), &server).env("TOK_OAUTH2_CLIENT_SECRET", "wrong-secret-1");
    wrong.run(["oauth2"]).fails(4);
    let dump = redis.dump();
    let shows = |text: &str| dump.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(shows("tok:"));
    let claims = token.split('.').nth(1).unwrap();
    for text in [
        &token,
        claims,
        account::STARSHIP_USERNAMES[0],
        account::STARSHIP_PASSWORD,
        "wrong-secret-1",
        account::OAUTH2_CLIENT_IDS[0],
        "starship",
        "oauth2",
        "127.0.0.1",
        "refresh",
        "token",
    ] {
        assert!(!shows(text), "{text}");
    }
    let identity = tok.entry_path().file_stem().unwrap().to_str().unwrap().to_owned();
    assert!(!shows(&identity));
}

#[test]
fn all_that_lies_in_the_store_ends_by_itself() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet();
    redis
        .machine()
        .vendor(&server)
        .knows("starship")
        .run(["starship"])
        .ok()
        .quiet();
    let wrong = knowing(redis.machine(), &server).env("TOK_OAUTH2_CLIENT_ID", "nobody");
    wrong.run(["oauth2"]).fails(4);
    let names = redis.names();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        let left: i64 = redis::from_redis_value(redis.tell(&["PTTL", &name])).unwrap();
        assert!(left > 0, "{name}: {left}");
    }
}

#[test]
fn a_logout_and_an_erased_credential_are_forgotten_in_the_store_too() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let [one, other] = [redis.machine(), redis.machine()].map(|tok| knowing(tok, &server));
    one.run(["oauth2"]).ok();
    // Also from a machine that has no token of its own.
    other
        .run(["logout", "oauth2"])
        .ok()
        .says("forgot 1 token in the shared store");
    knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet();
    one.run(["logout", "oauth2"]).ok().says("forgot 1 token");
    knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet();
    // What a program says is refused is not given to the next machine.
    let one = one.config("[oauth2]\nserves = \"git.acme.com\"\n");
    let token = one.run(["oauth2"]).ok().token();
    let refused = format!("protocol=https\nhost=git.acme.com\nusername=oauth2\npassword={token}\n\n");
    one.clone().stdin(refused).run(["helper", "git", "erase"]).ok();
    assert_ne!(other.run(["oauth2"]).ok().token(), token);
    server.expect(&[LOGIN, LOGIN, LOGIN, LOGIN]);
}

#[test]
fn status_shows_the_store_its_round_trip_and_what_lies_there() {
    if !need("redis-server") {
        return;
    }
    let (server, mut redis) = (Server::start(), Redis::start());
    let [one, other] = [redis.machine(), redis.machine()].map(|tok| knowing(tok, &server));
    let status = other.run(["status", "oauth2", "-v"]).ok().quiet();
    let status = status.prints_this(&format!("shared store: {}, ", redis.url()));
    let status = status.prints_this(" ms there and back\n");
    status.prints_this("nothing lies there for this login\n");
    let token = one.run(["oauth2"]).ok().quiet().token();
    let status = other.run(["status", "oauth2", "-v"]).ok().quiet().never_says(&token);
    status.prints_this("in the shared store: a token, valid for ");
    let json = other.run(["status", "oauth2", "-f", "json"]).ok().quiet().json();
    assert_eq!(json["shared"]["reached"], true, "{json}");
    assert_eq!(json["tokens"][0]["in_shared_store"], true, "{json}");
    redis.kill();
    let status = other.run(["status", "oauth2", "-v"]).ok().prints_this("shared store: ");
    status.says("the shared store");
    server.expect(&[LOGIN]);
}
