//! Asking a person, on a terminal as a person has it: standard output captured, standard input elsewhere.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::{Tok, need, until};
use crate::lenient::{last, lenient};
use crate::protocol::account;
use crate::stand_in::{Server, delay};

fn modulus(server: &Server) -> Tok {
    Tok::new().vendor(server)
}

/// Somebody who is asked for nothing but the password.
fn with_username(server: &Server) -> Tok {
    modulus(server).env("TOK_MODULUS_USERNAME", account::MODULUS_USERNAMES[0])
}

#[test]
fn a_person_is_asked_on_the_terminal_while_output_is_captured_and_input_comes_from_elsewhere() {
    let server = Server::start();
    let tok = modulus(&server).stdin("not an answer\n");
    let mut terminal = tok.terminal(["modulus"]);
    terminal.answer("modulus username: ", "api-user");
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    let output = terminal.wait().ok().quiet();
    assert_eq!(output.token(), server.only().token.unwrap());
    assert_eq!(
        output.screen.replace('\r', ""),
        format!(
            "User that may call the API\nmodulus username: api-user\n\
             Password of that user, sent to {}\nmodulus password: \n",
            server.url()
        )
    );
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn a_shell_s_command_substitution_asks_and_takes_the_token() {
    let server = Server::start();
    let tok = with_username(&server);
    let mut terminal = tok.terminal_of(
        "sh",
        ["-c", "token=$(tok modulus </dev/null 2>/dev/null); echo \"<$token>\""],
    );
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    let token = server_token(&server);
    terminal.wait().ok().prints(&format!("<{token}>\n"));
}

fn server_token(server: &Server) -> String {
    until("a login", || !server.requests().is_empty());
    server.only().token.unwrap()
}

#[test]
fn what_is_known_is_not_asked_for_and_prompts_name_vendor_and_field() {
    let server = Server::start();
    let tok = Tok::new()
        .env("TOK_JMVSTREAM_URL", server.url())
        .env("TOK_JMVSTREAM_EMAIL", account::JMVSTREAM_EMAILS[0]);
    let mut terminal = tok.terminal(["jmvstream"]);
    terminal.answer("jmvstream resource: ", account::JMVSTREAM_RESOURCE);
    terminal.answer_hidden("jmvstream password: ", account::JMVSTREAM_PASSWORD);
    let output = terminal.wait().ok();
    assert!(!output.screen.contains("email"), "{output}");
    // Neither optional fields nor those with a default.
    let tok = Tok::new().env("TOK_DATA8_URL", server.url());
    let mut terminal = tok.terminal(["data8"]);
    terminal.answer("data8 username: ", account::DATA8_USERNAMES[0]);
    terminal.answer_hidden("data8 password: ", account::DATA8_PASSWORD);
    let output = terminal.wait().ok();
    assert_eq!(output.screen.matches(": ").count(), 2, "{output}");
}

#[test]
fn a_url_that_only_the_user_knows_is_asked_for() {
    let server = Server::start();
    let tok = Tok::new().knows("oauth2");
    let mut terminal = tok.terminal(["oauth2"]);
    terminal.answer("oauth2 url: ", &server.url_of("oauth2"));
    terminal.wait().ok();
    server.only();
}

#[test]
fn the_first_way_to_log_in_is_asked_for_unless_the_profile_names_another() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .env("TOK_CRMCOM_ORGANISATION", account::CRMCOM_ORGANISATION);
    let mut terminal = tok.terminal(["crmcom"]);
    terminal.answer("crmcom username: ", account::CRMCOM_USERNAMES[0]);
    terminal.answer_hidden("crmcom password: ", account::CRMCOM_PASSWORD);
    terminal.wait().ok();
    let tok = tok.config("[crmcom]\nway = 'authentication-code'\n");
    let mut terminal = tok.terminal(["crmcom"]);
    terminal.answer_hidden("crmcom authentication-code: ", account::CRMCOM_AUTHENTICATION_CODES[0]);
    terminal.wait().ok();
    assert!(last(&server)["access_token_identifier"]["authentication_code"].is_string());
}

#[test]
fn nothing_is_asked_where_a_token_is_cached() {
    let server = Server::start();
    let tok = modulus(&server).knows("modulus");
    let token = tok.run(["modulus"]).ok().token();
    let output = tok.without("TOK_MODULUS_PASSWORD").terminal(["modulus"]).wait().ok();
    assert_eq!((output.token(), output.screen.as_str()), (token, ""));
}

