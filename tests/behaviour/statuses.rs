//! What an answer's status, flag and token become, in the documented order.

use serde_json::json;

use crate::harness::{Output, Tok};
use crate::stand_in::{Server, answer, redirect, refuse, retry_after, too_many};

/// One login at modulus, which has a flag.
#[track_caller]
fn modulus(server: &Server, status: u16, body: impl Into<Vec<u8>>, code: i32) -> Output {
    login("modulus", server, status, body, code)
}

/// One login at jmvstream, which has none.
#[track_caller]
fn jmvstream(server: &Server, status: u16, body: impl Into<Vec<u8>>, code: i32) -> Output {
    login("jmvstream", server, status, body, code)
}

#[track_caller]
fn login(vendor: &str, server: &Server, status: u16, body: impl Into<Vec<u8>>, code: i32) -> Output {
    server.reset();
    server.behave(answer(status, body));
    let output = Tok::new().vendor(server).knows(vendor).run([vendor]).fails(code);
    assert_eq!(server.requests().len(), 1, "asked once whatever the answer is");
    assert_eq!(server.only().complaint, None);
    output
}

const GOOD: &str = r#"{"result": true, "object": "abc", "token": "abc"}"#;
const REFUSED: &str = r#"{"result": false, "message": "no entry", "object": "abc"}"#;

#[test]
fn the_status_decides_before_a_token_in_the_body_does() {
    let server = Server::start();
    for (status, code) in [
        (429, 7),
        (500, 6),
        (501, 6),
        (502, 6),
        (503, 6),
        (504, 6),
        (599, 6),
        (300, 6),
        (303, 6),
        (304, 6),
        (308, 6),
        (400, 4),
        (401, 4),
        (403, 4),
        (422, 4),
        (402, 6),
        (404, 6),
        (405, 6),
        (408, 6),
        (409, 6),
        (410, 6),
        (418, 6),
        (451, 6),
        (499, 6),
    ] {
        let output = modulus(&server, status, if status == 304 { "" } else { GOOD }, code);
        output.says("modulus").says(&status.to_string()).never_says("abc\n");
    }
}

#[test]
fn the_status_decides_before_the_vendors_flag_does() {
    let server = Server::start();
    for (status, code) in [(429, 7), (500, 6), (503, 6), (302, 6)] {
        modulus(&server, status, REFUSED, code);
    }
}

#[test]
fn the_flag_decides_before_any_other_status_does() {
    let server = Server::start();
    for status in [200, 201, 202, 404, 405, 409, 418] {
        modulus(&server, status, REFUSED, 4).says("no entry");
    }
}

#[test]
fn a_flag_that_says_yes_saves_no_other_status() {
    let server = Server::start();
    modulus(&server, 404, GOOD, 6);
    modulus(&server, 418, GOOD, 6);
}

#[test]
fn a_flag_of_another_type_says_no() {
    let server = Server::start();
    for flag in [json!("true"), json!(1), json!(null), json!([true]), json!({"a": true})] {
        let body = json!({"result": flag, "object": "abc", "message": "odd"});
        modulus(&server, 200, body.to_string(), 4);
    }
}

