//! A vendor with several ways to log in: which one is taken, and that two at once are refused.

use serde_json::{Value, json};

use crate::harness::Tok;
use crate::lenient::last;
use crate::protocol::account;
use crate::stand_in::Server;

const CODE: &str = account::CRMCOM_AUTHENTICATION_CODES[0];
const IDENTIFIER: &str = account::CRMCOM_IDENTIFIERS[0];

fn crmcom(server: &Server) -> Tok {
    Tok::new()
        .vendor(server)
        .env("TOK_CRMCOM_ORGANISATION", account::CRMCOM_ORGANISATION)
        .write("password", account::CRMCOM_PASSWORD)
        .write("code", CODE)
        .write("pass-code", account::CRMCOM_PASS_CODE)
}

/// What was sent besides the organisation.
#[track_caller]
fn login(server: &Server, tok: &Tok, arguments: &[&str]) -> Value {
    let file = |name: &str| tok.folder().join(name).to_str().unwrap().to_owned();
    let arguments = arguments.iter().map(|argument| match argument.strip_prefix('@') {
        Some(name) => file(name),
        None => (*argument).to_owned(),
    });
    tok.run(
        ["crmcom".to_owned(), "--no-cache".to_owned()]
            .into_iter()
            .chain(arguments),
    )
    .ok()
    .quiet();
    let mut body = last(server);
    assert_eq!(
        body.as_object_mut().unwrap().remove("organisation"),
        Some(account::CRMCOM_ORGANISATION.into())
    );
    body
}

fn by_password() -> Value {
    json!({"username": account::CRMCOM_USERNAMES[0], "password": account::CRMCOM_PASSWORD})
}

fn by_code() -> Value {
    json!({"access_token_identifier": {"authentication_code": CODE}})
}

fn by_identifier() -> Value {
    json!({"access_token_identifier": {"identifier": IDENTIFIER, "pass_code": account::CRMCOM_PASS_CODE}})
}

#[test]
fn the_way_is_the_one_that_flags_name() {
    let server = Server::start();
    let tok = crmcom(&server);
    let user = account::CRMCOM_USERNAMES[0];
    let way = |arguments: &[&str]| login(&server, &tok, arguments);
    assert_eq!(
        way(&["--username", user, "--password-file", "@password"]),
        by_password()
    );
    assert_eq!(way(&["--authentication-code-file", "@code"]), by_code());
    assert_eq!(
        way(&["--identifier", IDENTIFIER, "--pass-code-file", "@pass-code"]),
        by_identifier()
    );
}

#[test]
fn the_way_is_the_one_that_variables_name_and_empty_ones_do_not_count() {
    let server = Server::start();
    let mut empty = crmcom(&server);
    for name in ["USERNAME", "PASSWORD", "AUTHENTICATION_CODE", "IDENTIFIER", "PASS_CODE"] {
        empty = empty.env(format!("TOK_CRMCOM_{name}"), "");
    }
    assert_eq!(login(&server, &empty.clone().knows("crmcom"), &[]), by_password());
    let code = empty.clone().env("TOK_CRMCOM_AUTHENTICATION_CODE", CODE);
    assert_eq!(login(&server, &code, &[]), by_code());
    let identifier = empty
        .env("TOK_CRMCOM_IDENTIFIER", IDENTIFIER)
        .env("TOK_CRMCOM_PASS_CODE", account::CRMCOM_PASS_CODE);
    assert_eq!(login(&server, &identifier, &[]), by_identifier());
}

#[test]
fn the_way_is_the_one_that_the_profile_has_values_for() {
    let server = Server::start();
    let url = server.url_of("crmcom");
    let tok = crmcom(&server).config(&format!(
        "[crmcom]\nurl = '{url}'\nauthentication-code-command = 'echo {CODE}'\n\
         [crmcom.x]\nurl = '{url}'\norganisation = '{}'\nidentifier = '{IDENTIFIER}'\npass-code-command = 'echo {}'\n",
        account::CRMCOM_ORGANISATION,
        account::CRMCOM_PASS_CODE
    ));
    assert_eq!(login(&server, &tok, &[]), by_code());
    assert_eq!(login(&server, &tok, &["-p", "x"]), by_identifier());
}

