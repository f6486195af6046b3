//! A login that a person approves on another device (RFC 8628).

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Tok, until};
use crate::protocol::Behaviour;
use crate::stand_in::{Server, answer};

const DEVICE: &str = r#"about = "A login with a code on another device"
url = "https://device.example"

[[field]]
name = "client-id"
help = "Client identifier"

[[field]]
name = "client-secret"
help = "Client secret"
secret = true
optional = true

[let.jti.random]
bytes = 16
as = "hex"

[device]
path = "/device"
form = { client_id = "{client-id}", client_secret = "{client-secret}" }

[login]
path = "/token"

[login.form]
grant_type = "urn:ietf:params:oauth:grant-type:device_code"
client_id = "{client-id}"
client_secret = "{client-secret}"
device_code = "{device-code}"
jti = "{jti}"

[refresh]
path = "/refresh"
form = { refresh_token = "{refresh-token}" }

[answer]
token = "/access_token"
refresh_token = "/refresh_token"
expires_in = "/expires_in"
error = ["/error_description", "/error"]
"#;

/// The manual's example.
const ACME: &str = include_str!("../../src/cli/man/device.toml");

pub(crate) const DEVICE_CODE: &str = "device-code-canary-GmRhmhcx";
pub(crate) const USER_CODE: &str = "WDJB-MJHT";
pub(crate) const TOKEN: &str = "the-token-of-the-device";

pub(crate) fn codes() -> Value {
    json!({
        "device_code": DEVICE_CODE,
        "user_code": USER_CODE,
        "verification_uri": "https://device.example/activate",
        "verification_uri_complete": "https://device.example/activate?user_code=WDJB-MJHT",
        "expires_in": 900,
        "interval": 1
    })
}

pub(crate) fn with(name: &str, value: Value) -> Value {
    let mut codes = codes();
    codes[name] = value;
    codes
}

pub(crate) fn gives(codes: &Value) -> Behaviour {
    answer(200, codes.to_string()).on("/device")
}

pub(crate) fn token() -> Behaviour {
    let body = json!({"access_token": TOKEN, "refresh_token": "refresh-canary", "expires_in": 3600});
    answer(200, body.to_string()).on("/token")
}

pub(crate) fn says(status: u16, error: &str) -> Behaviour {
    answer(status, json!({ "error": error }).to_string())
        .on("/token")
        .once()
}

/// One that gives these codes and what follows, one after the other, and a token at last.
pub(crate) fn vendor(codes: &Value, polls: impl IntoIterator<Item = Behaviour>) -> Server {
    let server = Server::start();
    server.tolerate();
    server.behave(gives(codes));
    for poll in polls {
        server.behave(poll);
    }
    server.behave(token());
    server
}

pub(crate) fn user(server: &Server) -> Tok {
    Tok::new()
        .own_vendor("device", DEVICE)
        .env("TOK_DEVICE_URL", server.url())
        .env("TOK_DEVICE_CLIENT_ID", "tok")
}

