//! Where the key lies: in the kernel's keyring and in gnome-keyring, each of the test's own.
//!
//! A keyring of the kernel's is a user's, and a user is another one in each user namespace: what a script does there is gone
//! with it, and nothing is put into the keyring of who runs the tests.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

use crate::approvals::{approve, issuer, user};
use crate::harness::{Output, Tok, given, need};
use crate::protocol::account;
use crate::stand_in::Server;

/// Ready to keep secrets, and still without one.
const UNLOCKED: &str = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n";

pub(crate) const LOCK: &str = "dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
                    org.freedesktop.Secret.Service.Lock \
                    array:objpath:/org/freedesktop/secrets/collection/login >/dev/null\n";

/// Waits for the keyring's process, which lets its starter go before it is on the bus.
const DAEMON: &str = "daemon() { dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
                      org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets 2>/dev/null | \
                      grep -o '[0-9]*$'; }\nuntil DAEMON=$(daemon); do sleep 0.02; done\n\
                      trap 'kill -KILL $DAEMON' EXIT\n";

/// As after a restart of the machine.
pub(crate) const RESTART: &str = "keyctl clear @u\n";

const SHOW: &str = "keyctl rdescribe $(keyctl search @u user tok:cache-key)\n";

pub(crate) fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("starship").without("TOK_SEAL_KEY")
}

pub(crate) fn is_possible() -> bool {
    let tools = ["unshare", "keyctl", "sh"].into_iter().all(need);
    tools && {
        let tried = Tok::new().program("unshare", ["-Ur", "keyctl", "show", "@u"]);
        given(
            tried.code() == Some(0),
            "no user namespace with keys of its own can be made",
        )
    }
}

pub(crate) fn has_keyring() -> bool {
    let tools = ["dbus-run-session", "dbus-send", "gnome-keyring-daemon", "secret-tool"];
    is_possible() && tools.into_iter().all(need)
}

/// Where the kernel's keyring has nothing yet.
#[track_caller]
pub(crate) fn apart(tok: &Tok, script: &str) -> Output {
    let script = format!("set -e\n{script}");
    tok.program("unshare", ["-Ur", "sh", "-c", &script])
}

/// The same on a bus with an OS keyring of its own.
#[track_caller]
pub(crate) fn with_keyring(tok: &Tok, script: &str) -> Output {
    let home = tok.home();
    let tok = tok
        .clone()
        .without("TOK_KEYRING")
        .env("XDG_RUNTIME_DIR", &home)
        .env("XDG_DATA_HOME", home)
        .env(
            "SCRIPT",
            format!("unset SCRIPT; exec 2>&3 3>&-\nset -e\n{UNLOCKED}{DAEMON}{script}"),
        );
    let bus = "exec dbus-run-session -- sh -c \"$SCRIPT\" 3>&2 2>/dev/null";
    tok.program("unshare", ["-Ur", "sh", "-c", bus])
}

/// Where these system calls fail so.
#[track_caller]
pub(crate) fn forbidding<T: Send>(calls: &[i64], error: i32, run: impl FnOnce() -> T + Send) -> T {
    let rules: BTreeMap<i64, _> = calls.iter().map(|&call| (call, Vec::new())).collect();
    let fail = SeccompAction::Errno(u32::try_from(error).unwrap());
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, fail, arch).unwrap();
    let filter: BpfProgram = filter.try_into().unwrap();
    // Of this thread and what it starts.
    thread::scope(|scope| {
        let run = scope.spawn(move || {
            apply_filter(&filter).unwrap();
            run()
        });
        run.join().unwrap()
    })
}

pub(crate) const KEYS: [i64; 3] = [libc::SYS_add_key, libc::SYS_keyctl, libc::SYS_request_key];

#[track_caller]
pub(crate) fn is_sealed(tok: &Tok, sealed: bool) {
    assert_eq!(tok.entry()["sealed"].is_string(), sealed, "{}", tok.entry());
    assert_eq!(tok.entry()["token"].is_string(), !sealed, "{}", tok.entry());
}

#[test]
fn without_an_os_keyring_the_key_lies_in_the_kernels_for_this_user_alone() {
    if !is_possible() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let output = apart(
        &tok,
        &format!("tok starship >/dev/null\ntok starship >/dev/null\n{SHOW}tok status"),
    );
    let output = output.ok().quiet();
    assert!(
        output.stdout.starts_with("user;0;0;3f3f0000;tok:cache-key\n"),
        "{output}"
    );
    output.prints_this(
        "sealed, the key is in the kernel's keyring until the last session ends or the machine restarts\n",
    );
    is_sealed(&tok, true);
    server.only();
}

