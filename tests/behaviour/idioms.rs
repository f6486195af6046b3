//! `tok env` in the real shells, the way the README writes it: what a person pastes sets the variable to the very token, and
//! stops a script where there is none.

use serde_json::json;

use crate::harness::{Output, Tok, need};
use crate::stand_in::{Server, refuse, token};

struct Shell {
    /// The program and what makes it start clean.
    start: &'static [&'static str],
    /// What a script says to end at the first failure.
    strict: &'static [&'static str],
    /// The lines a person writes.
    lines: &'static [&'static str],
    /// Said behind such a line in a strict script.
    or_stop: &'static str,
}

const POSIX: &[&str] = &[
    "eval \"$(tok env modulus)\"",
    "eval $(tok env modulus)",
    "eval \"`tok env modulus -f sh`\"",
];

const SHELLS: &[Shell] = &[
    posix(&["bash", "--norc"]),
    posix(&["bash", "--norc", "--posix"]),
    posix(&["dash"]),
    posix(&["zsh", "-f"]),
    posix(&["ksh"]),
    posix(&["mksh"]),
    posix(&["yash"]),
    posix(&["busybox", "ash"]),
    Shell {
        start: &["fish", "--no-config"],
        strict: &[],
        lines: &["tok env modulus -f fish | source", "eval (tok env modulus -f fish)"],
        or_stop: "; or exit 1",
    },
    Shell {
        start: &["elvish", "-norc"],
        strict: &[],
        lines: &["eval (tok env modulus -f elvish | slurp)"],
        or_stop: "",
    },
    Shell {
        start: &["tcsh", "-f"],
        strict: &["-e"],
        lines: &["eval `tok env modulus -f tcsh`", "eval \"`tok env modulus -f tcsh`\""],
        or_stop: "",
    },
    Shell {
        start: &["nu", "--no-config-file"],
        strict: &[],
        lines: &[
            "tok env modulus -f json | from json | load-env",
            "tok env modulus -f nu | from json | load-env",
        ],
        or_stop: "",
    },
];

const fn posix(start: &'static [&'static str]) -> Shell {
    Shell {
        start,
        strict: &["-e"],
        lines: POSIX,
        or_stop: "",
    }
}

/// Every visible character.
const HOSTILE: &str = "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~$(id)`id`*?[a]!!\\052'\"";

impl Shell {
    #[track_caller]
    fn run(&self, tok: &Tok, flags: &[&str], script: &str) -> Output {
        let (program, words) = self.start.split_first().unwrap();
        tok.program(program, words.iter().chain(flags).chain(&["-c", script]))
    }
}

/// Every shell that is here with every line for it.
fn each(mut test: impl FnMut(&Shell, &str)) {
    for shell in SHELLS {
        if need(shell.start[0]) {
            shell.lines.iter().for_each(|line| test(shell, line));
        }
    }
}

/// In a home whose files match what a shell could take for a pattern.
fn ready(server: &Server) -> Tok {
    let mut tok = Tok::new().vendor(server).knows("modulus");
    for name in ["a", "b", "id", "'a'", "MODULUS_TOKEN=x;export"] {
        tok = tok.write(&format!("home/{name}"), "");
    }
    tok
}

#[test]
fn the_variable_is_exported_with_the_very_token() {
    let server = Server::start();
    for hostile in [false, true] {
        if hostile {
            server.behave(token(json!(HOSTILE)));
        }
        let tok = ready(&server);
        let wanted = tok.run(["modulus"]).ok().token();
        assert_eq!(wanted == HOSTILE, hostile);
        each(|shell, line| {
            let script = format!("{line}{}\nsh -c 'printf %s \"$MODULUS_TOKEN\"'", shell.or_stop);
            shell.run(&tok, shell.strict, &script).ok().quiet().prints(&wanted);
        });
    }
}

#[test]
fn a_failure_stops_a_script_and_says_why_once() {
    let server = Server::start();
    server.behave(refuse("no such user"));
    let tok = ready(&server).env("MODULUS_TOKEN", "old");
    each(|shell, line| {
        let script = format!("{line}{}\necho went on", shell.or_stop);
        let output = shell
            .run(&tok, shell.strict, &script)
            .never_says("went on")
            .says("no such user");
        assert_ne!(output.code(), Some(0), "{output}");
        assert_eq!(output.stderr.matches("tok: modulus: ").count(), 1, "{output}");
    });
}

#[test]
fn a_failure_leaves_no_old_token_behind_for_those_who_go_on() {
    let server = Server::start();
    server.behave(refuse("no such user"));
    let tok = ready(&server).env("MODULUS_TOKEN", "old");
    each(|shell, line| {
        // These two stop before the code is evaluated, whatever it says.
        if ["elvish", "nu"].contains(&shell.start[0]) {
            return;
        }
        let script = format!("{line}\nsh -c 'echo \"<$MODULUS_TOKEN>\"'");
        let output = shell.run(&tok, &[], &script);
        assert!(output.stdout.ends_with("<>\n"), "{output}");
    });
}

#[test]
fn a_word_that_tok_does_not_know_stops_a_script_as_well() {
    let tok = Tok::new();
    each(|shell, line| {
        let line = line.replace("env modulus", "env modulus --no-such-flag");
        let script = format!("{line}{}\necho went on", shell.or_stop);
        let output = shell
            .run(&tok, shell.strict, &script)
            .never_says("went on")
            .says("no-such-flag");
        assert_ne!(output.code(), Some(0), "{output}");
    });
}

#[test]
fn a_token_can_be_taken_as_a_word_and_as_an_argument_of_curl() {
    let server = Server::start();
    let tok = ready(&server);
    let wanted = tok.run(["modulus"]).ok().token();
    tok.sh("set -e; T=$(tok modulus); printf %s \"$T\"")
        .ok()
        .quiet()
        .prints(&wanted);
    tok.sh("tok modulus -f header")
        .ok()
        .prints(&format!("Authorization: Bearer {wanted}\n"));
    tok.sh("set -e; T=$(tok starship --no-input); echo went on")
        .exits(3)
        .prints("");
}
