//! Certificates: whom tok trusts, and that it sends nothing to anybody else.

use crate::harness::{Output, Tok};
use crate::peer::Peer;
use crate::stand_in::Server;

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("modulus")
}

/// Exit 5, the cause said in one line, and no request.
#[track_caller]
fn refused(server: &Server, output: Output, cause: &str) {
    output.fails(5).says("certificate").says(cause).says("localhost");
    let log = server.log();
    assert!(log.requests.is_empty(), "{log:?}");
    assert_eq!(log.connections, 1, "asked once");
}

#[test]
fn ssl_cert_file_names_whom_to_trust() {
    let server = Server::tls();
    ready(&server)
        .env("SSL_CERT_FILE", server.ca())
        .run(["modulus"])
        .ok()
        .quiet();
    server.only();
}

#[test]
fn a_certificate_of_an_unknown_authority_is_exit_5() {
    let server = Server::tls();
    let output = ready(&server).run(["modulus"]);
    refused(&server, output, "UnknownIssuer");
}

#[test]
fn a_hint_says_how_an_authority_is_made_known() {
    let server = Server::tls();
    ready(&server)
        .run(["modulus"])
        .fails(5)
        .says("hint: ")
        .says("SSL_CERT_FILE");
}

#[test]
fn a_certificate_signed_by_another_root_is_exit_5() {
    let server = Server::tls_with("untrusted");
    let output = ready(&server).env("SSL_CERT_FILE", server.ca()).run(["modulus"]);
    refused(&server, output, "UnknownIssuer");
}

#[test]
fn a_certificate_that_has_expired_is_exit_5() {
    let server = Server::tls_with("expired");
    let output = ready(&server).env("SSL_CERT_FILE", server.ca()).run(["modulus"]);
    refused(&server, output, "expired");
}

#[test]
fn a_certificate_for_another_name_is_exit_5() {
    let server = Server::tls_with("wrong-name");
    let output = ready(&server).env("SSL_CERT_FILE", server.ca()).run(["modulus"]);
    refused(&server, output, "name");
}

#[test]
fn a_file_of_roots_that_is_not_there_or_empty_trusts_nobody() {
    let server = Server::tls();
    let tok = ready(&server)
        .write("empty.pem", "")
        .write("odd.pem", "no certificate\n");
    for file in ["empty.pem", "odd.pem", "missing.pem"] {
        let path = tok.folder().join(file);
        tok.clone().env("SSL_CERT_FILE", path).run(["modulus"]).fails(5);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn nothing_turns_the_check_off() {
    let server = Server::tls();
    let tok = ready(&server)
        .env("NODE_TLS_REJECT_UNAUTHORIZED", "0")
        .env("PYTHONHTTPSVERIFY", "0")
        .env("CURL_INSECURE", "1")
        .env("SSL_VERIFY", "0");
    tok.run(["modulus"]).fails(5);
    for flag in ["-k", "--insecure", "--no-verify"] {
        tok.run(["modulus", flag]).fails(2);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_server_that_speaks_no_tls_is_exit_5_and_gets_no_password() {
    let peer = Peer::saying("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let tok = Tok::new().knows("modulus").env("TOK_TIMEOUT", "5");
    let url = format!("https://127.0.0.1:{}", peer.port);
    tok.run(["modulus", "--url", &url]).fails(5);
    assert_eq!(peer.connections(), 1);
}

#[test]
fn a_token_that_came_over_https_is_not_given_for_http() {
    let server = Server::tls();
    let tok = ready(&server).env("SSL_CERT_FILE", server.ca());
    tok.run(["modulus"]).ok();
    let plain = server.url().replace("https", "http");
    tok.env("TOK_TIMEOUT", "5").run(["modulus", "--url", &plain]).exits(6);
    assert_eq!(server.requests().len(), 1);
}
