//! Every exit status with the causes that the manual names.

use std::time::Duration;

use crate::harness::{Tok, until};
use crate::peer::free_port;
use crate::stand_in::{Server, answer, delay, lifetime, redirect, refuse, retry_after, token};

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("modulus")
}

#[test]
fn a_token_is_exit_0() {
    let server = Server::start();
    ready(&server).run(["modulus"]).ok().quiet();
    ready(&server).run(["env", "modulus"]).ok().quiet();
}

#[test]
fn a_failure_of_this_machine_is_exit_1() {
    let server = Server::start();
    server.behave(token("100%PATH%"));
    ready(&server).run(["env", "modulus", "-f", "cmd"]).exits(1).explained();
    let tok = ready(&server);
    let missing = tok.folder().join("missing/github_env");
    tok.env("GITHUB_ENV", missing)
        .run(["env", "modulus", "-f", "github"])
        .fails(1);
}

#[test]
fn a_mistake_in_the_arguments_is_exit_2_and_nobody_is_asked() {
    let server = Server::start();
    let tok = ready(&server);
    for arguments in [
        &[][..],
        &["nonsense"],
        &["modulus", "extra"],
        &["modulus", "--nonsense"],
        &["modulus", "--timeout"],
        &["modulus", "--timeout", "soon"],
        &["modulus", "--timeout", "-1"],
        &["modulus", "--min-ttl", "1x"],
        &["modulus", "-v", "-q"],
        &["modulus", "--url", "http://example.com"],
        &["modulus", "--url", "https://example.com?a=b"],
        &["modulus", "--url", "nonsense"],
        &["modulus@"],
        &["modulus@missing"],
        &["modulus", "-p", "missing"],
        &["modulus", "--username", ""],
        &["modulus", "--username", "a\nb"],
        &["status", "nonsense"],
        &["vendors", "nonsense"],
        &["demo", "nonsense"],
        &["logout", "nonsense"],
        &["login", "nonsense"],
        &["exec", "modulus"],
        &["exec", "--", "true"],
        &["exec", "nonsense", "--", "true"],
        &["exec", "modulus", "modulus", "--", "true"],
    ] {
        tok.run(arguments).fails(2);
    }
    server.untouched();
}

#[test]
fn a_broken_file_of_ones_own_is_exit_2_with_its_line() {
    let server = Server::start();
    for (config, line) in [
        ("[modulus\n", 1),
        ("[modulus]\nusername = 'a'\nnonsense = 'b'\n", 3),
        ("[modulus]\npassword = 'b'\n", 2),
        ("\nnonsense = 1\n", 2),
        ("modulus = 'a'\n", 1),
        ("[modulus]\ntimeout = 'soon'\n", 2),
        ("[modulus]\nusername = { a = 1 }\n", 0),
    ] {
        let output = ready(&server).config(config).run(["modulus"]);
        if line > 0 {
            output.fails(2).says(&format!("config.toml:{line}: "));
        } else {
            assert_eq!(output.code(), Some(2), "{config}: {output}");
        }
    }
    ready(&server)
        .config("[modulus]\nusername = \"\u{0}\"\n")
        .run(["modulus"])
        .fails(2);
    let tok = ready(&server).own_vendor("acme", "about = \"a\"\nnonsense = 1\n");
    tok.run(["acme"]).fails(2).says("acme.toml:2: ");
    tok.run(["modulus"]).ok();
}

#[test]
fn a_missing_or_broken_credential_is_exit_3_and_nobody_is_asked() {
    let server = Server::start();
    let tok = ready(&server).without("TOK_MODULUS_PASSWORD");
    tok.run(["modulus"])
        .fails(3)
        .says("password")
        .says("TOK_MODULUS_PASSWORD")
        .says("--password-stdin");
    tok.run(["modulus", "--no-input"]).fails(3);
    tok.clone().env("TOK_MODULUS_PASSWORD", "").run(["modulus"]).fails(3);
    tok.clone()
        .without("TOK_MODULUS_USERNAME")
        .run(["modulus"])
        .fails(3)
        .says("username");
    for input in ["", "\n", "\nsecond", "\r\n"] {
        tok.clone()
            .stdin(input)
            .run(["modulus", "--password-stdin"])
            .fails(3)
            .says("standard input");
    }
    tok.run(["modulus", "--password-file", "missing"])
        .fails(3)
        .says("missing");
    tok.run(["modulus", "--password-file", "."]).fails(3);
    server.untouched();
}

