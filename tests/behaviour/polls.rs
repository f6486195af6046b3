//! How a device asks whether a person has approved: when, how often, and what ends it.

use std::time::Duration;

use serde_json::json;

use crate::device::{TOKEN, codes, says, token, user, vendor, with};
use crate::harness::{Output, until};
use crate::protocol::Behaviour;
use crate::stand_in::{Server, answer, close, cut, delay};

fn login(server: &Server) -> Output {
    let tok = user(server);
    tok.terminal(["device", "-v"]).wait()
}

/// The seconds between the requests of a login, none of which came too early. A busy machine may be late.
#[track_caller]
fn pauses(server: &Server, wanted: &[u64]) {
    let requests = server.requests();
    let polls = requests.iter().filter(|request| request.path == "/token");
    let times: Vec<u64> = polls.map(|request| request.at).collect();
    let pauses: Vec<u64> = times.windows(2).map(|pair| (pair[1] - pair[0]) / 1000).collect();
    let fits = |(pause, wanted): (&u64, &u64)| (*wanted..=wanted + 2).contains(pause);
    let fit = pauses.len() == wanted.len() && pauses.iter().zip(wanted).all(fits);
    assert!(fit, "{wanted:?} were expected: {pauses:?}");
}

#[test]
fn the_vendor_s_interval_is_kept() {
    let server = vendor(
        &with("interval", json!(2)),
        [says(400, "authorization_pending"), says(400, "authorization_pending")],
    );
    login(&server).ok();
    pauses(&server, &[2, 2]);
}

#[test]
fn slow_down_adds_five_seconds_to_every_pause_that_follows() {
    let server = vendor(&codes(), [says(400, "slow_down"), says(400, "authorization_pending")]);
    let output = login(&server);
    output.ok().says("less often");
    pauses(&server, &[6, 6]);
}

#[test]
fn without_an_interval_it_is_asked_every_five_seconds() {
    let mut codes = codes();
    codes.as_object_mut().unwrap().remove("interval");
    let server = vendor(&codes, [says(400, "authorization_pending")]);
    let output = login(&server);
    output.ok();
    pauses(&server, &[5]);
    let requests = server.requests();
    assert!(requests[1].at - requests[0].at >= 5000);
}

