//! Bodies that a vendor should not send: every one ends in a documented exit status, with one line that says why.

use std::fmt::Write as _;
use std::io::Write as _;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Output, Tok};
use crate::peer::{Peer, read_request};
use crate::stand_in::{Server, answer, close, cut, drip, size, token};

const VENDORS: [&str; 6] = ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"];

fn ready(vendor: &str, server: &Server) -> Tok {
    Tok::new().vendor(server).knows(vendor)
}

#[track_caller]
fn body(server: &Server, body: impl Into<Vec<u8>>, code: i32) -> Output {
    server.reset();
    server.behave(answer(200, body));
    let output = ready("modulus", server).run(["modulus"]).fails(code);
    server.only();
    output
}

/// modulus at a peer that is no HTTP server.
fn at(peer: &Peer) -> Tok {
    Tok::new().knows("modulus").env("TOK_MODULUS_URL", peer.url())
}

#[test]
fn a_page_for_people_is_exit_6_for_every_vendor() {
    let server = Server::start();
    let page = "<!doctype html>\n<html><body><h1>Welcome</h1></body></html>";
    server.behave(answer(200, page).header("Content-Type", "text/html"));
    for vendor in VENDORS {
        ready(vendor, &server).run([vendor]).fails(6).says("JSON");
    }
}

#[test]
fn an_empty_body_is_exit_6_for_every_vendor() {
    let server = Server::start();
    for nothing in ["", " ", "\n\n", "\0"] {
        server.reset();
        server.behave(answer(200, nothing));
        for vendor in VENDORS {
            ready(vendor, &server).run([vendor]).fails(6);
        }
    }
}

#[test]
fn an_answer_of_one_mebibyte_is_read_and_one_byte_more_is_not() {
    let server = Server::start();
    server.behave(size(1 << 20).once());
    ready("modulus", &server).run(["modulus"]).ok().quiet();
    for length in [(1 << 20) + 1, 3 << 20] {
        server.behave(size(length).once());
        ready("modulus", &server).run(["modulus"]).fails(6).says("1 MiB");
    }
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_large_refusal_is_a_short_line() {
    let server = Server::start();
    server.behave(answer(500, "x".repeat(900_000)));
    let output = ready("modulus", &server).run(["modulus"]).fails(6);
    assert!(output.stderr.chars().count() < 500, "{output}");
}

#[test]
fn a_refusal_that_nearly_is_a_token_at_every_place_is_soon_told_of() {
    let server = Server::start();
    let near = "a".repeat(7000);
    let token = "a".repeat(1_000_000);
    server.behave(answer(401, format!(r#"{{"x": "{near}b", "object": "{token}"}}"#)));
    let output = ready("modulus", &server).run(["modulus"]).fails(4);
    assert!(output.took.as_secs() < 5, "{output}");
}

#[test]
fn json_of_any_depth_is_exit_6() {
    let server = Server::start();
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"{"object":"#, "}")] {
        let deep = open.repeat(50_000) + "1" + &close.repeat(50_000);
        body(&server, deep, 6);
        body(&server, open.repeat(50_000), 6);
    }
}

#[test]
fn a_deep_claim_in_a_token_does_no_harm() {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    let server = Server::start();
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let deep = format!("{{\"a\":{}", "[".repeat(5_000));
    let jwt = format!("{}.{}.x", part(r#"{"alg":"none"}"#), part(&deep));
    server.behave(token(jwt.as_str()));
    let tok = ready("modulus", &server);
    tok.run(["modulus"]).ok().prints(&format!("{jwt}\n"));
    tok.run(["modulus", "-f", "claims"]).fails(6);
}

#[test]
fn an_answer_that_is_cut_off_is_exit_6_and_not_asked_for_again() {
    let server = Server::start();
    for bytes in [0, 1, 20, 60] {
        server.reset();
        server.behave(cut(bytes));
        ready("modulus", &server).run(["modulus"]).fails(6).says("cut off");
        server.only();
    }
}

#[test]
fn a_body_that_drips_ends_at_the_timeout_with_exit_5() {
    let server = Server::start();
    server.behave(drip(1, 200));
    let output = ready("modulus", &server).run(["modulus", "--timeout", "1"]).fails(5);
    assert!(output.took < Duration::from_secs(5), "{output}");
    server.only();
}

#[test]
fn a_head_that_drips_ends_at_the_timeout_with_exit_5() {
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: ".iter().chain(&[b'x'; 100]) {
            if stream.write_all(&[*byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    });
    let output = at(&peer).env("TOK_TIMEOUT", "1").run(["modulus"]).fails(5);
    assert!(output.took < Duration::from_secs(5), "{output}");
    assert_eq!(peer.connections(), 1);
}

#[test]
fn a_connection_that_is_closed_without_an_answer_is_exit_5_and_not_tried_again() {
    let server = Server::start();
    server.behave(close());
    ready("modulus", &server).run(["modulus"]).fails(5).says("closed");
    let log = server.log();
    assert_eq!((log.requests.len(), log.connections), (1, 1));
}

#[test]
fn an_answer_that_is_not_http_is_exit_6_and_not_asked_for_again() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.9\r\n",
        "220 mail.example.com ESMTP\r\n",
        "garbage",
        "\0\0\0\0\0\0\0\0\0",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 99999 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n{}",
    ] {
        let peer = Peer::saying(bytes);
        at(&peer).run(["modulus"]).fails(6);
        assert_eq!(peer.connections(), 1, "{bytes:?}");
    }
}

#[test]
fn a_head_without_end_is_exit_6() {
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        for number in 0..200_000 {
            if write!(stream, "X-{number}: {}\r\n", "x".repeat(100)).is_err() {
                return;
            }
        }
    });
    at(&peer).run(["modulus"]).fails(6);
}

#[test]
fn a_body_that_is_packed_although_nobody_asked_for_it_is_exit_6() {
    let server = Server::start();
    // gzip of {"result":true,"object":"abc"}
    let packed: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 74, 45, 46, 205, 41, 81, 178, 42, 41, 42, 77, 213, 81, 202, 79,
        202, 74, 77, 6, 242, 148, 18, 147, 146, 149, 106, 1, 61, 63, 196, 11, 30, 0, 0, 0,
    ];
    server.behave(answer(200, packed).header("Content-Encoding", "gzip"));
    ready("modulus", &server).run(["modulus"]).fails(6);
    assert_eq!(server.only().header("accept-encoding"), None);
}

