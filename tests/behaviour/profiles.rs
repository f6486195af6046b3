//! Profiles: which one counts, what it can say, and how a mistake in the config file is told.

use std::fs;

use serde_json::Value;

use crate::harness::{Output, Tok};
use crate::lenient::{lenient, sent};
use crate::stand_in::{Server, delay, lifetime};

const THREE: &str = "[modulus]\nusername = 'of-default'\n[modulus.staging]\nusername = 'of-staging'\n\
                     [modulus.test]\nusername = 'of-test'\n";

/// Somebody who has a password in the variable and a config file.
fn with_config(server: &Server, config: &str) -> Tok {
    Tok::new()
        .vendor(server)
        .env("TOK_MODULUS_PASSWORD", "secret-of-variable")
        .config(config)
}

#[test]
fn a_profile_behind_the_at_sign_outranks_the_option_and_the_option_the_variable() {
    let server = lenient();
    let tok = with_config(&server, THREE).env("TOK_PROFILE", "test");
    let user = |arguments: &[&str]| sent(&server, &tok, arguments, "username");
    assert_eq!(user(&["modulus@staging", "-p", "test"]), "of-staging");
    assert_eq!(user(&["modulus", "--profile", "staging"]), "of-staging");
    assert_eq!(user(&["modulus"]), "of-test");
    assert_eq!(user(&["modulus", "--username", "of-flag", "-p", "staging"]), "of-flag");
}

#[test]
fn the_output_names_the_profile_and_none_for_the_default_one() {
    let server = lenient();
    let tok = with_config(&server, THREE);
    let profile = |arguments: &[&str]| tok.run([arguments, &["-f", "json"]].concat()).ok().json()["profile"].clone();
    assert_eq!(profile(&["modulus"]), Value::Null);
    assert_eq!(profile(&["modulus@staging"]), "staging");
    assert_eq!(profile(&["modulus", "-p", "test"]), "test");
}

#[test]
fn a_profile_inherits_nothing_from_the_default_one() {
    let server = lenient();
    let config = "[modulus]\nusername = 'of-default'\nvariable = 'OF_DEFAULT'\n[modulus.bare]\n";
    let tok = with_config(&server, config);
    tok.run(["modulus@bare"]).fails(3).says("username is missing");
    let output = tok.run(["env", "modulus@bare", "--username", "me"]).ok();
    assert!(output.stdout.starts_with("MODULUS_TOKEN="), "{output}");
}

#[test]
fn a_profile_names_the_variable_and_the_option_outranks_it() {
    let server = lenient();
    let tok = with_config(&server, "[modulus.x]\nusername = 'me'\nvariable = 'OF_PROFILE'\n");
    let code = |arguments: &[&str]| tok.run([&["env", "modulus@x"], arguments].concat()).ok().stdout;
    assert!(code(&[]).starts_with("OF_PROFILE="));
    assert!(code(&["--variable", "OF_FLAG"]).starts_with("OF_FLAG="));
    let tok = with_config(&server, "[modulus]\nusername = 'me'\nvariable = 'no-variable'\n");
    tok.run(["modulus"]).fails(2).says("no-variable");
}

#[test]
fn a_profile_says_how_long_a_token_must_last_and_the_option_outranks_it() {
    let server = Server::start();
    server.behave(lifetime(100));
    let tok = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .config("[modulus]\nmin-ttl = '5m'\n[modulus.short]\nmin-ttl = 50\n");
    tok.run(["modulus"]).fails(6);
    tok.run(["modulus", "--min-ttl", "30s"]).ok();
    tok.run(["modulus@short"]).ok();
    tok.run(["modulus@short", "--min-ttl", "1h"]).fails(6);
}