#[test]
fn the_vendor_s_word_counts_whatever_the_status_and_the_form_of_the_answer_are() {
    let form = answer(200, "error=authorization_pending&interval=5")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .on("/token")
        .once();
    let server = vendor(
        &codes(),
        [
            says(200, "authorization_pending"),
            form,
            says(428, "authorization_pending"),
            says(403, "authorization_pending"),
        ],
    );
    let output = login(&server);
    assert_eq!(output.ok().token(), TOKEN);
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn no_connection_is_used_again_that_may_have_been_closed_meanwhile() {
    let server = vendor(
        &codes(),
        [says(400, "authorization_pending"), says(400, "authorization_pending")],
    );
    login(&server).ok();
    assert_eq!(server.requests().len(), 4);
    assert_eq!(server.log().connections, 4);
}

#[test]
fn a_connection_that_is_lost_now_and_then_ends_nothing() {
    let polls = [
        close().on("/token").once(),
        says(400, "authorization_pending"),
        close().on("/token").once(),
        answer(502, "<html>").on("/token").once(),
        token().and(cut(5)).on("/token").once(),
    ];
    let server = vendor(&codes(), polls);
    let output = login(&server);
    assert_eq!(output.ok().token(), TOKEN);
}

#[test]
fn an_answer_that_never_comes_is_waited_for_no_longer_than_the_timeout() {
    let server = vendor(&codes(), [delay(120_000).on("/token").once()]);
    let tok = user(&server);
    let mut terminal = tok.terminal(["device", "--timeout", "2"]);
    assert_eq!(terminal.wait().ok().token(), TOKEN);
    // From then on it is asked half as often.
    pauses(&server, &[3]);
}

#[test]
fn a_vendor_that_keeps_failing_is_exit_6() {
    let server = vendor(&codes(), [answer(500, "{}").on("/token").times(3)]);
    let output = login(&server);
    output.exits(6).says("HTTP 500");
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn where_nobody_can_be_reached_until_the_code_ends_it_is_exit_5() {
    let server = vendor(&with("expires_in", json!(3)), [close().on("/token").times(9)]);
    let output = login(&server);
    output.exits(5);
}

#[test]
fn a_pause_is_kept_while_the_codes_last() {
    let pause = answer(429, "{}").on("/token").once();
    let server = vendor(&with("expires_in", json!(4)), [pause]);
    let output = login(&server);
    output.exits(7);
    // Nothing was sent while it lasted.
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_token_that_is_there_is_given_although_a_pause_began_meanwhile() {
    let late = Behaviour {
        delay: Some(3000),
        ..token()
    };
    let server = vendor(&codes(), [late]);
    server.behave(answer(429, "").header("Retry-After", "60").on("/other"));
    let tok = user(&server)
        .env("TOK_OAUTH2_URL", server.url() + "/other")
        .env("TOK_OAUTH2_CLIENT_ID", "c")
        .env("TOK_OAUTH2_CLIENT_SECRET", "s");
    let mut terminal = tok.terminal(["device"]);
    let is_asked = || server.requests().iter().any(|request| request.path == "/token");
    until("the token is asked for", is_asked);
    tok.run(["oauth2"]).fails(7);
    assert_eq!(terminal.wait().ok().token(), TOKEN);
    tok.run(["oauth2"]).fails(7).says("asked for a pause");
}

#[test]
fn a_person_who_says_no_is_exit_4_and_nothing_is_held() {
    let denied = json!({"error": "access_denied", "error_description": "the user said no"});
    for status in [400, 403, 200] {
        let server = vendor(&codes(), [answer(status, denied.to_string()).on("/token").once()]);
        let tok = user(&server).env("TOK_DEVICE_CLIENT_SECRET", "client-secret-canary");
        let output = tok.terminal(["device"]).wait().fails(4);
        output.says("the login was not approved: the user said no");
        assert!(tok.kept("hold").is_empty());
        assert_eq!(tok.terminal(["device"]).wait().ok().token(), TOKEN);
    }
}

#[test]
fn a_code_that_has_ended_is_exit_3_and_says_what_to_do() {
    let server = vendor(&codes(), [says(400, "expired_token")]);
    let tok = user(&server);
    let output = tok.terminal(["device"]).wait().fails(3);
    output
        .says("nobody approved the login within 15 min")
        .says("call again");
    let server = vendor(
        &with("expires_in", json!(3)),
        (0..9).map(|_| says(400, "authorization_pending")),
    );
    let tok = user(&server);
    let output = tok.terminal(["device"]).wait().fails(3);
    output.says("nobody approved the login within 3 s");
    assert!(server.requests().len() <= 4);
    assert!(tok.kept("hold").is_empty());
}

#[test]
fn any_other_refusal_is_one_of_the_login() {
    let server = vendor(&codes(), [says(401, "invalid_client")]);
    let tok = user(&server).env("TOK_DEVICE_CLIENT_SECRET", "client-secret-canary");
    tok.terminal(["device"]).wait().fails(4).says("invalid_client");
    // The secret is held back, and nobody is shown a code for nothing.
    let output = tok.terminal(["device"]).wait().fails(4).says("not sent again");
    assert_eq!(output.screen, "");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn every_request_is_made_anew() {
    let server = vendor(
        &codes(),
        [says(400, "authorization_pending"), close().on("/token").once()],
    );
    let output = login(&server);
    output.ok();
    let requests = server.requests();
    let polls = requests.iter().filter(|request| request.path == "/token");
    let mut numbers: Vec<&str> = polls.map(|poll| poll.body.split("jti=").nth(1).unwrap()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
}

#[test]
fn the_person_s_time_does_not_count() {
    let pending = (0..3).map(|_| says(400, "authorization_pending"));
    let server = vendor(&codes(), pending);
    let tok = user(&server);
    let mut terminal = tok.terminal(["device", "--timeout", "2"]);
    let output = terminal.wait().ok();
    assert!(output.took > Duration::from_secs(4), "{output}");
}
