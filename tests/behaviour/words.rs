//! The vendor's words in a message: one line, nothing that moves a cursor or commands a runner, and no secret.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use crate::harness::{Output, Tok, fields};
use crate::protocol::account;
use crate::stand_in::{Server, answer, refuse};

/// The one line that a refusal with this text makes.
#[track_caller]
fn said(server: &Server, text: &str) -> String {
    server.reset();
    server.behave(answer(401, json!({"message": text}).to_string()));
    line(&Tok::new().vendor(server).knows("modulus").run(["modulus"]).fails(4))
}

#[track_caller]
fn line(output: &Output) -> String {
    let lines: Vec<&str> = output.stderr.lines().filter(|line| line.starts_with("tok: ")).collect();
    assert_eq!(lines.len(), 1, "{output}");
    lines[0].to_owned()
}

#[test]
fn control_characters_are_escaped() {
    let server = Server::start();
    let said = said(
        &server,
        "red\u{1b}[31m bell\u{7} null\0 del\u{7f} csi\u{9b}2J back\u{8}",
    );
    for escaped in [
        r"red\u{1b}[31m",
        r"bell\u{7}",
        r"null\u{0}",
        r"del\u{7f}",
        r"csi\u{9b}2J",
        r"back\u{8}",
    ] {
        assert!(said.contains(escaped), "{said}");
    }
    assert!(!said.chars().any(char::is_control), "{said:?}");
}

#[test]
fn characters_that_turn_or_hide_text_are_escaped() {
    let server = Server::start();
    for character in [
        '\u{202a}',
        '\u{202e}',
        '\u{2066}',
        '\u{2069}',
        '\u{200e}',
        '\u{200f}',
        '\u{61c}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{2060}',
        '\u{feff}',
        '\u{ad}',
        '\u{34f}',
        '\u{180e}',
        '\u{3164}',
        '\u{e0041}',
        '\u{fe0f}',
        '\u{2028}',
        '\u{2029}',
        '\u{fff9}',
        '\u{1d173}',
    ] {
        let said = said(&server, &format!("a{character}b"));
        assert!(!said.contains(character), "{character:?}: {said}");
        assert!(said.contains(&format!("a{}b", character.escape_unicode())), "{said}");
    }
}

#[test]
fn letters_of_any_language_are_shown_as_they_are() {
    let server = Server::start();
    let text = "Ungültiger Benutzer, неверный пароль, 密码错误, λάθος ✓";
    assert!(said(&server, text).contains(text));
}

#[test]
fn lines_become_one_line() {
    let server = Server::start();
    for text in [
        "one\ntwo",
        "one\r\ntwo",
        "one\rtwo",
        "one\u{85}two",
        "one \t\n\n two",
        "one\u{b}two",
        "one\u{c}two",
    ] {
        assert!(said(&server, text).contains("one two"), "{text:?}");
    }
    server.reset();
    server.behave(answer(500, "first\nsecond\ntok: warning: third\nhint: fourth\n"));
    let output = Tok::new().vendor(&server).knows("modulus").run(["modulus"]).fails(6);
    assert_eq!(output.stderr.lines().count(), 1, "{output}");
}

#[test]
fn no_ci_runner_reads_a_command_in_them() {
    let server = Server::start();
    for text in [
        "::set-env name=PATH::/tmp",
        "\n::set-env name=PATH::/tmp",
        "::add-mask::x",
        "::stop-commands::x",
        ":\u{200b}:set-env name=A::b",
        ":::set-env",
        "##[set-env name=PATH;]/tmp",
        "##[error]x",
        "##vso[task.setvariable variable=A]b",
        "##VSO[task.complete result=Succeeded]",
        "#\u{0}#[error]",
        "\u{1b}::error::x",
    ] {
        for status in [401, 500] {
            for body in [json!({"message": text}).to_string(), text.to_owned()] {
                server.reset();
                server.behave(answer(status, body));
                let output = Tok::new()
                    .vendor(&server)
                    .knows("modulus")
                    .env("GITHUB_ACTIONS", "true")
                    .run(["modulus", "-v"]);
                assert!(matches!(output.code(), Some(4 | 6)), "{output}");
                let all = output.stderr.to_lowercase();
                for command in ["::", "##[", "##vso["] {
                    assert!(!all.contains(command), "{text:?}: {output}");
                }
            }
        }
    }
}

#[test]
fn a_held_refusal_says_them_as_safely() {
    let server = Server::start();
    server.behave(refuse("\u{1b}[2J::error::\u{202e}x\n##[error] {secret}"));
    let tok = Tok::new().vendor(&server).knows("modulus");
    for _ in 0..2 {
        let output = tok
            .run(["modulus"])
            .fails(4)
            .says("***")
            .never_says("::")
            .never_says("##[");
        assert!(!output.stderr.contains(['\u{1b}', '\u{202e}']), "{output}");
    }
    server.only();
}

