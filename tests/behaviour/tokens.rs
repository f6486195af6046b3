//! What a token may be: 1 to 16384 characters of visible ASCII without blanks.

use serde_json::{Value, json};

use crate::harness::{Output, Tok};
use crate::stand_in::{Server, token};

const VENDORS: [&str; 6] = ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"];

#[track_caller]
fn with(server: &Server, vendor: &str, value: impl Into<Value>) -> Output {
    server.reset();
    server.behave(token(value));
    Tok::new().vendor(server).knows(vendor).run([vendor])
}

#[test]
fn a_token_of_16384_characters_is_printed_and_kept() {
    let server = Server::start();
    let longest = "~".repeat(16384);
    server.behave(token(longest.as_str()).once());
    let tok = Tok::new().vendor(&server).knows("modulus");
    for _ in 0..2 {
        assert!(tok.run(["modulus"]).ok().quiet().token() == longest);
    }
    server.only();
}

#[test]
fn a_longer_token_is_exit_6() {
    let server = Server::start();
    for length in [16385, 100_000] {
        with(&server, "modulus", "a".repeat(length)).fails(6).never_says("aaaa");
    }
}

#[test]
fn a_token_with_a_blank_is_exit_6_for_every_vendor() {
    let server = Server::start();
    for vendor in VENDORS {
        for value in [" ", " abc", "abc ", "a b c", "abc\n", "\tabc", "abc\r\n", "abc\u{a0}"] {
            with(&server, vendor, value).fails(6).never_says("abc");
        }
    }
}

#[test]
fn a_token_with_a_control_character_is_exit_6() {
    let server = Server::start();
    for character in (0..32).chain(127..160).filter_map(char::from_u32) {
        with(&server, "modulus", format!("ab{character}c"))
            .fails(6)
            .never_says("ab");
    }
}

#[test]
fn a_token_beyond_ascii_is_exit_6() {
    let server = Server::start();
    for value in [
        "tökén",
        "密码",
        "abc\u{200b}",
        "\u{202e}abc",
        "abc\u{feff}",
        "ａｂｃ",
        "abc\u{e0041}",
        "a🔑",
    ] {
        with(&server, "modulus", value).fails(6).never_says(value);
    }
}

#[test]
fn a_token_that_is_not_a_string_is_exit_6_for_every_vendor() {
    let server = Server::start();
    for vendor in VENDORS {
        for value in [json!(12345), json!(true), json!(["abc"]), json!({"token": "abc"})] {
            // jmvstream may say `error` or `message`, and does not.
            with(&server, vendor, value).fails(6).never_says("abc");
        }
        for nothing in [json!(null), json!("")] {
            with(&server, vendor, nothing).exits(6);
        }
    }
}

#[test]
fn a_token_that_looks_like_an_option_or_a_command_is_printed_as_it_is() {
    let server = Server::start();
    for value in [
        "-n",
        "--help",
        "-",
        "%s",
        "$(id)",
        "`id`",
        "\\n",
        "::error::x",
        "'",
        "\"",
        "~",
        "*",
        "#",
        "&&",
    ] {
        let printed = format!("{value}\n");
        with(&server, "modulus", value).ok().prints(&printed).quiet();
    }
}

#[test]
fn nothing_is_kept_of_an_answer_that_is_not_taken() {
    let server = Server::start();
    server.behave(token("a b").once());
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus"]).fails(6);
    assert!(tok.cached().is_empty(), "{:?}", tok.cached());
    tok.run(["modulus"]).ok().quiet();
}
