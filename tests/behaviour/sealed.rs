//! What is kept is sealed, here with a key that a variable or a file names: the folder gives nothing to who has no key, and
//! no key that is wrong stands between a user and a token.

use std::fs;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::harness::{SEAL_KEY, Tok};
use crate::protocol::account;
use crate::stand_in::{Server, refresh_token, refuse, token};

const VENDORS: [&str; 6] = ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"];

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("starship")
}

fn another_key() -> String {
    BASE64_STANDARD.encode([7; 32])
}

/// In the folder as it lies there, whatever the encoding: as they are, in base64 at each offset, in hexadecimal digits.
#[track_caller]
fn stands_nowhere(tok: &Tok, secret: &str) {
    let kept = tok.all_that_is_kept();
    let mut forms = vec![
        secret.to_owned(),
        secret
            .bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat(),
    ];
    for offset in 0..3 {
        let text = BASE64_STANDARD.encode(&secret.as_bytes()[offset..]);
        // The last letters depend on what follows.
        forms.push(text[..text.len() - 4].to_owned());
    }
    for form in forms {
        assert!(!kept.contains(&form), "{form} stands in the folder:\n{kept}");
    }
}

#[test]
fn no_byte_of_a_token_or_a_refresh_token_stands_in_the_folder() {
    let server = Server::start();
    for vendor in VENDORS {
        let tok = Tok::new().vendor(&server).knows(vendor);
        let token = tok.run([vendor]).ok().quiet().token();
        assert_eq!(tok.run([vendor]).ok().quiet().token(), token, "{vendor}");
        stands_nowhere(&tok, &token);
    }
    server.behave(token("a-token-of-the-test").and(refresh_token("a-refresh-token-of-the-test")));
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    stands_nowhere(&tok, "a-token-of-the-test");
    stands_nowhere(&tok, "a-refresh-token-of-the-test");
    let before = server.requests().len();
    tok.pass(24 * 3600);
    tok.without("TOK_STARSHIP_PASSWORD").run(["starship"]).ok();
    assert_eq!(
        server.requests()[before].json()["refresh_token"],
        "a-refresh-token-of-the-test"
    );
}

#[test]
fn the_words_of_a_failure_that_others_may_take_over_stand_in_no_lock() {
    let server = Server::start();
    server.behave(refuse("words of the vendor"));
    let tok = ready(&server);
    tok.run(["starship"]).fails(4).says("words of the vendor");
    let locks: Vec<String> = tok
        .kept("lock")
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert!(locks.iter().any(|lock| lock.contains("failure\":{")), "{locks:?}");
    assert!(
        locks.iter().all(|lock| !lock.contains("words of the vendor")),
        "{locks:?}"
    );
}

