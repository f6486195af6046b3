//! A person approves a login in a browser: who is listened to, what is sent, what is said and what is kept.

use std::time::Duration;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::browser::Visit;
use crate::harness::{Tok, until};
use crate::protocol::Behaviour;
use crate::stand_in::{Server, answer};

pub(crate) const CLIENT: &str = "client of a test";
pub(crate) const CODE: &str = "code-canary+1/2=";
pub(crate) const DISCOVERY: &str = "GET /.well-known/openid-configuration";

/// A vendor without a discovery document.
pub(crate) const OWN: &str = r#"about = "A vendor of a test"

[browser]
path = "/authorize"
query = { state = "{state}", code_challenge = "{code-challenge}", redirect_uri = "{redirect-uri}" }

[[login]]
way = "browser"
path = "/token"
form = { code = "{code}", code_verifier = "{code-verifier}", redirect_uri = "{redirect-uri}" }

[answer]
token = "/access_token"
expires_in = "/expires_in"
"#;

/// Has an issuer say this of itself beside its endpoints.
pub(crate) fn discover(server: &Server, more: &Value) {
    say_of(server, &server.url(), more);
}

/// The same with another address.
pub(crate) fn discover_at(server: &Server, url: &str) {
    say_of(server, url, &json!({}));
}

fn say_of(server: &Server, url: &str, more: &Value) {
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "revocation_endpoint": format!("{url}/revoke"),
    });
    let more = more.as_object().unwrap().clone();
    document.as_object_mut().unwrap().extend(more);
    server.behave(answer(200, document.to_string()).on("/.well-known/openid-configuration"));
}

pub(crate) fn grant_of(token: &str) -> Behaviour {
    let grant = json!({ "access_token": token, "refresh_token": "the-refresh-token", "expires_in": 3600 });
    answer(200, grant.to_string()).on("/token")
}

/// An issuer that gives a token for any code.
pub(crate) fn issuer_with(more: &Value) -> Server {
    let server = Server::start();
    server.tolerate();
    discover(&server, more);
    server.behave(grant_of("the-token"));
    server
}

pub(crate) fn issuer() -> Server {
    issuer_with(&json!({}))
}

pub(crate) fn user(server: &Server) -> Tok {
    Tok::new()
        .env("TOK_OIDC_URL", server.url())
        .env("TOK_OIDC_CLIENT_ID", CLIENT)
        .with_browser()
}

/// Comes back with a code.
#[track_caller]
pub(crate) fn approve(visit: &Visit) {
    let page = visit.follow(&visit.back(&[("code", CODE)]));
    assert_eq!(page.status, 200, "{page:?}");
}

#[test]
fn a_browser_is_opened_once_and_its_code_gets_the_token() {
    let server = issuer();
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    terminal.expect("approve the login in the browser that opens");
    let visit = tok.visit();
    let page = visit.follow(&visit.back(&[("code", CODE)]));
    assert!(
        page.status == 200 && page.text.contains("The login is approved"),
        "{page:?}"
    );
    let output = terminal.wait().ok().quiet();
    assert_eq!(output.token(), "the-token");
    assert!(output.screen.contains(&visit.url), "{output}");
    assert_eq!(tok.run(["oidc"]).ok().quiet().token(), "the-token");
    assert_eq!(tok.opened().len(), 1);
    server.expect(&[DISCOVERY, "POST /token"]);
}

#[test]
fn what_is_sent_is_what_the_rfcs_want() {
    let server = issuer();
    let tok = user(&server)
        .env("TOK_OIDC_AUDIENCE", "https://api.example")
        .env("TOK_OIDC_LOGIN_HINT", "ada");
    let mut terminal = tok.terminal(["oidc"]);
    let visit = tok.visit();
    approve(&visit);
    terminal.wait().ok();
    assert!(visit.url.starts_with(&(server.url() + "/authorize?")), "{visit:?}");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("scope", "openid offline_access"),
        ("code_challenge_method", "S256"),
        ("audience", "https://api.example"),
        ("login_hint", "ada"),
    ] {
        assert_eq!(visit.says(name), value);
    }
    assert_eq!(
        visit.says("redirect_uri"),
        format!("http://127.0.0.1:{}/", visit.port())
    );
    let request = server.requests().pop().unwrap();
    let sent = |name: &str| {
        Visit {
            url: format!("x?{}", request.body),
        }
        .says(name)
    };
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(sent("code_verifier")));
    assert_eq!(visit.says("code_challenge"), challenge);
    assert_eq!(sent("code"), CODE);
    assert_eq!(sent("grant_type"), "authorization_code");
    assert_eq!(sent("client_id"), CLIENT);
    assert_eq!(sent("redirect_uri"), visit.says("redirect_uri"));
    assert_eq!(request.header("authorization"), None);
}

