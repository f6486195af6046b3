//! `tok logout`: what is forgotten, what stays, and what the vendor is told.

use std::fs;
use std::time::Duration;

use crate::harness::{Tok, mode, until};
use crate::protocol::account;
use crate::ring::Keyring;
use crate::stand_in::{Server, answer, close, delay, lifetime, refuse};

const LOGIN: &str = "POST /auth/login";
const LOGOUT: &str = "POST /auth/logout";

/// modulus's first user, logged in.
fn logged_in(keyring: &Keyring, server: &Server, profile: &str, user: usize) -> Tok {
    let tok = keyring.of(Tok::new()).vendor(server);
    log_in(&tok, profile, user);
    tok.without("TOK_MODULUS_URL")
}

fn log_in(tok: &Tok, profile: &str, user: usize) {
    tok.clone()
        .stdin(account::MODULUS_PASSWORD)
        .run([
            "login",
            profile,
            "--username",
            account::MODULUS_USERNAMES[user],
            "--password-stdin",
        ])
        .ok();
}

#[test]
fn a_logout_forgets_secret_and_token_and_keeps_the_profile() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus", 0);
    let config = fs::read(tok.config_folder().join("config.toml")).unwrap();
    tok.run(["logout", "modulus"])
        .ok()
        .prints("")
        .says("tok: modulus: forgot password in the OS keyring, 1 token\n");
    assert_eq!(keyring.secrets(), [""; 0]);
    assert!(tok.cached().is_empty());
    assert_eq!(fs::read(tok.config_folder().join("config.toml")).unwrap(), config);
    tok.run(["logout", "modulus"]).ok().says("nothing was kept");
    tok.run(["modulus"]).fails(3).says("password is missing");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_logout_forgets_the_hold() {
    let server = Server::start();
    server.behave(refuse("wrong").once());
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus"]).fails(4);
    tok.run(["modulus"]).fails(4);
    tok.run(["logout", "modulus"]).ok().says("forgot the hold");
    tok.run(["modulus"]).ok();
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_logout_forgets_every_token_of_the_login_whatever_it_was_asked_for_with() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("oauth2");
    tok.run(["oauth2"]).ok();
    tok.run(["oauth2", "--scope", "write"]).ok();
    let other = tok.clone().knows_as("oauth2", 1);
    other.run(["oauth2"]).ok();
    tok.run(["logout", "oauth2"]).ok().says("forgot 2 tokens\n");
    other.run(["oauth2"]).ok();
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_logout_takes_what_killed_processes_left() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus"]).ok();
    let entry = tok.entry_path();
    let of_this_token = format!(".tok-{}.tmp", entry.file_name().unwrap().to_str().unwrap());
    let token = fs::read_to_string(&entry).unwrap();
    let mut tok = tok.write("config/.config-Ab3xYz", "[modulus]\n");
    for name in [&of_this_token, ".tok-Ab3xYz.tmp"] {
        tok = tok.write(&format!("cache/{name}"), &token);
    }
    tok.run(["logout", "modulus"]).ok().says("forgot 1 token\n");
    assert_eq!(tok.kept("tmp"), [""; 0].map(std::path::PathBuf::from));
    assert_eq!(fs::read_dir(tok.config_folder()).unwrap().count(), 0);
}

