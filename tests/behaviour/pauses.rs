//! After 429 nobody asks that origin before the vendor's pause is over.

use crate::harness::{Output, Tok};
use crate::protocol::account;
use crate::stand_in::{Server, clock, retry_after, retry_after_date, too_many, undated};

const LOGIN: &str = "POST /api/cmn/AuthenticateToken";

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("modulus")
}

/// How long the pause still lasts, as the message says it.
#[track_caller]
fn left(output: &Output) -> u64 {
    let said = output.stderr.split_once("lasts another ").map(|(_, rest)| rest);
    let words: Vec<&str> = said.unwrap_or_else(|| panic!("{output}")).split_whitespace().collect();
    let mut seconds = 0;
    for pair in words.chunks(2) {
        let [number, unit] = pair else { break };
        let Ok(number) = number.parse::<u64>() else { break };
        seconds += number
            * match *unit {
                "h" => 3600,
                "min" => 60,
                "s" => 1,
                other => panic!("{other}: {output}"),
            };
    }
    seconds
}

#[track_caller]
fn lasts(server: &Server, seconds: u64) {
    let tok = ready(server);
    tok.run(["modulus"]).fails(7);
    let output = tok.run(["modulus"]).fails(7);
    let left = left(&output);
    assert!(
        (seconds.saturating_sub(20)..=seconds).contains(&left),
        "about {seconds} s were expected\n{output}"
    );
    server.expect(&[LOGIN]);
}

#[test]
fn the_pause_is_as_long_as_the_vendor_says() {
    let cases = [
        (retry_after("120"), 120),
        (retry_after(" 600 "), 600),
        (retry_after_date(120), 120),
        (retry_after_date(1800), 1800),
    ];
    for (behaviour, seconds) in cases {
        let server = Server::start();
        server.behave(behaviour);
        lasts(&server, seconds);
    }
}

#[test]
fn the_end_of_the_pause_is_read_against_the_vendors_clock() {
    for wrong in [-7200, 7200] {
        let server = Server::start();
        server.behave(retry_after_date(300).and(clock(wrong)));
        lasts(&server, 300);
    }
}

#[test]
fn without_a_date_of_the_vendor_the_end_of_the_pause_is_read_against_our_clock() {
    let server = Server::start();
    server.behave(retry_after_date(300).and(undated()));
    lasts(&server, 300);
}

#[test]
fn the_pause_is_thirty_seconds_where_the_vendor_does_not_say_or_nobody_understands_it() {
    let cases = [
        too_many(),
        retry_after("soon"),
        retry_after("-5"),
        retry_after("1.5"),
        retry_after(""),
    ];
    for behaviour in cases {
        let server = Server::start();
        server.behave(behaviour);
        lasts(&server, 30);
    }
}

#[test]
fn no_pause_is_longer_than_an_hour() {
    let cases = [
        retry_after("86400"),
        retry_after("99999999999999999999999999"),
        retry_after_date(30 * 86400),
    ];
    for behaviour in cases {
        let server = Server::start();
        server.behave(behaviour);
        lasts(&server, 3600);
    }
}

#[test]
fn a_pause_that_is_over_already_is_no_error_of_ours() {
    for behaviour in [retry_after("0"), retry_after_date(-100)] {
        let server = Server::start();
        server.behave(behaviour.once());
        let tok = ready(&server);
        tok.run(["modulus"]).fails(7);
        tok.pass(2);
        tok.run(["modulus"]).ok();
    }
}

#[test]
fn nobody_asks_the_origin_during_the_pause() {
    let server = Server::start();
    server.behave(too_many().once());
    let tok = ready(&server);
    tok.run(["modulus"]).fails(7);
    tok.run(["modulus", "--fresh"]).fails(7);
    tok.run(["modulus", "--no-cache"]).fails(7);
    tok.run(["modulus", "--no-cache", "--fresh"]).fails(7);
    // Another person, another secret, another vendor there.
    tok.run(["modulus", "--username", account::MODULUS_USERNAMES[1]])
        .fails(7);
    tok.clone()
        .env("TOK_MODULUS_PASSWORD", "another-secret")
        .run(["modulus"])
        .fails(7);
    tok.clone().knows("jmvstream").run(["jmvstream"]).fails(7);
    for output in tok.parallel(10, &["modulus"]) {
        output.fails(7);
    }
    server.expect(&[LOGIN]);
}

#[test]
fn the_origin_is_asked_again_when_the_pause_is_over() {
    let server = Server::start();
    server.behave(retry_after("60").once());
    let tok = ready(&server);
    tok.run(["modulus"]).fails(7);
    tok.pass(30);
    tok.run(["modulus"]).fails(7);
    tok.pass(31);
    tok.run(["modulus"]).ok();
    server.expect(&[LOGIN, LOGIN]);
}

#[test]
fn other_origins_are_asked_during_a_pause() {
    let (server, other) = (Server::start(), Server::start());
    server.behave(too_many());
    let tok = ready(&server);
    tok.run(["modulus"]).fails(7);
    tok.run(["modulus", "--url", &other.url()]).ok();
    server.expect(&[LOGIN]);
    other.expect(&[LOGIN]);
}

#[test]
fn a_cached_token_needs_nobody_to_be_asked_and_is_given_during_a_pause() {
    let server = Server::start();
    let tok = ready(&server);
    let token = tok.run(["modulus"]).ok().token();
    server.behave(too_many());
    tok.run(["modulus", "--fresh"]).fails(7);
    let output = tok.run(["modulus"]).ok().quiet();
    assert_eq!(output.token(), token);
}

#[test]
fn a_refresh_waits_for_the_end_of_the_pause_as_well() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship");
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    server.behave(retry_after("120"));
    tok.run(["starship"]).fails(7);
    tok.run(["starship"]).fails(7).says("pause");
    server.expect(&["POST /auth/login", "POST /auth/refresh"]);
}

#[test]
fn a_pause_from_a_wrong_clock_does_not_last() {
    let server = Server::start();
    server.behave(retry_after("60").once());
    let tok = ready(&server);
    tok.run(["modulus"]).fails(7);
    tok.pass(-24 * 3600);
    tok.run(["modulus"]).ok();
}
