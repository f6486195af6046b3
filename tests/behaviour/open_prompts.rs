//! A prompt that nobody answers for a while, or ever: who waits for the answer, and for how long.
#![cfg(unix)]

use std::time::Duration;

use rustix::process::Signal;

use crate::harness::{Tok, until};
use crate::protocol::account;
use crate::stand_in::{Server, delay};
use crate::terminal::Terminal;

const PROMPT: &str = "modulus password: ";

/// Somebody who has no password, and is asked for it.
fn world(server: &Server) -> Tok {
    let tok = Tok::new().vendor(server).knows("modulus");
    tok.without("TOK_MODULUS_PASSWORD")
}

fn asked(tok: &Tok) -> Terminal {
    let mut terminal = tok.terminal(["modulus"]);
    terminal.expect(PROMPT);
    terminal
}

#[test]
fn one_is_asked_and_the_others_who_could_be_wait_without_a_limit_on_the_persons_time() {
    let server = Server::start();
    let tok = world(&server).env("TOK_TIMEOUT", "4");
    let mut first = asked(&tok);
    let mut others: Vec<Terminal> = (0..4).map(|_| tok.terminal(["modulus"])).collect();
    until("all of them wait", || {
        others.iter().all(|other| other.stderr().contains("asking for input"))
    });
    std::thread::sleep(Duration::from_secs(5));
    first.send(&format!("{}\n", account::MODULUS_PASSWORD));
    let token = first.wait().ok().token();
    for other in &mut others {
        let output = other.wait().ok();
        assert_eq!(output.token(), token);
        assert!(!output.screen.contains(PROMPT), "{output}");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn who_cannot_be_asked_waits_for_the_answer_until_its_own_timeout() {
    let server = Server::start();
    let tok = world(&server);
    let mut terminal = asked(&tok);
    let output = tok.run(["modulus", "--no-input", "--timeout", "2"]).fails(5);
    output.clone().says("which is asking for input").says("2 s");
    assert!(output.took >= Duration::from_millis(1900), "{output}");
    assert!(output.took < Duration::from_secs(15), "{output}");
    let waiting = tok.start(["modulus", "--no-input", "--timeout", "60"]);
    until("it waits", || waiting.stderr().contains("asking for input"));
    terminal.send(&format!("{}\n", account::MODULUS_PASSWORD));
    let token = terminal.wait().ok().token();
    assert_eq!(waiting.wait().ok().token(), token);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn once_the_answer_is_there_the_time_counts_for_those_as_well_who_could_be_asked() {
    let server = Server::start();
    server.behave(delay(120_000).once());
    let tok = world(&server).env("TOK_TIMEOUT", "110");
    let first = asked(&tok);
    let mut other = tok.clone().env("TOK_TIMEOUT", "4").terminal(["modulus"]);
    until("it waits", || other.stderr().contains("asking for input"));
    first.send(&format!("{}\n", account::MODULUS_PASSWORD));
    until("the vendor is asked", || server.requests().len() == 1);
    let output = other.wait().fails(5).says("waiting for another tok");
    assert!(output.took < Duration::from_secs(30), "{output}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_slip_of_the_person_ends_nobody_elses_call_but_a_refusal_at_last_does() {
    for (answers, code) in [
        (&["a slip", account::MODULUS_PASSWORD][..], 0),
        (&["a slip", "another", "the third"], 4),
    ] {
        let server = Server::start();
        let tok = world(&server);
        let mut terminal = tok.terminal(["modulus"]);
        let mut waiting = None;
        for answer in answers {
            terminal.expect(PROMPT);
            let waiting = waiting.get_or_insert_with(|| tok.start(["modulus", "--no-input", "--timeout", "60"]));
            until("it waits", || waiting.stderr().contains("asking for input"));
            terminal.send(&format!("{answer}\n"));
        }
        assert_eq!(terminal.wait().code(), Some(code));
        assert_eq!(waiting.unwrap().wait().code(), Some(code));
        assert_eq!(server.requests().len(), answers.len());
    }
}

#[test]
fn a_prompt_that_is_given_up_leaves_the_question_to_the_next_who_can_be_asked() {
    let server = Server::start();
    let tok = world(&server);
    let mut first = asked(&tok);
    let mut second = tok.terminal(["modulus"]);
    until("it waits", || second.stderr().contains("asking for input"));
    let nobody = tok.start(["modulus", "--no-input", "--timeout", "60"]);
    until("it waits", || nobody.stderr().contains("asking for input"));
    first.send("\x03");
    assert_eq!(first.wait().signal(), Some(2));
    second.answer_hidden(PROMPT, account::MODULUS_PASSWORD);
    second.wait().ok();
    let output = nobody.wait();
    // Whether it looked in the moment between the two questions or not.
    assert!(matches!(output.code(), Some(0 | 3)), "{output}");
}

#[test]
fn who_has_the_password_waits_for_no_prompt_not_even_one_that_is_stopped() {
    let server = Server::start();
    let tok = world(&server);
    let mut terminal = asked(&tok);
    let knows = tok.clone().env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD);
    let token = knows
        .run(["modulus", "--no-input", "--timeout", "5"])
        .ok()
        .quiet()
        .token();
    terminal.signal(Signal::STOP);
    let fresh = ["modulus", "--no-input", "--timeout", "5", "--fresh"];
    let newer = knows.run(fresh).ok().quiet().token();
    assert_ne!(token, newer);
    terminal.signal(Signal::CONT);
    terminal.send(&format!("{}\n", account::MODULUS_PASSWORD));
    // It finds the token that was got meanwhile.
    assert_eq!(terminal.wait().ok().token(), newer);
    assert_eq!(server.requests().len(), 2);
}
