//! A prompt that nobody answers for a while, or ever: who waits for the answer, and for how long.
#![cfg(unix)]

use std::time::Duration;

use rustix::process::Signal;

use crate::harness::{Tok, until};
use crate::protocol::account;
use crate::ring::Keyring;
use crate::stand_in::{Server, answer, delay};
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

#[test]
fn an_answer_is_tried_although_another_process_was_refused_while_the_question_was_open() {
    for (variable, prompt, answer) in [
        ("TOK_MODULUS_PASSWORD", PROMPT, account::MODULUS_PASSWORD),
        (
            "TOK_MODULUS_USERNAME",
            "modulus username: ",
            account::MODULUS_USERNAMES[0],
        ),
    ] {
        let server = Server::start();
        let tok = Tok::new().vendor(&server).knows("modulus");
        let mut terminal = tok.clone().without(variable).terminal(["modulus"]);
        terminal.expect(prompt);
        let stale = tok.env("TOK_MODULUS_PASSWORD", "a-stale-password");
        stale.run(["modulus", "--no-input"]).fails(4);
        terminal.send(&format!("{answer}\n"));
        terminal.wait().ok();
        assert_eq!(server.requests().len(), 2);
    }
}

#[test]
fn who_has_the_password_in_an_open_keyring_waits_for_no_prompt_and_without_a_terminal_for_no_dialog_past_its_timeout() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = world(&server);
    let _forgotten = asked(&tok);
    let (url, username) = (server.url(), account::MODULUS_USERNAMES[0]);
    let user = serde_json::json!(["modulus", url, username, "password"]).to_string();
    keyring.put(&user, account::MODULUS_PASSWORD);
    // A display that nobody looks at.
    let desktop = keyring.of(tok).env("DISPLAY", ":99").env("TOK_TIMEOUT", "3");
    let token = desktop.run(["modulus"]).ok().token();
    assert_eq!(token, server.only().token.unwrap());
    keyring.lock();
    let output = desktop.run(["modulus", "--fresh"]).fails(5);
    let output = output.says("which is asking for input").says("3 s");
    assert!(output.took < Duration::from_secs(15), "{output}");
    server.only();
}

/// One whose secret alone tells who logs in, and whose refresh carries another.
const SEALED: &str = r#"about = "A key and a seal"
url = "https://sealed.example"

[[field]]
name = "key"
help = "The key"
secret = true

[[field]]
name = "seal"
help = "The seal"
secret = true

[login]
path = "/login"
json = { key = "{key}" }

[refresh]
path = "/refresh"
basic = "x:{seal}"
json = { refresh = "{refresh-token}" }

[answer]
token = "/token"
refresh_token = "/refresh"
expires_in = "/seconds"
"#;

#[test]
fn a_token_got_with_a_second_answer_is_not_given_to_who_has_the_first_one() {
    let server = Server::start();
    server.tolerate();
    let give = |token: &str, seconds| {
        let body = format!(r#"{{"token": "{token}", "refresh": "r", "seconds": {seconds}}}"#);
        server.behave(answer(200, body).on("/login").once());
    };
    let tok = Tok::new()
        .own_vendor("sealed", SEALED)
        .env("TOK_SEALED_URL", server.url());
    let first = tok.clone().env("TOK_SEALED_KEY", "the-first-key");
    give("first-token", 1);
    first.run(["sealed"]).ok();
    std::thread::sleep(Duration::from_millis(1500));
    let refused = || answer(401, r#"{"message": "no"}"#).once();
    server.behave(refused().on("/refresh"));
    server.behave(refused().on("/login"));
    give("second-token", 3600);
    let mut terminal = tok.terminal(["sealed"]);
    terminal.answer_hidden("sealed key: ", "the-first-key");
    terminal.answer_hidden("sealed seal: ", "the-seal");
    terminal.answer_hidden("sealed key: ", "the-second-key");
    assert_eq!(terminal.wait().ok().token(), "second-token");
    assert_eq!(first.run(["sealed"]).fails(4).stdout, "");
    let second = tok.env("TOK_SEALED_KEY", "the-second-key");
    assert_eq!(second.run(["sealed"]).ok().token(), "second-token");
}