#[test]
fn a_token_without_the_flag_is_taken_and_a_flag_without_the_token_is_not() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    server.behave(answer(200, r#"{"object": "abc"}"#));
    tok.run(["modulus"]).ok().prints("abc\n");
    for body in [
        r#"{"result": true}"#,
        r#"{"result": true, "object": null}"#,
        r#"{"result": true, "object": ""}"#,
    ] {
        modulus(&server, 200, body, 6);
    }
}

#[test]
fn any_2xx_with_a_token_is_taken() {
    let server = Server::start();
    for status in [200, 201, 202, 203, 206, 299] {
        server.behave(answer(status, GOOD).once());
        let tok = Tok::new().vendor(&server).knows("modulus");
        tok.run(["modulus"]).ok().prints("abc\n").quiet();
    }
}

#[test]
fn a_204_is_exit_6() {
    let server = Server::start();
    modulus(&server, 204, "", 6);
    jmvstream(&server, 204, "", 6);
}

#[test]
fn without_a_flag_an_error_text_in_a_200_is_exit_4_and_none_is_exit_6() {
    let server = Server::start();
    jmvstream(&server, 200, r#"{"message": "not allowed"}"#, 4).says("not allowed");
    jmvstream(&server, 200, r#"{"message": "not allowed", "token": null}"#, 4);
    for nothing in [
        r#"{"message": ""}"#,
        r#"{"message": " "}"#,
        r#"{"message": 7}"#,
        r#"{"message": null}"#,
        "{}",
        "[]",
        "null",
        "7",
        "\"token\"",
        "true",
    ] {
        jmvstream(&server, 200, nothing, 6);
    }
    jmvstream(&server, 404, r#"{"message": "not allowed"}"#, 6).says("not allowed");
}

#[test]
fn with_a_flag_an_error_text_in_a_200_is_exit_6() {
    let server = Server::start();
    modulus(&server, 200, r#"{"message": "not today"}"#, 6).says("not today");
}

#[test]
fn a_redirect_is_not_followed_and_nothing_more_is_sent() {
    let server = Server::start();
    let elsewhere = Server::start();
    for status in [301, 302, 303, 307, 308] {
        for location in [
            elsewhere.url_of("modulus") + "/api/cmn/AuthenticateToken",
            server.url_of("modulus") + "/api/cmn/AuthenticateToken",
            "/api/cmn/AuthenticateToken".to_owned(),
        ] {
            server.reset();
            server.behave(redirect(status, &location));
            let tok = Tok::new().vendor(&server).knows("modulus");
            tok.run(["modulus"]).fails(6).says("redirect").says(&status.to_string());
            server.expect(&["POST /api/cmn/AuthenticateToken"]);
        }
    }
    elsewhere.untouched();
}

#[test]
fn an_address_that_is_not_the_apis_brings_the_url_to_look_at() {
    let server = Server::start();
    let page =
        "<!doctype html>\n<html><head><title>Page not found</title></head><body><h1>long words</h1></body></html>";
    let hint = format!(
        "hint: look at the URL, {}; --url, TOK_MODULUS_URL or url in the profile gives another\n",
        server.url_of("modulus")
    );
    for (status, body, said) in [
        (404, page, "(HTTP 404): an HTML page, titled 'Page not found'\n"),
        (404, "no such page", "(HTTP 404): no such page\n"),
        (
            200,
            page,
            "(HTTP 200): the answer is not JSON but an HTML page, titled 'Page not found'\n",
        ),
        (
            301,
            "",
            "(HTTP 301): it answers with a redirect, which is not followed\n",
        ),
    ] {
        let output = modulus(&server, status, body, 6).says(&(said.to_owned() + &hint));
        output.never_says("long words").never_says("doctype");
    }
    // There it is not the URL that is wrong.
    for (status, code) in [(503, 6), (403, 4)] {
        let output = modulus(&server, status, page, code).says("an HTML page, titled 'Page not found'\n");
        output.never_says("look at the URL");
    }
}

#[test]
fn a_rate_limit_is_exit_7_now_and_while_the_pause_lasts() {
    for behaviour in [
        too_many(),
        retry_after("20"),
        retry_after("nonsense"),
        retry_after("-5"),
    ] {
        let server = Server::start();
        server.behave(behaviour);
        let tok = Tok::new().vendor(&server).knows("modulus");
        tok.run(["modulus"]).fails(7);
        tok.run(["modulus"]).fails(7).says("pause");
        tok.run(["modulus", "--fresh"]).fails(7);
        tok.run(["modulus", "--no-cache"]).fails(7);
        server.expect(&["POST /api/cmn/AuthenticateToken"]);
    }
}

#[test]
fn a_refusal_is_exit_4_and_so_is_the_same_secret_a_moment_later() {
    let server = Server::start();
    server.behave(refuse("wrong user"));
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus"]).fails(4).says("wrong user").says("hint: ");
    tok.run(["modulus"]).fails(4).says("wrong user").says("--fresh");
    server.expect(&["POST /api/cmn/AuthenticateToken"]);
}

#[test]
fn a_token_in_an_answer_that_is_none_is_not_shown() {
    let server = Server::start();
    for (status, body, code) in [
        (500, r#"{"object": "a-token-that-counts"}"#, 6),
        (
            404,
            r#"{"result": true, "object": "a-token-that-counts", "title": ""}"#,
            6,
        ),
        (200, r#"{"result": false, "object": "a-token-that-counts"}"#, 4),
        (401, r#"{"object": "a-token-that-counts"}"#, 4),
    ] {
        modulus(&server, status, body, code)
            .says("***")
            .never_says("a-token-that-counts");
    }
    let body = r#"{"access_token": "one-token", "refresh_token": "another-token"}"#;
    login("starship", &server, 500, body, 6)
        .never_says("one-token")
        .never_says("another-token");
}
