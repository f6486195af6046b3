//! Certificates: whom tok trusts, and that it sends nothing to anybody else.

use std::io::{Read, Write};

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
    refused(&server, output, "is not known here (UnknownIssuer)");
}

#[test]
fn a_certificate_that_signs_itself_is_told_of_in_words() {
    let server = Server::tls_with("self-signed");
    let output = ready(&server).env("SSL_CERT_FILE", server.ca()).run(["modulus"]);
    assert!(!output.stderr.contains("Other"), "{output}");
    refused(&server, output, "its certificate is self-signed");
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
    refused(&server, output, "its certificate expired on 20");
}

#[test]
fn a_certificate_for_another_name_is_exit_5() {
    let server = Server::tls_with("wrong-name");
    let output = ready(&server).env("SSL_CERT_FILE", server.ca()).run(["modulus"]);
    refused(&server, output, "its certificate is for another name than localhost");
}

#[test]
fn a_file_of_roots_that_is_not_there_or_empty_is_named_and_trusts_nobody() {
    let server = Server::tls();
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let tok = ready(&server)
        .write("empty.pem", "")
        .write("odd.pem", "no certificate\n")
        .write("garbage.pem", garbage);
    for (file, why) in [
        ("empty.pem", "it holds no certificate"),
        ("odd.pem", "it holds no certificate"),
        ("garbage.pem", "it holds no certificate"),
        ("missing.pem", "No such file"),
        ("home", "it is not a regular file"),
    ] {
        let path = tok.folder().join(file);
        let said = format!("tok: modulus: SSL_CERT_FILE: {}: {why}", path.display());
        tok.clone()
            .env("SSL_CERT_FILE", path)
            .run(["modulus"])
            .fails(5)
            .says(&said);
    }
    assert!(server.requests().is_empty());
}

/// Nothing is waited for and memory does not run out, which `timeout` would tell of.
#[test]
fn a_file_of_roots_is_a_regular_one_of_a_bounded_size() {
    let server = Server::tls();
    let tok = ready(&server);
    let pipe = tok.folder().join("pipe.pem");
    tok.program("mkfifo", [&pipe]).ok();
    let large = tok.folder().join("large.pem");
    std::fs::File::create(&large).unwrap().set_len((16 << 20) + 1).unwrap();
    let run = |file: &std::path::Path| {
        let tok = tok.clone().env("SSL_CERT_FILE", file);
        tok.sh("ulimit -v 4000000; exec timeout 20 tok modulus").fails(5)
    };
    for file in [std::path::Path::new("/dev/zero"), &pipe] {
        run(file).says(&format!("{}: it is not a regular file\nhint: ", file.display()));
    }
    run(&large).says(&format!("{}: it is larger than 16 MiB\nhint: ", large.display()));
    assert!(server.requests().is_empty());
}

#[test]
fn a_folder_of_roots_beside_the_file_counts_as_well() {
    let (server, other) = (Server::tls(), Server::tls());
    let tok = ready(&server).env("SSL_CERT_FILE", other.ca());
    tok.run(["modulus"]).fails(5);
    let folder = tok.folder().join("roots");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(server.ca(), folder.join("one.pem")).unwrap();
    tok.env("SSL_CERT_DIR", folder).run(["modulus"]).ok().quiet();
    server.only();
}

#[test]
fn a_file_of_roots_does_not_matter_without_tls() {
    let server = Server::start();
    let tok = ready(&server).env("SSL_CERT_FILE", "/nowhere");
    tok.run(["modulus"]).ok().quiet();
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
    let peer = Peer::start(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let tok = Tok::new().knows("modulus").env("TOK_TIMEOUT", "5");
    let url = format!("https://127.0.0.1:{}", peer.port);
    let said = format!(
        "tok: modulus: 127.0.0.1:{} could not be reached: what answers there does not speak TLS\nhint: look at the port",
        peer.port
    );
    tok.run(["modulus", "--url", &url]).fails(5).says(&said);
    assert_eq!(peer.connections(), 1);
}

#[test]
fn plain_http_to_a_port_for_tls_brings_a_hint() {
    let server = Server::tls();
    let url = server.url().replace("https", "http");
    let output = ready(&server).run(["modulus", "--url", &url]).fails(6);
    output
        .says(&format!("localhost:{}", server.port()))
        .says("hint: look at the URL")
        .says("https://");
    assert!(server.requests().is_empty());
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