#[test]
fn a_hidden_answer_is_not_trimmed_and_can_be_corrected() {
    let server = lenient();
    let tok = with_username(&server);
    let mut terminal = tok.terminal(["modulus"]);
    terminal.answer_hidden("modulus password: ", "wrong\x15 päßx\x7f word ");
    terminal.wait().ok();
    assert_eq!(last(&server)["password"], " päß word ");
}

#[test]
fn a_prompt_that_is_interrupted_leaves_the_terminal_as_it_was_and_dies_by_the_signal() {
    let server = Server::start();
    for prompt in ["modulus username: ", "modulus password: "] {
        for (signal, number) in [(Signal::INT, 2), (Signal::TERM, 15), (Signal::HUP, 1)] {
            let hidden = prompt.contains("password");
            let tok = if hidden {
                with_username(&server)
            } else {
                modulus(&server)
            };
            let mut terminal = tok.terminal(["modulus"]);
            terminal.expect(prompt);
            until("the terminal hides what is typed", || terminal.echoes() != hidden);
            terminal.send("half");
            if signal == Signal::INT {
                terminal.send("\x03");
            } else {
                terminal.signal(signal);
            }
            let output = terminal.wait();
            assert_eq!(output.signal(), Some(number), "{output}");
            assert_eq!(terminal.modes(), terminal.before, "{output}");
            assert_eq!(output.stdout, "");
        }
    }
    server.untouched();
}

#[test]
fn after_an_interrupted_prompt_the_next_call_asks_at_once() {
    let server = Server::start();
    let tok = with_username(&server);
    let mut terminal = tok.terminal(["modulus"]);
    terminal.expect("modulus password: ");
    terminal.send("\x03");
    assert_eq!(terminal.wait().signal(), Some(2));
    let mut terminal = tok.terminal(["modulus", "--timeout", "5"]);
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    terminal.wait().ok();
}

#[test]
fn nobody_is_asked_who_does_not_want_to_be() {
    let server = Server::start();
    let tok = with_username(&server);
    let never = [
        tok.terminal(["modulus", "--no-input"]).wait(),
        tok.clone().env("TOK_NO_INPUT", "1").terminal(["modulus"]).wait(),
        modulus(&server)
            .env("TOK_NO_INPUT", "true")
            .terminal(["env", "modulus", "-f", "json"])
            .wait(),
    ];
    for output in never {
        let output = output.fails(3).says("is missing");
        assert_eq!(output.screen, "");
    }
    server.untouched();
}

#[test]
fn a_background_process_neither_asks_nor_stops() {
    let server = Server::start();
    let tok = with_username(&server);
    // Job control puts it into a process group of its own.
    let script = "set -m; tok modulus & wait $!; echo \"status $?\"";
    let mut terminal = tok.terminal_of("sh", ["-c", script]);
    let output = terminal.wait().ok().says("password is missing");
    assert!(output.stdout.ends_with("status 3\n"), "{output}");
    assert!(!output.screen.contains("password"), "{output}");
    server.untouched();
}

#[test]
fn without_a_terminal_nobody_is_asked_although_the_streams_are_there() {
    let server = Server::start();
    let tok = with_username(&server).stdin(format!("{}\n", account::MODULUS_PASSWORD));
    let output = tok.run(["modulus"]).fails(3).says("nobody can be asked");
    assert!(output.took < Duration::from_secs(10), "{output}");
    server.untouched();
}

#[test]
fn the_time_that_a_person_takes_does_not_count() {
    let server = Server::start();
    let tok = modulus(&server);
    let mut terminal = tok.terminal(["modulus", "--timeout", "1"]);
    terminal.expect("modulus username: ");
    sleep(Duration::from_millis(1200));
    terminal.send("api-user\n");
    terminal.expect("modulus password: ");
    sleep(Duration::from_millis(1200));
    until("the terminal hides what is typed", || !terminal.echoes());
    terminal.send(&format!("{}\n", account::MODULUS_PASSWORD));
    terminal.wait().ok().quiet();
    // What comes after the person is under the limit again.
    server.behave(delay(4000));
    let mut terminal = tok.terminal(["modulus", "--timeout", "1", "--fresh", "--username", "api-user"]);
    terminal.expect("modulus password: ");
    sleep(Duration::from_millis(1200));
    until("the terminal hides what is typed", || !terminal.echoes());
    terminal.send(&format!("{}\n", account::MODULUS_PASSWORD));
    let answered = Instant::now();
    terminal.wait().fails(5);
    assert!(answered.elapsed() < Duration::from_millis(3500));
}

