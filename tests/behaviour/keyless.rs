//! Where there is no key to seal with, or none that can be had: what is kept, what is said, and who waits.

use crate::approvals::{approve, issuer, user};
use crate::custody::{
    KEYS, LOCK, RESTART, apart, forbidding, has_keyring, is_possible, is_sealed, ready, with_keyring,
};
use crate::device;
use crate::harness::{Tok, need};
use crate::stand_in::{Server, delay, lifetime, retry_after};

const BROKEN: &str = "tok: warning: no token is kept, so every call logs in: TOK_SEAL_KEY: it is not base64\n";

/// On a machine without any place for a key.
fn without_a_place<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    forbidding(&KEYS, libc::EPERM, run)
}

pub(crate) const DAMAGE: &str = "printf short! | secret-tool store --label=x service 'tok cache' username key\n";

#[test]
fn where_nothing_can_be_kept_nobody_waits_for_anybody_and_each_call_says_why_once() {
    let server = Server::start();
    server.behave(delay(600));
    let tok = ready(&server).env("TOK_TIMEOUT", "6");
    for (tok, why) in [
        (
            tok.clone().env("TOK_SEAL_KEY", "no key!"),
            "TOK_SEAL_KEY: it is not base64",
        ),
        (tok.env("TOK_SEAL", "require"), "there is no place for a key"),
    ] {
        let before = server.requests().len();
        for output in without_a_place(|| tok.parallel(12, &["starship"])) {
            let output = output.ok().says(why);
            assert_eq!(output.stderr.lines().count(), 1, "{output}");
        }
        assert_eq!(server.requests().len() - before, 12);
        assert!(tok.kept("json").is_empty());
    }
}

#[test]
fn where_nothing_can_be_kept_a_wrong_password_and_a_pause_are_found_out_once_all_the_same() {
    let server = Server::start();
    let tok = ready(&server).env("TOK_SEAL_KEY", "no key!");
    server.behave(delay(300));
    let wrong = tok.clone().env("TOK_STARSHIP_PASSWORD", "a wrong one");
    for output in wrong.parallel(12, &["starship"]) {
        output.fails(4);
    }
    assert_eq!(server.requests().len(), 1);
    server.behave(retry_after("40").and(delay(300)));
    for output in tok.parallel(12, &["starship"]) {
        output.fails(7);
    }
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn what_lies_there_in_clear_is_refreshed_though_nothing_can_be_kept() {
    let server = Server::start();
    server.behave(lifetime(3600));
    let tok = ready(&server);
    tok.clone().in_clear().run(["starship"]).ok();
    tok.pass(3700);
    let broken = tok.env("TOK_SEAL_KEY", "no key!").without("TOK_STARSHIP_PASSWORD");
    broken.run(["starship"]).ok().says(BROKEN);
    server.expect(&["POST /auth/login", "POST /auth/refresh"]);
}

#[test]
fn where_no_bus_answers_and_nothing_was_sealed_tokens_lie_in_clear_without_a_word() {
    let server = Server::start();
    for address in ["/dev/null", "disabled:", "unix:path=/nonexistent"] {
        let tok = ready(&server)
            .without("TOK_KEYRING")
            .env("DBUS_SESSION_BUS_ADDRESS", address);
        let token = without_a_place(|| tok.run(["starship"])).ok().quiet().token();
        assert_eq!(without_a_place(|| tok.run(["starship"])).ok().quiet().token(), token);
        is_sealed(&tok, false);
    }
}

#[test]
fn a_token_in_clear_is_given_first_and_in_need_where_nothing_can_be_kept() {
    let server = Server::start();
    server.behave(lifetime(3600));
    let tok = ready(&server).knows("modulus");
    let token = tok.clone().in_clear().run(["modulus"]).ok().token();
    let broken = tok.clone().env("TOK_SEAL_KEY", "no key!");
    assert_eq!(broken.run(["modulus"]).ok().quiet().token(), token);
    tok.pass(3580);
    let gone = broken.without("TOK_MODULUS_PASSWORD");
    let output = gone
        .run(["modulus"])
        .ok()
        .says(BROKEN)
        .says("the cached token is given");
    assert_eq!(output.token(), token);
    server.only();
}

#[test]
fn what_is_wrong_with_the_key_is_said_although_the_call_fails_for_another_reason() {
    let server = Server::start();
    let tok = ready(&server).without("TOK_STARSHIP_PASSWORD");
    let broken = tok.clone().env("TOK_SEAL_KEY", "no key!");
    for arguments in [&["starship"][..], &["starship", "--fresh"]] {
        let output = broken.run(arguments).fails(3).says("starship: password is missing");
        assert!(output.stderr.starts_with(BROKEN), "{output}");
        assert_eq!(output.stderr.matches("TOK_SEAL_KEY").count(), 1, "{output}");
    }
    let missing = tok.folder().join("missing");
    let output = tok.env("TOK_SEAL_KEY_FILE", &missing).run(["starship"]).fails(3);
    output.says(&format!("TOK_SEAL_KEY_FILE: {}: No such file", missing.display()));
    server.untouched();
}

#[test]
fn a_key_that_cannot_be_read_keeps_nothing_in_clear() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    for (trouble, why) in [
        (LOCK, "the keyring is locked"),
        ("kill -STOP $DAEMON\n", "the keyring did not answer within 3 s"),
        (DAMAGE, "the keyring: the entry 'tok cache' is no key: it is not base64"),
    ] {
        let tok = ready(&server);
        let script = format!("tok starship >/dev/null\n{trouble}tok starship --fresh >/dev/null\n");
        let output = without_a_place(|| with_keyring(&tok, &script)).ok();
        output.says(&format!(
            "tok: warning: no token is kept, so every call logs in: {why}; the kernel's"
        ));
        is_sealed(&tok, true);
    }
}