#[test]
fn processes_at_once_take_over_a_failure_that_is_sealed() {
    let server = Server::start();
    server.behave(refuse("words of the vendor"));
    for output in ready(&server).parallel(20, &["starship", "--timeout", "50"]) {
        output.fails(4).says("words of the vendor");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn without_its_key_a_sealed_token_is_a_miss_and_no_error() {
    let server = Server::start();
    let tok = ready(&server);
    let first = tok.run(["starship"]).ok().token();
    let other = tok.clone().env("TOK_SEAL_KEY", another_key());
    let second = other
        .run(["starship", "-v"])
        .ok()
        .says("it was sealed with another key")
        .token();
    assert_ne!(first, second);
    assert_eq!(other.run(["starship"]).ok().quiet().token(), second);
    tok.run(["starship"]).ok().quiet();
    server.expect(&["POST /auth/login"; 3]);
}

#[test]
fn a_key_that_is_none_costs_a_warning_and_keeps_nothing() {
    let server = Server::start();
    let short = BASE64_STANDARD.encode("short");
    for (key, why) in [
        ("not/base64!", "it is not base64"),
        (short.as_str(), "it has 5 bytes instead of 32"),
        (&SEAL_KEY[..40], "it has 30 bytes instead of 32"),
    ] {
        let tok = ready(&server).env("TOK_SEAL_KEY", key);
        let output = tok
            .run(["starship"])
            .ok()
            .says("tok: warning: ")
            .says(&format!("TOK_SEAL_KEY: {why}"));
        assert!(!output.stderr.contains(key), "{output}");
        assert!(tok.kept("json").is_empty());
        tok.run(["status"]).ok();
    }
    for (path, why) in [("missing", "No such file"), ("home", "it is not a regular file")] {
        let tok = ready(&server);
        let path = tok.folder().join(path);
        let tok = tok.env("TOK_SEAL_KEY_FILE", &path);
        tok.run(["starship"])
            .ok()
            .says(&format!("TOK_SEAL_KEY_FILE: {}: {why}", path.display()));
        assert!(tok.kept("json").is_empty());
    }
}

#[test]
fn a_file_with_the_key_goes_before_the_variable() {
    let server = Server::start();
    let tok = ready(&server).write("key", &format!("{}\nmore\n", another_key()));
    let path = tok.folder().join("key");
    let by_file = tok.clone().env("TOK_SEAL_KEY_FILE", path);
    let token = by_file.run(["starship"]).ok().quiet().token();
    let by_variable = tok.env("TOK_SEAL_KEY", another_key());
    assert_eq!(by_variable.run(["starship"]).ok().quiet().token(), token);
}

#[test]
fn blanks_around_a_key_are_no_part_of_it() {
    let server = Server::start();
    let key = another_key();
    let tok = ready(&server).write("key", &format!("\n  {key} \t\r\nmore\n"));
    let by_file = tok.clone().env("TOK_SEAL_KEY_FILE", tok.folder().join("key"));
    let token = by_file.run(["starship"]).ok().quiet().token();
    for written in [format!("{key}\n"), format!(" {key}\r\n")] {
        let by_variable = tok.clone().env("TOK_SEAL_KEY", written);
        assert_eq!(by_variable.run(["starship"]).ok().quiet().token(), token);
    }
    server.only();
}

#[test]
fn tok_seal_is_auto_or_require_or_off() {
    let server = Server::start();
    let tok = ready(&server);
    for word in ["auto", "require", ""] {
        tok.clone().env("TOK_SEAL", word).run(["starship"]).ok().quiet();
    }
    server.only();
    for word in ["on", "Off", "1"] {
        let said = format!("tok: TOK_SEAL: '{word}' is neither auto nor require nor off");
        for arguments in [&["starship"][..], &["status"], &["logout", "starship"]] {
            tok.clone().env("TOK_SEAL", word).run(arguments).fails(2).says(&said);
        }
    }
}

#[test]
fn a_token_in_clear_is_used_and_sealed_at_the_next_write() {
    let server = Server::start();
    let sealing = ready(&server);
    let plain = sealing.clone().in_clear();
    let token = plain.run(["starship"]).ok().token();
    assert_eq!(plain.entry()["token"], token);
    assert_eq!(sealing.run(["starship"]).ok().quiet().token(), token);
    assert_eq!(sealing.entry()["token"], token, "reading changes nothing");
    sealing.pass(24 * 3600);
    let next = sealing.run(["starship"]).ok().quiet().token();
    stands_nowhere(&sealing, &next);
    server.expect(&["POST /auth/login", "POST /auth/refresh"]);
    // And back.
    let third = plain.run(["starship", "-v"]).ok().says("TOK_SEAL is off").token();
    assert_eq!(plain.entry()["token"], third);
}

#[test]
fn where_sealing_is_required_a_token_in_clear_does_not_count() {
    let server = Server::start();
    let tok = ready(&server);
    let token = tok.clone().in_clear().run(["starship"]).ok().token();
    let strict = tok.env("TOK_SEAL", "require");
    let other = strict
        .run(["starship", "-v"])
        .ok()
        .says("it lies there in clear")
        .token();
    assert_ne!(other, token);
    stands_nowhere(&strict, &token);
    stands_nowhere(&strict, &other);
    assert_eq!(strict.run(["starship"]).ok().quiet().token(), other);
}

#[test]
fn in_clear_a_token_is_kept_as_ever() {
    let server = Server::start();
    let tok = ready(&server).in_clear();
    tok.run(["starship"]).ok().quiet();
    let Value::Object(entry) = tok.entry() else { panic!() };
    let keys: Vec<&str> = entry.keys().map(String::as_str).collect();
    let wanted = [
        "schema",
        "identity",
        "token",
        "refresh_token",
        "asked_at",
        "expires_at",
        "extras",
        "attempt",
    ];
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, wanted);
    assert_eq!(entry["schema"], 1);
}

#[test]
fn a_sealed_part_of_another_entry_is_a_warning_and_a_login() {
    let server = Server::start();
    let tok = ready(&server).knows("modulus");
    tok.run(["modulus"]).ok();
    let others = tok.entry();
    let mine = Tok::clone(&tok).env("TOK_CACHE_DIR", tok.folder().join("other"));
    let token = mine.run(["starship"]).ok().token();
    let folder = tok.folder().join("other");
    let path = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let path = path
        .into_iter()
        .find(|path| path.extension().is_some_and(|e| e == "json"))
        .unwrap();
    let mut entry: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    entry["sealed"] = others["sealed"].clone();
    fs::write(&path, entry.to_string()).unwrap();
    let output = mine.run(["starship"]).ok().says("it is damaged");
    assert_ne!(output.token(), token);
}

#[test]
fn an_older_entry_of_the_same_name_costs_at_most_a_refused_refresh_and_a_login() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    let old = fs::read(tok.entry_path()).unwrap();
    tok.pass(24 * 3600);
    tok.run(["starship"]).ok();
    let path = tok.entry_path();
    fs::write(&path, old).unwrap();
    tok.pass(24 * 3600);
    let token = tok.run(["starship"]).ok().token();
    assert_eq!(server.requests().last().unwrap().token.as_deref(), Some(token.as_str()));
    server.expect(&[
        "POST /auth/login",
        "POST /auth/refresh",
        "POST /auth/refresh",
        "POST /auth/login",
    ]);
}

