//! In a GitHub Actions job a token is masked before it can be printed.

use std::fs;

use serde_json::json;

use crate::harness::{Output, Tok};
use crate::stand_in::{Server, lifetime, refuse, token};

fn job(server: &Server) -> Tok {
    Tok::new()
        .vendor(server)
        .knows("modulus")
        .knows("starship")
        .env("GITHUB_ACTIONS", "true")
}

/// The token that the last login gave.
fn given(server: &Server) -> String {
    server
        .requests()
        .into_iter()
        .filter_map(|request| request.token)
        .next_back()
        .unwrap()
}

#[track_caller]
fn masked(output: &Output, token: &str) {
    let first = output.stderr.lines().next().unwrap_or_default();
    assert_eq!(first, format!("::add-mask::{token}"), "{output}");
    assert_eq!(output.stderr.matches("::").count(), 2, "once\n{output}");
}

#[test]
fn every_format_of_a_token_is_masked_on_standard_error_first() {
    let server = Server::start();
    let tok = job(&server);
    let token = tok.run(["modulus"]).ok().token();
    for format in ["token", "header", "curl", "json"] {
        let output = tok.run(["modulus", "-f", format]).ok();
        masked(&output, &token);
        assert!(!output.stdout.contains("add-mask"), "{output}");
    }
    let jwt = tok.run(["starship"]).ok().token();
    masked(&tok.run(["starship", "-f", "claims"]).ok(), &jwt);
}

#[test]
fn every_format_of_env_is_masked_on_standard_error_first() {
    let server = Server::start();
    let tok = job(&server);
    let token = tok.run(["modulus"]).ok().token();
    for format in [
        "posix",
        "sh",
        "bash",
        "zsh",
        "fish",
        "powershell",
        "pwsh",
        "nushell",
        "nu",
        "elvish",
        "tcsh",
        "cmd",
        "dotenv",
        "json",
        "azure",
    ] {
        let output = tok.run(["env", "modulus", "-f", format]).ok();
        masked(&output, &token);
        assert!(
            output.stdout.contains(&token) && !output.stdout.contains("add-mask"),
            "{output}"
        );
    }
}

#[test]
fn the_mask_comes_before_the_token_where_both_go_the_same_way() {
    let server = Server::start();
    let tok = job(&server);
    let output = tok.sh("tok modulus 2>&1").ok();
    let token = given(&server);
    assert_eq!(output.stdout, format!("::add-mask::{token}\n{token}\n"));
}

#[test]
fn a_login_a_refresh_a_cached_token_and_one_that_is_not_kept_are_masked() {
    let server = Server::start();
    server.behave(lifetime(1).on("/auth/login"));
    let tok = job(&server);
    masked(&tok.run(["starship"]).ok(), &given(&server));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    masked(&tok.run(["starship"]).ok(), &given(&server));
    masked(&tok.run(["starship"]).ok(), &given(&server));
    masked(
        &tok.run(["starship", "--no-cache", "--min-ttl", "0"]).ok(),
        &given(&server),
    );
    server.expect(&["POST /auth/login", "POST /auth/refresh", "POST /auth/login"]);
}

#[test]
fn exec_masks_every_token_before_the_command_says_a_word() {
    let server = Server::start();
    let tok = job(&server);
    let script = "echo started >&2; echo $MODULUS_TOKEN $STARSHIP_TOKEN";
    let output = tok.run(["exec", "modulus", "starship", "--", "sh", "-c", script]).ok();
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert_eq!((lines.len(), lines[2]), (3, "started"), "{output}");
    for token in output.stdout.split_whitespace() {
        let mask = format!("::add-mask::{token}");
        assert!(lines.contains(&mask.as_str()), "{output}");
    }
    assert_eq!(output.stdout.split_whitespace().count(), 2, "{output}");
}

#[test]
fn login_masks_the_token_that_it_tries_the_credentials_with() {
    let server = Server::start();
    let tok = job(&server)
        .without("TOK_MODULUS_PASSWORD")
        .without("TOK_MODULUS_URL")
        .config(&format!(
            "[modulus]\nurl = \"{}\"\npassword-command = \"printf m0dulus; echo -S3cret\"\n",
            server.url()
        ));
    let output = tok.run(["login", "modulus"]).ok();
    masked(&output, &given(&server));
}