#[test]
fn a_profile_says_how_long_a_call_may_take_and_the_option_outranks_it() {
    let server = Server::start();
    server.behave(delay(3000));
    let tok = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .config("[modulus]\ntimeout = '1s'\n[modulus.patient]\ntimeout = '1m'\n");
    tok.run(["modulus"]).fails(5);
    tok.clone().env("TOK_TIMEOUT", "1m").run(["modulus", "--fresh"]).ok();
    let hasty = tok.clone().env("TOK_TIMEOUT", "1");
    hasty.run(["modulus@patient", "--fresh"]).ok();
    hasty.run(["modulus", "--timeout", "1m", "--fresh"]).ok();
    tok.run(["modulus@patient", "--timeout", "1", "--fresh"]).fails(5);
}

#[test]
fn a_profile_names_the_url_between_flag_and_variable_or_behind_the_variable() {
    let [flag, named, variable, default] = [(); 4].map(|()| lenient());
    let config = format!(
        "[modulus]\nusername = 'me'\nurl = '{}'\n[modulus.x]\nusername = 'me'\nurl = '{}'\n",
        default.url(),
        named.url()
    );
    let tok = with_config(&variable, &config);
    let run = |tok: &Tok, arguments: &[&str]| tok.run([arguments, &["--no-cache"]].concat()).ok();
    run(&tok, &["modulus@x", "--url", &flag.url()]);
    flag.only();
    run(&tok, &["modulus@x"]);
    named.only();
    run(&tok, &["modulus"]);
    variable.only();
    run(&tok.without("TOK_MODULUS_URL"), &["modulus"]);
    default.only();
}

#[test]
fn an_unknown_profile_is_exit_2_with_the_nearest_name() {
    let server = Server::start();
    let tok = with_config(&server, THREE);
    let output = tok
        .run(["modulus@stagin"])
        .fails(2)
        .says("there is no profile 'stagin'");
    output.says("hint: did you mean modulus@staging?");
    let output = tok.run(["modulus", "-p", "elsewhere"]).fails(2);
    output.says("hint: there are: staging, test");
    tok.clone()
        .env("TOK_PROFILE", "tset")
        .run(["modulus"])
        .fails(2)
        .says("modulus@test");
    tok.run(["modulus@"]).fails(2).says("empty");
    tok.run(["modulus", "-p", ""]).fails(2);
    tok.run(["env", "modulus@stagin"]).exits(2).prints("false;\n");
    tok.config("").run(["modulus@x"]).fails(2).says("[modulus.x]");
    server.untouched();
}

#[test]
fn a_login_makes_no_profile_whose_name_looks_like_two() {
    let arguments = ["login", "modulus@a@b", "--username", "me", "--no-input"];
    let output = Tok::new().run(arguments).fails(2);
    let output = output.says("modulus: no profile can be called 'a@b': a name has no '@'\n");
    output.says("hint: one profile follows the vendor, as in modulus@a\n");
}

#[test]
fn an_unknown_profile_is_made_by_a_login_and_the_hint_says_so() {
    let tok = Tok::new().config("");
    let output = tok.run(["modulus@nope"]).fails(2);
    output.says("hint: `tok login modulus@nope` makes it, and so does a table [modulus.nope]");
    let quoted = tok.run(["modulus", "-p", "a b"]).fails(2);
    quoted.says("[modulus.\"a b\"]");
    let tok = tok.config("[modulus.staging]\nusername = 'me'\n");
    let output = tok.run(["modulus@nope"]).fails(2);
    output.says("hint: there are: staging; `tok login modulus@nope` makes it");
    let output = tok.run(["modulus@a@b"]).fails(2);
    output.says("hint: one profile follows the vendor, as in modulus@a\n");
}