#[cfg(unix)]
#[test]
fn a_failing_command_is_exit_3() {
    let server = Server::start();
    for command in [
        "exit 1",
        "true",
        "printf '\\\\nx'",
        "kill -9 $$",
        "no-such-command-here",
    ] {
        let config = format!(
            "[modulus]\nurl = \"{}\"\npassword-command = \"{command}\"\n",
            server.url()
        );
        let tok = ready(&server)
            .without("TOK_MODULUS_PASSWORD")
            .without("TOK_MODULUS_URL")
            .config(&config);
        let output = tok.run(["modulus"]).exits(3);
        output.says("password-command of [modulus]");
    }
    server.untouched();
}

#[test]
fn a_refusal_is_exit_4() {
    let server = Server::start();
    for behaviour in [
        refuse("no"),
        answer(400, "no"),
        answer(401, ""),
        answer(403, "no"),
        answer(422, "{}"),
    ] {
        server.reset();
        server.behave(behaviour);
        let tok = ready(&server);
        tok.run(["modulus"]).fails(4);
        tok.run(["modulus"]).fails(4);
        server.only();
    }
}

#[test]
fn a_vendor_out_of_reach_is_exit_5() {
    let tok = Tok::new().knows("modulus");
    let url = format!("http://127.0.0.1:{}", free_port());
    tok.run(["modulus", "--url", &url]).fails(5).says("127.0.0.1");
}

#[test]
fn waiting_for_another_process_ends_at_the_timeout_with_exit_5() {
    let server = Server::start();
    server.behave(delay(4_000));
    let tok = ready(&server);
    let first = tok.start(["modulus"]);
    until("the first has asked", || !server.requests().is_empty());
    let output = tok.run(["modulus", "--timeout", "1"]).fails(5);
    assert!(output.took < Duration::from_secs(3), "{output}");
    server.only();
    first.wait().ok();
}

#[test]
fn a_vendor_that_fails_or_is_not_understood_is_exit_6() {
    let server = Server::start();
    for behaviour in [
        answer(500, "no"),
        answer(503, "no"),
        redirect(302, "https://example.com/"),
        answer(200, "no"),
        answer(200, "{}"),
        token("a b"),
    ] {
        server.reset();
        server.behave(behaviour);
        ready(&server).run(["modulus"]).fails(6);
    }
}

#[test]
fn a_token_that_does_not_last_as_long_as_asked_for_is_exit_6() {
    let server = Server::start();
    ready(&server).run(["modulus", "--min-ttl", "1h"]).fails(6).says("last");
    server.behave(lifetime(100));
    ready(&server).run(["modulus", "--min-ttl", "101"]).fails(6);
    ready(&server).run(["modulus", "--min-ttl", "90"]).ok();
}

#[test]
fn a_rate_limit_is_exit_7() {
    let server = Server::start();
    server.behave(retry_after("7"));
    let tok = ready(&server);
    tok.run(["modulus"]).fails(7);
    tok.run(["env", "modulus"]).exits(7).explained();
    server.only();
}

#[cfg(unix)]
#[test]
fn exec_passes_the_commands_own_code_on() {
    let server = Server::start();
    let tok = ready(&server).write("home/plain", "no program\n");
    for code in [0, 1, 2, 5, 42, 255] {
        tok.run(["exec", "modulus", "--", "sh", "-c", &format!("exit {code}")])
            .exits(code)
            .quiet();
    }
    tok.run(["exec", "modulus", "--", "no-such-command-here"])
        .fails(127)
        .says("no-such-command-here");
    tok.run(["exec", "modulus", "--", "./missing"]).fails(127);
    tok.run(["exec", "modulus", "--", "./plain"]).fails(126);
    tok.run(["exec", "modulus", "--", "."]).fails(126);
    let output = tok.run(["exec", "modulus", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(output.signal(), Some(15), "{output}");
}

#[test]
fn exec_runs_nothing_where_a_token_is_missing() {
    let server = Server::start();
    server.behave(refuse("no").on("/auth/login"));
    let tok = ready(&server).knows("starship");
    tok.run(["exec", "modulus", "starship", "--", "echo", "ran"])
        .fails(4)
        .says("starship");
}