#[test]
fn a_person_is_shown_the_code_and_the_address_and_the_token_follows() {
    let server = vendor(
        &codes(),
        [says(400, "authorization_pending"), says(400, "authorization_pending")],
    );
    let tok = user(&server);
    let mut terminal = tok.terminal(["device"]);
    terminal.expect("https://device.example/activate\r\n");
    terminal.expect(USER_CODE);
    terminal.expect("It lasts 15 min.");
    let output = terminal.wait().ok().quiet();
    assert_eq!(output.token(), TOKEN);
    assert_eq!(terminal.modes(), terminal.before);
    server.expect(&["POST /device", "POST /token", "POST /token", "POST /token"]);
    // Afterwards nobody is needed.
    assert_eq!(tok.run(["device"]).ok().quiet().token(), TOKEN);
    let told = tok.terminal(["device"]).wait().ok();
    assert_eq!(told.screen, "");
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_qr_code_is_drawn_where_the_terminal_can_show_it() {
    let server = vendor(&codes(), []);
    let tok = user(&server).env("LANG", "en_GB.UTF-8").env("TERM", "xterm-256color");
    let output = tok.terminal(["device"]).wait().ok();
    assert!(output.screen.contains('█') && output.screen.contains('▀'), "{output}");
    assert!(output.screen.contains("\x1b[38;5;231;48;5;16m"), "{output}");
    for other in [tok.clone().env("LANG", "C"), tok.clone().env("TERM", "dumb")] {
        let output = other.terminal(["device", "--fresh"]).wait().ok();
        assert!(
            output.screen.is_ascii() && output.screen.contains(USER_CODE),
            "{output}"
        );
    }
    let output = tok.env("NO_COLOR", "1").terminal(["device", "--fresh"]).wait().ok();
    assert!(
        output.screen.contains('█') && !output.screen.contains('\x1b'),
        "{output}"
    );
}

#[test]
fn a_refusal_to_give_a_code_is_held_as_any_other() {
    let server = Server::start();
    server.tolerate();
    server.behave(answer(401, r#"{"error": "invalid_client"}"#).on("/device"));
    let tok = user(&server).env("TOK_DEVICE_CLIENT_SECRET", "client-secret-canary");
    for _ in 0..2 {
        let output = tok.terminal(["device"]).wait().fails(4);
        assert_eq!(output.screen, "");
    }
    server.only();
}

#[test]
fn without_a_secret_that_could_be_wrong_another_code_can_be_asked_for_at_once() {
    let server = vendor(&codes(), [says(401, "invalid_client")]);
    let tok = user(&server);
    tok.terminal(["device"]).wait().fails(4).says("invalid_client");
    assert_eq!(tok.terminal(["device"]).wait().ok().token(), TOKEN);
}

#[test]
fn an_answer_without_codes_or_with_an_address_that_nobody_may_open_is_exit_6() {
    for (name, value, said) in [
        ("device_code", json!(null), "holds no device_code"),
        ("user_code", json!(""), "holds no user_code"),
        ("verification_uri", json!("http://device.example/"), "verification_uri"),
        (
            "verification_uri",
            json!("https://device.example/\u{1b}[2J"),
            "verification_uri",
        ),
    ] {
        let server = vendor(&with(name, value), []);
        let tok = user(&server);
        let output = tok.terminal(["device"]).wait().fails(6).says(said);
        assert_eq!(output.screen, "");
        server.only();
    }
    let mut codes = codes();
    let address = codes.as_object_mut().unwrap().remove("verification_uri").unwrap();
    codes["verification_url"] = address;
    let server = vendor(&codes, []);
    let tok = user(&server);
    tok.terminal(["device"]).wait().ok();
}

#[test]
fn where_nobody_can_be_asked_nothing_is_sent() {
    let server = vendor(&codes(), []);
    let tok = user(&server);
    let nobody = [
        tok.run(["device"]),
        tok.terminal(["device", "--no-input"]).wait(),
        tok.clone()
            .env("TOK_NO_INPUT", "1")
            .terminal(["device", "--no-cache"])
            .wait(),
    ];
    for output in nobody {
        let output = output.fails(3).says("tok login device");
        assert_eq!(output.screen, "");
    }
    server.untouched();
}

#[test]
fn of_twenty_processes_one_asks_and_all_get_its_token() {
    let server = vendor(&codes(), (0..2).map(|_| says(400, "authorization_pending")));
    let script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do tok device --timeout 5 & done; wait";
    let tok = user(&server);
    let mut terminal = tok.terminal_of("sh", ["-c", script]);
    let output = terminal.wait().ok();
    assert_eq!(output.stdout, format!("{TOKEN}\n").repeat(20), "{output}");
    assert_eq!(output.screen.matches(USER_CODE).count(), 1, "{output}");
    server.expect(&["POST /device", "POST /token", "POST /token", "POST /token"]);
}

#[test]
fn of_many_processes_all_hear_the_same_no() {
    let server = vendor(&codes(), [says(400, "access_denied")]);
    let script = "for i in 1 2 3 4 5; do (tok device --timeout 9; echo $?) & done; wait";
    let tok = user(&server);
    let output = tok.terminal_of("sh", ["-c", script]).wait().ok();
    assert_eq!(output.stdout, "4\n".repeat(5), "{output}");
    server.expect(&["POST /device", "POST /token"]);
}

#[test]
fn ctrl_c_ends_it_and_leaves_terminal_and_lock_as_they_were() {
    let pending = answer(400, r#"{"error": "authorization_pending"}"#).on("/token");
    let server = Server::start();
    server.tolerate();
    server.behave(gives(&codes()));
    server.behave(pending);
    let tok = user(&server);
    let mut terminal = tok.terminal(["device"]);
    terminal.expect(USER_CODE);
    until("it asks", || server.requests().len() > 2);
    terminal.send("\x03");
    let output = terminal.wait();
    assert_eq!(output.signal(), Some(2), "{output}");
    assert_eq!((output.stdout.as_str(), terminal.modes()), ("", terminal.before));
    let count = server.requests().len();
    server.behave(token());
    let output = tok.terminal(["device", "--timeout", "5"]).wait().ok();
    assert_eq!(output.token(), TOKEN);
    assert_eq!(server.requests().len(), count + 2);
}

#[test]
fn what_was_got_for_a_person_is_refreshed_without_one_and_asked_for_again_where_that_is_refused() {
    let server = vendor(&codes(), []);
    let refreshed = json!({"access_token": "another", "expires_in": 3600});
    server.behave(answer(200, refreshed.to_string()).on("/refresh").once());
    server.behave(answer(400, r#"{"error": "invalid_grant"}"#).on("/refresh"));
    let tok = user(&server);
    tok.terminal(["device"]).wait().ok();
    tok.pass(7200);
    assert_eq!(tok.run(["device"]).ok().quiet().token(), "another");
    tok.pass(7200);
    tok.run(["device"]).fails(3).says("a person has to approve");
    let mut terminal = tok.terminal(["device"]);
    terminal.expect(USER_CODE);
    assert_eq!(terminal.wait().ok().token(), TOKEN);
}

#[test]
fn no_code_is_told_or_kept_anywhere_but_on_the_terminal() {
    let echo = json!({"error": "invalid_grant", "error_description": format!("{DEVICE_CODE} of {USER_CODE}")});
    for last in [
        token(),
        answer(400, echo.to_string()).on("/token"),
        answer(500, echo.to_string()).on("/token"),
    ] {
        let server = Server::start();
        server.tolerate();
        server.behave(gives(&codes()));
        server.behave(last);
        let tok = user(&server);
        let output = tok.terminal(["device", "-v", "-f", "json"]).wait();
        let said = format!("{}{}", output.stdout, output.stderr);
        let kept = tok.all_that_is_kept();
        for code in [DEVICE_CODE, USER_CODE] {
            assert!(!said.contains(code), "{output}");
            assert!(!kept.contains(code), "{kept}");
        }
        assert!(
            output.screen.contains(USER_CODE) && !output.screen.contains(DEVICE_CODE),
            "{output}"
        );
    }
}

#[test]
fn tok_login_keeps_nothing_secret_but_the_tokens() {
    let server = vendor(&codes(), []);
    let tok = user(&server);
    let mut terminal = tok.terminal(["login", "device"]);
    terminal.expect(USER_CODE);
    terminal.wait().ok().says("logged in");
    let config = fs::read_to_string(tok.config_folder().join("config.toml")).unwrap_or_default();
    assert!(!config.contains("canary") && !config.contains(TOKEN), "{config}");
    assert_eq!(tok.run(["device"]).ok().token(), TOKEN);
    // Deleting the cache logs out.
    fs::remove_dir_all(tok.cache_folder()).unwrap();
    tok.run(["device"]).fails(3);
}

#[test]
fn whoever_has_no_terminal_waits_for_the_one_who_is_asked() {
    let server = vendor(&codes(), [says(400, "authorization_pending")]);
    let tok = user(&server);
    let mut terminal = tok.terminal(["device"]);
    terminal.expect(USER_CODE);
    let output = tok.run(["device", "--timeout", "20"]).ok();
    assert_eq!(output.token(), TOKEN);
    terminal.wait().ok();
    server.expect(&["POST /device", "POST /token", "POST /token"]);
}

#[test]
fn of_two_vendors_at_once_a_person_is_shown_one_after_the_other() {
    let server = vendor(&codes(), []);
    let tok = user(&server)
        .own_vendor("other", DEVICE)
        .env("TOK_OTHER_URL", server.url())
        .env("TOK_OTHER_CLIENT_ID", "another");
    let mut terminal = tok.terminal(["exec", "device", "other", "--", "printenv", "OTHER_TOKEN"]);
    assert_eq!(terminal.wait().ok().token(), TOKEN);
    // No code ages while the person is busy with another.
    server.expect(&["POST /device", "POST /token", "POST /device", "POST /token"]);
}

#[test]
fn both_requests_of_a_device_are_shown_and_none_is_sent() {
    let tok = Tok::new().own_vendor("acme", ACME);
    let shown = tok.run(["vendors", "check", "--show", "acme", "--client-id", "me"]);
    let shown = shown.ok().quiet();
    let shown = shown.prints_this("# login, 1 of 2\nPOST https://code.acme.example/login/device/code\n");
    let shown = shown.prints_this("\nclient_id=me&scope=read\n");
    let shown = shown.prints_this("# login, 2 of 2\nPOST https://code.acme.example/login/oauth/access_token\n");
    shown.prints_this("&client_id=me&device_code={device-code}\n");
}

#[test]
fn a_documented_answer_without_what_a_person_needs_is_told_by_the_check() {
    let tok = Tok::new().own_vendor("acme", ACME);
    tok.run(["vendors", "check", "acme"]).ok().quiet();
    for (from, to, said) in [
        ("\"user_code\"", "\"code\"", "the answer holds no user_code"),
        (
            "https://code.acme.example/login/device\"",
            "http://code.acme.example\"",
            "verification_uri: ",
        ),
    ] {
        let broken = ACME.replace(from, to);
        assert_ne!(broken, ACME);
        let tok = tok.clone().own_vendor("acme", &broken);
        tok.run(["vendors", "check", "acme"]).fails(2).says(said);
    }
}

#[test]
fn a_script_approves_in_the_demo() {
    let tok = Tok::new().own_vendor("acme", ACME);
    let played = tok.run(["demo", "acme"]).ok();
    played
        .prints_this("POST /login/device/code, POST /login/oauth/access_token")
        .prints_this("from the cache, no request");
}