#[test]
fn of_many_processes_one_asks_and_the_others_take_its_token() {
    let server = Server::start();
    let tok = with_username(&server);
    let script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do tok modulus --timeout 5 & done; wait";
    let mut terminal = tok.terminal_of("sh", ["-c", script]);
    terminal.expect("modulus password: ");
    // Time for the others to come to the same point.
    sleep(Duration::from_secs(1));
    until("the terminal hides what is typed", || !terminal.echoes());
    terminal.send(&format!("{}\n", account::MODULUS_PASSWORD));
    let output = terminal.wait().ok();
    let token = server.only().token.unwrap();
    assert_eq!(output.stdout, format!("{token}\n").repeat(20), "{output}");
    assert_eq!(output.screen.matches("password").count(), 1, "{output}");
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn many_processes_without_a_terminal_fail_alike_and_at_once() {
    let server = Server::start();
    let tok = with_username(&server);
    let began = Instant::now();
    for output in tok.parallel(10, &["modulus"]) {
        output.fails(3).says("password is missing");
    }
    assert!(began.elapsed() < Duration::from_secs(20));
    server.untouched();
}

#[test]
fn status_and_vendors_ask_nobody() {
    let server = Server::start();
    let tok = modulus(&server);
    for arguments in [&["status"][..], &["status", "modulus"], &["vendors"], &["--help"]] {
        let output = tok.terminal(arguments).wait().ok();
        assert_eq!(output.screen, "", "{output}");
    }
    assert!(fs::read_dir(tok.cache_folder()).into_iter().flatten().next().is_none());
    server.untouched();
}

// Elsewhere the terminal's device is known only where a standard stream leads to it.
#[cfg(target_os = "linux")]
#[test]
fn prompts_at_once_are_shown_one_after_the_other_and_none_is_answered_in_the_open() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .env("TOK_MODULUS_USERNAME", account::MODULUS_USERNAMES[0])
        .env("TOK_STARSHIP_USERNAME", account::STARSHIP_USERNAMES[0]);
    let script = "tok modulus >/dev/null & tok starship >/dev/null & tok jmvstream >/dev/null & wait";
    let mut terminal = tok.terminal_of("sh", ["-c", script]);
    let asked = |screen: &str| {
        [" password: ", " email: "]
            .map(|end| screen.matches(end).count())
            .iter()
            .sum::<usize>()
    };
    // One of them is not asked again, and two are three times.
    for count in 1..=7 {
        until("a prompt", || asked(&terminal.screen()) == count);
        // Time for another to appear as well.
        sleep(Duration::from_millis(300));
        assert_eq!(asked(&terminal.screen()), count, "{}", terminal.screen());
        if terminal.screen().ends_with(" password: ") {
            until("the terminal hides what is typed", || !terminal.echoes());
            terminal.send("a-wrong-password\n");
        } else {
            terminal.send("\x04");
        }
    }
    let output = terminal.wait();
    assert!(!output.screen.contains("a-wrong-password"), "{output}");
    assert_eq!(terminal.modes(), terminal.before, "{output}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn ctrl_z_at_a_hidden_prompt_gives_the_terminal_back_and_asks_again_when_it_goes_on() {
    for shell in ["sh", "bash"] {
        if !need(shell) {
            continue;
        }
        let server = Server::start();
        let tok = with_username(&server);
        // bash takes its standard error for the terminal.
        let script = "exec 2>/dev/tty; set -m; tok modulus; echo \"stopped $?\" >&2\n\
                      read line </dev/tty; echo \"<$line>\"; fg >/dev/null";
        let mut terminal = tok.terminal_of(shell, ["-c", script]);
        terminal.expect("modulus password: ");
        until("the terminal hides what is typed", || !terminal.echoes());
        terminal.send("half\x1a");
        terminal.expect("stopped 1");
        assert_eq!(terminal.modes(), terminal.before, "{shell}");
        terminal.send("ls -l\n");
        terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
        let output = terminal.wait().ok();
        let token = server.only().token.unwrap();
        assert_eq!(output.stdout, format!("<ls -l>\n{token}\n"), "{output}");
        assert_eq!(server.only().json()["password"], account::MODULUS_PASSWORD);
        assert_eq!(terminal.modes(), terminal.before);
    }
}

#[test]
fn ctrl_z_where_nobody_could_let_it_go_on_begins_the_answer_anew() {
    let server = Server::start();
    let tok = with_username(&server);
    // The first process of a session has no shell behind it.
    let mut terminal = tok.terminal(["modulus"]);
    terminal.expect("modulus password: ");
    until("the terminal hides what is typed", || !terminal.echoes());
    terminal.send("half\x1a");
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    terminal.wait().ok();
    server.only();
}
