//! A process that is killed leaves nothing behind that anybody would have to clean up.
#![cfg(unix)]

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::{Running, Tok};
use crate::kept::until_all_wait;
use crate::stand_in::{Server, delay};

#[test]
fn when_the_one_who_asks_is_killed_a_waiter_takes_over_at_once() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").env("TOK_TIMEOUT", "110");
    let stuck = tok.start_stuck(&server, &["modulus"]);
    let waiters: Vec<Running> = (0..5).map(|_| tok.start(["modulus"])).collect();
    until_all_wait(&waiters);
    stuck.signal(Signal::KILL);
    let began = Instant::now();
    let tokens: Vec<String> = waiters.into_iter().map(|waiter| waiter.wait().ok().token()).collect();
    // The stuck request would have taken two minutes.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(stuck.wait().signal(), Some(9));
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn who_is_interrupted_or_terminated_leaves_no_lock_either() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let server = Server::start();
        let tok = Tok::new().vendor(&server).knows("modulus");
        let stuck = tok.start_stuck(&server, &["modulus", "--timeout", "110"]);
        stuck.signal(signal);
        assert_eq!(stuck.wait().signal(), Some(signal.as_raw()));
        tok.run(["modulus"]).ok().quiet();
    }
}

#[test]
fn killed_at_any_moment_of_a_login_or_a_refresh_the_next_call_works() {
    let server = Server::start();
    server.behave(delay(10));
    let tok = Tok::new().in_clear().vendor(&server).knows("starship");
    tok.run(["starship"]).ok();
    // From before its first instruction to after its last.
    let moments = (0..100_u32).map(|step| Duration::from_micros(u64::from(step) * 500));
    let mut killed = 0;
    for (step, moment) in moments.enumerate() {
        if step % 3 != 2 {
            tok.pass(24 * 3600);
        }
        let arguments: &[&str] = if step % 3 == 1 {
            &["starship", "--fresh"]
        } else {
            &["starship"]
        };
        let running = tok.start(arguments);
        std::thread::sleep(moment);
        running.signal(Signal::KILL);
        let ended = running.wait();
        killed += u32::from(ended.signal() == Some(9));
        let output = tok.run(["starship", "--timeout", "20"]).ok().quiet();
        let given: Vec<String> = server
            .requests()
            .into_iter()
            .filter_map(|request| request.token)
            .collect();
        assert!(given.contains(&output.token()), "never given by the vendor\n{output}");
        // Whole, or it could not be read as what it is.
        assert_eq!(tok.entry()["token"], output.token(), "{output}");
        assert!(tok.kept("tmp").len() <= 1, "{:?}", tok.kept("tmp"));
        assert_eq!(tok.run(["starship"]).ok().quiet().token(), output.token());
    }
    assert!(killed >= 5, "{killed} of 100 were killed before they ended");
}

#[test]
fn killed_at_any_moment_of_a_refusal_the_next_call_works() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let wrong = tok.clone().env("TOK_MODULUS_PASSWORD", "wrong-secret-1");
    for step in 0..40_u64 {
        let running = wrong.start(["modulus", "--fresh"]);
        std::thread::sleep(Duration::from_millis(step * 2));
        running.signal(Signal::KILL);
        running.wait();
        wrong.run(["modulus", "--timeout", "20"]).fails(4).never_says("warning");
    }
    tok.run(["modulus"]).ok().quiet();
}
