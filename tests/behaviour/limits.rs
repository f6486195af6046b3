//! What the machine lets a process have: descriptors, memory, the size of a file, and years that a date can tell.
#![cfg(target_os = "linux")]

use std::process::Command;

use crate::harness::{Output, Tok, given, need};
use crate::stand_in::Server;

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("modulus")
}

#[test]
fn a_lack_of_descriptors_is_exit_1_and_says_so_wherever_it_shows() {
    let server = Server::start();
    server.tolerate();
    let (by_address, secret) = (ready(&server), crate::protocol::account::MODULUS_PASSWORD);
    let by_name = by_address
        .clone()
        .env("TOK_MODULUS_URL", format!("http://localhost:{}", server.port()));
    let by_command = Tok::new().config(&format!(
        "[modulus]\nurl = '{}'\nusername = 'api-user'\npassword-command = 'echo {secret}'\n",
        server.url_of("modulus")
    ));
    let worlds = [by_address, by_name, by_command.may_leak()];
    for (tok, limit) in worlds.iter().flat_map(|tok| (4..12).map(move |limit| (tok, limit))) {
        let output = tok.sh(&format!("ulimit -n {limit}; exec tok modulus --fresh --timeout 20"));
        if limit < 6 || output.code() != Some(0) {
            output
                .fails(1)
                .never_says("could not be reached")
                .says("oo many open files");
        }
    }
}

#[test]
fn a_lack_of_memory_is_not_taken_for_a_vendor_that_cannot_be_reached() {
    let server = Server::start();
    server.tolerate();
    let tok = ready(&server);
    let mut lacked = 0;
    for mebibytes in 16..40 {
        let output = tok.sh(&format!(
            "ulimit -v {}; exec tok modulus --fresh --timeout 20",
            mebibytes << 10
        ));
        assert_ne!(output.code(), Some(5), "{output}");
        lacked += u32::from(output.stderr.contains("no request can be made: out of memory"));
    }
    assert!(lacked > 0);
}

/// With standard output and error in one pipe, which no limit holds for, and the exit status behind them.
fn piped(tok: &Tok, script: &str) -> Output {
    tok.sh(&format!("({script}; echo \"exit $?\") 2>&1 | cat"))
}

#[test]
fn a_file_that_may_not_grow_is_a_failed_write_and_the_token_is_printed() {
    let server = Server::start();
    let tok = ready(&server);
    let output = piped(&tok, "ulimit -f 0; tok modulus");
    let token = server.only().token.unwrap();
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(lines[lines.len() - 2..], [token.as_str(), "exit 0"], "{output}");
    assert!(
        lines[0].starts_with("tok: warning: ") && lines[0].contains("cannot be written: File too large"),
        "{output}"
    );
    assert!(tok.cached().is_empty());
    let output = piped(&tok, "ulimit -f 0; tok modulus >token");
    assert!(output.stdout.contains("tok: standard output: "), "{output}");
    assert!(output.stdout.ends_with("exit 1\n"), "{output}");
}

#[test]
fn the_command_of_exec_finds_the_signal_of_a_full_file_as_it_was() {
    let server = Server::start();
    let tok = ready(&server);
    let taken = |before: &str| {
        let script = format!("{before} ulimit -f 0; tok exec modulus -- sh -c 'kill -XFSZ $$; echo lives'");
        piped(&tok, &script).stdout
    };
    assert!(taken("").ends_with("exit 153\n"), "{}", taken(""));
    assert!(
        taken("trap '' XFSZ;").ends_with("lives\nexit 0\n"),
        "{}",
        taken("trap '' XFSZ;")
    );
}

/// Makes every program believe that it is so many seconds later.
const LATER: &str = r#"
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *time) {
    long failed = syscall(SYS_clock_gettime, clock, time);
    char *later = getenv("LATER");
    if (!failed && later && clock == CLOCK_REALTIME) time->tv_sec += atoll(later);
    return failed;
}
"#;

#[cfg(target_env = "gnu")]
#[test]
fn beyond_the_last_year_that_a_date_can_tell_everything_goes_on() {
    if !need("cc") {
        return;
    }
    let server = Server::start();
    let tok = ready(&server).write("later.c", LATER);
    let (source, library) = (tok.folder().join("later.c"), tok.folder().join("later.so"));
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status();
    assert!(made.unwrap().success());
    let tok = tok.env("LD_PRELOAD", &library);
    for years in [8_000_u64, 200_000, 290_000_000] {
        let tok = tok.clone().env("LATER", (years * 365 * 86_400).to_string());
        let json = tok.run(["modulus", "-f", "json", "--fresh"]).ok().json();
        if !given(
            json["expires_at"].is_null(),
            "a program that is linked statically keeps its own time",
        ) {
            return;
        }
        assert_eq!(
            tok.run(["modulus", "-f", "json"]).ok().quiet().json()["token"],
            json["token"]
        );
        tok.run(["status", "-v"]).ok();
        tok.run(["status", "-f", "json"]).ok();
        tok.run(["demo", "modulus"]).ok();
        tok.run(["logout", "modulus"]).ok().says("1 token");
    }
}
