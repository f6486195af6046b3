//! The keyring of the operating system: gnome-keyring on a session bus of its own.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Output, Tok, need};
use crate::lenient::{last, lenient};
use crate::protocol::account;
use crate::ring::Keyring;
use crate::stand_in::Server;

/// Ready to keep and find secrets; what it says of itself is of no interest.
const UNLOCKED: &str = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n";

const LOCK: &str = "dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
                    org.freedesktop.Secret.Service.Lock \
                    array:objpath:/org/freedesktop/secrets/collection/login >/dev/null\n";

const STOP: &str = "daemon=$(dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
                    org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets)\n\
                    set -- $daemon\nshift $(($# - 1))\nkill -STOP $1\ntrap \"kill -KILL $1\" EXIT\n";

/// A bus on which nobody offers anything.
const BARE: &str = r#"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>"#;

fn tools() -> bool {
    ["dbus-run-session", "dbus-send", "gnome-keyring-daemon", "secret-tool"]
        .into_iter()
        .all(need)
}

/// Somebody who has no secret but what the keyring holds.
fn somebody(server: &Server) -> Tok {
    let tok = Tok::new()
        .vendor(server)
        .env("TOK_MODULUS_USERNAME", account::MODULUS_USERNAMES[0])
        .without("TOK_KEYRING");
    let home = tok.home();
    tok.env("XDG_RUNTIME_DIR", &home).env("XDG_DATA_HOME", home)
}

/// Puts a secret under the entry that belongs to this vendor, origin, login and field.
fn store(user: &[&str], secret: &str) -> String {
    let user = serde_json::to_string(user).unwrap();
    format!("printf '%s' '{secret}' | secret-tool store --label=tok service tok username '{user}'\n")
}

fn of_modulus(server: &Server) -> String {
    let user = ["modulus", &server.url(), account::MODULUS_USERNAMES[0], "password"];
    store(&user, account::MODULUS_PASSWORD)
}

/// Runs a script on a bus of its own.
#[track_caller]
fn on_a_bus(tok: &Tok, script: &str) -> Output {
    on_the_bus(tok, "", script)
}

/// Standard error is the script's alone: the bus speaks there too.
#[track_caller]
fn on_the_bus(tok: &Tok, options: &str, script: &str) -> Output {
    let tok = tok
        .clone()
        .env("SCRIPT", format!("unset SCRIPT; exec 2>&3 3>&-\n{script}"));
    tok.sh(&format!(
        "exec dbus-run-session {options} -- sh -c \"$SCRIPT\" 3>&2 2>/dev/null"
    ))
}

#[test]
fn a_secret_in_the_keyring_is_found_by_vendor_origin_login_and_field() {
    if !tools() {
        return;
    }
    let server = Server::start();
    let script = UNLOCKED.to_owned() + &of_modulus(&server) + "exec tok modulus -v";
    let output = on_a_bus(&somebody(&server), &script)
        .ok()
        .says("password: from the OS keyring");
    assert_eq!(output.token(), server.only().token.unwrap());
}

#[test]
fn every_plain_field_of_the_login_stands_in_the_entry_in_the_vendor_s_order() {
    if !tools() {
        return;
    }
    let server = Server::start();
    let tok = somebody(&server)
        .knows("jmvstream")
        .without("TOK_JMVSTREAM_PASSWORD")
        .env("TOK_CRMCOM_ORGANISATION", account::CRMCOM_ORGANISATION)
        .env("TOK_CRMCOM_UNIT", account::CRMCOM_UNIT)
        .env("TOK_CRMCOM_IDENTIFIER", account::CRMCOM_IDENTIFIERS[0]);
    let url = server.url();
    let jmvstream = [
        "jmvstream",
        &url,
        account::JMVSTREAM_EMAILS[0],
        account::JMVSTREAM_RESOURCE,
        "password",
    ];
    // The optional unit is no part of it, nor is the path of the URL.
    let crmcom = [
        "crmcom",
        &url,
        account::CRMCOM_ORGANISATION,
        account::CRMCOM_IDENTIFIERS[0],
        "pass-code",
    ];
    let script = UNLOCKED.to_owned()
        + &store(&jmvstream, account::JMVSTREAM_PASSWORD)
        + &store(&crmcom, account::CRMCOM_PASS_CODE)
        + "tok jmvstream && tok crmcom";
    on_a_bus(&tok, &script).ok().quiet();
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_secret_is_never_found_for_another_origin_login_vendor_or_field() {
    if !tools() {
        return;
    }
    let (server, other) = (Server::start(), Server::start());
    let tok = somebody(&server).env("TOK_STARSHIP_USERNAME", account::MODULUS_USERNAMES[0]);
    let localhost = format!("http://localhost:{}", server.port());
    let calls = [
        format!("modulus --url {}", other.url()),
        format!("modulus --url {localhost}"),
        "modulus --username second-user".to_owned(),
        "modulus --username API-USER".to_owned(),
        "starship".to_owned(),
    ];
    let mut script = UNLOCKED.to_owned() + &of_modulus(&server);
    script += &store(&["modulus", &server.url(), "second-user", "other"], "of-another-field");
    for call in &calls {
        script.extend(["tok ", call, "; echo $?\n"]);
    }
    let output = on_a_bus(&tok, &script).ok().prints(&"3\n".repeat(calls.len()));
    assert_eq!(output.stderr.matches("is missing").count(), calls.len(), "{output}");
    server.untouched();
    other.untouched();
}

#[test]
fn every_other_source_but_a_prompt_goes_before_the_keyring() {
    if !tools() {
        return;
    }
    let server = lenient();
    let tok = somebody(&server)
        .env("TOK_MODULUS_PASSWORD", "of-the-variable")
        .config(&format!(
            "[modulus.x]\nurl = '{}'\npassword-command = 'echo of-the-command'\n",
            server.url()
        ));
    let script = UNLOCKED.to_owned() + &of_modulus(&server) + "tok modulus --no-cache && tok modulus@x --no-cache";
    on_a_bus(&tok, &script).ok().quiet();
    assert_eq!(server.requests()[0].json()["password"], "of-the-variable");
    assert_eq!(last(&server)["password"], "of-the-command");
}

#[test]
fn an_entry_is_taken_as_it_is() {
    if !tools() {
        return;
    }
    let server = lenient();
    let user = ["modulus", &server.url(), account::MODULUS_USERNAMES[0], "password"];
    let script = UNLOCKED.to_owned() + &store(&user, " pä ss\tword ") + "exec tok modulus";
    on_a_bus(&somebody(&server), &script).ok().quiet();
    assert_eq!(last(&server)["password"], " pä ss\tword ");
}

#[test]
fn a_locked_keyring_is_broken_at_once_where_nobody_can_be_asked() {
    if !tools() {
        return;
    }
    let server = Server::start();
    for call in ["tok modulus --no-input", "tok modulus", "TOK_NO_INPUT=1 tok modulus"] {
        let script = UNLOCKED.to_owned() + &of_modulus(&server) + LOCK + call;
        let output = on_a_bus(&somebody(&server), &script)
            .fails(3)
            .says("modulus: the keyring is locked");
        assert!(output.took < Duration::from_secs(10), "{output}");
    }
    server.untouched();
}

#[test]
fn a_locked_keyring_is_not_touched_where_it_is_not_needed() {
    if !tools() {
        return;
    }
    let server = Server::start();
    let lock = UNLOCKED.to_owned() + &of_modulus(&server) + LOCK;
    let tok = somebody(&server).env("TOK_STARSHIP_USERNAME", account::STARSHIP_USERNAMES[0]);
    // Switched off, so that there is no secret; a variable; a cached token; a look at what is there.
    let calls = format!(
        "TOK_KEYRING=off tok modulus; echo $?\nexport TOK_MODULUS_PASSWORD='{}'\ntok modulus >/dev/null; echo $?\n\
         unset TOK_MODULUS_PASSWORD\ntok modulus >/dev/null; echo $?\ntok status >/dev/null; echo $?\n",
        account::MODULUS_PASSWORD
    );
    let output = on_a_bus(&tok, &(lock + &calls)).ok().prints("3\n0\n0\n0\n");
    output.says("password is missing").never_says("locked");
    server.only();
}

#[test]
fn a_silent_keyring_is_given_up_after_three_seconds() {
    if !tools() {
        return;
    }
    let server = Server::start();
    let script = UNLOCKED.to_owned()
        + &of_modulus(&server)
        + STOP
        + "began=$(date +%s)\ntok modulus\ncode=$?\necho $(($(date +%s) - began))\nexit $code";
    let output = on_a_bus(&somebody(&server), &script).exits(3);
    let seconds: u32 = output.token().parse().unwrap();
    assert!((3..=8).contains(&seconds), "{output}");
    output
        .says("the keyring did not answer within 3 s")
        .says("hint: TOK_KEYRING=off");
    let script = UNLOCKED.to_owned() + &of_modulus(&server) + STOP + "tok modulus --timeout 1";
    on_a_bus(&somebody(&server), &script).fails(3).says("within 1 s");
    server.untouched();
}

#[test]
fn where_there_is_no_keyring_the_next_source_has_its_turn() {
    let server = Server::start();
    let tok = somebody(&server);
    let missing = |output: Output| {
        let output = output
            .fails(3)
            .says("password is missing")
            .says("not in the OS keyring: no ");
        assert!(output.took < Duration::from_secs(10), "{output}");
    };
    missing(tok.run(["modulus", "-v"]));
    let mut terminal = tok.terminal(["modulus"]);
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    terminal.wait().ok().quiet();
    server.only();
    if tools() {
        let bare = tok.clone().without("TOK_MODULUS_USERNAME").write("home/bus.conf", BARE);
        let call = "exec tok modulus -v --username somebody";
        missing(on_the_bus(&bare, "--config-file=bus.conf", call));
        // A service without a collection.
        missing(on_a_bus(&tok, call));
    }
}

#[test]
fn a_bus_that_cannot_be_reached_is_broken_and_can_be_left_alone() {
    let server = Server::start();
    let tok = somebody(&server).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
    let output = tok.run(["modulus"]).fails(3).says("modulus: the keyring: ");
    output.says("hint: TOK_KEYRING=off");
    let off = tok.env("TOK_KEYRING", "off");
    off.run(["modulus"])
        .fails(3)
        .says("password is missing")
        .never_says("the keyring: ");
    server.untouched();
}

#[test]
fn a_secret_from_the_keyring_that_was_refused_is_not_sent_again() {
    if !tools() {
        return;
    }
    let server = Server::start();
    let user = ["modulus", &server.url(), account::MODULUS_USERNAMES[0], "password"];
    let script = UNLOCKED.to_owned() + &store(&user, "an-old-password") + "tok modulus; echo $?; tok modulus; echo $?";
    let output = on_a_bus(&somebody(&server), &script).ok().prints("4\n4\n");
    output.never_says("an-old-password");
    server.only();
}

#[test]
fn status_says_whether_the_keyring_has_the_secret_and_neither_reads_nor_unlocks_it() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring
        .of(Tok::new().vendor(&server))
        .config("[modulus]\nusername = 'api-user'\n");
    let verbose = |tok: &Tok| tok.run(["status", "modulus", "-v"]).ok().quiet();
    let in_keyring = |arguments: &[&str]| {
        let output = tok.run([&["status", "-f", "json"], arguments].concat()).ok().quiet();
        output.json()["tokens"][0]["in_keyring"].clone()
    };
    verbose(&tok).prints_this("password: asked for, since it is not in the OS keyring: no entry\n");
    assert_eq!(in_keyring(&["-v"]), json!({"password": false}));
    let password = account::MODULUS_PASSWORD;
    let login = ["login", "modulus", "--no-verify", "--password-stdin"];
    tok.clone().stdin(format!("{password}\n")).run(login).ok();
    verbose(&tok).prints_this("password: from the OS keyring\n");
    assert_eq!(in_keyring(&["-v"]), json!({"password": true}));
    assert_eq!(in_keyring(&[]), Value::Null);
    let set = tok.clone().env("TOK_MODULUS_PASSWORD", "another-one");
    verbose(&set).prints_this("password: from TOK_MODULUS_PASSWORD; the OS keyring has one as well\n");
    keyring.lock();
    let locked = "password: from the OS keyring, or asked for: the keyring is locked\n";
    verbose(&tok).prints_this(locked);
    assert_eq!(in_keyring(&["-v"]), json!({"password": null}));
    verbose(&tok).prints_this(locked);
    server.untouched();
}

#[test]
fn status_waits_for_a_silent_keyring_once() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let profiles = (0..4).map(|place| format!("[modulus.p{place}]\nusername = 'user-{place}'\naccount = 'a'\n"));
    let tok = keyring.of(Tok::new()).config(&profiles.collect::<String>());
    keyring.silence();
    tok.run(["status"]).ok().quiet();
    let output = tok.run(["status", "-v"]).ok().quiet();
    assert!((3..8).contains(&output.took.as_secs()), "{output}");
    let said = "the keyring did not answer within 3 s";
    assert_eq!(output.stdout.matches(said).count(), 4, "{output}");
}
