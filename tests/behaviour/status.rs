//! `tok status`: what is configured and cached, without a secret, the keyring or the network.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::harness::Tok;
use crate::protocol::account;
use crate::stand_in::{Server, lifetime, refuse};

/// The rows of `-f json`.
#[track_caller]
fn rows(tok: &Tok, arguments: &[&str]) -> Vec<Value> {
    let report = tok
        .run([&["status", "-f", "json"], arguments].concat())
        .ok()
        .quiet()
        .json();
    assert_eq!(report["schema"], 1);
    report["tokens"].as_array().unwrap().clone()
}

#[track_caller]
fn only(tok: &Tok, arguments: &[&str]) -> Value {
    let mut rows = rows(tok, arguments);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

#[test]
fn where_there_is_nothing_it_says_so() {
    let tok = Tok::new();
    let output = tok.run(["status"]).ok().prints("");
    output.says("nothing is configured");
    assert!(rows(&tok, &[]).is_empty());
    tok.run(["status", "-q"]).ok().prints("").quiet();
    assert!(!tok.cache_folder().exists());
}

#[test]
fn a_cached_token_is_told_with_its_end_and_without_itself() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let row = only(&tok, &["modulus"]);
    assert_eq!(
        (&row["state"], &row["expires_at"], &row["expires_in"]),
        (&json!("none"), &Value::Null, &Value::Null)
    );
    tok.run(["status", "modulus"]).ok().quiet().prints_this("no token");
    let token = tok.run(["modulus"]).ok().token();
    let row = only(&tok, &["modulus"]);
    assert_eq!(row["vendor"], "modulus");
    assert_eq!(row["profile"], Value::Null);
    assert_eq!(row["state"], "valid");
    assert_eq!(row["login"], json!({"username": "api-user"}));
    assert_eq!(row["url"], server.url());
    let left = row["expires_in"].as_i64().unwrap();
    assert!((850..=900).contains(&left), "{row}");
    let end: Timestamp = row["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(
        (end.as_second() - Timestamp::now().as_second() - left).abs() <= 2,
        "{row}"
    );
    for arguments in [
        &["status"][..],
        &["status", "-v"],
        &["status", "modulus", "-v"],
        &["status", "-f", "json", "-v"],
    ] {
        let output = tok.run(arguments).ok().quiet().never_says(&token);
        output
            .prints_this("modulus")
            .prints_this("api-user")
            .prints_this("valid");
    }
    let table = tok.run(["status"]).ok().prints_this("VENDOR").prints_this("EXPIRES");
    table.prints_this("(in 14 min ");
    server.only();
}

#[test]
fn it_says_whether_a_token_is_valid_ends_soon_or_has_ended() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").knows("starship");
    server.behave(lifetime(100));
    tok.run(["modulus"]).ok();
    assert_eq!(only(&tok, &["modulus"])["state"], "valid");
    let demanding = tok.clone().config("[modulus]\nmin-ttl = '5m'\n");
    assert_eq!(only(&demanding, &["modulus"])["state"], "ending");
    demanding.run(["status", "modulus"]).ok().prints_this("ends soon");
    let tok = tok.config("");
    server.behave(lifetime(2));
    tok.run(["modulus", "--fresh"]).ok();
    tok.run(["starship"]).ok();
    sleep(Duration::from_millis(2100));
    let row = only(&tok, &["modulus"]);
    assert_eq!(
        (&row["state"], &row["expires_in"], &row["can_refresh"]),
        (&json!("expired"), &json!(0), &json!(false))
    );
    let row = only(&tok, &["starship"]);
    assert_eq!((&row["state"], &row["can_refresh"]), (&json!("expired"), &json!(true)));
    let table = tok.run(["status"]).ok().prints_this("expired");
    table.prints_this("can be refreshed");
}

#[test]
fn every_profile_and_every_token_beside_them_has_a_row() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").config(
        "[modulus]\nusername = 'api-user'\n[modulus.second]\nusername = 'second-user'\n[modulus.bare]\n\
         [starship]\nusername = 'nobody'\n",
    );
    tok.run(["modulus@second"]).ok();
    tok.clone().without("TOK_MODULUS_USERNAME").run(["modulus"]).ok();
    let found: Vec<(Value, Value, Value)> = rows(&tok, &["modulus"])
        .into_iter()
        .map(|row| {
            (
                row["profile"].clone(),
                row["login"]["username"].clone(),
                row["state"].clone(),
            )
        })
        .collect();
    let row = |profile: Value, user: &str, state: &str| (profile, json!(user), json!(state));
    assert_eq!(
        found,
        [
            row(Value::Null, "api-user", "valid"),
            row(json!("second"), "second-user", "valid"),
            row(json!("bare"), "api-user", "valid"),
        ]
    );
    assert_eq!(only(&tok, &["modulus@second"])["login"]["username"], "second-user");
    assert_eq!(rows(&tok, &[]).len(), 4);
    // A token that flags asked for belongs to no profile.
    let tok = tok
        .config("[modulus]\nusername = 'somebody-else'\n")
        .without("TOK_MODULUS_USERNAME");
    let mut users: Vec<String> = rows(&tok, &["modulus"])
        .iter()
        .map(|row| row["login"]["username"].as_str().unwrap().to_owned())
        .collect();
    users.sort();
    assert_eq!(users, ["api-user", "second-user", "somebody-else"]);
}