#[test]
fn a_byte_order_mark_before_the_json_is_read_over() {
    let server = Server::start();
    server.behave(answer(200, "\u{feff}{\"result\": true, \"object\": \"abc\"}"));
    ready("modulus", &server).run(["modulus"]).ok().prints("abc\n");
}

#[test]
fn utf_16_and_latin_1_are_not_json() {
    let server = Server::start();
    let text = r#"{"result": true, "object": "abc"}"#;
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    body(&server, [vec![0xff, 0xfe], wide].concat(), 6);
    body(
        &server,
        b"{\"result\": true, \"object\": \"abc\", \"name\": \"M\xfcller\"}".as_slice(),
        6,
    );
}

#[test]
fn two_documents_in_one_answer_are_exit_6() {
    let server = Server::start();
    let one = r#"{"result": true, "object": "abc"}"#;
    for more in [one, "x", ",", "\0", "/* */"] {
        body(&server, format!("{one}{more}"), 6);
    }
}

#[test]
fn a_number_that_cannot_be_a_lifetime_is_exit_6() {
    let server = Server::start();
    for number in [
        "1e308",
        "1e999",
        "-1",
        "0",
        "-1e308",
        "0.5",
        "315576001000",
        "99999999999999999999999999",
    ] {
        server.reset();
        let text = format!(r#"{{"access_token": "abc", "expires_in": {number}}}"#);
        server.behave(answer(200, text));
        ready("oauth2", &server).run(["oauth2"]).fails(6);
        let text = format!(r#"{{"access_token": "abc", "expires_in": "{number}"}}"#);
        server.reset();
        server.behave(answer(200, text));
        let output = ready("oauth2", &server).run(["oauth2"]);
        // What is no number at all says nothing about the end.
        let code = if number == "1e999" { 0 } else { 6 };
        assert_eq!(output.code(), Some(code), "{number}: {output}");
    }
}

#[test]
fn a_date_that_cannot_be_is_exit_6_or_says_nothing() {
    let server = Server::start();
    for (end, code) in [
        (json!("9999-12-31T23:59:59Z"), 6),
        (json!("0001-01-01T00:00:00Z"), 6),
        (json!(0), 6),
        (json!(1e300), 6),
        (json!(-1e300), 6),
        (json!("tomorrow"), 0),
        (json!("2026-13-45T99:99:99Z"), 0),
        (json!([]), 0),
        (json!({}), 0),
        (json!(false), 0),
    ] {
        server.reset();
        let body = json!({"access_token": "abc", "refresh_token": "def", "access_expires_at": end});
        server.behave(answer(200, body.to_string()));
        let output = ready("starship", &server).run(["starship"]);
        assert_eq!(output.code(), Some(code), "{end}: {output}");
    }
}

#[test]
fn of_two_members_with_one_name_the_last_counts() {
    let server = Server::start();
    server.behave(answer(200, r#"{"result": true, "object": "abc", "object": "def"}"#).once());
    ready("modulus", &server).run(["modulus"]).ok().prints("def\n");
    server.behave(answer(200, r#"{"result": true, "object": "abc", "result": false}"#).once());
    ready("modulus", &server).run(["modulus"]).fails(4);
}

#[test]
fn the_wrong_json_type_in_any_place_is_never_a_token_and_never_a_crash() {
    let server = Server::start();
    let odd = [
        json!(null),
        json!(true),
        json!(7),
        json!(-1.5),
        json!([]),
        json!(["abc"]),
        json!({}),
        json!({"token": "abc"}),
        json!({"0": "abc"}),
    ];
    for value in &odd {
        for (vendor, answered) in [
            ("modulus", json!({"result": true, "object": value, "message": value})),
            ("jmvstream", json!({"token": value, "error": value, "message": value})),
            ("crmcom", json!({"status": {"code": "OK"}, "data": value})),
            (
                "starship",
                json!({"access_token": value, "refresh_token": value, "access_expires_at": value}),
            ),
            ("data8", json!({"Status": {"Success": true}, "Jwt": value})),
            (
                "oauth2",
                json!({"access_token": value, "expires_in": value, "error": value}),
            ),
        ] {
            server.reset();
            server.behave(answer(200, answered.to_string()));
            let output = ready(vendor, &server).run([vendor]);
            let taken = vendor == "crmcom" && value["token"] == "abc";
            let named = vendor == "jmvstream" && value.get("message").is_some();
            let code = if taken {
                0
            } else if named {
                4
            } else {
                6
            };
            assert_eq!(output.code(), Some(code), "{vendor} {answered}: {output}");
        }
        server.reset();
        server.behave(answer(200, value.to_string()));
        for vendor in VENDORS {
            let output = ready(vendor, &server).run([vendor]);
            let taken = vendor == "jmvstream" && value["token"] == "abc";
            assert_eq!(
                output.code(),
                Some(if taken { 0 } else { 6 }),
                "{vendor} {value}: {output}"
            );
        }
    }
}

#[test]
fn the_wrong_json_type_beside_a_good_token_does_no_harm() {
    let server = Server::start();
    for value in [json!(null), json!([]), json!({"a": [1]}), json!("x"), json!(true)] {
        let body = json!({
            "access_token": "abc", "refresh_token": value, "access_expires_at": "2036-01-01T00:00:00Z",
            "client_id": value, "token_type": value, "scope": value,
        });
        for vendor in ["starship", "oauth2"] {
            server.reset();
            server.behave(answer(200, body.to_string()));
            let given = ready(vendor, &server).run([vendor, "-f", "json"]).ok().json();
            assert_eq!(given["token"], "abc");
        }
    }
}

#[test]
fn extras_of_any_type_come_through_as_they_are() {
    let server = Server::start();
    for value in [
        json!(["a", {"b": null}]),
        json!(1.5),
        json!("\u{202e}\u{0}x"),
        Value::Bool(false),
    ] {
        let body = json!({"access_token": "abc", "expires_in": 60, "scope": value});
        server.behave(answer(200, body.to_string()).once());
        let given = ready("oauth2", &server).run(["oauth2", "-f", "json"]).ok().json();
        assert_eq!(given["extras"]["scope"], value);
    }
}

#[test]
fn thousands_of_members_are_read() {
    let server = Server::start();
    let mut body = String::from("{");
    for number in 0..40_000 {
        write!(body, "\"m{number}\": {number}, ").unwrap();
    }
    body += r#""result": true, "object": "abc"}"#;
    server.behave(answer(200, body));
    ready("modulus", &server).run(["modulus"]).ok().prints("abc\n");
}
