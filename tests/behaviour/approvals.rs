//! A person approves a login in a browser: who is listened to, what is sent, what is said and what is kept.

use serde_json::json;

use crate::browser::Visit;
use crate::harness::Tok;
use crate::stand_in::{Server, answer};

pub(crate) const CLIENT: &str = "client of a test";
pub(crate) const CODE: &str = "code-canary+1/2=";
pub(crate) const DISCOVERY: &str = "GET /.well-known/openid-configuration";

/// An issuer that says this of itself beside its endpoints, and gives a token for any code.
pub(crate) fn issuer_with(more: &serde_json::Value) -> Server {
    let server = Server::start();
    server.tolerate();
    let url = server.url();
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "revocation_endpoint": format!("{url}/revoke"),
    });
    let more = more.as_object().unwrap().clone();
    document.as_object_mut().unwrap().extend(more);
    server.behave(answer(200, document.to_string()).on("/.well-known/openid-configuration"));
    let grant = json!({ "access_token": "the-token", "refresh_token": "the-refresh-token", "expires_in": 3600 });
    server.behave(answer(200, grant.to_string()).on("/token"));
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
    terminal.expect("approve the login in a browser");
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