#[test]
fn a_client_with_a_secret_sends_it_to_the_token_endpoint_and_nowhere_else() {
    let server = issuer();
    let tok = user(&server).env("TOK_OIDC_CLIENT_SECRET", "secret-canary");
    let mut terminal = tok.terminal(["oidc"]);
    let visit = tok.visit();
    approve(&visit);
    terminal.wait().ok();
    let basic = BASE64_STANDARD.encode("client+of+a+test:secret-canary");
    let requests = server.requests();
    assert_eq!(requests[0].header("authorization"), None);
    assert_eq!(
        requests[1].header("authorization"),
        Some(format!("Basic {basic}").as_str())
    );
    assert!(!requests[1].body.contains("secret-canary") && !visit.url.contains("secret-canary"));
}

#[test]
fn a_person_who_refuses_ends_it_with_4_and_any_other_error_with_6() {
    let server = issuer();
    for (error, description, code, words) in [
        (
            "access_denied",
            "not today",
            4,
            "the login was not approved: access_denied: not today",
        ),
        ("access_denied", "", 4, "the login was not approved: access_denied"),
        (
            "server_error",
            "<b>down</b>\n::set-env",
            6,
            "the vendor's page failed: server_error: <b>down</b>",
        ),
        (
            "invalid_scope",
            "no such scope",
            6,
            "the vendor's page failed: invalid_scope: no such scope",
        ),
    ] {
        let tok = user(&server);
        let mut terminal = tok.terminal(["oidc"]);
        let visit = tok.visit();
        let page = visit.follow(&visit.back(&[("error", error), ("error_description", description)]));
        assert!(
            page.text.contains("The login has failed") && page.text.contains(error),
            "{page:?}"
        );
        assert!(!page.text.contains("<b>"), "{page:?}");
        terminal.wait().fails(code).says(words).never_says("\n::");
        assert_eq!(tok.cached(), [""; 0].map(std::path::Path::new));
    }
    server.expect(&[DISCOVERY; 4]);
}

#[test]
fn nothing_is_sent_where_nobody_can_be_asked() {
    let server = issuer();
    let tok = user(&server);
    for output in [
        tok.run(["oidc"]),
        tok.run(["oidc", "--browser"]),
        tok.run(["oidc", "--no-cache"]),
        tok.terminal(["oidc", "--no-input"]).wait(),
        tok.run(["env", "oidc", "-f", "json"]),
    ] {
        output
            .fails(3)
            .says("oidc: a person has to approve the login, and nobody can be asked")
            .says("`tok login oidc` on a terminal asks once");
    }
    server.expect(&[]);
    assert!(tok.opened().is_empty());
}

#[test]
fn a_way_that_needs_nobody_is_named_where_nobody_can_be_asked() {
    let definition = format!(
        "ways = [[\"browser\"], [\"api-key\"]]\n{OWN}\n[[field]]\nname = \"api-key\"\nhelp = \"The key\"\nsecret = true\n\n\
         [[login]]\nway = \"api-key\"\npath = \"/key\"\nform = {{ key = \"{{api-key}}\" }}\n"
    );
    let tok = Tok::new()
        .own_vendor("own", &definition)
        .env("TOK_OWN_URL", "http://127.0.0.1:9");
    tok.run(["own"])
        .fails(3)
        .says("a person has to approve the login")
        .says("other ways to log in: api-key (--api-key-stdin, --api-key-file, TOK_OWN_API_KEY, or way = \"api-key\" in [own]");
}