#[test]
fn a_profile_that_lacks_something_or_is_wrong_is_told_with_the_reason() {
    let server = Server::start();
    let config = "[jmvstream]\nemail = 'me@example.com'\n[jmvstream.odd]\nemail = 'x'\nresource = 'my-app'\n";
    let tok = Tok::new().vendor(&server).config(config);
    let rows = rows(&tok, &["jmvstream"]);
    assert_eq!(
        (&rows[0]["state"], &rows[0]["profile"]),
        (&json!("incomplete"), &Value::Null)
    );
    assert!(rows[0]["reason"].as_str().unwrap().contains("resource"));
    assert_eq!(
        (&rows[1]["state"], &rows[1]["profile"]),
        (&json!("broken"), &json!("odd"))
    );
    assert!(rows[1]["reason"].as_str().unwrap().contains("UUID"));
    tok.run(["status"])
        .ok()
        .prints_this("resource is missing")
        .prints_this("UUID");
    server.untouched();
}

#[test]
fn verbose_says_where_each_field_comes_from() {
    let server = Server::start();
    let tok = Tok::new()
        .env("TOK_MODULUS_URL", server.url())
        .env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD)
        .config("[modulus]\nusername = 'api-user'\n");
    let output = tok.run(["status", "-v"]).ok().quiet();
    let output = output.prints_this("username: api-user, from [modulus]");
    let output = output.prints_this(&format!("url: {}, from TOK_MODULUS_URL", server.url()));
    output
        .prints_this("password: from TOK_MODULUS_PASSWORD")
        .prints_this("none is cached");
    let command = format!("echo ran >'{}'", tok.folder().join("ran").display());
    let tok = tok.without("TOK_MODULUS_PASSWORD").config(&format!(
        "[modulus.x]\nusername = 'api-user'\nurl = '{}'\npassword-command = {}\n",
        server.url(),
        crate::lenient::quoted(command)
    ));
    let output = tok.run(["status", "modulus@x", "-v"]).ok().quiet();
    output.prints_this("password: from password-command of [modulus.x]");
    assert!(!tok.folder().join("ran").exists());
    server.untouched();
}

#[test]
fn a_token_of_no_profile_does_not_look_like_the_default_one() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD);
    let tok = tok.config("[modulus]\nusername = 'second-user'\n");
    tok.run(["modulus", "--username", "api-user"]).ok();
    let found: Vec<(Value, Value, Value)> = rows(&tok, &[])
        .into_iter()
        .map(|row| {
            (
                row["login"]["username"].clone(),
                row["profile"].clone(),
                row["ad_hoc"].clone(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (json!("second-user"), Value::Null, json!(false)),
            (json!("api-user"), Value::Null, json!(true)),
        ]
    );
    let table = tok.run(["status", "-v"]).ok().stdout;
    let line = |user: &str| table.lines().find(|line| line.contains(user)).unwrap().to_owned();
    assert!(line("api-user").contains("(no profile)"), "{table}");
    assert!(!line("second-user").contains("(no profile)"), "{table}");
    assert!(
        table.contains("\nmodulus\n") && table.contains("\nmodulus (no profile)\n"),
        "{table}"
    );
}

#[test]
fn verbose_says_until_when_something_is_held_back() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    assert_eq!(only(&tok, &["modulus"])["held_until"], Value::Null);
    tok.run(["status", "-v"]).ok().never_says("hold");
    server.behave(refuse("no").once());
    tok.run(["modulus"]).fails(4);
    let row = only(&tok, &["modulus"]);
    let until: Timestamp = row["held_until"].as_str().unwrap().parse().unwrap();
    let left = until.as_second() - Timestamp::now().as_second();
    assert!((280..=300).contains(&left), "{row}");
    let output = tok.run(["status", "-v"]).ok().quiet();
    let said = format!("hold: what was refused is not sent again until {until} (in 4 min ");
    output.prints_this(&said);
    // A success ends it.
    tok.run(["modulus", "--fresh"]).ok();
    assert_eq!(only(&tok, &["modulus"])["held_until"], Value::Null);
}

#[test]
fn neither_network_nor_keyring_nor_lock_is_touched() {
    let server = Server::start();
    // A keyring on this bus would be an error.
    let tok = Tok::new()
        .vendor(&server)
        .without("TOK_KEYRING")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
        .env("TOK_MODULUS_USERNAME", "api-user");
    tok.run(["status"]).ok().quiet();
    tok.run(["status", "modulus", "-v"]).ok().quiet();
    let files = fs::read_dir(tok.cache_folder()).into_iter().flatten().count();
    assert_eq!(files, 0);
    server.untouched();
}

#[test]
fn what_is_not_there_is_exit_2() {
    let tok = Tok::new().config("[modulus]\nusername = 'me'\n[modulus.staging]\n");
    tok.run(["status", "modulos"]).fails(2).says("did you mean modulus?");
    tok.run(["status", "modulus@stagin"])
        .fails(2)
        .says("did you mean modulus@staging?");
    tok.run(["status", "modulus", "extra"]).fails(2);
    tok.run(["status", "-f", "yaml"]).fails(2).says("json");
    tok.config("[modulus]\nxyzzy = 1\n")
        .run(["status"])
        .fails(2)
        .says("config.toml:2: ");
}
