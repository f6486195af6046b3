//! A network that fails: exit 5 within the timeout, and nothing is repeated that the vendor may have got.

use std::time::Duration;

use crate::harness::{Output, Tok};
use crate::peer::{Peer, free_port, full_queue};
use crate::stand_in::{Server, delay};

fn at(url: impl Into<String>) -> Tok {
    Tok::new().knows("modulus").env("TOK_MODULUS_URL", url.into())
}

#[track_caller]
fn within(output: Output, seconds: u64) -> Output {
    assert!(output.took < Duration::from_secs(seconds), "took too long\n{output}");
    output
}

#[test]
fn a_port_that_refuses_is_tried_three_times_and_is_exit_5() {
    let url = format!("http://127.0.0.1:{}", free_port());
    let output = within(at(&url).run(["modulus", "-v"]).fails(5), 10).says("refused");
    assert_eq!(output.stderr.matches("trying again").count(), 2, "{output}");
    assert!(
        output.took >= Duration::from_millis(200),
        "pauses lie in between\n{output}"
    );
    let output = at(&url).run(["modulus"]).fails(5).never_says("trying");
    assert_eq!(output.stderr.lines().count(), 1, "{output}");
}

#[test]
fn the_timeout_covers_the_retries() {
    let url = format!("http://127.0.0.1:{}", free_port());
    within(at(&url).run(["modulus", "--timeout", "1"]).fails(5), 4);
}

#[test]
fn a_host_that_does_not_exist_is_exit_5() {
    let output = at("https://tok-test.invalid").env("TOK_TIMEOUT", "5").run(["modulus"]);
    within(output.fails(5), 12).says("tok-test.invalid");
}

#[test]
fn a_label_that_no_name_server_can_hold_is_exit_5_or_2() {
    let url = format!("https://{}.invalid", "a".repeat(70));
    let output = at(url).env("TOK_TIMEOUT", "5").run(["modulus"]);
    assert!(matches!(output.code(), Some(2 | 5)), "{output}");
    within(output.explained(), 12);
}

#[cfg(target_os = "linux")]
#[test]
fn the_timeout_covers_a_connection_that_is_never_made() {
    let (listener, _waiting) = full_queue();
    let url = format!("http://{}", listener.local_addr().unwrap());
    within(at(url).run(["modulus", "--timeout", "1"]).fails(5), 4).says("127.0.0.1");
}

#[test]
fn the_timeout_covers_a_vendor_that_never_answers() {
    let peer = Peer::silent();
    within(at(peer.url()).run(["modulus", "--timeout", "1"]).fails(5), 4).says("within 1 s");
    assert_eq!(peer.connections(), 1);
}

#[test]
fn the_timeout_covers_a_tls_handshake_that_never_ends() {
    let peer = Peer::silent();
    let url = format!("https://127.0.0.1:{}", peer.port);
    within(at(url).run(["modulus", "--timeout", "1"]).fails(5), 4);
    assert_eq!(peer.connections(), 1);
}

#[test]
fn the_timeout_comes_from_flag_variable_and_profile() {
    let peer = Peer::silent();
    within(at(peer.url()).run(["modulus", "--timeout", "1"]).fails(5), 4);
    within(at(peer.url()).env("TOK_TIMEOUT", "1s").run(["modulus"]).fails(5), 4);
    within(
        at(peer.url())
            .config("[modulus]\ntimeout = \"1s\"\n")
            .run(["modulus"])
            .fails(5),
        4,
    );
}

#[test]
fn a_vendor_that_is_slow_is_waited_for() {
    let server = Server::start();
    server.behave(delay(1_200));
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus"]).ok().quiet();
}

#[test]
fn a_request_that_ran_into_the_timeout_is_not_repeated() {
    let server = Server::start();
    server.behave(delay(3_000));
    let tok = Tok::new().vendor(&server).knows("modulus");
    within(tok.run(["modulus", "--timeout", "1"]).fails(5), 3);
    let log = server.log();
    assert_eq!((log.requests.len(), log.connections), (1, 1));
}

#[test]
fn a_connection_that_breaks_before_the_answer_is_not_made_again() {
    let peer = Peer::start(drop);
    at(peer.url()).run(["modulus"]).fails(5);
    assert_eq!(peer.connections(), 1);
}

#[test]
fn a_failure_of_the_network_leaves_nothing_behind() {
    let peer = Peer::start(drop);
    let tok = at(peer.url());
    tok.run(["modulus"]).fails(5);
    tok.run(["modulus"]).fails(5);
    assert!(tok.cached().is_empty(), "{:?}", tok.cached());
}

#[test]
fn http_to_another_machine_is_exit_2() {
    for url in [
        "http://api.example.com",
        "http://192.0.2.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0:1",
        "http://[::ffff:127.0.0.1]:1",
        "http://2130706433:1",
        "http://0x7f.1:1",
        "http://127.1:1",
    ] {
        at(url).run(["modulus"]).fails(2).says("https");
        Tok::new()
            .knows("modulus")
            .run(["modulus", "--url", url])
            .fails(2)
            .says("https");
    }
}

#[test]
fn a_password_in_a_url_is_exit_2_and_is_not_shown() {
    for url in [
        "https://user:canary-4711@example.com",
        "https://canary-4711@example.com",
        "https://example.com/?key=canary-4711",
        "https://example.com/#canary-4711",
    ] {
        at(url).run(["modulus", "-v"]).fails(2).never_says("canary-4711");
    }
}