#[test]
fn a_logout_finds_the_token_of_a_login_with_a_list() {
    let server = Server::start();
    server.behave(answer(200, r#"{"token": "a-token"}"#).on("/login"));
    let definition = "about = 'x'\n[[field]]\nname = 'user'\nhelp = 'x'\nperson = true\n\
                      [[field]]\nname = 'right'\nhelp = 'x'\nkind = 'list'\n\
                      [login]\npath = '/login'\njson = { user = '{user}', rights = '{right}' }\n\
                      [answer]\ntoken = '/token'\nlifetime = '1h'\n";
    let tok = Tok::new().own_vendor("lists", definition).env("TOK_LISTS_USER", "jo");
    let tok = tok.env("TOK_LISTS_URL", server.url());
    let reader = tok.clone().env("TOK_LISTS_RIGHT", "read");
    let both = tok.env("TOK_LISTS_RIGHT", "read,write");
    for one in [&reader, &both] {
        one.run(["lists"]).ok();
    }
    both.run(["logout", "lists"]).ok().says("forgot 1 token\n");
    reader.run(["lists"]).ok();
    assert_eq!(server.requests().len(), 2);
    reader.run(["logout", "lists"]).ok().says("forgot 1 token\n");
}

#[test]
fn a_token_that_another_process_is_being_given_is_forgotten_as_well() {
    for (before, revoke) in [(true, true), (true, false), (false, true)] {
        let server = Server::start();
        let tok = Tok::new().vendor(&server).knows("starship");
        if before {
            tok.run(["starship"]).ok();
        }
        let asked = server.requests().len();
        server.behave(delay(3_000).on("/auth/login").once());
        let login = tok.start(["starship", "--fresh"]);
        until("its request has come", || server.requests().len() > asked);
        let arguments: &[&str] = if revoke {
            &["logout", "starship", "--revoke"]
        } else {
            &["logout", "starship"]
        };
        tok.run(arguments).ok().says("forgot 1 token\n");
        login.wait().ok();
        assert!(tok.kept("json").is_empty(), "{:?}", tok.kept("json"));
        let revoked = server
            .requests()
            .into_iter()
            .filter(|request| request.path == "/auth/logout");
        assert_eq!(revoked.count(), usize::from(revoke));
    }
}

#[test]
fn the_tokens_of_other_rights_that_are_being_given_are_forgotten_too() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("oauth2");
    tok.run(["oauth2"]).ok();
    server.behave(delay(3_000).once());
    let login = tok.start(["oauth2", "--scope", "write"]);
    until("its request has come", || server.requests().len() == 2);
    tok.run(["logout", "oauth2"]).ok().says("forgot 2 tokens\n");
    login.wait().ok();
    assert!(tok.kept("json").is_empty());
}

#[test]
fn a_logout_that_waits_in_vain_forgets_nothing_and_says_so() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus", 0);
    let stuck = tok.start_stuck(&server, &["modulus", "--fresh", "--timeout", "110"]);
    for arguments in [&["logout", "modulus"][..], &["logout", "modulus", "--all"]] {
        let output = tok.clone().env("TOK_TIMEOUT", "2").run(arguments).fails(5);
        assert!(output.took < Duration::from_secs(20), "{output}");
        output.says("waiting for another tok").says("nothing is forgotten");
    }
    assert_eq!((tok.kept("json").len(), keyring.secrets().len()), (1, 1));
    drop(stuck);
    tok.run(["logout", "modulus"]).ok().says("1 token");
}

#[test]
fn a_logout_of_one_profile_leaves_the_others() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus", 0);
    log_in(&tok.clone().vendor(&server), "modulus@second", 1);
    tok.run(["logout", "modulus@second"]).ok();
    tok.run(["modulus"]).ok();
    tok.run(["modulus", "--fresh"]).ok();
    tok.run(["modulus@second"]).fails(3);
    tok.run(["logout", "modulus@third"]).fails(2);
    tok.run(["logout", "nobody"]).fails(2);
}

#[test]
fn all_forgets_every_profile_and_every_token_even_of_no_profile() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus@one", 0);
    log_in(&tok.clone().vendor(&server), "modulus@two", 1);
    let elsewhere = tok.clone().vendor(&server);
    elsewhere.clone().knows("starship").run(["starship"]).ok();
    fs::write(
        tok.config_folder().join("config.toml"),
        format!("[modulus.one]\nurl = \"{}\"\nusername = \"api-user\"\n", server.url()),
    )
    .unwrap();
    assert_eq!(keyring.secrets().len(), 2);
    tok.run(["logout", "modulus", "--all"]).ok().says("2 tokens");
    assert_eq!(keyring.secrets(), [""; 0]);
    assert_eq!(tok.cached().len(), 1, "the other vendor's token stays");
}

