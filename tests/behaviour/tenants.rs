//! Two persons of one tenant, who have nothing but a key each: `person = true` is what says who logs in.

use serde_json::json;

use crate::harness::Tok;
use crate::protocol::account::{CRMCOM_AUTHENTICATION_CODES as CODES, CRMCOM_ORGANISATION};
use crate::ring::Keyring;
use crate::stand_in::{Server, answer};

const TENANT: &str = r#"
about = "A tenant and a key"
[[field]]
name = "tenant"
help = "The tenant"
[[field]]
name = "api-key"
help = "The key"
secret = true
[login]
path = "/key"
headers = { X-Api-Key = "{api-key}" }
json = { tenant = "{tenant}" }
[answer]
token = "/token"
lifetime = "1h"
"#;

fn world(server: &Server, definition: &str) -> Tok {
    let tok = Tok::new().own_vendor("shop", definition);
    tok.env("TOK_SHOP_URL", server.url()).env("TOK_SHOP_TENANT", "north")
}

fn with_key(tok: &Tok, key: &str) -> Tok {
    tok.clone().env("TOK_SHOP_API_KEY", key)
}

/// What the vendor gives to whoever asks next.
fn gives(server: &Server, token: &str) {
    let body = json!({ "token": token }).to_string();
    server.behave(answer(200, body).on("/key").once());
}

#[test]
fn one_persons_key_never_gets_the_token_of_another_of_the_same_tenant() {
    let server = Server::start();
    let tok = world(&server, TENANT);
    for (key, token) in [("key-of-alice", "alices"), ("key-of-bob", "bobs")] {
        gives(&server, token);
        assert_eq!(with_key(&tok, key).run(["shop"]).ok().token(), token);
        assert_eq!(with_key(&tok, key).run(["shop"]).ok().token(), token);
    }
    assert_eq!(server.requests().len(), 2);
    // Nor does somebody without a key.
    tok.run(["shop"]).fails(3).says("api-key is missing");
}

#[test]
fn a_field_that_names_the_person_tells_one_from_another_without_the_secret() {
    let server = Server::start();
    let tok = world(
        &server,
        &TENANT.replace("help = \"The tenant\"", "help = \"x\"\nperson = true"),
    );
    gives(&server, "alices");
    with_key(&tok, "key-of-alice").run(["shop"]).ok();
    assert_eq!(tok.run(["shop"]).ok().quiet().token(), "alices");
    let other = tok.env("TOK_SHOP_TENANT", "south");
    other.run(["shop"]).fails(3).says("api-key is missing");
}

#[test]
fn a_person_who_stands_in_no_request_and_no_url_tells_nothing() {
    let server = Server::start();
    let definition = TENANT.replace("help = \"The tenant\"", "help = \"x\"\nperson = true");
    let definition = definition.replace("json = { tenant = \"{tenant}\" }", "")
        + "[revoke]\npath = \"/end\"\njson = { tenant = \"{tenant}\" }\n";
    let tok = world(&server, &definition);
    for (tenant, key) in [("alice", "key-of-alice"), ("bob", "key-of-bob")] {
        gives(&server, tenant);
        let one = with_key(&tok, key).env("TOK_SHOP_TENANT", tenant);
        assert_eq!(one.run(["shop"]).ok().token(), tenant);
    }
}

#[test]
fn a_profile_keeps_its_key_in_an_entry_of_its_own() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(world(&server, TENANT));
    let login = |target: &str, key: &str| {
        gives(&server, &format!("of-{key}"));
        tok.clone().stdin(key).run(["login", target, "--api-key-stdin"]).ok();
    };
    login("shop@alice", "alices-key");
    login("shop@bob", "bobs-key");
    assert_eq!(keyring.secrets().len(), 2);
    for (target, key) in [("shop@alice", "alices-key"), ("shop@bob", "bobs-key")] {
        gives(&server, &format!("again-{key}"));
        let token = tok.run([target, "--fresh"]).ok().token();
        assert_eq!(token, format!("again-{key}"));
        assert_eq!(server.requests().last().unwrap().header("x-api-key"), Some(key));
    }
    // The default one has none of theirs.
    tok.run(["shop"]).fails(3).says("api-key is missing");
    tok.run(["logout", "shop@bob"]).ok();
    assert_eq!(keyring.secrets(), ["alices-key"]);
    tok.run(["shop@bob"]).fails(3);
}

#[test]
fn a_code_that_an_older_version_kept_is_found_by_a_profile_that_has_no_entry_of_its_own() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    let profile = |name: &str| {
        let url = format!("{}/crmapi/rest/v2", server.url());
        format!("[crmcom{name}]\nurl = '{url}'\norganisation = '{CRMCOM_ORGANISATION}'\nway = 'authentication-code'\n")
    };
    let user = json!(["crmcom", server.url(), CRMCOM_ORGANISATION, "authentication-code"]);
    keyring.put(&user.to_string(), CODES[0]);
    let old = tok.clone().config(&profile(".work"));
    old.run(["crmcom@work"]).ok();
    old.run(["logout", "crmcom@work"])
        .ok()
        .says("authentication-code in the OS keyring");
    assert_eq!(keyring.secrets(), [""; 0]);
    // Where the default profile has it, it is the default one's.
    keyring.put(&user.to_string(), CODES[0]);
    let both = tok.config(&(profile("") + &profile(".work")));
    both.run(["crmcom"]).ok();
    both.run(["crmcom@work", "--no-cache"]).fails(3);
    both.run(["logout", "crmcom@work"]).ok();
    assert_eq!(keyring.secrets(), [CODES[0]]);
}