#[test]
fn a_refused_refresh_asks_again_where_a_person_is_and_is_3_where_not() {
    for is_there in [false, true] {
        let server = issuer();
        let grant = json!({ "access_token": "short", "refresh_token": "spent", "expires_in": 1 });
        server.behave(answer(200, grant.to_string()).on("/token").once());
        let tok = user(&server);
        let mut terminal = tok.terminal(["oidc", "--min-ttl", "0"]);
        approve(&tok.visit());
        assert_eq!(terminal.wait().ok().token(), "short");
        std::thread::sleep(Duration::from_millis(1100));
        server.reset();
        discover(&server, &json!({}));
        server.behave(grant_of("another"));
        server.behave(answer(400, r#"{"error": "invalid_grant"}"#).on("/token").once());
        if is_there {
            let mut terminal = tok.terminal(["oidc"]);
            until("a second tab is opened", || tok.opened().len() == 2);
            approve(&tok.visit());
            assert_eq!(terminal.wait().ok().token(), "another");
            server.expect(&[DISCOVERY, "POST /token", DISCOVERY, "POST /token"]);
        } else {
            tok.run(["oidc"]).fails(3).says("a person has to approve the login");
            server.expect(&[DISCOVERY, "POST /token"]);
            assert_eq!(tok.opened().len(), 1);
        }
    }
}

#[test]
fn a_refresh_that_the_vendor_fails_to_answer_is_the_vendors_failure_and_asks_nobody() {
    for (status, body) in [(500, "down"), (200, "<html>")] {
        let server = issuer();
        let grant = json!({ "access_token": "short", "refresh_token": "good", "expires_in": 1 });
        server.behave(answer(200, grant.to_string()).on("/token").once());
        let tok = user(&server);
        let mut terminal = tok.terminal(["oidc", "--min-ttl", "0"]);
        approve(&tok.visit());
        terminal.wait().ok();
        std::thread::sleep(Duration::from_millis(1100));
        server.behave(answer(status, body).on("/token").once());
        tok.terminal(["oidc"]).wait().exits(6);
        assert_eq!(tok.opened().len(), 1);
        server.behave(grant_of("another"));
        tok.run(["oidc"]).ok().prints("another\n");
    }
}

#[test]
fn a_person_takes_as_long_as_it_takes() {
    let server = issuer();
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc", "--timeout", "1"]);
    let visit = tok.visit();
    std::thread::sleep(Duration::from_millis(2500));
    approve(&visit);
    assert_eq!(terminal.wait().ok().token(), "the-token");
}

#[test]
fn a_refused_code_is_no_reason_to_hold_back_the_next_one() {
    let server = issuer();
    server.behave(
        answer(400, r#"{"error": "invalid_grant", "error_description": "too late"}"#)
            .on("/token")
            .once(),
    );
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    approve(&tok.visit());
    terminal.wait().fails(4).says("too late");
    let mut terminal = tok.terminal(["oidc"]);
    until("a second tab is opened", || tok.opened().len() == 2);
    approve(&tok.visit());
    assert_eq!(terminal.wait().ok().token(), "the-token");
}

#[test]
fn a_login_without_a_secret_of_its_own_holds_nothing_back() {
    let server = issuer();
    server.behave(answer(401, r#"{"error": "invalid_client"}"#).on("/token").once());
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    approve(&tok.visit());
    terminal.wait().fails(4).says("invalid_client").never_says("held back");
    let mut terminal = tok.terminal(["oidc"]);
    until("a second tab is opened", || tok.opened().len() == 2);
    approve(&tok.visit());
    assert_eq!(terminal.wait().ok().token(), "the-token");
}

#[test]
fn a_secret_that_is_refused_after_an_approval_is_held_back() {
    let server = issuer();
    server.behave(answer(401, r#"{"error": "invalid_client"}"#).on("/token"));
    let tok = user(&server).env("TOK_OIDC_CLIENT_SECRET", "secret-canary");
    let mut terminal = tok.terminal(["oidc"]);
    approve(&tok.visit());
    terminal.wait().fails(4).says("held back");
    tok.terminal(["oidc"]).wait().fails(4).says("are not sent again");
    assert_eq!(tok.opened().len(), 1);
}

#[test]
fn nothing_of_an_approval_is_said_or_kept_but_its_tokens() {
    let server = issuer();
    server.behave(
        answer(200, r#"{"error": "x", "error_description": "sent: {body}"}"#)
            .on("/token")
            .once(),
    );
    let tok = user(&server);
    let mut seen = Vec::new();
    for call in [["oidc", "-v"], ["oidc", "-v"]] {
        let before = tok.opened().len();
        let mut terminal = tok.terminal(call);
        until("a tab is opened", || tok.opened().len() > before);
        let visit = tok.visit();
        approve(&visit);
        let output = terminal.wait();
        let verifier = Visit {
            url: format!("x?{}", server.requests().pop().unwrap().body),
        }
        .says("code_verifier");
        seen.push((output, visit.says("state"), verifier));
    }
    for (output, state, verifier) in seen {
        for secret in [CODE, "code-canary%2B1%2F2%3D", &verifier, &state] {
            assert!(
                !output.stderr.contains(secret) && !output.stdout.contains(secret),
                "{secret}: {output}"
            );
            for file in files(&tok.cache_folder()).chain(files(&tok.config_folder())) {
                let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
                assert!(!text.contains(secret), "{secret} in {}: {text}", file.display());
            }
        }
        assert!(
            !output.screen.contains(CODE) && !output.screen.contains(&verifier),
            "{output}"
        );
    }
}

fn files(folder: &std::path::Path) -> impl Iterator<Item = std::path::PathBuf> + use<> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file())
}