#[test]
fn no_command_inherits_the_key() {
    let server = Server::start();
    let tok = ready(&server)
        .without("TOK_STARSHIP_PASSWORD")
        .write("home/password", account::STARSHIP_PASSWORD)
        .config(&format!(
            "[starship.x]\nurl = \"{}\"\nusername = \"{}\"\n\
             password-command = 'test -z \"$TOK_SEAL_KEY\" && cat $HOME/password'\n",
            server.url(),
            account::STARSHIP_USERNAMES[0],
        ));
    tok.run(["starship@x"]).ok().quiet();
    let script = "printf \"<$TOK_SEAL_KEY>\"";
    tok.run(["exec", "starship@x", "--", "sh", "-c", script])
        .ok()
        .prints("<>");
}

#[test]
fn status_says_how_the_folder_is_kept() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["starship"]).ok();
    let folder = tok.cache_folder();
    let line = |kept: &str| format!("\ntokens in {} are kept {kept}\n", folder.display());
    tok.run(["status"])
        .ok()
        .quiet()
        .prints_this(&line("sealed, the key is in TOK_SEAL_KEY"));
    let cache = tok.run(["status", "-f", "json"]).ok().json()["cache"].clone();
    assert_eq!(cache["folder"], folder.to_str().unwrap());
    assert_eq!(
        (&cache["keeps"], &cache["key"]),
        (&"sealed".into(), &"TOK_SEAL_KEY".into())
    );
    let off = tok.clone().in_clear();
    off.run(["status"]).ok().prints_this(&line("in clear"));
    off.run(["status", "-v"])
        .ok()
        .prints_this(&line("in clear: TOK_SEAL is off"));
    assert_eq!(off.run(["status", "-f", "json"]).ok().json()["cache"]["keeps"], "clear");
    let broken = tok.env("TOK_SEAL_KEY", "short");
    broken.run(["status"]).ok().prints_this(&line("not at all"));
    broken
        .run(["status", "-v"])
        .ok()
        .prints_this("TOK_SEAL_KEY: it is not base64\n");
    assert_eq!(
        broken.run(["status", "-f", "json"]).ok().json()["cache"]["keeps"],
        "nothing"
    );
}

#[test]
fn a_logout_forgets_tokens_that_cannot_be_opened_as_well() {
    let server = Server::start();
    let tok = ready(&server);
    for arguments in [
        &["logout", "starship"][..],
        &["logout", "starship", "--all"],
        &["logout", "--key"],
    ] {
        tok.run(["starship", "--fresh"]).ok();
        let other = tok.clone().env("TOK_SEAL_KEY", another_key());
        other.run(arguments).ok().says("1 token");
        assert!(tok.kept("json").is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_key_is_forgotten_alone_and_a_key_that_is_given_stays_the_givers() {
    let server = Server::start();
    let tok = ready(&server);
    for arguments in [
        &["logout", "--key", "starship"][..],
        &["logout", "--key", "--all"],
        &["logout", "--key", "--revoke"],
    ] {
        tok.run(arguments).fails(2).says("--key");
    }
    tok.run(["starship"]).ok();
    let output = tok.run(["logout", "--key"]).ok();
    output.says("TOK_SEAL_KEY").says("1 token is forgotten");
}
