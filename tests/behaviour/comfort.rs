//! What a person sees while tok works, and what a log or a script is spared.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::harness::{Tok, need};
use crate::ring::Keyring;
use crate::stand_in::{Server, delay, lifetime, refuse};

const ESCAPE: char = '\x1b';

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("modulus")
}

/// tok with standard error on the terminal, as in a shell; the screen at the end.
fn seen(tok: &Tok, words: &str) -> String {
    let script = format!("exec tok {words} 2>/dev/tty");
    tok.terminal_of("sh", ["-c", &script]).wait().screen
}

/// What stays of a screen when every line is erased that was to be.
fn left(screen: &str) -> String {
    let mut left = String::new();
    for part in screen.split_inclusive('\r') {
        let part = part.strip_suffix('\r').unwrap_or(part);
        match part.rsplit_once("\x1b[K") {
            Some((_, after)) => {
                let start = left.rfind('\n').map_or(0, |place| place + 1);
                left.truncate(start);
                left += after;
            }
            None => left += part,
        }
    }
    left
}

#[test]
fn a_slow_vendor_is_waited_for_with_a_sign_of_life_that_leaves_nothing_behind() {
    let server = Server::start();
    server.behave(delay(1300));
    let screen = seen(&ready(&server), "modulus");
    assert!(screen.contains("waiting for modulus, 1 s"), "{screen:?}");
    assert!(screen.ends_with("\r\x1b[K"), "{screen:?}");
}

#[test]
fn a_quick_answer_and_a_cached_token_come_without_a_sign() {
    let server = Server::start();
    let tok = ready(&server);
    let began = Instant::now();
    let screen = seen(&tok, "modulus");
    if began.elapsed() < Duration::from_millis(500) {
        assert_eq!(screen, "");
    }
    assert_eq!(seen(&tok, "modulus"), "");
}

#[test]
fn the_sign_is_gone_before_a_word_is_said() {
    let server = Server::start();
    server.behave(delay(800).and(refuse("no")));
    let screen = seen(&ready(&server).env("NO_COLOR", "1"), "modulus");
    let (before, after) = screen.split_once("tok: ").unwrap();
    assert!(before.contains("waiting") && before.ends_with("\r\x1b[K"), "{screen:?}");
    assert!(!after.contains("waiting"), "{screen:?}");
}

#[test]
fn nobody_gets_a_sign_who_does_not_look() {
    let server = Server::start();
    server.behave(delay(900));
    let tok = ready(&server);
    for (tok, words) in [
        (tok.clone(), "modulus --no-cache -q"),
        (tok.clone().env("CI", "true"), "modulus --no-cache"),
        (tok.clone().env("TERM", "dumb"), "modulus --no-cache"),
    ] {
        assert_eq!(seen(&tok, words), "", "{words}");
    }
    tok.run(["modulus", "--no-cache"]).ok().quiet();
    if need("bash") {
        let script = "set -m; tok modulus --no-cache 2>/dev/tty & wait";
        let output = tok.terminal_of("bash", ["-c", script]).wait().ok();
        assert_eq!(output.screen, "");
    }
}

#[test]
fn no_sign_is_drawn_into_a_question() {
    let server = Server::start();
    server.behave(delay(1500));
    let tok = ready(&server).knows("starship").without("TOK_STARSHIP_PASSWORD");
    let script = "exec tok exec modulus starship -- true 2>/dev/tty";
    let mut terminal = tok.terminal_of("sh", ["-c", script]);
    terminal.expect("starship password: ");
    let screen = terminal.screen();
    sleep(Duration::from_secs(1));
    assert_eq!(terminal.screen(), screen);
    // What comes after it is the other's end.
    terminal.send("stars!hip$ecret\n");
    let output = terminal.wait().ok();
    let left = left(&output.screen);
    assert!(
        left.contains("starship password: ") && !left.contains("waiting"),
        "{left:?}"
    );
}