#[test]
fn a_table_of_no_vendor_blocks_its_own_name_alone_and_status_warns_of_it() {
    let server = lenient();
    let tok = with_config(
        &server,
        "[modulos]\nusername = 'other'\n[modulus]\nusername = 'me'\n[acmee.x]\nxyzzy = 1\n",
    );
    assert_eq!(sent(&server, &tok, &["modulus"], "username"), "me");
    tok.run(["modulus"]).ok().quiet();
    tok.run(["modulos"]).fails(2).says("did you mean modulus?");
    tok.run(["acmee"]).fails(2);
    let config = tok.config_folder().join("config.toml");
    for arguments in [&["status"][..], &["status", "modulus"], &["status", "-f", "json"]] {
        let output = tok.run(arguments).ok().prints_this("me");
        let place = |line| format!("tok: warning: {}:{line}: there is no vendor ", config.display());
        let output = output.says(&(place(1) + "'modulos'; did you mean [modulus]?\n"));
        output.says(&(place(5) + "'acmee'; "));
    }
}

#[test]
fn a_file_that_is_no_toml_blocks_every_vendor() {
    let server = Server::start();
    refused(&server, "[modulos]\nusername = \n", 2);
    let tok = with_config(&server, "[modulos\n");
    tok.run(["status"]).fails(2).says("config.toml:1: ");
    server.untouched();
}

#[cfg(unix)]
#[test]
fn a_config_file_that_is_a_link_to_nothing_is_exit_2_and_not_an_absent_one() {
    let server = Server::start();
    let tok = with_config(&server, "");
    let path = tok.config_folder().join("config.toml");
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("gone.toml", &path).unwrap();
    let said = format!("{}: it is a link to gone.toml, which is not there", path.display());
    for arguments in [&["modulus", "--username", "me"][..], &["status"], &["login", "modulus"]] {
        tok.run(arguments).fails(2).says(&said);
    }
    server.untouched();
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_home_that_is_not_absolute_is_exit_2_where_it_matters() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").env("HOME", "some/where");
    tok.run(["modulus"]).ok().quiet();
    let said = "HOME: some/where is not an absolute path";
    tok.clone()
        .without("TOK_CACHE_DIR")
        .run(["modulus"])
        .fails(2)
        .says(said);
    let tok = tok.without("TOK_CONFIG_DIR");
    for arguments in [&["modulus"][..], &["status"], &["vendors"], &["modulos"]] {
        tok.run(arguments).fails(2).says(said);
    }
    for arguments in [
        &["--help"][..],
        &["modulus", "--help"],
        &["--version"],
        &["completions", "bash"],
    ] {
        tok.run(arguments).ok().quiet();
    }
    let elsewhere = tok.folder().join("xdg");
    tok.env("XDG_CONFIG_HOME", elsewhere).run(["modulus"]).ok().quiet();
}

#[track_caller]
fn refused(server: &Server, config: &str, line: usize) -> Output {
    let tok = with_config(server, config);
    let place = format!("{}:{line}: ", tok.config_folder().join("config.toml").display());
    tok.run(["modulus", "--username", "me"]).fails(2).says(&place)
}

#[test]
fn a_mistake_in_the_config_file_is_exit_2_with_file_and_line() {
    let server = Server::start();
    let output = refused(&server, "[modulus]\n\nusernam = 'me'\n", 3);
    output.says("usernam").says("hint: did you mean username?");
    refused(&server, "[modulus]\nxyzzy = 1\n", 2)
        .says("hint: known are: ")
        .says("password-command");
    refused(&server, "[modulus.staging]\nusernam = 'me'\n", 2).says("usernam");
    refused(&server, "timeout = '1m'\n", 1).says("timeout");
    refused(&server, "[modulus]\nusername = \n", 2);
    refused(&server, "[modulus]\nusername = 'a'\nusername = 'b'\n", 3);
    refused(&server, "[modulus]\nusername = true\n", 2).says("username");
    refused(&server, "[modulus]\npassword-command = ['echo', 'x']\n", 2).says("password-command");
    refused(&server, "[modulus]\nmin-ttl = '-5m'\n", 2).says("min-ttl");
    refused(&server, "[modulus]\ntimeout = 'soon'\n", 2)
        .says("timeout")
        .says("soon");
    refused(&server, "[modulus]\ntimeout = 0\n", 2).says("timeout: '0' leaves no time");
    refused(&server, "[modulus]\nusername = 'me'\nvariable = '1X'\n", 3).says("variable: '1X' cannot be a variable");
    refused(&server, "[modulus.x]\nvariable = 'A-B'\n", 2).says("variable: 'A-B'");
    refused(&server, "modulus = 'me'\n", 1).says("modulus");
    server.untouched();
}

