//! Commands that print a secret: when they run, and what they are not told.

use std::collections::BTreeMap;
use std::fs;

use crate::harness::Tok;
use crate::lenient::{last, lenient, quoted};
use crate::protocol::account;
use crate::stand_in::Server;

/// A profile `x` and a default one whose command leaves a mark.
fn marking(server: &Server, of_profile: &Server) -> Tok {
    let tok = Tok::new().vendor(server).env("TOK_MODULUS_USERNAME", "api-user");
    let command = quoted(format!("echo >>'{}'; echo of-command", mark(&tok)));
    tok.config(&format!(
        "[modulus]\nurl = '{url}'\npassword-command = {command}\n[modulus.x]\nurl = '{url}'\npassword-command = {command}\n\
         [modulus.account]\naccount = 'mine'\npassword-command = {command}\n",
        url = of_profile.url()
    ))
}

fn mark(tok: &Tok) -> String {
    tok.folder().join("mark").to_str().unwrap().to_owned()
}

fn runs(tok: &Tok) -> usize {
    fs::read_to_string(mark(tok)).unwrap_or_default().lines().count()
}

#[test]
fn a_command_is_never_run_for_another_origin_that_a_flag_or_variable_names() {
    let (own, other) = (Server::start(), Server::start());
    let tok = marking(&other, &own);
    let why = "password-command of [modulus]: skipped, since it does not belong to ";
    let output = tok.run(["modulus", "-v"]).fails(3).says(why);
    output.says(&other.url()).says("password is missing");
    tok.run(["modulus"]).fails(3).never_says("skipped");
    let output = tok.run(["modulus@x", "-v", "--url", &other.url()]).fails(3);
    output.says("password-command of [modulus.x]: skipped");
    // Another port is another origin, and so is another account.
    let tok = tok.without("TOK_MODULUS_URL").env("TOK_TIMEOUT", "1");
    let output = tok.run(["modulus@account", "--account", "another", "-v"]).fails(3);
    output.says("skipped, since it does not belong to https://another.modulus.biz");
    assert_eq!(runs(&tok), 0);
    own.untouched();
    other.untouched();
}

#[test]
fn a_skipped_command_gives_way_to_the_next_source() {
    let (own, other) = (Server::start(), lenient());
    let tok = marking(&other, &own).env("TOK_MODULUS_PASSWORD", "of-variable");
    tok.run(["modulus@x", "--url", &other.url()]).ok();
    assert_eq!(last(&other)["password"], "of-variable");
    assert_eq!(runs(&tok), 0);
    own.untouched();
}

#[test]
fn a_command_runs_for_its_own_origin_whatever_names_it() {
    let server = lenient();
    let tok = marking(&server, &server);
    // A path is no part of the origin, and an upper-case scheme is the same one.
    let url = server.url().replace("http", "HTTP") + "/";
    for arguments in [&["modulus"][..], &["modulus@x"], &["modulus@x", "--url", &url]] {
        tok.run([arguments, &["--no-cache"]].concat()).ok();
        assert_eq!(last(&server)["password"], "of-command");
    }
    assert_eq!(runs(&tok), 3);
}

#[test]
fn a_command_is_not_run_where_a_token_is_cached() {
    let server = lenient();
    let tok = marking(&server, &server);
    for _ in 0..3 {
        tok.run(["modulus@x"]).ok().quiet();
    }
    assert_eq!(runs(&tok), 1);
    tok.run(["modulus@x", "--fresh"]).ok();
    assert_eq!(runs(&tok), 2);
}

#[test]
fn verbose_names_the_command_s_place_and_never_the_command() {
    let server = lenient();
    let tok = marking(&server, &server);
    let output = tok.run(["modulus@x", "-v"]).ok();
    output
        .says("password: from password-command of [modulus.x]")
        .never_says("echo")
        .never_says("of-command");
}

#[test]
fn no_command_inherits_a_variable_that_holds_a_secret_of_any_vendor() {
    let server = Server::start();
    let own = "about = 'mine'\nurl = 'https://mine.example'\n[[field]]\nname = 'key-id'\nhelp = 'x'\n\
               [[field]]\nname = 'api-key'\nhelp = 'x'\nsecret = true\n\
               [login]\njson = { id = '{key-id}', key = '{api-key}' }\n[answer]\ntoken = '/token'\n";
    let tok = Tok::new()
        .vendor(&server)
        .own_vendor("mine", own)
        .own_vendor("broken", "about = 'what is secret here is not known'\n[[field")
        .own_vendor("status", "about = 'a reserved name'\n");
    let seen = tok.folder().join("seen");
    let command = format!("env >'{}'; echo '{}'", seen.display(), account::MODULUS_PASSWORD);
    let mut tok = tok
        .config(&format!(
            "[modulus.x]\nurl = '{}'\npassword-command = {}\n",
            server.url(),
            quoted(command)
        ))
        .env("TOK_MODULUS_USERNAME", "api-user")
        .env("TOK_MINE_KEY_ID", "plain")
        .env("UNRELATED_PASSWORD", "of another program");
    let secrets = [
        "TOK_MODULUS_PASSWORD",
        "TOK_JMVSTREAM_PASSWORD",
        "TOK_CRMCOM_PASSWORD",
        "TOK_CRMCOM_AUTHENTICATION_CODE",
        "TOK_CRMCOM_PASS_CODE",
        "TOK_STARSHIP_PASSWORD",
        "TOK_DATA8_PASSWORD",
        "TOK_OAUTH2_CLIENT_SECRET",
        "TOK_MINE_API_KEY",
        "TOK_BROKEN_KEY",
        "TOK_BROKEN_ANYTHING",
        "TOK_STATUS_PASSWORD",
    ];
    for name in secrets {
        tok = tok.env(name, "a-secret-in-the-environment");
    }
    tok.run(["modulus@x"]).ok().quiet();
    let seen = fs::read_to_string(seen).unwrap();
    assert!(!seen.contains("a-secret-in-the-environment"), "{seen}");
    let seen: BTreeMap<&str, &str> = seen.lines().filter_map(|line| line.split_once('=')).collect();
    for name in secrets {
        assert!(!seen.contains_key(name), "{name} was inherited");
    }
    for (name, value) in [
        ("TOK_MODULUS_USERNAME", "api-user"),
        ("TOK_MINE_KEY_ID", "plain"),
        ("UNRELATED_PASSWORD", "of another program"),
        ("HOME", tok.home().to_str().unwrap()),
    ] {
        assert_eq!(seen.get(name), Some(&value), "{name} should be inherited");
    }
}

#[test]
fn a_program_run_with_a_token_inherits_no_secret_either() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .knows("oauth2")
        .own_vendor("broken", "about =");
    let output = tok
        .env("TOK_BROKEN_KEY", "what-is-this")
        .run(["exec", "modulus", "--", "env"])
        .ok();
    let output = output
        .prints_this("MODULUS_TOKEN=")
        .prints_this("TOK_MODULUS_USERNAME=");
    output
        .never_says("TOK_MODULUS_PASSWORD")
        .never_says("TOK_OAUTH2_CLIENT_SECRET")
        .never_says("TOK_BROKEN_KEY");
}
