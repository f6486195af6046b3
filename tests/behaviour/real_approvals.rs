//! tok's approval in a browser with oidc-provider, which nobody here wrote. The person is a script that follows its forms.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::harness::{Tok, until};
use crate::real_servers::{Server, installed};

const SECRET: &str = "s:e c%2Br&e=t+\\~'{}? but long enough";

/// Whose access tokens last so many seconds.
#[track_caller]
fn start(seconds: u32) -> Option<Server> {
    let modules = installed("TOK_TEST_OAUTH2")?;
    let arguments = [modules.to_str().unwrap(), &seconds.to_string(), SECRET];
    Some(Server::start(&"node".into(), "issuer.mjs", &arguments))
}

/// Who approves or refuses.
fn person(server: &Server, verdict: &str) -> Tok {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behaviour/servers/person.mjs");
    Tok::new()
        .in_clear()
        .env("TOK_OIDC_URL", server.url(""))
        .env("TOK_OIDC_CLIENT_ID", "native")
        .env("BROWSER", format!("node {} {verdict}", script.display()))
}

/// What the server knows of a token.
#[track_caller]
fn introspected(server: &Server, token: &str) -> Value {
    let headers = "Content-Type: application/x-www-form-urlencoded";
    let (status, said) = server.ask(
        "POST /token/introspection",
        headers,
        &format!("token={token}&client_id=native"),
    );
    assert_eq!(status, 200, "{said}");
    said
}

fn refresh_token(tok: &Tok) -> String {
    let entry: Value = serde_json::from_slice(&fs::read(&tok.cached()[0]).unwrap()).unwrap();
    entry["refresh_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_person_approves_once_and_the_token_is_refreshed_without_one() {
    let Some(server) = start(3) else { return };
    let tok = person(&server, "approve");
    let mut terminal = tok.terminal(["oidc", "-f", "json"]);
    let grant = terminal.wait().ok().quiet().json();
    assert_eq!(grant["source"], "login");
    let first = grant["token"].as_str().unwrap();
    assert_eq!(introspected(&server, first)["client_id"], "native");
    until("the browser ends on tok's page", || tok.home().join("page").exists());
    let page = fs::read_to_string(tok.home().join("page")).unwrap();
    assert!(page.contains("The login is approved"), "{page}");

    let mut used = vec![refresh_token(&tok)];
    for _ in 0..2 {
        sleep(Duration::from_millis(3100));
        let grant = tok.run(["oidc", "-f", "json"]).ok().quiet().json();
        assert_eq!(grant["source"], "refresh");
        assert_eq!(introspected(&server, grant["token"].as_str().unwrap())["active"], true);
        // It serves once.
        let next = refresh_token(&tok);
        assert!(!used.contains(&next));
        used.push(next);
    }

    // Somebody else uses a spent one, and the whole family ends.
    let form = format!("grant_type=refresh_token&client_id=native&refresh_token={}", used[0]);
    let headers = "Content-Type: application/x-www-form-urlencoded";
    assert_eq!(server.ask("POST /token", headers, &form).0, 400);
    sleep(Duration::from_millis(3100));
    tok.run(["oidc"]).fails(3).says("a person has to approve the login");
    let grant = tok.terminal(["oidc", "-f", "json"]).wait().ok().json();
    assert_eq!(grant["source"], "login");
}

#[test]
fn a_client_with_a_secret_is_let_in_with_it() {
    let Some(server) = start(300) else { return };
    let tok = person(&server, "approve")
        .env("TOK_OIDC_CLIENT_ID", "confidential")
        .env("TOK_OIDC_CLIENT_SECRET", SECRET);
    let token = tok.terminal(["oidc"]).wait().ok().quiet().token();
    let form = percent_encoding::utf8_percent_encode(SECRET, percent_encoding::NON_ALPHANUMERIC);
    let basic = BASE64_STANDARD.encode(format!("confidential:{form}"));
    let headers = format!("Authorization: Basic {basic}\r\nContent-Type: application/x-www-form-urlencoded");
    let (_, said) = server.ask("POST /token/introspection", &headers, &format!("token={token}"));
    assert_eq!(said["active"], true, "{said}");
    let wrong = tok.env("TOK_OIDC_CLIENT_SECRET", "another secret");
    wrong
        .terminal(["oidc", "--fresh"])
        .wait()
        .fails(4)
        .says("client authentication failed");
}

#[test]
fn a_person_who_cancels_refuses() {
    let Some(server) = start(300) else { return };
    let tok = person(&server, "refuse");
    let output = tok.terminal(["oidc"]).wait().fails(4);
    output.says("oidc: the login was not approved: access_denied: End-User aborted interaction");
    until("the browser ends on tok's page", || tok.home().join("page").exists());
    let page = fs::read_to_string(tok.home().join("page")).unwrap();
    assert!(
        page.contains("The login has failed") && page.contains("access_denied"),
        "{page}"
    );
}

#[test]
fn a_revocation_ends_what_a_refresh_would_need() {
    let Some(server) = start(300) else { return };
    let tok = person(&server, "approve");
    let token = tok.terminal(["oidc"]).wait().ok().quiet().token();
    let refresh = refresh_token(&tok);
    assert_eq!(introspected(&server, &token)["active"], true);
    tok.run(["logout", "oidc", "--revoke"]).ok();
    assert!(tok.cached().is_empty());
    let form = format!("grant_type=refresh_token&client_id=native&refresh_token={refresh}");
    let headers = "Content-Type: application/x-www-form-urlencoded";
    let (status, said) = server.ask("POST /token", headers, &form);
    assert_eq!((status, said["error"].as_str()), (400, Some("invalid_grant")));
}