#[test]
fn a_secret_in_the_config_file_is_refused_with_the_place_where_it_belongs_and_not_shown() {
    let server = Server::start();
    let output = refused(&server, "[modulus]\nusername = 'me'\npassword = 'Tr0ub4dor'\n", 3);
    let output = output
        .says("password")
        .says("password-command")
        .says("TOK_MODULUS_PASSWORD");
    output.never_says("Tr0ub4dor");
    // Nor where the file is broken at that very place.
    refused(&server, "[modulus]\npassword = Tr0ub4dor\n", 2).never_says("Tr0ub4dor");
    refused(&server, "[modulus]\npassword = 'Tr0ub4dor\n", 2).never_says("Tr0ub4dor");
    refused(&server, "[modulus]\npassword = \"Tr0ub4dor\\x\"\n", 2).never_says("Tr0ub4dor");
    server.untouched();
}

#[test]
fn a_config_file_that_cannot_be_read_is_exit_2_and_one_that_is_not_there_is_none() {
    let server = lenient();
    let tok = with_config(&server, "[modulus]\nusername = 'me'\n");
    let path = tok.config_folder().join("config.toml");
    fs::write(&path, b"[modulus]\nusername = '\xff'\n").unwrap();
    tok.run(["modulus"]).fails(2).says(path.to_str().unwrap());
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    tok.run(["modulus"]).fails(2).says(path.to_str().unwrap());
    fs::remove_dir(&path).unwrap();
    tok.run(["modulus"]).fails(3).says("username");
    tok.run(["modulus", "--username", "me"]).ok().quiet();
}

#[test]
fn the_config_folder_can_be_put_elsewhere_by_an_absolute_path() {
    let server = lenient();
    let tok = with_config(&server, "[modulus]\nusername = 'me'\n");
    let elsewhere = tok
        .clone()
        .write("elsewhere/config.toml", "[modulus]\nusername = 'other'\n");
    let elsewhere = elsewhere.env("TOK_CONFIG_DIR", tok.folder().join("elsewhere"));
    assert_eq!(sent(&server, &elsewhere, &["modulus"], "username"), "other");
    let relative = tok.clone().env("TOK_CONFIG_DIR", "config");
    relative.run(["modulus"]).fails(2).says("TOK_CONFIG_DIR");
}

#[cfg(unix)]
#[test]
fn the_config_folder_is_where_xdg_says() {
    let server = lenient();
    let tok = with_config(&server, "").without("TOK_CONFIG_DIR");
    let tok = tok.write("xdg/tok/config.toml", "[modulus]\nusername = 'of-xdg'\n");
    let tok = tok.clone().env("XDG_CONFIG_HOME", tok.folder().join("xdg"));
    assert_eq!(sent(&server, &tok, &["modulus"], "username"), "of-xdg");
}

#[cfg(unix)]
#[test]
fn a_config_file_or_a_vendors_file_that_never_ends_is_exit_2_and_nobody_hangs() {
    use std::os::unix::fs::symlink;
    let tok = Tok::new();
    let config = tok.config_folder().join("config.toml");
    fs::create_dir_all(tok.config_folder().join("vendors")).unwrap();
    symlink("/dev/zero", &config).unwrap();
    tok.run(["modulus"]).fails(2).says("not a regular file");
    fs::remove_file(&config).unwrap();
    let vendor = tok.config_folder().join("vendors/pipe.toml");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&vendor)
            .status()
            .unwrap()
            .success()
    );
    tok.run(["pipe"]).fails(2).says("not a regular file");
    tok.run(["--help"]).ok();
}