#[test]
fn all_revokes_the_tokens_of_no_profile_as_well() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server);
    tok.clone().knows("starship").run(["starship"]).ok();
    tok.clone().knows_as("starship", 1).run(["starship"]).ok();
    // Somebody else's variables play no part.
    tok.clone()
        .knows("starship")
        .without("TOK_STARSHIP_URL")
        .env("TOK_STARSHIP_URL", "http://127.0.0.1:1")
        .run(["logout", "starship", "--all", "--revoke"])
        .ok()
        .says("forgot 2 tokens");
    server.expect(&[LOGIN, LOGIN, LOGOUT, LOGOUT]);
    assert!(tok.cached().is_empty());
}

#[test]
fn all_is_about_every_profile_whichever_the_variable_names() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus", 0);
    log_in(&tok.clone().vendor(&server), "modulus@two", 1);
    fs::remove_dir_all(tok.cache_folder()).unwrap();
    for profile in ["two", "nobody"] {
        tok.clone()
            .env("TOK_PROFILE", profile)
            .run(["logout", "modulus", "--all"])
            .ok();
        assert_eq!(keyring.secrets(), [""; 0]);
    }
}

#[test]
fn a_silent_keyring_is_waited_for_once_whatever_number_of_profiles() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus", 0);
    log_in(&tok.clone().vendor(&server), "modulus@two", 1);
    keyring.silence();
    let output = tok.run(["logout", "modulus", "--all"]).fails(3).says("forgot 2 tokens");
    assert!(output.took < Duration::from_secs(5), "{output}");
}

#[test]
fn revoke_says_what_it_ends() {
    let server = Server::start();
    for (vendor, words) in [("starship", "starship: revoked "), ("crmcom", "crmcom: revoked ")] {
        let tok = Tok::new().vendor(&server).knows(vendor);
        tok.run([vendor]).ok();
        tok.run(["logout", vendor, "--revoke"])
            .ok()
            .says(words)
            .says("forgot 1 token");
        assert!(tok.cached().is_empty());
    }
}

#[test]
fn a_failing_revocation_keeps_the_token_and_the_secret_and_says_so() {
    let Some(keyring) = Keyring::unlocked() else { return };
    for (behaviour, code) in [(close(), 5), (answer(500, "down"), 6)] {
        let server = Server::start();
        let tok = keyring.of(Tok::new()).vendor(&server);
        tok.clone()
            .stdin(account::STARSHIP_PASSWORD)
            .run([
                "login",
                "starship",
                "--username",
                account::STARSHIP_USERNAMES[0],
                "--password-stdin",
            ])
            .ok();
        server.behave(behaviour.on("/auth/logout"));
        tok.run(["logout", "starship", "--revoke"])
            .fails(code)
            .says("the token is not revoked")
            .says("without --revoke");
        assert_eq!(tok.cached().len(), 1);
        assert_eq!(keyring.secrets(), [account::STARSHIP_PASSWORD]);
        tok.run(["starship"]).ok().quiet();
        tok.run(["logout", "starship"]).ok();
        assert!(tok.cached().is_empty());
        assert_eq!(keyring.secrets(), [""; 0]);
    }
}

#[test]
fn of_two_tokens_the_one_that_was_revoked_is_forgotten() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("crmcom");
    tok.run(["crmcom"]).ok();
    tok.run(["crmcom", "--unit", account::CRMCOM_UNIT]).ok();
    server.behave(
        answer(503, "")
            .on("/crmapi/rest/v2/authentication/token/release")
            .once(),
    );
    tok.run(["logout", "crmcom", "--revoke"])
        .fails(6)
        .says("forgot 1 token");
    assert_eq!(tok.cached().len(), 1);
    tok.run(["logout", "crmcom", "--revoke"]).ok().says("forgot 1 token");
}

#[test]
fn a_token_that_the_vendor_does_not_know_any_more_is_forgotten() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship");
    tok.run(["starship"]).ok();
    server.behave(refuse("no such session").on("/auth/logout"));
    tok.run(["logout", "starship", "--revoke"])
        .ok()
        .says("does not know")
        .says("no such session");
    assert!(tok.cached().is_empty());
}

#[test]
fn a_vendor_without_revocation_is_not_asked() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("oauth2");
    tok.run(["oauth2"]).ok();
    tok.run(["oauth2", "--scope", "write"]).ok();
    let output = tok.run(["logout", "oauth2", "--revoke"]).ok();
    assert_eq!(output.stderr.matches("cannot be revoked").count(), 1, "{output}");
    assert_eq!(server.requests().len(), 2);
    assert!(tok.cached().is_empty());
}