#[test]
fn a_session_that_was_set_apart_finds_the_same_key_and_makes_one_for_all() {
    if !is_possible() {
        return;
    }
    let server = Server::start();
    let script = format!(
        "keyctl session - tok starship 2>/dev/null\ntok starship\nkeyctl session - tok starship 2>/dev/null\n{SHOW}"
    );
    let output = apart(&ready(&server), &script).ok();
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert!(lines[0] == lines[1] && lines[1] == lines[2], "{output}");
    assert_eq!(lines[3], "user;0;0;3f3f0000;tok:cache-key");
    server.only();
}

#[test]
fn after_a_restart_without_an_os_keyring_there_is_a_login_and_no_word() {
    if !is_possible() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let script = format!("tok starship\n{RESTART}tok starship\ntok starship\n{RESTART}tok starship -v >/dev/null");
    let output = apart(&tok, &script).ok().never_says("warning");
    let tokens: Vec<&str> = output.stdout.lines().collect();
    assert!(tokens[0] != tokens[1] && tokens[1] == tokens[2], "{output}");
    output.says("the key that it was sealed with cannot be had: TOK_KEYRING is off");
    server.expect(&["POST /auth/login"; 3]);
}

#[test]
fn where_the_kernels_keyring_is_forbidden_or_full_tokens_stay_in_clear_as_they_were() {
    let server = Server::start();
    for (calls, error, why) in [
        (&KEYS[..], libc::EPERM, "it may not be used here"),
        (&KEYS[..], libc::ENOSYS, "it cannot be used"),
        (&KEYS[..1], libc::EDQUOT, "it is full"),
    ] {
        // The last of them would find the keyring of who runs the tests.
        if calls.len() == 1 && !is_possible() {
            continue;
        }
        let tok = ready(&server);
        let run = |words: &str| forbidding(calls, error, || apart_or_not(&tok, calls.len() == 1, words));
        let said = format!("TOK_KEYRING is off; the kernel's keyring: {why}");
        run("starship -v")
            .ok()
            .says("kept in clear: there is no place for a key")
            .says(&said);
        is_sealed(&tok, false);
        run("starship").ok().quiet();
        if calls.len() > 1 {
            run("status -v")
                .ok()
                .prints_this(&format!("in clear: there is no place for a key: {said}\n"));
            run("logout --key").ok().says("there was no key to forget");
        } else {
            run("status -v")
                .ok()
                .prints_this(&format!("in clear: there is no place for a key: {said}\n"));
        }
    }
}

fn apart_or_not(tok: &Tok, is_apart: bool, words: &str) -> Output {
    if is_apart {
        apart(tok, &format!("tok {words}"))
    } else {
        tok.run(words.split(' '))
    }
}

#[test]
fn where_sealing_is_required_and_there_is_no_key_nothing_is_kept() {
    let server = Server::start();
    let tok = ready(&server);
    tok.clone().in_clear().run(["starship"]).ok();
    let strict = tok.clone().env("TOK_SEAL", "require");
    let first = forbidding(&KEYS, libc::EPERM, || strict.run(["starship"])).ok();
    first
        .says("tok: warning: ")
        .says("there is no place for a key: TOK_KEYRING is off")
        .says("TOK_SEAL_KEY_FILE can name a key, and TOK_SEAL=auto does without");
    assert!(tok.kept("json").is_empty(), "what lay there in clear is gone as well");
    let output = forbidding(&KEYS, libc::EPERM, || strict.run(["status", "starship", "-v"])).ok();
    output.prints_this("are kept not at all: there is no place for a key");
}

#[test]
fn processes_that_make_the_first_key_at_once_end_with_one() {
    if !is_possible() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server)
        .knows("modulus")
        .knows("data8")
        .knows("oauth2")
        .knows("jmvstream");
    let vendors = "modulus data8 oauth2 jmvstream starship";
    let all = format!("for v in {vendors}; do tok $v >$HOME/$v.$1 & done; wait");
    let script = format!("set -- 1\n{all}\nset -- 2\n{all}\nfor v in {vendors}; do cmp $HOME/$v.1 $HOME/$v.2; done");
    for round in 1..=8 {
        let folder = tok.folder().join(round.to_string());
        apart(&tok.clone().env("TOK_CACHE_DIR", folder), &script).ok().quiet();
        assert_eq!(server.requests().len(), round * 5, "round {round}");
    }
    if has_keyring() {
        let script = format!("{script} >&2");
        forbidding(&KEYS, libc::EPERM, || with_keyring(&tok, &script))
            .ok()
            .quiet();
        assert_eq!(server.requests().len(), 45, "with the OS keyring alone");
    }
}

