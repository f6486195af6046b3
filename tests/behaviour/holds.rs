//! A refused secret is not sent twice, and nothing else is kept from being sent.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256, Sha512};

use crate::harness::{Tok, fields};
use crate::protocol::account;
use crate::stand_in::{Server, answer, refresh_token, refuse};

const WRONG: &str = "wrong-secret-1";
const OTHER: &str = "wrong-secret-2";

fn wrong(server: &Server, vendor: &str) -> Tok {
    with(&Tok::new().vendor(server).knows(vendor), vendor, WRONG)
}

fn with(tok: &Tok, vendor: &str, secret: &str) -> Tok {
    let (field, _) = fields(vendor, 0).pop().unwrap();
    let field = field.to_uppercase().replace('-', "_");
    tok.clone()
        .env(format!("TOK_{}_{field}", vendor.to_uppercase()), secret)
}

#[track_caller]
fn came(server: &Server, count: usize) {
    assert_eq!(server.requests().len(), count, "{:#?}", server.requests());
}

#[test]
fn a_refused_secret_is_not_sent_again_whether_the_vendor_says_401_403_or_its_own_flag() {
    let cases = [
        ("jmvstream", 401, r#"{"message":"not allowed"}"#),
        ("modulus", 403, r#"{"result":false,"message":"forbidden"}"#),
        (
            "data8",
            200,
            r#"{"Status":{"Success":false,"ErrorMessage":"no"},"Jwt":null}"#,
        ),
        ("crmcom", 200, r#"{"status":{"code":"INVALID"},"data":null}"#),
    ];
    for (vendor, status, body) in cases {
        let server = Server::start();
        server.behave(answer(status, body));
        let tok = wrong(&server, vendor);
        tok.run([vendor]).fails(4);
        tok.run([vendor]).fails(4).says("not sent again").says("--fresh");
        tok.run([vendor]).fails(4);
        came(&server, 1);
    }
}

#[test]
fn another_secret_is_sent_at_once_and_each_refused_one_is_remembered() {
    let server = Server::start();
    let tok = wrong(&server, "modulus");
    tok.run(["modulus"]).fails(4);
    with(&tok, "modulus", OTHER).run(["modulus"]).fails(4);
    came(&server, 2);
    tok.run(["modulus"]).fails(4);
    with(&tok, "modulus", OTHER).run(["modulus"]).fails(4);
    came(&server, 2);
    with(&tok, "modulus", account::MODULUS_PASSWORD).run(["modulus"]).ok();
    came(&server, 3);
}

#[test]
fn a_refused_secret_is_held_back_for_five_minutes() {
    let server = Server::start();
    let tok = wrong(&server, "modulus");
    tok.run(["modulus"]).fails(4);
    tok.pass(270);
    tok.run(["modulus"]).fails(4).says("4 min 3");
    came(&server, 1);
    tok.pass(40);
    tok.run(["modulus"]).fails(4);
    came(&server, 2);
    tok.run(["modulus"]).fails(4);
    came(&server, 2);
}

#[test]
fn a_held_secret_is_explained_in_the_vendors_words() {
    let server = Server::start();
    server.behave(refuse("the account is locked"));
    let tok = wrong(&server, "starship");
    tok.run(["starship"]).fails(4);
    tok.run(["starship"]).fails(4).says("the account is locked");
    came(&server, 1);
}

#[test]
fn a_refused_secret_is_held_back_in_every_profile_of_the_same_login() {
    let server = Server::start();
    let login = format!("username = '{}'", account::MODULUS_USERNAMES[0]);
    let tok = wrong(&server, "modulus")
        .without("TOK_MODULUS_USERNAME")
        .config(&format!(
            "[modulus]\n{login}\n[modulus.one]\n{login}\nvariable = 'X'\n[modulus.two]\n{login}\nmin-ttl = '1m'\n"
        ));
    for name in ["modulus", "modulus@one", "modulus@two", "modulus@one"] {
        tok.run([name]).fails(4);
    }
    came(&server, 1);
}

#[test]
fn a_refused_secret_is_held_back_whatever_optional_fields_are_given() {
    let server = Server::start();
    let tok = wrong(&server, "crmcom");
    tok.run(["crmcom"]).fails(4);
    tok.run(["crmcom", "--unit", account::CRMCOM_UNIT]).fails(4);
    came(&server, 1);
}

#[test]
fn after_400_and_422_only_the_very_same_request_is_held_back() {
    for status in [400, 422] {
        let server = Server::start();
        server.behave(answer(
            status,
            r#"{"Status":{"Success":false,"ErrorMessage":"bad limits"}}"#,
        ));
        let tok = Tok::new().vendor(&server).knows("data8");
        tok.run(["data8", "--max-credits", "5"]).fails(4);
        tok.run(["data8", "--max-credits", "5"])
            .fails(4)
            .says("this very request was refused")
            .says("and is not sent again")
            .says("bad limits");
        came(&server, 1);
        tok.run(["data8", "--max-credits", "6"]).fails(4);
        tok.run(["data8"]).fails(4);
        came(&server, 3);
        with(&tok, "data8", OTHER).run(["data8", "--max-credits", "5"]).fails(4);
        came(&server, 4);
        for limits in [&["data8", "--max-credits", "6"][..], &["data8"]] {
            tok.run(limits).fails(4);
        }
        came(&server, 4);
    }
}

#[test]
fn fresh_sends_a_refused_secret_again_and_a_new_refusal_counts_anew() {
    let server = Server::start();
    let tok = wrong(&server, "modulus");
    tok.run(["modulus"]).fails(4);
    tok.pass(200);
    tok.run(["modulus", "--fresh"]).fails(4);
    came(&server, 2);
    tok.pass(200);
    tok.run(["modulus"]).fails(4);
    came(&server, 2);
}

#[test]
fn a_success_ends_the_hold() {
    let server = Server::start();
    server.behave(refuse("not yet").once());
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus"]).fails(4);
    tok.run(["modulus"]).fails(4);
    tok.run(["modulus", "--fresh"]).ok();
    tok.pass(60);
    tok.alter(|entry| entry["expires_at"] = (entry["asked_at"].as_i64().unwrap() + 1000).into());
    tok.run(["modulus"]).ok();
    came(&server, 3);
}

#[test]
fn a_success_without_the_cache_ends_the_hold_as_well() {
    let server = Server::start();
    server.behave(refuse("not yet").once());
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus"]).fails(4);
    tok.run(["modulus", "--no-cache", "--fresh"]).ok();
    tok.run(["modulus"]).ok();
    came(&server, 3);
}

#[test]
fn holds_count_without_the_cache_as_well() {
    let server = Server::start();
    let tok = wrong(&server, "modulus");
    tok.run(["modulus", "--no-cache"]).fails(4);
    tok.run(["modulus", "--no-cache"]).fails(4).says("not sent again");
    tok.run(["modulus"]).fails(4);
    came(&server, 1);
}

#[test]
fn the_same_secret_of_another_login_is_sent() {
    let server = Server::start();
    let tok = wrong(&server, "modulus");
    tok.run(["modulus"]).fails(4);
    tok.run(["modulus", "--username", account::MODULUS_USERNAMES[1]])
        .fails(4);
    came(&server, 2);
}

#[test]
fn the_same_secret_is_sent_to_another_origin() {
    let (server, other) = (Server::start(), Server::start());
    let tok = wrong(&server, "modulus");
    tok.run(["modulus"]).fails(4);
    tok.run(["modulus", "--url", &other.url()]).fails(4);
    came(&server, 1);
    came(&other, 1);
}

#[test]
fn another_path_of_the_same_origin_is_held_as_well() {
    let server = Server::start();
    server.behave(answer(401, "{}").on("/"));
    let tok = wrong(&server, "modulus");
    tok.run(["modulus"]).fails(4);
    tok.run(["modulus", "--url", &format!("{}/elsewhere", server.url())])
        .fails(4);
    came(&server, 1);
}

#[test]
fn a_vendor_that_fails_holds_nothing_back() {
    for status in [500, 503, 404] {
        let server = Server::start();
        server.behave(answer(status, "{}").once());
        let tok = Tok::new().vendor(&server).knows("modulus");
        tok.run(["modulus"]).fails(6);
        tok.run(["modulus"]).ok();
        came(&server, 2);
    }
}

#[test]
fn a_refused_refresh_token_is_not_sent_again() {
    for status in [400, 401] {
        let server = Server::start();
        let tok = Tok::new().vendor(&server).knows("starship");
        server.behave(refresh_token("a-refresh-token").on("/auth/login"));
        tok.run(["starship"]).ok();
        tok.pass(24 * 3600);
        server.behave(answer(status, r#"{"message":"Invalid refresh token"}"#).on("/auth/refresh"));
        let tok = tok.without("TOK_STARSHIP_PASSWORD");
        tok.run(["starship"]).fails(3);
        tok.run(["starship"]).fails(3);
        server.expect(&["POST /auth/login", "POST /auth/refresh"]);
    }
}

/// One whose refresh and revocation carry the password of the login.
const GRANT: &str = r#"about = "A password grant"
url = "https://grant.example"

[[field]]
name = "user"
help = "Name of the user"

[[field]]
name = "scope"
help = "What for"
optional = true

[[field]]
name = "password"
help = "The password"
secret = true

[login]
path = "/login"
json = { user = "{user}", password = "{password}", scope = "{scope}" }

[refresh]
path = "/refresh"
basic = "{user}:{password}"
json = { refresh = "{refresh-token}" }

[revoke]
path = "/revoke"
basic = "{user}:{password}"
json = { token = "{token}" }

[answer]
token = "/token"
refresh_token = "/refresh"
lifetime = "1h"
"#;

fn of_grant(server: &Server) -> Tok {
    server.tolerate();
    server.behave(answer(200, r#"{"token": "given-token", "refresh": "given-refresh"}"#).on("/login"));
    Tok::new()
        .own_vendor("grant", GRANT)
        .env("TOK_GRANT_URL", server.url())
        .env("TOK_GRANT_USER", "somebody")
        .env("TOK_GRANT_PASSWORD", WRONG)
}

#[test]
fn a_refresh_that_is_refused_holds_no_secret_back() {
    for status in [401, 403] {
        let server = Server::start();
        let tok = of_grant(&server);
        tok.run(["grant"]).ok();
        tok.pass(2 * 3600);
        server.behave(answer(status, r#"{"message": "the refresh token has ended"}"#).on("/refresh"));
        tok.run(["grant"]).ok();
        server.expect(&["POST /login", "POST /refresh", "POST /login"]);
    }
}

#[test]
fn a_login_that_is_refused_after_a_refresh_holds_its_secret_back() {
    let server = Server::start();
    let tok = of_grant(&server);
    tok.run(["grant"]).ok();
    tok.pass(2 * 3600);
    let words = r#"{"message": "the password has ended"}"#;
    server.behave(answer(401, words).on("/refresh"));
    server.behave(answer(401, words).on("/login"));
    tok.run(["grant"]).fails(4).says("the password has ended");
    came(&server, 3);
    for arguments in [["grant"].as_slice(), &["grant", "--scope", "two"]] {
        tok.run(arguments).fails(4).says("these credentials were refused");
    }
    came(&server, 3);
}

#[test]
fn a_revocation_that_is_refused_holds_no_secret_back() {
    let server = Server::start();
    let tok = of_grant(&server);
    tok.run(["grant"]).ok();
    server.behave(answer(403, r#"{"message": "not yours"}"#).on("/revoke"));
    tok.run(["logout", "grant", "--revoke"]).fails(4);
    tok.run(["grant", "--scope", "two"]).ok();
    server.expect(&["POST /login", "POST /revoke", "POST /login"]);
}

#[test]
fn a_secret_that_is_refused_in_a_login_is_not_sent_in_a_refresh_or_a_revocation() {
    let server = Server::start();
    let tok = of_grant(&server);
    tok.run(["grant"]).ok();
    server.behave(answer(401, "{}").on("/login"));
    tok.run(["grant", "--fresh"]).fails(4);
    came(&server, 2);
    tok.run(["logout", "grant", "--revoke"])
        .fails(4)
        .says("these credentials were refused")
        .says("not sent again");
    came(&server, 2);
    tok.pass(60);
    tok.alter(|entry| entry["expires_at"] = (entry["asked_at"].as_i64().unwrap() + 1000).into());
    tok.run(["grant"]).fails(4).says("not sent again");
    came(&server, 2);
}

#[test]
fn a_refresh_that_fails_otherwise_holds_no_secret_back() {
    let server = Server::start();
    let tok = of_grant(&server);
    tok.run(["grant"]).ok();
    tok.pass(2 * 3600);
    server.behave(answer(400, r#"{"message": "an old refresh token"}"#).on("/refresh"));
    tok.run(["grant"]).ok();
    server.expect(&["POST /login", "POST /refresh", "POST /login"]);
}

#[test]
fn a_hold_from_a_wrong_clock_does_not_last() {
    let server = Server::start();
    let tok = wrong(&server, "modulus");
    tok.run(["modulus"]).fails(4);
    tok.pass(-2 * 3600);
    tok.run(["modulus"]).fails(4);
    came(&server, 2);
}

#[test]
fn neither_the_secret_nor_a_fast_hash_of_it_is_kept() {
    let server = Server::start();
    let tok = wrong(&server, "modulus");
    server.behave(refuse("no: {secret} {body}"));
    tok.run(["modulus"]).fails(4);
    server.behave(answer(422, "{}"));
    tok.run(["modulus", "--fresh"]).fails(4);
    let kept = tok.all_that_is_kept();
    assert!(kept.contains("refusals"), "something is held: {kept}");
    let salts: Vec<Vec<u8>> = kept
        .split('"')
        .filter_map(|word| BASE64_STANDARD.decode(word).ok().filter(|salt| salt.len() >= 8))
        .collect();
    assert!(!salts.is_empty(), "a salt is kept: {kept}");
    let secret = WRONG.as_bytes();
    let mut inputs = vec![secret.to_vec()];
    for salt in &salts {
        let length = secret.len().to_le_bytes();
        inputs.extend([
            [salt, secret].concat(),
            [secret, salt].concat(),
            [salt, &length[..], secret].concat(),
        ]);
    }
    for input in inputs {
        for digest in [
            input.clone(),
            Sha256::digest(&input).to_vec(),
            Sha512::digest(&input).to_vec(),
        ] {
            let hex = digest
                .iter()
                .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
            let forms = [
                String::from_utf8_lossy(&digest).into_owned(),
                BASE64_STANDARD_NO_PAD.encode(&digest),
                BASE64_URL_SAFE_NO_PAD.encode(&digest),
                hex.to_uppercase(),
                hex,
            ];
            for form in forms {
                assert!(!kept.contains(&form), "{form} is kept in {kept}");
            }
        }
    }
}