#[test]
fn at_most_300_characters_are_shown() {
    let server = Server::start();
    for text in [
        "x".repeat(301),
        "ä".repeat(5_000),
        "\u{202e}".repeat(1_000),
        "a b".repeat(400),
        ":".repeat(700),
    ] {
        let said = said(&server, &text);
        let words = said.rsplit_once("(HTTP 401): ").unwrap().1;
        assert!(words.chars().count() <= 300, "{words}");
        assert!(words.ends_with('…'), "{words}");
    }
    let whole = "x".repeat(300);
    assert!(said(&server, &whole).ends_with(&whole));
}

#[test]
fn a_cut_shows_no_part_of_a_secret() {
    let server = Server::start();
    for before in 285..=300 {
        let text = "x".repeat(before) + " " + account::MODULUS_PASSWORD;
        let said = said(&server, &text);
        assert!(!said.contains("m0d"), "{said}");
    }
}

/// Every spelling that an encoder of JSON, of URLs or of HTML may give a text.
fn spellings(secret: &str) -> Vec<String> {
    let json = json!(secret).to_string().trim_matches('"').to_owned();
    let every = |form: &dyn Fn(char) -> String| secret.chars().map(form).collect::<String>();
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    let percent = |keep: &'static str, upper: bool| {
        every(&move |c| {
            if unreserved(c) || keep.contains(c) {
                return c.to_string();
            }
            let mut bytes = [0; 4];
            let bytes = c.encode_utf8(&mut bytes).bytes();
            let escape = |b: u8| {
                if upper {
                    format!("%{b:02X}")
                } else {
                    format!("%{b:02x}")
                }
            };
            bytes.map(escape).collect()
        })
    };
    let unicode = |plain: fn(char) -> bool, upper: bool| {
        every(&move |c| {
            if plain(c) {
                return c.to_string();
            }
            let mut units = [0; 2];
            let units = c.encode_utf16(&mut units).iter();
            let escape = |u: &u16| {
                if upper {
                    format!("\\u{u:04X}")
                } else {
                    format!("\\u{u:04x}")
                }
            };
            units.map(escape).collect()
        })
    };
    let html = |quote: &str| {
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', quote)
    };
    vec![
        secret.to_owned(),
        json.replace('/', "\\/"),
        json,
        percent("", true),
        percent("", false),
        percent("!'()*", true),
        percent("!'()*", true).replace("%20", "+"),
        percent("$&+,/:;=?@!'()*", true),
        unicode(|c| c.is_ascii_alphanumeric(), true),
        unicode(|c| c.is_ascii_alphanumeric(), false),
        unicode(|c| c.is_ascii() && !"\"\\<>&'+`".contains(c), true),
        unicode(|_| false, false),
        html("&#39;"),
        html("&#x27;"),
        BASE64_STANDARD.encode(secret),
        BASE64_STANDARD_NO_PAD.encode(secret),
        BASE64_URL_SAFE.encode(secret),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
    ]
}

const HARD: &str = "p\"a\\s/s +%&w<ö>r'd!(1)*~ 密🔑=?";

#[test]
fn a_secret_that_comes_back_in_any_spelling_is_starred_out() {
    let server = Server::start();
    for (status, wrap) in [(401, true), (401, false), (500, false), (200, false)] {
        for spelling in spellings(HARD) {
            server.reset();
            let text = format!("wrong: <{spelling}> end");
            let body = if wrap {
                json!({"message": text}).to_string()
            } else {
                text
            };
            server.behave(answer(status, body));
            let tok = Tok::new()
                .vendor(&server)
                .knows("modulus")
                .env("TOK_MODULUS_PASSWORD", HARD);
            let output = tok.run(["modulus", "-v"]);
            assert!(!output.stderr.contains(&spelling), "{spelling}: {output}");
            assert!(!output.stderr.contains("w<ö>r"), "{spelling}: {output}");
            if status != 200 {
                assert!(output.stderr.contains("wrong: <***> end"), "{spelling}: {output}");
            }
        }
    }
}

#[test]
fn every_vendors_secret_is_starred_out_of_its_own_words() {
    let server = Server::start();
    for vendor in ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"] {
        let secret = fields(vendor, 0).pop().unwrap().1;
        for spelling in spellings(secret) {
            server.reset();
            server.behave(answer(401, format!("<<{spelling}>>")));
            let output = Tok::new().vendor(&server).knows(vendor).run([vendor]).fails(4);
            assert!(output.stderr.contains("<<***>>"), "{spelling}: {output}");
        }
    }
}

#[test]
fn a_request_that_comes_back_whole_shows_no_secret() {
    let server = Server::start();
    for vendor in ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"] {
        server.reset();
        server.behave(refuse("you sent {body}"));
        let tok = Tok::new().vendor(&server).knows(vendor);
        tok.run([vendor, "--no-cache"]).fails(4).says("you sent");
        // With Basic the secret is not in the body.
        let sent = server.only().header("authorization").map(str::to_owned);
        if let Some(header) = sent {
            let credentials = header.strip_prefix("Basic ").unwrap();
            server.reset();
            server.behave(answer(401, format!("Authorization: {header}")));
            let output = tok.run([vendor, "--fresh"]).fails(4).says("***");
            assert!(!output.stderr.contains(credentials), "{output}");
        }
    }
}
