//! A login of several requests: what a step takes goes into the next ones and nowhere else.

use std::fs;

use serde_json::json;

use crate::harness::Tok;
use crate::stand_in::{Server, answer, retry_after};

pub(crate) const STEPS: &str = r#"about = "A login of three requests"
url = "https://steps.example"

[[field]]
name = "username"
help = "Who logs in"
person = true

[[field]]
name = "password"
help = "Password"
secret = true

[[step]]
method = "GET"
path = "/csrf"
take = { csrf = "cookie:csrf", challenge = "/challenge" }

[[step]]
path = "/password"
headers = { X-Csrf = "{csrf}" }
form = { user = "{username}", password = "{password}" }
take = { ticket = "header:X-Ticket" }

[login]
method = "PUT"
path = "/tickets/{ticket}"
query = { challenge = "{challenge}" }
json = { challenge = "{challenge}" }

[answer]
token = "header:X-Token"
lifetime = "1h"
error = ["/error"]
"#;

const CSRF: &str = "csrf-canary-1";
const TICKET: &str = "ticket/canary 2";
const PASSWORD: &str = "password-canary-3";

/// The vendor's part of the first two steps.
fn steps(server: &Server) {
    server.tolerate();
    server.behave(
        answer(200, r#"{"challenge": 1234567}"#)
            .header("Set-Cookie", &format!("csrf={CSRF}; Path=/; HttpOnly"))
            .on("/csrf"),
    );
    server.behave(answer(204, "").header("X-Ticket", TICKET).on("/password"));
}

fn vendor() -> Server {
    let server = Server::start();
    steps(&server);
    server.behave(answer(201, "").header("X-Token", "Bearer the-token").on("/tickets"));
    server
}

fn user_of(server: &Server, definition: &str) -> Tok {
    Tok::new()
        .own_vendor("steps", definition)
        .env("TOK_STEPS_URL", server.url())
        .env("TOK_STEPS_USERNAME", "ada")
        .env("TOK_STEPS_PASSWORD", PASSWORD)
}

fn user(server: &Server) -> Tok {
    user_of(server, STEPS)
}

const ALL: [&str; 3] = [
    "GET /csrf",
    "POST /password",
    "PUT /tickets/ticket%2Fcanary%202?challenge=1234567",
];

#[test]
fn what_a_step_takes_stands_in_the_next_requests() {
    let server = vendor();
    let tok = user(&server);
    assert_eq!(tok.run(["steps"]).ok().quiet().token(), "the-token");
    assert_eq!(tok.run(["steps"]).ok().quiet().token(), "the-token");
    server.expect(&ALL);
    let requests = server.requests();
    assert_eq!(requests[0].header("cookie"), None);
    assert_eq!(requests[1].header("x-csrf"), Some(CSRF));
    assert_eq!(requests[1].header("cookie"), Some(format!("csrf={CSRF}").as_str()));
    assert_eq!(requests[1].body, format!("user=ada&password={PASSWORD}"));
    // A number stays one.
    assert_eq!(requests[2].json(), json!({"challenge": 1_234_567}));
}

#[test]
fn a_refusal_in_any_step_is_a_refusal_of_the_login_and_is_held() {
    for (place, path) in ["/csrf", "/password", "/tickets"].into_iter().enumerate() {
        let server = Server::start();
        server.behave(answer(401, r#"{"error": "not you"}"#).on(path));
        if place < 2 {
            server.behave(answer(200, "").header("X-Token", "x").on("/tickets"));
        }
        if place != 1 {
            server.behave(answer(204, "").header("X-Ticket", TICKET).on("/password"));
        }
        if place != 0 {
            server.behave(
                answer(200, r#"{"challenge": 1234567}"#)
                    .header("Set-Cookie", &format!("csrf={CSRF}"))
                    .on("/csrf"),
            );
        }
        server.tolerate();
        let tok = user(&server);
        tok.run(["steps"]).fails(4).says("not you");
        server.expect(&ALL[..=place]);
        tok.run(["steps"]).fails(4).says("not you").says("not sent again");
        server.expect(&ALL[..=place]);
    }
}

#[test]
fn a_steps_failure_is_told_as_a_logins_is() {
    for (status, code) in [(500, 6), (404, 6), (302, 6), (429, 7), (422, 4)] {
        let server = Server::start();
        steps(&server);
        server.behave(answer(status, "{}").on("/password").once());
        user(&server).run(["steps"]).fails(code);
        server.expect(&ALL[..2]);
    }
}

#[test]
fn a_pause_that_a_step_asks_for_is_kept() {
    let server = vendor();
    server.behave(
        retry_after("60")
            .and(answer(429, "{}").header("Retry-After", "60"))
            .on("/password")
            .once(),
    );
    let tok = user(&server);
    tok.run(["steps"]).fails(7);
    tok.run(["steps"]).fails(7).says("pause");
    server.expect(&ALL[..2]);
}

#[test]
fn an_error_text_in_the_place_of_what_is_taken_is_a_refusal() {
    let server = vendor();
    server.behave(answer(200, r#"{"error": "wrong password"}"#).on("/password").once());
    let tok = user(&server);
    tok.run(["steps"]).fails(4).says("wrong password");
    tok.run(["steps"]).fails(4).says("not sent again");
    server.expect(&ALL[..2]);
}

#[test]
fn what_a_path_needs_and_no_answer_gives_is_exit_6_and_named() {
    let server = vendor();
    server.behave(answer(204, "").on("/password").once());
    user(&server).run(["steps"]).fails(6).says("ticket").says("path");
    server.expect(&ALL[..2]);
}

#[test]
fn a_member_or_a_header_whose_value_no_answer_gives_drops_out() {
    let server = vendor();
    server.behave(answer(200, "{}").on("/csrf"));
    let tok = user(&server);
    let output = tok.run(["steps", "-v"]).ok();
    output.says("csrf: the answer has nothing at 'cookie:csrf'");
    let requests = server.requests();
    assert_eq!(
        (requests[1].header("x-csrf"), requests[1].header("cookie")),
        (None, None)
    );
    assert_eq!(requests[2].path, "/tickets/ticket%2Fcanary%202");
    assert_eq!(requests[2].json(), json!({}));
}

#[test]
fn what_a_step_takes_is_said_nowhere_and_never_on_disk() {
    let canaries = [CSRF, "ticket/canary", "ticket%2Fcanary", "1234567", PASSWORD];
    let echo = format!(r#"{{"error": "no: {CSRF} {TICKET} 1234567 {PASSWORD} ticket%2Fcanary%202"}}"#);
    for status in [200, 400, 401, 409, 500] {
        let server = Server::start();
        steps(&server);
        server.behave(answer(status, echo.clone()).on("/tickets"));
        let tok = user(&server);
        let outputs = [
            tok.run(["steps", "-v"]),
            tok.run(["steps", "-v"]),
            tok.run(["status", "-v"]),
        ];
        for canary in canaries {
            for output in outputs.clone() {
                output.never_says(canary);
            }
            for file in files(&tok.cache_folder()).into_iter().chain(files(&tok.home())) {
                let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
                assert!(!text.contains(canary), "{}: {text}", file.display());
            }
        }
        outputs[0].clone().says("***");
    }
}

/// An answer that is no refusal by its own shape and holds what is taken, shown because the status refuses it.
#[test]
fn a_refused_steps_answer_is_shown_without_what_it_would_give() {
    let server = vendor();
    server.behave(answer(403, r#"{"challenge": "answer-canary"}"#).on("/csrf").once());
    user(&server)
        .run(["steps"])
        .fails(4)
        .never_says("answer-canary")
        .says("***");
}

#[test]
fn a_token_from_a_step_is_kept_and_what_was_taken_is_not() {
    let server = vendor();
    let tok = user(&server).in_clear();
    tok.run(["steps"]).ok();
    let entry = fs::read_to_string(&tok.cached()[0]).unwrap();
    assert!(entry.contains("the-token"));
    for canary in [CSRF, "canary 2", "1234567"] {
        assert!(!entry.contains(canary), "{entry}");
    }
}

#[test]
fn twenty_processes_take_each_step_once() {
    let server = vendor();
    let outputs = user(&server).parallel(20, &["steps"]);
    for output in outputs {
        assert_eq!(output.ok().token(), "the-token");
    }
    server.expect(&ALL);
}

#[test]
fn a_plain_value_in_a_step_tells_one_token_from_another() {
    let server = vendor();
    let tok = user(&server);
    tok.run(["steps"]).ok();
    tok.run(["steps", "--username", "bob"]).ok();
    tok.run(["steps"]).ok();
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn a_step_that_runs_again_runs_before_a_refresh_and_no_other_does() {
    let definition = STEPS
        .replace("path = \"/csrf\"\n", "path = \"/csrf\"\nagain = true\n")
        .replace("lifetime = \"1h\"\n", "lifetime = \"2s\"\nrefresh_token = \"/next\"\n")
        + "[refresh]\npath = \"/refresh\"\nheaders = { X-Csrf = \"{csrf}\" }\njson = { refresh = \"{refresh-token}\" }\n";
    let server = Server::start();
    steps(&server);
    server.behave(answer(200, r#"{"next": "r1"}"#).header("X-Token", "one").on("/tickets"));
    server.behave(answer(200, r#"{"next": "r2"}"#).header("X-Token", "two").on("/refresh"));
    let tok = user_of(&server, &definition);
    assert_eq!(tok.run(["steps"]).ok().token(), "one");
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let without = tok.without("TOK_STEPS_PASSWORD");
    assert_eq!(without.run(["steps"]).ok().token(), "two");
    server.expect(&[ALL[0], ALL[1], ALL[2], ALL[0], "POST /refresh"]);
    assert_eq!(server.requests()[4].header("x-csrf"), Some(CSRF));
}

#[test]
fn a_secret_that_is_refused_before_a_refresh_is_held_back_as_in_a_login() {
    let definition = STEPS
        .replace("path = \"/csrf\"\n", "path = \"/csrf\"\nagain = true\n")
        .replace("path = \"/password\"\n", "path = \"/password\"\nagain = true\n")
        .replace("lifetime = \"1h\"\n", "lifetime = \"2s\"\nrefresh_token = \"/next\"\n")
        + "[refresh]\npath = \"/refresh\"\nheaders = { X-Ticket = \"{ticket}\" }\njson = { refresh = \"{refresh-token}\" }\n";
    let server = Server::start();
    steps(&server);
    server.behave(answer(200, r#"{"next": "r1"}"#).header("X-Token", "one").on("/tickets"));
    let tok = user_of(&server, &definition);
    tok.run(["steps"]).ok();
    std::thread::sleep(std::time::Duration::from_millis(2100));
    server.behave(answer(401, r#"{"error": "the password has changed"}"#).on("/password"));
    tok.run(["steps"]).fails(4).says("the password has changed");
    for _ in 0..2 {
        tok.run(["steps"]).fails(4).says("not sent again");
    }
    server.expect(&[ALL[0], ALL[1], ALL[2], ALL[0], ALL[1], ALL[0], ALL[1]]);
}

#[test]
fn each_way_has_a_login_of_its_own_and_its_own_steps() {
    let definition = r#"about = "Two ways"
url = "https://ways.example"
ways = [["username", "password"], ["api-key"]]
field = [
    { name = "username", help = "x" },
    { name = "password", help = "x", secret = true },
    { name = "api-key", help = "x", secret = true },
]
[[step]]
path = "/challenge"
json = { user = "{username}" }
take = { challenge = "/challenge" }
[[login]]
way = "username"
path = "/password"
json = { challenge = "{challenge}", password = "{password}" }
[[login]]
way = "api-key"
method = "GET"
path = "/key"
headers = { X-Api-Key = "{api-key}" }
status = [409]
success = { "/fine" = true }
[answer]
success = { "/ok" = true }
token = ["/token", "text"]
lifetime = "1h"
"#;
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, r#"{"challenge": "c", "ok": true}"#).on("/challenge"));
    server.behave(answer(200, r#"{"ok": true, "fine": false, "token": "of-password"}"#).on("/password"));
    server.behave(answer(409, r#"{"ok": false, "fine": true, "token": "of-key"}"#).on("/key"));
    let tok = Tok::new()
        .own_vendor("ways", definition)
        .env("TOK_WAYS_URL", server.url());
    let person = tok
        .clone()
        .env("TOK_WAYS_USERNAME", "ada")
        .env("TOK_WAYS_PASSWORD", PASSWORD);
    assert_eq!(person.run(["ways"]).ok().token(), "of-password");
    let machine = tok.env("TOK_WAYS_API_KEY", "key-canary-9");
    assert_eq!(machine.run(["ways"]).ok().token(), "of-key");
    server.expect(&["POST /challenge", "POST /password", "GET /key"]);
}

#[test]
fn a_token_in_plain_text_a_form_or_a_cookie_is_read() {
    for (reader, body, header) in [
        ("text", " the-token\n", ("X-None", "x")),
        ("form:access_token", "expires=1&access_token=the-token", ("X-None", "x")),
        (
            "cookie:session",
            "<html>",
            ("Set-Cookie", "session=the-token; Path=/; HttpOnly; Secure"),
        ),
        ("header:authorization", "", ("Authorization", "Bearer the-token")),
    ] {
        let server = Server::start();
        steps(&server);
        server.behave(answer(200, body).header(header.0, header.1).on("/tickets"));
        let definition = STEPS.replace("header:X-Token", reader);
        let tok = user_of(&server, &definition);
        assert_eq!(tok.run(["steps"]).ok().quiet().token(), "the-token", "{reader}");
        server.behave(answer(200, "{}").on("/tickets").once());
        let lacking = tok.run(["steps", "--fresh"]);
        if reader == "text" {
            assert_eq!(lacking.ok().token(), "{}");
        } else {
            lacking.fails(6).says("holds no token");
        }
    }
}

#[test]
fn a_token_that_is_a_cookie_is_shown_as_one() {
    let server = vendor();
    let definition = STEPS.to_owned() + "[use]\ncookie = \"session={token}\"\n";
    let tok = user_of(&server, &definition);
    tok.run(["steps", "-f", "curl"])
        .ok()
        .prints("cookie = \"session=the-token\"\n");
    tok.run(["steps", "-f", "header"])
        .ok()
        .prints("Cookie: session=the-token\n");
    server.behave(answer(201, "").header("X-Token", "a;b").on("/tickets").once());
    tok.run(["steps", "-f", "curl", "--fresh"]).fails(1).never_says("a;b");
}

/// All files below a folder.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            if entry.path().is_dir() {
                files(&entry.path())
            } else {
                vec![entry.path()]
            }
        })
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_login_of_three_requests_over_tls_uses_one_connection() {
    let server = Server::tls();
    steps(&server);
    server.behave(answer(201, "").header("X-Token", "the-token").on("/tickets"));
    let tok = user(&server).env("SSL_CERT_FILE", server.ca());
    assert_eq!(tok.run(["steps"]).ok().token(), "the-token");
    server.expect(&ALL);
    assert_eq!(server.log().connections, 1);
}