#[test]
fn a_sealed_token_that_makes_way_for_one_in_clear_is_a_warning() {
    if !is_possible() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    apart(&tok, "tok starship >/dev/null").ok().quiet();
    is_sealed(&tok, true);
    let again = || without_a_place(|| tok.run(["starship", "--fresh"])).ok();
    let output = again().says("tok: warning: ").says(&format!(
        "{} lies in clear from now on: there is no place for a key: TOK_KEYRING is off",
        tok.entry_path().display()
    ));
    assert_eq!(output.stderr.lines().count(), 1, "{output}");
    is_sealed(&tok, false);
    again().quiet();
    // Whoever wants it in clear knows.
    tok.run(["starship", "--fresh"]).ok();
    apart(
        &tok,
        "tok starship --fresh >/dev/null\nTOK_SEAL=off tok starship --fresh >/dev/null",
    )
    .ok()
    .quiet();
    is_sealed(&tok, false);
}

#[test]
fn a_silent_keyring_takes_a_third_of_the_time_of_a_call_at_most() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    server.behave(delay(2900));
    let slow = "(while kill -STOP $DAEMON; do sleep 0.3; kill -CONT $DAEMON; sleep 0.02; done) 2>/dev/null & SLOW=$!\n";
    for (trouble, end) in [("kill -STOP $DAEMON\n", ""), (slow, "\nkill $SLOW; kill -CONT $DAEMON")] {
        let tok = ready(&server).env("TOK_TIMEOUT", "6");
        let script = format!("tok starship >/dev/null\n{RESTART}{trouble}tok starship{end}\n");
        with_keyring(&tok, &script).ok().token();
    }
}

#[test]
fn whoever_wants_a_fresh_token_asks_no_keyring_before_the_login() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let fresh = "date +%s%3N\ntok starship --fresh >/dev/null\n";
    let script = format!("tok starship >/dev/null\n{RESTART}kill -STOP $DAEMON\n{fresh}");
    let began: u64 = with_keyring(&tok, &script).ok().token().parse().unwrap();
    server.expect(&["POST /auth/login"; 2]);
    let waited = server.requests()[1].at - began;
    assert!(waited < 2000, "the vendor was asked after {waited} ms");
}

#[test]
fn no_person_is_asked_to_approve_a_login_that_cannot_be_kept() {
    let server = issuer();
    let tok = user(&server);
    for (tok, why) in [
        (
            tok.clone().env("TOK_SEAL_KEY", "no key!"),
            "TOK_SEAL_KEY: it is not base64",
        ),
        (
            tok.clone().without("TOK_SEAL_KEY").env("TOK_SEAL", "require"),
            "there is no place for a key: TOK_KEYRING is off",
        ),
    ] {
        let output = without_a_place(|| tok.terminal(["login", "oidc"]).wait()).fails(1);
        output
            .says(&format!("tok: oidc: the login cannot be kept: {why}"))
            .says("hint: TOK_SEAL_KEY_FILE names a file with a key")
            .says("TOK_SEAL=off")
            .never_says("next:");
        assert!(tok.opened().is_empty());
    }
    server.untouched();
    // For one token alone they may be.
    let broken = tok.env("TOK_SEAL_KEY", "no key!");
    let mut terminal = broken.terminal(["oidc"]);
    terminal.expect("approve the login in the browser that opens");
    assert_eq!(terminal.stderr(), BROKEN, "before anybody approves");
    approve(&broken.visit());
    assert_eq!(terminal.wait().ok().stderr, BROKEN);
    assert!(broken.kept("json").is_empty());
}

#[test]
fn a_login_with_a_device_that_cannot_be_kept_asks_for_no_code() {
    let server = Server::start();
    let tok = device::user(&server).env("TOK_SEAL_KEY", "no key!");
    let output = tok.terminal(["login", "device"]).wait().fails(1);
    output.says("tok: device: the login cannot be kept: TOK_SEAL_KEY: it is not base64\n");
    server.untouched();
}

#[test]
fn many_who_need_the_first_key_at_once_make_one() {
    if !is_possible() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server).env("TOK_SEAL", "require");
    let round = "keyctl clear @u\nfor i in 1 2 3 4 5 6 7 8; do tok starship >/dev/null & done\nwait\n";
    apart(&tok, &format!("{}keyctl list @u\n", round.repeat(10)))
        .ok()
        .quiet()
        .prints_this("1 key in keyring");
    assert_eq!(server.requests().len(), 10);
}

#[test]
fn a_key_that_is_given_and_off_leave_the_kernels_keyring_alone() {
    if !need("strace") {
        return;
    }
    let server = Server::start();
    for tok in [Tok::new().in_clear(), Tok::new()] {
        let tok = tok.vendor(&server).knows("starship");
        let before = server.requests().len();
        let traced = "strace -f -e trace=keyctl,add_key,request_key -o $HOME/trace tok starship --fresh >/dev/null\n";
        let output = tok.sh(&format!("{traced}{traced}cat $HOME/trace")).ok();
        assert!(output.stdout.contains("+++ exited with 0 +++"), "{output}");
        assert!(!output.stdout.contains("key"), "{output}");
        assert_eq!(server.requests().len() - before, 2);
    }
}
