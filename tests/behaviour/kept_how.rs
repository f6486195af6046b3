//! What `tok status` and `tok logout --key` say of the key and of the folder.

use serde_json::Value;

use crate::custody::{KEYS, LOCK, RESTART, apart, forbidding, has_keyring, is_possible, ready, with_keyring};
use crate::harness::{SEAL_KEY, Tok, mode};
use crate::keyless::DAMAGE;
use crate::stand_in::Server;

const KERNEL: &str = "the kernel's keyring until the last session ends or the machine restarts";

#[track_caller]
fn row(tok: &Tok) -> Value {
    tok.run(["status", "starship", "-f", "json"]).ok().json()["tokens"][0].clone()
}

#[test]
fn status_knows_that_the_kernels_keyring_is_full_and_leaves_nothing_there() {
    if !is_possible() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let status = "tok status starship -v | tail -1\nkeyctl list @u\n";
    let output = apart(&tok, status).ok();
    output
        .prints_this(&format!(
            "are kept sealed, the key will be in {KERNEL}: TOK_KEYRING is off\n"
        ))
        .prints_this("keyring is empty");
    let full = || forbidding(&KEYS[..1], libc::EDQUOT, || apart(&tok, status)).ok();
    full().prints_this(
        "are kept in clear: there is no place for a key: TOK_KEYRING is off; the kernel's keyring: it is full\n",
    );
    let strict = tok.env("TOK_SEAL", "require");
    let output = forbidding(&KEYS[..1], libc::EDQUOT, || apart(&strict, status)).ok();
    output.prints_this("are kept not at all: there is no place for a key");
}

#[test]
fn status_says_why_the_key_is_in_the_kernels_keyring_alone() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    for (trouble, why) in [
        (LOCK, "the keyring is locked"),
        (DAMAGE, "the keyring: the entry 'tok cache' is no key: it is not base64"),
    ] {
        let script = format!("{trouble}tok starship >/dev/null\ntok status -v | tail -1\ntok status -f json\n");
        let output = with_keyring(&ready(&server), &script).ok();
        let (line, json) = output.stdout.split_once('\n').unwrap();
        assert!(line.ends_with(&format!("the key is in {KERNEL}: {why}")), "{output}");
        let json: Value = serde_json::from_str(json).unwrap();
        assert_eq!(
            (&json["cache"]["key"], &json["cache"]["reason"]),
            (&"kernel".into(), &why.into())
        );
    }
}

#[test]
fn status_waits_for_a_silent_keyring_once_although_two_things_lie_in_it() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let script = format!(
        "tok starship >/dev/null\n{RESTART}kill -STOP $DAEMON\nunset TOK_STARSHIP_PASSWORD\nbegan=$(date +%s%3N)\n\
         tok status -v >/dev/null\necho $(($(date +%s%3N) - began))\n"
    );
    let waited: u64 = with_keyring(&tok, &script).ok().token().parse().unwrap();
    assert!(waited < 5000, "{waited} ms");
}

#[test]
fn status_says_that_a_folder_that_is_not_used_keeps_nothing() {
    let server = Server::start();
    let tok = ready(&server)
        .env("TOK_SEAL_KEY", SEAL_KEY)
        .write("cache/x", "")
        .write("file", "");
    mode(&tok.cache_folder(), 0o777);
    let keeps_nothing = |tok: &Tok, why: &str| {
        let said = format!("are kept not at all: the folder is not used: {why}");
        tok.run(["status", "starship", "-v"]).ok().prints_this(&said);
        let cache = tok.run(["status", "-f", "json"]).ok().json()["cache"].clone();
        assert_eq!((&cache["keeps"], &cache["key"]), (&"nothing".into(), &Value::Null));
        assert!(cache["reason"].as_str().unwrap().contains(why), "{cache}");
    };
    keeps_nothing(&tok, "others can write to it");
    let below_a_file = tok.folder().join("file/cache");
    keeps_nothing(&tok.clone().env("TOK_CACHE_DIR", below_a_file), "Not a directory");
    if is_possible() {
        let mount = "mkdir $HOME/fixed\nmount -t tmpfs -o ro none $HOME/fixed\n\
                     TOK_CACHE_DIR=$HOME/fixed/cache tok status starship -v | tail -1";
        let output = tok.program("unshare", ["-Urm", "sh", "-c", mount]).ok();
        output.prints_this("are kept not at all: the folder is not used: it cannot be made: Read-only file system");
    }
}

#[test]
fn status_says_why_a_file_that_is_there_is_no_token() {
    let server = Server::start();
    let tok = ready(&server).env("TOK_SEAL_KEY", SEAL_KEY);
    tok.run(["starship"]).ok();
    assert_eq!(row(&tok)["reason"], Value::Null);
    let says = |tok: Tok, why: &str| {
        let said = format!("a file is there that is not used: {why}");
        let row = row(&tok);
        assert_eq!((&row["state"], &row["reason"]), (&"none".into(), &said.as_str().into()));
        tok.run(["status", "starship", "-v"])
            .ok()
            .prints_this(&format!("  token: {said}\n"));
    };
    let another = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    says(
        tok.clone().env("TOK_SEAL_KEY", another),
        "it was sealed with another key",
    );
    says(
        tok.clone().env("TOK_SEAL_KEY", "no key!"),
        "TOK_SEAL_KEY: it is not base64",
    );
    says(tok.clone().in_clear(), "it is sealed, and TOK_SEAL is off");
    tok.clone().in_clear().run(["starship"]).ok();
    says(
        tok.env("TOK_SEAL", "require"),
        "it lies there in clear, and TOK_SEAL is require",
    );
}

#[test]
fn a_logout_of_the_key_says_what_cannot_be_known_and_what_stays() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    for (trouble, why) in [
        (LOCK, "the keyring is locked"),
        ("kill -STOP $DAEMON\n", "the keyring did not answer within 3 s"),
    ] {
        let script = format!("tok starship >/dev/null\n{RESTART}{trouble}tok logout --key\n");
        let output = with_keyring(&ready(&server), &script)
            .fails(1)
            .never_says("there was no key");
        output
            .says("tok: no key is forgotten; 1 token is forgotten\n")
            .says(&format!("tok: logout: {why}; a key that lies there stays\n"));
    }
    let output = ready(&server).run(["logout", "--key", "starship"]).fails(2);
    output.says("tok: --key and VENDOR exclude each other\n");
}
