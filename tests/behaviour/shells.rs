//! `tok env` in the real shells: the token arrives unchanged, and a failure stops the script.

use crate::harness::{Tok, need};
use crate::stand_in::{Server, answer, token};

/// What a shell would do something about, and a token may hold.
const HOSTILE: [&str; 8] = [
    "abc.DEF-123_~+/=",
    "a*b?[c]{d,e}",
    "$(>hit)`>hit`${HOME}$$",
    "';>hit;'\";>hit;\"",
    "-n",
    "~root:~!!^a^b",
    "\\n\\052\\\\%s%%&&||;;<>#",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
];

const POSIX: [&[&str]; 6] = [
    &["sh"],
    &["bash"],
    &["bash", "--posix"],
    &["zsh", "-f"],
    &["dash"],
    &["ksh"],
];

fn with(server: &Server, value: &str) -> Tok {
    server.reset();
    server.behave(token(value));
    // Names that a pattern in the token could be taken for.
    Tok::new()
        .vendor(server)
        .knows("modulus")
        .write("home/ab", "")
        .write("home/abxc", "")
        .write("home/-n", "")
}

fn failing(server: &Server) -> Tok {
    server.reset();
    server.behave(answer(500, "broken"));
    Tok::new().vendor(server).knows("modulus").env("MODULUS_TOKEN", "old")
}

fn run(tok: &Tok, shell: &[&str], script: &str) -> crate::harness::Output {
    tok.program(shell[0], [&shell[1..], &["-c", script]].concat())
}

#[test]
fn posix_shells_get_the_token_quoted_and_unquoted() {
    let server = Server::start();
    for value in HOSTILE {
        let tok = with(&server, value);
        for shell in POSIX.iter().filter(|shell| need(shell[0])) {
            for eval in ["eval \"$(tok env modulus)\"", "eval $(tok env modulus)"] {
                let script = format!("set -eu; {eval}; env | grep '^MODULUS_TOKEN='");
                let output = run(&tok, shell, &script).ok().quiet();
                assert_eq!(output.stdout, format!("MODULUS_TOKEN={value}\n"), "{output}");
            }
        }
        assert!(!tok.home().join("hit").exists(), "{value}");
    }
}

#[test]
fn a_failure_stops_a_posix_script_and_unsets_the_variable() {
    let server = Server::start();
    let tok = failing(&server);
    for shell in POSIX.iter().filter(|shell| need(shell[0])) {
        for eval in ["eval \"$(tok env modulus)\"", "eval $(tok env modulus)"] {
            let output = run(&tok, shell, &format!("set -e; {eval}; echo survived"));
            assert_ne!(output.code(), Some(0), "{output}");
            output.prints("").says("tok: modulus: ");
            let script = format!("{eval} || echo \"<${{MODULUS_TOKEN-unset}}>\"");
            run(&tok, shell, &script).ok().prints("<unset>\n");
        }
    }
}

#[test]
fn a_usage_error_stops_a_posix_script() {
    let server = Server::start();
    let tok = failing(&server);
    for shell in POSIX.iter().filter(|shell| need(shell[0])) {
        for wrong in [
            "env modulus --nonsense",
            "env nonsense",
            "env",
            "env modulus@missing",
            "env modulus --timeout -1",
            "env modulus --variable a-b",
        ] {
            for eval in [format!("eval \"$(tok {wrong})\""), format!("eval $(tok {wrong})")] {
                let output = run(&tok, shell, &format!("set -e; {eval}; echo survived"));
                assert_ne!(output.code(), Some(0), "{output}");
                output.prints("");
            }
        }
    }
    server.untouched();
}

#[test]
fn fish_gets_the_token_and_learns_of_a_failure() {
    if !need("fish") {
        return;
    }
    let server = Server::start();
    for value in HOSTILE {
        let tok = with(&server, value);
        for source in ["tok env modulus -f fish | source", "eval (tok env modulus -f fish)"] {
            let output = run(
                &tok,
                &["fish", "-N"],
                &format!("{source}; env | grep '^MODULUS_TOKEN='"),
            )
            .ok();
            assert_eq!(output.stdout, format!("MODULUS_TOKEN={value}\n"), "{output}");
        }
    }
    let script = "tok env modulus -f fish | source; and echo survived; set -q MODULUS_TOKEN; or echo unset";
    run(&failing(&server), &["fish", "-N"], script).ok().prints("unset\n");
}

#[test]
fn elvish_gets_the_token_and_learns_of_a_failure() {
    if !need("elvish") {
        return;
    }
    let server = Server::start();
    for value in HOSTILE {
        let tok = with(&server, value);
        let output = run(
            &tok,
            &["elvish", "-norc"],
            "eval (tok env modulus -f elvish | slurp); print $E:MODULUS_TOKEN",
        );
        output.ok().prints(value);
    }
    let output = run(
        &failing(&server),
        &["elvish", "-norc"],
        "eval (tok env modulus -f elvish | slurp); echo survived",
    );
    assert_ne!(output.code(), Some(0), "{output}");
    output.prints("");
}

#[test]
fn tcsh_gets_the_token_and_learns_of_a_failure() {
    if !need("tcsh") {
        return;
    }
    let server = Server::start();
    for value in HOSTILE {
        let tok = with(&server, value);
        let output = run(
            &tok,
            &["tcsh", "-f"],
            "eval `tok env modulus -f tcsh`; printenv MODULUS_TOKEN",
        )
        .ok();
        assert_eq!(output.stdout, format!("{value}\n"), "{output}");
    }
    let output = run(
        &failing(&server),
        &["tcsh", "-fe"],
        "eval `tok env modulus -f tcsh`; echo survived",
    );
    assert_ne!(output.code(), Some(0), "{output}");
    output.prints("");
}

#[test]
fn a_dotenv_line_is_read_by_a_shell_as_it_stands() {
    let server = Server::start();
    let tok = with(&server, "abc.DEF-123_~+/=");
    let script = "set -e; tok env modulus -f dotenv > .env; . ./.env; printf %s \"$MODULUS_TOKEN\"";
    tok.sh(script).ok().prints("abc.DEF-123_~+/=");
}