#[test]
fn a_cached_call_opens_no_socket_and_no_keyring_but_the_kernels() {
    if !has_keyring() || !need("strace") {
        return;
    }
    let server = Server::start();
    let trace = "strace -f -e trace=%network,keyctl,add_key,request_key -o $HOME/trace tok starship\n";
    let output = with_keyring(&ready(&server), &format!("tok starship\n{trace}cat $HOME/trace")).ok();
    server.only();
    let lines = |what: &str| output.stdout.lines().filter(|line| line.contains(what)).count();
    assert_eq!((lines("socket("), lines("connect(")), (0, 0), "{output}");
    assert_eq!((lines("keyctl("), lines("add_key(")), (3, 0), "{output}");
}

#[test]
fn the_os_keyring_has_the_key_and_gives_it_back_after_a_restart() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let look = "secret-tool search --all service 'tok cache' 2>/dev/null | grep -c '^secret = .\\{44\\}$'\n";
    let script = format!("tok starship\n{look}{RESTART}tok starship\n{SHOW}tok status");
    let output = with_keyring(&ready(&server), &script).ok().quiet();
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(
        (lines[0], lines[1], lines[3]),
        (lines[2], "1", "user;0;0;3f3f0000;tok:cache-key")
    );
    output.prints_this("sealed, the key is in the OS keyring\n");
    server.only();
}

#[test]
fn where_the_kernels_keyring_is_forbidden_the_os_keyring_has_the_key_alone() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let script = "tok starship\ntok starship\n";
    let output = forbidding(&KEYS, libc::EPERM, || with_keyring(&tok, script))
        .ok()
        .quiet();
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(lines[0], lines[1]);
    is_sealed(&tok, true);
    server.only();
}

#[test]
fn a_locked_keyring_costs_a_login_and_no_dialog_and_its_key_is_the_one_again_once_it_is_open() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let script = format!(
        "tok starship >$HOME/first\ncp -r $TOK_CACHE_DIR $HOME/kept\n{RESTART}{LOCK}tok starship -v\ntok starship\n\
         kill -KILL $DAEMON\n{UNLOCKED}{DAEMON}rm -r $TOK_CACHE_DIR\ncp -r $HOME/kept $TOK_CACHE_DIR\ntok starship | cmp - $HOME/first\n{SHOW}"
    );
    let output = with_keyring(&tok, &script).ok();
    let output = output.says("the key that it was sealed with cannot be had: the keyring is locked");
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(
        lines[0], lines[1],
        "meanwhile the kernel's keyring has a key of its own"
    );
    is_sealed(&tok, true);
    server.expect(&["POST /auth/login"; 2]);
}

#[test]
fn what_was_sealed_while_the_keyring_was_locked_is_found_after_it_was_opened() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server).knows("data8");
    let script = format!(
        "tok starship >/dev/null\n{RESTART}{LOCK}tok data8 >$HOME/locked\nkill -KILL $DAEMON\n{UNLOCKED}{DAEMON}\
         tok starship >/dev/null\ntok data8 | cmp - $HOME/locked\ntok login starship >/dev/null 2>&1\n\
         tok data8 | cmp - $HOME/locked\ntok status | tail -1"
    );
    let output = with_keyring(&tok, &script).ok().quiet();
    output.prints_this("sealed, the key is in the OS keyring\n");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn after_a_login_what_is_kept_lasts_although_the_kernels_keyring_had_another_key() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let script = format!(
        "tok starship >/dev/null\n{RESTART}TOK_KEYRING=off tok starship --fresh >/dev/null\n\
         tok login starship >/dev/null 2>&1\ntok starship >$HOME/kept\n{RESTART}tok starship | cmp - $HOME/kept\n\
         secret-tool clear service 'tok cache' username key\ntok login starship >/dev/null 2>&1\ntok starship >$HOME/kept\n\
         {RESTART}tok starship | cmp - $HOME/kept\n"
    );
    with_keyring(&tok, &script).ok().quiet();
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_keyring_that_is_silent_or_slow_costs_three_seconds_and_no_token() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    for later in ["", "(sleep 4; kill -CONT $DAEMON) &\n"] {
        let tok = ready(&server);
        let timed = "began=$(date +%s%3N)\ntok starship -v >/dev/null\necho $(($(date +%s%3N) - began))\n";
        let script =
            format!("tok starship >/dev/null\n{RESTART}kill -STOP $DAEMON\n{later}{timed}tok starship >/dev/null");
        let output = with_keyring(&tok, &script)
            .ok()
            .says("the keyring did not answer within 3 s");
        let milliseconds: u32 = output.token().parse().unwrap();
        assert!((2_900..9_000).contains(&milliseconds), "{output}");
        is_sealed(&tok, true);
    }
    server.expect(&["POST /auth/login"; 4]);
    let tok = ready(&server).env("TOK_TIMEOUT", "3");
    let output = with_keyring(&tok, "kill -STOP $DAEMON\ntok starship -v >/dev/null").ok();
    assert!(output.took < Duration::from_secs(8), "{output}");
    is_sealed(&tok, true);
}