#[test]
fn colours_are_for_terminals_and_as_the_variables_say() {
    let tok = Tok::new();
    let wrong = "modulus --no-such-flag";
    assert!(seen(&tok, wrong).contains(ESCAPE));
    for (name, value) in [("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")] {
        assert!(!seen(&tok.clone().env(name, value), wrong).contains(ESCAPE), "{name}");
    }
    tok.run(["modulus", "--no-such-flag"]).fails(2).never_says("\x1b");
    let forced = tok
        .clone()
        .env("CLICOLOR_FORCE", "1")
        .run(["modulus", "--no-such-flag"])
        .exits(2);
    assert!(forced.stderr.starts_with("\x1b[1;31mtok:\x1b[0m "), "{forced}");
}

#[test]
fn a_token_is_never_coloured() {
    let server = Server::start();
    let tok = ready(&server).env("CLICOLOR_FORCE", "1");
    for words in [&["modulus"][..], &["env", "modulus"], &["modulus", "-f", "json"]] {
        tok.run(words).ok().never_says("\x1b");
    }
}

#[test]
fn status_says_the_end_exactly_and_as_people_do() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["modulus"]).ok();
    let output = tok.run(["status"]).ok().quiet().never_says("\x1b");
    let line = output.stdout.lines().nth(1).unwrap();
    assert!(line.contains("Z (in 14 min ") && line.ends_with("valid"), "{output}");
    let forced = tok.clone().env("CLICOLOR_FORCE", "1").run(["status"]).ok();
    assert!(forced.stdout.contains("\x1b[32mvalid\x1b[0m"), "{forced}");
    server.behave(lifetime(1));
    tok.run(["modulus", "--fresh"]);
    sleep(Duration::from_millis(1300));
    let output = tok.run(["status"]).ok();
    assert!(output.stdout.contains(" s ago)"), "{output}");
}

#[test]
fn verbose_status_says_where_each_field_comes_from_and_touches_nothing() {
    let server = Server::start();
    let config = format!(
        "[modulus]\nurl = \"{}\"\nusername = \"me\"\npassword-command = \"touch \\\"$HOME/ran\\\"; echo hush-hush\"\n",
        server.url()
    );
    // A keyring that would be talked to would be missed at once.
    let tok = Tok::new()
        .config(&config)
        .without("TOK_KEYRING")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let output = tok.run(["status", "-v"]).ok().quiet();
    for line in [
        "modulus\n",
        "  username: me, from [modulus]\n",
        "  password: from password-command of [modulus]\n",
        "  token: none is cached\n",
    ] {
        assert!(output.stdout.contains(line), "{line}{output}");
    }
    assert!(!tok.home().join("ran").exists());
    let tok = tok.env("TOK_MODULUS_PASSWORD", "hush-hush");
    let output = tok.run(["status", "-v"]).ok().quiet();
    assert!(
        output.stdout.contains("  password: from TOK_MODULUS_PASSWORD\n"),
        "{output}"
    );
    tok.run(["status", "-v", "-f", "json"]).ok().quiet();
    server.untouched();
}

#[test]
fn whoever_had_to_answer_is_told_how_to_be_spared_the_next_time() {
    let server = Server::start();
    let alone = ready(&server).without("TOK_MODULUS_PASSWORD");
    let mut terminal = alone.terminal(["modulus", "--fresh"]);
    terminal.answer_hidden("modulus password: ", "m0dulus-S3cret");
    // It would not help where there is no keyring.
    terminal.wait().ok().quiet();
    let Some(keyring) = Keyring::unlocked() else { return };
    let tok = keyring.of(alone);
    let mut terminal = tok.terminal(["modulus", "--fresh"]);
    terminal.answer_hidden("modulus password: ", "m0dulus-S3cret");
    terminal.wait().ok().says("tok: `tok login modulus` keeps the answers");
    tok.terminal(["modulus"]).wait().ok().quiet();
    let mut terminal = tok.terminal(["modulus", "--fresh", "-q"]);
    terminal.answer_hidden("modulus password: ", "m0dulus-S3cret");
    terminal.wait().ok().quiet();
}

#[test]
fn somebody_new_is_told_where_to_begin() {
    let tok = Tok::new();
    tok.run(["status"]).ok().prints("").says("tok demo").says("tok login");
    tok.run([""; 0]).fails(2).says("tok demo");
    let mut terminal = tok.terminal(["login", "modulus"]);
    terminal.wait().fails(1).says("password-command");
}