#[test]
fn where_no_field_has_a_value_the_profile_names_the_way_and_else_it_is_the_first() {
    let server = Server::start();
    let tok = crmcom(&server).config("[crmcom]\nway = 'authentication-code'\n[crmcom.x]\nway = 'identifier'\n");
    tok.run(["crmcom"]).fails(3).says("authentication-code is missing");
    tok.run(["crmcom@x"]).fails(3).says("identifier is missing");
    let output = crmcom(&server).run(["crmcom"]).fails(3).says("username is missing");
    output.says(
        "; other ways to log in: authentication-code (--authentication-code-stdin, --authentication-code-file, \
         TOK_CRMCOM_AUTHENTICATION_CODE, or way = \"authentication-code\" in [crmcom] of ",
    );
    let output = crmcom(&server).run(["exec", "crmcom", "--", "true"]).fails(3);
    output
        .says("; identifier and pass-code (TOK_CRMCOM_IDENTIFIER, or identifier in [crmcom] of ")
        .never_says("--identifier");
    let output = crmcom(&server).run(["crmcom", "--username", "me"]).fails(3);
    output.never_says("other ways");
    server.untouched();
}

#[test]
fn a_value_outranks_the_way_that_the_profile_names() {
    let server = Server::start();
    let tok = crmcom(&server).config("[crmcom]\nway = 'authentication-code'\n");
    let user = account::CRMCOM_USERNAMES[0];
    let sent = login(&server, &tok, &["--username", user, "--password-file", "@password"]);
    assert_eq!(sent, by_password());
}

#[test]
fn a_way_that_does_not_exist_is_exit_2_with_those_that_do() {
    let server = Server::start();
    let tok = crmcom(&server).config("[crmcom]\nway = 'fax'\n");
    let output = tok.run(["crmcom"]).fails(2).says("'fax'").says("config.toml");
    output
        .says("hint: ")
        .says("username")
        .says("authentication-code")
        .says("identifier");
    let tok = tok.config("[modulus]\nway = 'password'\n").knows("modulus");
    tok.run(["modulus"]).fails(2).says("way");
    server.untouched();
}

#[test]
fn two_ways_at_once_are_exit_2_and_named() {
    let server = Server::start();
    let tok = crmcom(&server).knows("crmcom");
    let both = tok.clone().env("TOK_CRMCOM_AUTHENTICATION_CODE", CODE);
    let output = both
        .run(["crmcom"])
        .fails(2)
        .says("authentication-code")
        .says("username");
    output.says("hint: ");
    let output = tok.run(["crmcom", "--identifier", IDENTIFIER]).fails(2);
    output.says("identifier").says("username");
    let output = tok.run(["crmcom", "--pass-code-file", "/nowhere"]).fails(2);
    output.says("pass-code").says("username");
    let profile = tok.config("[crmcom]\nauthentication-code-command = 'echo never-run'\n");
    profile.run(["crmcom"]).fails(2).says("authentication-code");
    server.untouched();
}

#[test]
fn a_secret_for_each_of_two_ways_is_exit_2_and_named() {
    let server = Server::start();
    let tok = crmcom(&server)
        .env("TOK_CRMCOM_PASSWORD", account::CRMCOM_PASSWORD)
        .env("TOK_CRMCOM_AUTHENTICATION_CODE", CODE);
    let output = tok.run(["crmcom"]).fails(2);
    output.says("password").says("authentication-code");
    let file = tok.folder().join("pass-code");
    let tok = tok.without("TOK_CRMCOM_PASSWORD");
    let output = tok.run(["crmcom", "--pass-code-file", file.to_str().unwrap()]).fails(2);
    output.says("pass-code").says("authentication-code");
    let output = tok.run(["crmcom", "--password-stdin", "--pass-code-stdin"]).fails(2);
    output.says("--password-stdin").says("--pass-code-stdin");
    server.untouched();
}

#[test]
fn a_secret_that_alone_names_a_person_is_read_once() {
    let server = Server::start();
    let tok = crmcom(&server).stdin(format!("{CODE}\nthe next program's line\n"));
    let token = tok.run(["crmcom", "--authentication-code-stdin"]).ok().quiet().token();
    assert_eq!(tok.run(["crmcom", "--authentication-code-stdin"]).ok().token(), token);
    server.only();
    let count = tok.folder().join("count");
    let tok = tok.config(&format!(
        "[crmcom.x]\nurl = '{}'\norganisation = 'Other'\nauthentication-code-command = \"echo >>'{}'; echo {CODE}\"\n",
        server.url_of("crmcom"),
        count.display()
    ));
    server.tolerate();
    tok.run(["crmcom@x"]);
    assert_eq!(std::fs::read_to_string(count).unwrap().lines().count(), 1);
}