#[test]
fn a_damaged_key_in_the_keyring_is_left_alone_and_said() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let look = "secret-tool lookup service 'tok cache' username key\n";
    let script = format!(
        "printf short | secret-tool store --label=x service 'tok cache' username key\ntok starship >/dev/null\n{look}"
    );
    with_keyring(&tok, &script).ok().prints("short");
    is_sealed(&tok, true);
}

#[test]
fn a_login_makes_the_key_last() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    let script = format!(
        "TOK_KEYRING=off tok starship >$HOME/first\nTOK_KEYRING=off tok status | tail -1\n\
         tok login starship >/dev/null 2>&1\ntok status | tail -1\n{RESTART}tok starship >/dev/null"
    );
    let output = with_keyring(&tok, &script).ok().quiet();
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert!(
        lines[0].ends_with("in the kernel's keyring until the last session ends or the machine restarts"),
        "{output}"
    );
    assert!(lines[1].ends_with("in the OS keyring"), "{output}");
    server.expect(&["POST /auth/login"; 2]);
}

#[test]
fn a_logout_leaves_the_key_and_a_logout_of_the_key_drops_every_token() {
    if !has_keyring() {
        return;
    }
    let server = Server::start();
    let tok = ready(&server).env("TOK_MODULUS_USERNAME", account::MODULUS_USERNAMES[0]);
    let count = "secret-tool search --all service 'tok cache' 2>/dev/null | grep -c ^secret || true\n";
    let script = format!(
        "tok starship >/dev/null\ntok logout starship --all\n{count}tok starship >/dev/null\ntok logout --key\n{count}\
         keyctl search @u user tok:cache-key 2>/dev/null || echo gone\ntok logout --key\ntok starship >/dev/null"
    );
    let output = with_keyring(&tok, &script).ok().prints("1\n0\ngone\n");
    let output = output
        .says("forgot the key in the OS keyring and in the kernel's keyring")
        .says("1 token is forgotten");
    output.says("there was no key to forget; no token was kept");
    server.expect(&["POST /auth/login"; 3]);
}

#[test]
fn what_a_person_approved_is_kept_no_longer_than_its_token_where_nothing_can_be_sealed() {
    let server = issuer();
    let tok = user(&server).without("TOK_SEAL_KEY");
    let approved = |tok: &Tok| {
        let mut terminal = tok.terminal(["oidc"]);
        terminal.expect("approve the login in the browser that opens");
        approve(&tok.visit());
        terminal.wait().ok()
    };
    let said = "oidc: the login is kept as long as this token lasts";
    forbidding(&KEYS, libc::EPERM, || approved(&tok)).says(said);
    assert_eq!(
        (&tok.entry()["token"], &tok.entry()["refresh_token"]),
        (&"the-token".into(), &Value::Null)
    );
    let off = user(&server).in_clear();
    approved(&off).quiet();
    assert_eq!(off.entry()["refresh_token"], "the-refresh-token");
}

#[test]
fn a_login_that_a_person_approved_says_where_it_is_gone_after_a_restart() {
    if !is_possible() {
        return;
    }
    let server = issuer();
    let tok = user(&server).without("TOK_SEAL_KEY");
    let mut terminal = tok.terminal_of("unshare", ["-Ur", "tok", "login", "oidc"]);
    terminal.expect("approve the login in the browser that opens");
    approve(&tok.visit());
    let output = terminal.wait().ok();
    output
        .says("the login is kept until the last session ends or the machine restarts")
        .says("TOK_KEYRING is off");
    is_sealed(&tok, true);
}