#[test]
fn being_quiet_or_verbose_does_not_keep_the_mask_back() {
    let server = Server::start();
    let tok = job(&server);
    masked(&tok.run(["modulus", "-q"]).ok(), &given(&server));
    let output = tok.run(["modulus", "-v"]).ok();
    assert!(
        output
            .stderr
            .lines()
            .any(|line| line == format!("::add-mask::{}", given(&server))),
        "{output}"
    );
}

#[test]
fn a_percent_sign_is_escaped_as_the_runner_wants_it() {
    let server = Server::start();
    server.behave(token("a%0Ab%25"));
    let output = job(&server).run(["modulus"]).ok().prints("a%0Ab%25\n");
    masked(&output, "a%250Ab%2525");
}

#[test]
fn outside_of_such_a_job_nothing_is_masked() {
    let server = Server::start();
    for value in ["false", "1", "", "TRUE"] {
        job(&server).env("GITHUB_ACTIONS", value).run(["modulus"]).ok().quiet();
    }
    job(&server).without("GITHUB_ACTIONS").run(["modulus"]).ok().quiet();
}

#[test]
fn a_failure_masks_nothing() {
    let server = Server::start();
    server.behave(refuse("no"));
    job(&server).run(["modulus"]).fails(4).never_says("add-mask");
}

#[test]
fn format_github_masks_on_standard_output_and_appends_the_variable() {
    let server = Server::start();
    let tok = job(&server).write("github_env", "BEFORE=1\n");
    let file = tok.folder().join("github_env");
    let tok = tok.env("GITHUB_ENV", &file);
    let output = tok.run(["env", "modulus", "-f", "github"]).ok().quiet();
    let token = given(&server);
    assert_eq!(output.stdout, format!("::add-mask::{token}\n"));
    tok.run(["env", "starship", "-f", "github", "--variable", "OTHER"])
        .ok()
        .quiet();
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 7, "{text}");
    assert_eq!(lines[0], "BEFORE=1");
    for (place, name, value) in [(1, "MODULUS_TOKEN", token), (4, "OTHER", given(&server))] {
        let end = lines[place].strip_prefix(&format!("{name}<<")).unwrap();
        assert_eq!((lines[place + 1], lines[place + 2]), (value.as_str(), end));
    }
}

#[test]
fn format_github_masks_outside_of_a_job_as_well() {
    let server = Server::start();
    let tok = job(&server).without("GITHUB_ACTIONS").write("github_env", "");
    let tok = tok.clone().env("GITHUB_ENV", tok.folder().join("github_env"));
    let output = tok.run(["env", "modulus", "-f", "github"]).ok().quiet();
    output.prints(&format!("::add-mask::{}\n", given(&server)));
}

#[test]
fn format_github_without_its_file_is_exit_2_and_asks_nobody() {
    let server = Server::start();
    job(&server)
        .run(["env", "modulus", "-f", "github"])
        .fails(2)
        .says("GITHUB_ENV");
    job(&server)
        .env("GITHUB_ENV", "")
        .run(["env", "modulus", "-f", "github"])
        .fails(2);
    server.untouched();
    let tok = job(&server);
    let folder = tok.folder();
    tok.env("GITHUB_ENV", folder)
        .run(["env", "modulus", "-f", "github"])
        .fails(1);
}

#[test]
fn format_azure_sets_a_secret_variable() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let output = tok.run(["env", "modulus", "-f", "azure"]).ok().quiet();
    let token = given(&server);
    assert_eq!(
        output.stdout,
        format!("##vso[task.setvariable variable=MODULUS_TOKEN;issecret=true]{token}\n")
    );
    server.behave(crate::stand_in::token("a;b]c%3B"));
    let output = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .run(["env", "modulus", "-f", "azure"])
        .ok();
    let value = output.stdout.trim_end().split_once(']').unwrap().1.to_owned();
    let read = value.replace("%3B", ";").replace("%5D", "]").replace("%AZP25", "%");
    assert_eq!(json!(read), json!("a;b]c%3B"));
}
