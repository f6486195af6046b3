//! Wrong clocks do no harm, the vendor's or one's own.

use crate::harness::Tok;
use crate::stand_in::{Server, clock, lifetime, undated};

const HOURS: [i64; 2] = [-2 * 3600, 2 * 3600];

#[track_caller]
fn lasts(tok: &Tok, vendor: &str, seconds: i64) {
    let json = tok.run([vendor, "-f", "json"]).ok().quiet().json();
    let left = json["expires_in"].as_i64().unwrap_or_else(|| panic!("{json}"));
    assert!(
        (seconds - 20..=seconds + 2).contains(&left),
        "about {seconds} s were expected: {json}"
    );
    let end: jiff::Timestamp = json["expires_at"].as_str().unwrap().parse().unwrap();
    let until = end.as_second() - jiff::Timestamp::now().as_second();
    assert!((left - 20..=left + 2).contains(&until), "by our own clock: {json}");
}

#[test]
fn an_absolute_end_is_read_against_the_vendors_own_clock() {
    for wrong in HOURS {
        let server = Server::start();
        server.behave(clock(wrong));
        lasts(&Tok::new().vendor(&server).knows("starship"), "starship", 90 * 60);
    }
}

#[test]
fn the_end_that_stands_in_a_jwt_is_read_against_the_vendors_own_clock() {
    for wrong in HOURS {
        let server = Server::start();
        server.behave(clock(wrong).and(lifetime(1800)));
        for vendor in ["data8", "jmvstream", "crmcom"] {
            lasts(&Tok::new().vendor(&server).knows(vendor), vendor, 1800);
        }
    }
}

#[test]
fn the_end_of_a_refreshed_token_is_read_against_the_vendors_own_clock() {
    for wrong in HOURS {
        let server = Server::start();
        server.behave(clock(wrong));
        let tok = Tok::new().vendor(&server).knows("starship");
        tok.run(["starship"]).ok();
        tok.pass(24 * 3600);
        lasts(&tok, "starship", 90 * 60);
        server.expect(&["POST /auth/login", "POST /auth/refresh"]);
    }
}

#[test]
fn a_span_needs_no_clock_of_the_vendor() {
    for wrong in HOURS {
        let server = Server::start();
        server.behave(clock(wrong).and(lifetime(1800)));
        lasts(&Tok::new().vendor(&server).knows("oauth2"), "oauth2", 1800);
    }
}

#[test]
fn an_absolute_end_without_a_date_is_read_against_our_clock() {
    let server = Server::start();
    server.behave(undated());
    lasts(&Tok::new().vendor(&server).knows("starship"), "starship", 90 * 60);
}

#[test]
fn a_token_that_ended_before_the_vendors_own_time_is_exit_6_whatever_our_clock_says() {
    for wrong in HOURS {
        let server = Server::start();
        server.behave(clock(wrong).and(lifetime(-60)));
        Tok::new().vendor(&server).knows("starship").run(["starship"]).fails(6);
    }
}

#[test]
fn a_clock_that_was_set_back_is_noticed_and_a_new_token_fetched() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship");
    let old = tok.run(["starship"]).ok().token();
    tok.pass(-2 * 3600);
    let output = tok.run(["starship"]).ok().says("future").says("clock");
    assert_ne!(output.token(), old);
    lasts(&tok, "starship", 90 * 60);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_clock_that_was_set_back_by_a_few_seconds_costs_nothing() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship");
    let token = tok.run(["starship"]).ok().token();
    tok.pass(-3);
    assert_eq!(tok.run(["starship"]).ok().quiet().token(), token);
}

#[test]
fn a_fresh_token_is_another_one_although_the_clock_was_set_back() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let old = tok.run(["modulus"]).ok().token();
    tok.pass(-4);
    let fresh = tok.run(["modulus", "--fresh"]).ok().quiet().token();
    assert_ne!(fresh, old);
    assert_eq!(tok.run(["modulus"]).ok().quiet().token(), fresh);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_clock_that_was_set_forward_costs_one_refresh_at_most() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship");
    tok.run(["starship"]).ok();
    tok.pass(2 * 3600);
    lasts(&tok, "starship", 90 * 60);
    tok.run(["starship"]).ok().quiet();
    server.expect(&["POST /auth/login", "POST /auth/refresh"]);
}
