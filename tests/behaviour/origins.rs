//! Where the requests of a login go: to the base URL, to addresses that the definition writes out, and to no other that an
//! answer names, unless a discovery document is the issuer's own.

use crate::harness::Tok;
use crate::stand_in::{Server, answer};

const PASSWORD: &str = "password-canary-3";

/// A first answer that names where the password goes.
const NAMED: &str = r#"about = "The address is in an answer"

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
path = "/.well-known/openid-configuration"
take = { token-endpoint = "/token_endpoint" }

[login]
url = "{token-endpoint}"
form = { user = "{username}", password = "{password}" }

[answer]
token = "/token"
lifetime = "1h"
"#;

fn discovery() -> String {
    NAMED.replace("method = \"GET\"\n", "method = \"GET\"\ndiscovery = true\n")
}

fn user(server: &Server, definition: &str) -> Tok {
    Tok::new()
        .own_vendor("named", definition)
        .env("TOK_NAMED_URL", server.url() + "/tenant")
        .env("TOK_NAMED_USERNAME", "ada")
        .env("TOK_NAMED_PASSWORD", PASSWORD)
}

/// A server whose document names this issuer and this endpoint.
fn naming(issuer: impl Fn(&Server) -> String, endpoint: &str) -> Server {
    let server = Server::start();
    server.tolerate();
    let issuer = issuer(&server);
    let body = format!(r#"{{"issuer": "{issuer}", "token_endpoint": "{endpoint}"}}"#);
    server.behave(answer(200, body).on("/tenant/.well-known"));
    server.behave(answer(200, r#"{"token": "of-base"}"#).on("/token"));
    server
}

fn elsewhere() -> Server {
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, r#"{"token": "of-elsewhere"}"#));
    server
}

fn own(server: &Server) -> String {
    server.url() + "/tenant"
}

#[test]
fn an_address_from_an_answer_on_another_origin_gets_nothing() {
    let other = elsewhere();
    let server = naming(own, &(other.url() + "/token"));
    let tok = user(&server, NAMED);
    let output = tok.run(["named"]).fails(6).says("token-endpoint").says(&other.url());
    output.says(&server.url());
    other.untouched();
    server.expect(&["GET /tenant/.well-known/openid-configuration"]);
}

#[test]
fn an_address_from_an_answer_on_the_base_origin_is_used_as_it_stands() {
    let server = Server::start();
    server.tolerate();
    let body = format!(r#"{{"token_endpoint": "{}/token/?policy=a%20b"}}"#, server.url());
    server.behave(answer(200, body).on("/tenant"));
    server.behave(answer(200, r#"{"token": "of-base"}"#).on("/token"));
    let definition = NAMED.replace("form = {", "query = { user = \"{username}\" }\nform = {");
    assert_eq!(user(&server, &definition).run(["named"]).ok().token(), "of-base");
    server.expect(&[
        "GET /tenant/.well-known/openid-configuration",
        "POST /token/?policy=a%20b&user=ada",
    ]);
}

#[test]
fn a_discovery_document_of_its_own_issuer_may_lead_elsewhere() {
    let other = elsewhere();
    let server = naming(|server| own(server) + "/", &(other.url() + "/token"));
    let tok = user(&server, &discovery());
    assert_eq!(tok.run(["named"]).ok().token(), "of-elsewhere");
    assert_eq!(other.only().body, format!("user=ada&password={PASSWORD}"));
}

#[test]
fn a_discovery_document_of_another_issuer_leads_nowhere() {
    for issuer in ["https://other.example", "", "http://127.0.0.1:1/tenant"] {
        let other = elsewhere();
        let server = naming(|_| issuer.to_owned(), &(other.url() + "/token"));
        user(&server, &discovery()).run(["named"]).fails(6).says("issuer");
        other.untouched();
        assert_eq!(server.requests().len(), 1);
    }
    let server = naming(Server::url, "/token");
    user(&server, &discovery()).run(["named"]).fails(6).says("issuer");
    let none = Server::start();
    none.tolerate();
    none.behave(answer(200, "{}").on("/tenant"));
    user(&none, &discovery())
        .run(["named"])
        .fails(6)
        .says("names no issuer");
}

#[test]
fn an_endpoint_that_is_not_https_gets_nothing() {
    for endpoint in [
        "http://endpoint.example/token",
        "ftp://endpoint.example/token",
        "/token",
        "https://user@endpoint.example/token",
        "file:///etc/passwd",
    ] {
        let server = naming(own, endpoint);
        let output = user(&server, &discovery())
            .run(["named"])
            .fails(6)
            .says("token-endpoint");
        output.never_says(PASSWORD);
        assert_eq!(server.requests().len(), 1, "{endpoint}");
    }
}

#[test]
fn an_endpoint_that_the_document_does_not_name_is_exit_6_and_named() {
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, format!(r#"{{"issuer": "{}"}}"#, own(&server))).on("/tenant"));
    user(&server, &discovery())
        .run(["named"])
        .fails(6)
        .says("token-endpoint");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_endless_document_is_exit_6() {
    let server = naming(own, "/token");
    server.behave(crate::stand_in::size(3 << 20).on("/tenant"));
    user(&server, &discovery()).run(["named"]).fails(6).says("1 MiB");
    assert_eq!(server.requests().len(), 1);
}

const WRITTEN: &str = r#"about = "Two origins"
url = "https://api.written.example"

[[field]]
name = "username"
help = "Who logs in"
person = true

[[field]]
name = "password"
help = "Password"
secret = true

[[step]]
url = "https://login.written.example/first/{username}/"
form = { password = "{password}" }
take = { code = "text" }

[login]
path = "/second"
query = { code = "{code}" }

[answer]
token = "/token"
lifetime = "1h"
"#;

#[test]
fn a_url_that_the_user_gives_moves_every_address_that_the_definition_writes_out() {
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, "a/code").on("/first"));
    server.behave(answer(200, r#"{"token": "t"}"#).on("/api/second"));
    let tok = Tok::new()
        .own_vendor("written", WRITTEN)
        .env("TOK_WRITTEN_USERNAME", "a b")
        .env("TOK_WRITTEN_PASSWORD", PASSWORD);
    let url = server.url() + "/api";
    assert_eq!(tok.run(["written", "--url", &url]).ok().token(), "t");
    server.expect(&["POST /first/a%20b/", "POST /api/second?code=a%2Fcode"]);
}

#[test]
fn an_address_that_the_definition_writes_out_is_asked_where_no_url_is_given() {
    // Nobody answers there, so that the name tells where it went.
    let tok = Tok::new()
        .own_vendor("written", &WRITTEN.replace("login.written.example", "localhost:1"))
        .env("TOK_WRITTEN_USERNAME", "ada")
        .env("TOK_WRITTEN_PASSWORD", PASSWORD);
    tok.run(["written"]).fails(5).says("localhost");
}
