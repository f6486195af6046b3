//! Which place `tok login` finds for a secret, and what becomes of one that has none.

use std::fs;

use crate::harness::{Tok, until};
use crate::protocol::account;
use crate::ring::Keyring;
use crate::stand_in::{Server, delay};

const MODULUS: &str = "POST /api/cmn/AuthenticateToken";
const LOGIN: [&str; 5] = ["login", "modulus", "--username", "api-user", "--no-input"];

fn config(tok: &Tok) -> String {
    fs::read_to_string(tok.config_folder().join("config.toml")).unwrap_or_default()
}

/// Nobody to ask, and no keyring either.
fn without_a_bus(server: &Server) -> Tok {
    Tok::new()
        .vendor(server)
        .without("TOK_KEYRING")
        .env("DBUS_SESSION_BUS_ADDRESS", "")
}

#[test]
fn without_a_keyring_a_secret_from_a_variable_stays_there_and_the_rest_is_kept() {
    let server = Server::start();
    let tok = without_a_bus(&server).env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD);
    let output = tok.run(LOGIN).ok().prints("");
    output
        .says("password cannot be kept here: no session bus here")
        .says("each call needs TOK_MODULUS_PASSWORD\n");
    assert_eq!(
        config(&tok),
        format!("[modulus]\nusername = \"api-user\"\nurl = \"{}\"\n", server.url())
    );
    let tok = tok.without("TOK_MODULUS_URL");
    tok.run(["modulus"]).ok().quiet();
    server.expect(&[MODULUS]);
    tok.run(["modulus", "--fresh"]).ok().quiet();
}

#[test]
fn without_a_keyring_a_secret_from_a_file_stays_there_and_the_rest_is_kept() {
    let server = Server::start();
    let tok = without_a_bus(&server).write("password", account::MODULUS_PASSWORD);
    let path = tok.folder().join("password").display().to_string();
    let output = tok.run(LOGIN.into_iter().chain(["--password-file", &path])).ok();
    output.says(&format!("each call needs --password-file {path}\n"));
    assert!(config(&tok).contains("username = \"api-user\""));
    tok.run(["modulus", "--fresh", "--password-file", &path]).ok().quiet();
}

#[test]
fn without_a_keyring_a_profiles_command_stays_where_a_variable_goes_before_it() {
    let server = Server::start();
    let command = "password-command = \"echo of-the-command\"";
    let tok = without_a_bus(&server)
        .env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD)
        .config(&format!("[modulus]\nurl = \"{}\"\n{command}\n", server.url()));
    tok.run(LOGIN).ok().says("each call needs TOK_MODULUS_PASSWORD");
    assert!(config(&tok).contains(command), "{}", config(&tok));
    tok.run(["modulus", "--fresh"]).ok();
}

#[test]
fn a_keyring_that_is_switched_off_is_left_alone_although_the_profile_has_a_command() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let before = format!(
        "[modulus]\nurl = \"{}\"\nusername = \"api-user\"\npassword-command = \"echo of-the-command\"\n",
        server.url()
    );
    let tok = keyring.of(Tok::new()).config(&before).env("TOK_KEYRING", "off");
    let tok = tok.env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD);
    tok.run(LOGIN)
        .fails(1)
        .says("password cannot be kept here: TOK_KEYRING is off");
    assert_eq!(config(&tok), before);
    assert_eq!(keyring.secrets(), [""; 0]);
    assert!(tok.cached().is_empty());
    server.untouched();
    // The profile is asked first where it is named, so that nothing is new.
    let tok = tok.config(&before.replace("[modulus]", "[modulus.x]"));
    let named = ["login", "modulus@x", "--no-input", "--no-verify"];
    tok.run(named).ok().never_says("keyring");
}

#[test]
fn a_login_that_cannot_be_kept_leaves_the_former_secret_in_the_keyring() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    let login = LOGIN.into_iter().chain(["--password-stdin", "--no-verify"]);
    tok.clone().stdin("the former one\n").run(login).ok();
    let former = keyring.entries();
    server.behave(delay(1500));
    let login = tok
        .clone()
        .stdin(account::MODULUS_PASSWORD)
        .start(LOGIN.into_iter().chain(["--password-stdin"]));
    until("the vendor is asked", || !server.requests().is_empty());
    fs::remove_file(tok.config_folder().join("config.toml")).unwrap();
    fs::create_dir(tok.config_folder().join("config.toml")).unwrap();
    login.wait().fails(1).says("config.toml");
    assert_eq!(keyring.entries(), former);
    assert!(tok.cached().is_empty());
}