#[test]
fn a_vendor_that_ends_refresh_tokens_alone_is_not_told_of_a_token_without_one() {
    const OWN: &str = r#"about = "A vendor of a test"

[[field]]
name = "key"
help = "The key"
secret = true

[login]
path = "/login"
json = { key = "{key}" }

[revoke]
path = "/logout"
json = { refresh_token = "{refresh-token}", mode = "json" }
note = "the refresh token"

[answer]
token = "/token"
refresh_token = "/refresh"
expires_in = "/expires_in"
"#;
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, r#"{"token": "alone", "expires_in": 3600}"#).on("/login"));
    let tok = Tok::new()
        .own_vendor("own", OWN)
        .env("TOK_OWN_URL", server.url())
        .env("TOK_OWN_KEY", "the key");
    tok.run(["own"]).ok();
    tok.run(["logout", "own", "--revoke"])
        .fails(6)
        .says("the token is not revoked: own: the vendor ends refresh tokens alone, and gave none")
        .says("without --revoke");
    server.expect(&["POST /login"]);
    assert_eq!(tok.cached().len(), 1);
    tok.run(["logout", "own"]).ok().says("forgot 1 token");
}

#[test]
fn an_expired_token_is_forgotten_without_a_word_to_the_vendor() {
    let server = Server::start();
    server.behave(lifetime(1));
    let tok = Tok::new().vendor(&server).knows("starship");
    tok.run(["starship"]);
    std::thread::sleep(Duration::from_millis(1200));
    tok.run(["logout", "starship", "--revoke"]).ok();
    server.expect(&[LOGIN]);
}

#[test]
fn a_locked_keyring_opens_no_dialog_and_the_token_is_forgotten_all_the_same() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus", 0);
    keyring.lock();
    let output = tok
        .run(["logout", "modulus"])
        .fails(3)
        .says("forgot 1 token")
        .says("the keyring is locked");
    assert!(output.took < Duration::from_secs(5), "{output}");
    assert!(tok.cached().is_empty());
}

#[test]
fn a_silent_keyring_is_given_up_after_three_seconds_and_the_token_is_forgotten() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus", 0);
    keyring.silence();
    let output = tok
        .run(["logout", "modulus"])
        .fails(3)
        .says("forgot 1 token")
        .says("3 s");
    assert!(output.took < Duration::from_secs(8), "{output}");
    assert!(tok.cached().is_empty());
}

#[test]
fn without_a_keyring_there_is_no_secret_to_forget() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus"]).ok();
    let tok = tok.without("TOK_KEYRING").env("DBUS_SESSION_BUS_ADDRESS", "");
    tok.run(["logout", "modulus"]).ok().says("forgot 1 token\n");
}

#[test]
fn a_cache_that_cannot_be_written_does_not_keep_the_secret() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus", 0);
    mode(&tok.cache_folder(), 0o500);
    let output = tok.run(["logout", "modulus"]);
    mode(&tok.cache_folder(), 0o700);
    assert_eq!(keyring.secrets(), [""; 0], "{output}");
    // Nothing keeps root from writing.
    if !rustix::process::geteuid().is_root() {
        output.fails(1).says("forgot password");
    }
}

#[test]
fn a_login_that_nothing_tells_is_exit_3_and_says_what_would_help() {
    let output = Tok::new().run(["logout", "modulus"]).fails(3);
    output.says("tok logout modulus --all").never_says("--username");
    Tok::new()
        .run(["logout", "modulus", "--all"])
        .ok()
        .says("nothing was kept");
}

#[test]
fn no_dialog_is_opened_where_tok_is_told_to_ask_nobody() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = logged_in(&keyring, &server, "modulus", 0).env("TOK_NO_INPUT", "1");
    keyring.lock();
    let output = tok
        .terminal(["logout", "modulus"])
        .wait()
        .fails(3)
        .says("the keyring is locked");
    assert!(output.took < Duration::from_secs(5), "{output}");
}
