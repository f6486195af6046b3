//! Proxies: which one is asked, for whom, and what it gets to see.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::harness::Tok;
use crate::peer::{Peer, free_port};
use crate::stand_in::Server;

/// A proxy that leads every CONNECT to the server, whatever name was asked for.
#[derive(Debug)]
struct Proxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn to(server: &Server) -> Self {
        Self::answering(server.port(), "HTTP/1.1 200 Connection established\r\n\r\n")
    }

    fn answering(target: u16, answer: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heads);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let record = Arc::clone(&record);
                thread::spawn(move || serve(stream, target, answer, &record));
            }
        });
        Self { port, heads }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The heads of the requests that came.
    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(mut client: TcpStream, target: u16, answer: &str, heads: &Mutex<Vec<String>>) {
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|read| read > 0) {
        head.push(byte[0]);
    }
    heads.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
    let _ = client.write_all(answer.as_bytes());
    if answer.contains(" 200 ") {
        let server = TcpStream::connect(("127.0.0.1", target)).unwrap();
        server.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || pipe(back.0, back.1));
        pipe(client, server);
    }
}

fn pipe(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

/// The vendor under a name that only a proxy finds.
fn behind(server: &Server) -> Tok {
    Tok::new()
        .knows("modulus")
        .env("TOK_MODULUS_URL", format!("https://vendor.test:{}", server.port()))
        .env("SSL_CERT_FILE", server.ca())
        .env("TOK_TIMEOUT", "10")
}

const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

#[test]
fn each_variable_leads_through_the_proxy() {
    let server = Server::tls();
    for variable in VARIABLES {
        let proxy = Proxy::to(&server);
        behind(&server).env(variable, proxy.url()).run(["modulus"]).ok().quiet();
        let heads = proxy.heads();
        assert_eq!(heads.len(), 1, "{variable}: {heads:?}");
        let wanted = format!("CONNECT vendor.test:{} HTTP/1.1\r\n", server.port());
        assert!(heads[0].starts_with(&wanted), "{heads:?}");
    }
    assert_eq!(server.requests().len(), VARIABLES.len());
}

#[test]
fn the_proxy_sees_the_name_of_the_vendor_and_nothing_else() {
    let server = Server::tls();
    let proxy = Proxy::to(&server);
    behind(&server).env("HTTPS_PROXY", proxy.url()).run(["modulus"]).ok();
    let head = proxy.heads().remove(0).to_lowercase();
    for word in ["m0dulus", "api-user", "authorization", "authenticatetoken", "password"] {
        assert!(!head.contains(word), "{head}");
    }
}

#[test]
fn a_proxy_without_a_scheme_is_understood() {
    let server = Server::tls();
    let proxy = Proxy::to(&server);
    let address = format!("127.0.0.1:{}", proxy.port);
    behind(&server).env("HTTPS_PROXY", address).run(["modulus"]).ok();
    assert_eq!(proxy.heads().len(), 1);
}

#[test]
fn the_variable_for_https_goes_before_the_one_for_everything() {
    let server = Server::tls();
    let (proxy, other) = (Proxy::to(&server), Proxy::to(&server));
    let tok = behind(&server)
        .env("https_proxy", proxy.url())
        .env("ALL_PROXY", other.url());
    tok.run(["modulus"]).ok();
    assert_eq!((proxy.heads().len(), other.heads().len()), (1, 0));
}

#[test]
fn an_empty_variable_is_absent() {
    let server = Server::tls();
    let proxy = Proxy::to(&server);
    let tok = behind(&server)
        .env("HTTPS_PROXY", "")
        .env("https_proxy", "")
        .env("ALL_PROXY", proxy.url());
    tok.env("NO_PROXY", "").run(["modulus"]).ok();
    assert_eq!(proxy.heads().len(), 1);
}

#[test]
fn the_proxy_for_http_is_not_asked() {
    let server = Server::tls();
    let proxy = Proxy::to(&server);
    let tok = behind(&server)
        .env("HTTP_PROXY", proxy.url())
        .env("http_proxy", proxy.url());
    tok.run(["modulus"]).fails(5);
    assert!(proxy.heads().is_empty());
}

#[test]
fn a_host_that_is_excepted_is_not_asked_for() {
    let server = Server::tls();
    let proxy = Proxy::to(&server);
    for variable in ["NO_PROXY", "no_proxy"] {
        for list in [
            "vendor.test",
            "other.test,vendor.test",
            ".test",
            "test",
            "*.test",
            "*",
            "VENDOR.TEST",
            " vendor.test ",
        ] {
            let tok = behind(&server).env("HTTPS_PROXY", proxy.url()).env(variable, list);
            // The name is known to the proxy alone.
            tok.env("TOK_TIMEOUT", "3").run(["modulus"]).fails(5);
        }
    }
    assert!(proxy.heads().is_empty(), "{:?}", proxy.heads());
    for list in ["endor.test", "vendor.test.example", "vendor", "api.vendor.test", ","] {
        let tok = behind(&server).env("HTTPS_PROXY", proxy.url()).env("NO_PROXY", list);
        tok.run(["modulus"]).ok();
    }
    assert_eq!(proxy.heads().len(), 5);
}

#[test]
fn an_ipv6_address_is_excepted_with_and_without_brackets() {
    let vendor = Peer::start(drop);
    let proxy = Proxy::answering(vendor.port, "HTTP/1.1 502 Bad Gateway\r\n\r\n");
    // By this spelling it counts as another machine, and yet nothing leaves this one.
    let tok = Tok::new()
        .knows("modulus")
        .env("TOK_MODULUS_URL", format!("https://[::ffff:127.0.0.1]:{}", vendor.port))
        .env("HTTPS_PROXY", proxy.url())
        .env("TOK_TIMEOUT", "5");
    for list in ["::ffff:127.0.0.1", "[::ffff:127.0.0.1]", "other.test,::FFFF:7f00:1"] {
        tok.clone().env("NO_PROXY", list).run(["modulus"]).fails(5);
    }
    assert!(proxy.heads().is_empty(), "{:?}", proxy.heads());
    assert_eq!(vendor.connections(), 3);
    tok.env("NO_PROXY", "::1,ffff:127.0.0.1").run(["modulus"]).fails(5);
    assert_eq!(proxy.heads().len(), 1);
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let (plain, secure) = (Server::start(), Server::tls());
    let peer = Peer::silent();
    for variable in VARIABLES.into_iter().chain(["HTTP_PROXY", "http_proxy"]) {
        let tok = Tok::new()
            .knows("modulus")
            .env(variable, peer.url())
            .env("SSL_CERT_FILE", secure.ca());
        tok.clone().vendor(&plain).run(["modulus"]).ok().quiet();
        tok.clone().vendor(&secure).run(["modulus"]).ok().quiet();
        let url = format!("http://localhost:{}", plain.port());
        tok.run(["modulus", "--url", &url]).ok().quiet();
    }
    assert_eq!(peer.connections(), 0);
}

#[test]
fn a_variable_that_cannot_be_read_matters_only_where_a_proxy_would_be_asked() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .env("HTTPS_PROXY", "://nonsense");
    tok.run(["modulus"]).ok().quiet();
}

#[test]
fn a_variable_that_cannot_be_read_is_exit_2_by_its_name_without_its_value() {
    for variable in VARIABLES {
        for value in [
            "ftp://user:canary-4711@proxy.test",
            "http://user:canary-4711@",
            "http://canary-4711:port",
            "http://user:canary-4711@proxy.test:0",
            "http://user:canary-4711@proxy.test:99999",
            "canary-4711 canary-4711",
            "://canary-4711",
            "canary-4711://proxy.test",
        ] {
            let tok = Tok::new()
                .knows("modulus")
                .env("TOK_MODULUS_URL", "https://vendor.test");
            let output = tok.env(variable, value).run(["modulus", "-v"]).exits(2).says(variable);
            output.never_says("canary").never_says("4711");
        }
    }
}

#[test]
fn a_proxys_password_is_sent_to_it_and_said_nowhere() {
    let server = Server::tls();
    let proxy = Proxy::to(&server);
    let url = format!("http://user:canary-4711@127.0.0.1:{}", proxy.port);
    let output = behind(&server).env("HTTPS_PROXY", url).run(["modulus", "-v"]).ok();
    output.never_says("canary");
    let wanted = BASE64_STANDARD.encode("user:canary-4711");
    assert!(proxy.heads()[0].contains(&wanted), "{:?}", proxy.heads());
}

#[test]
fn a_proxy_that_refuses_is_exit_5_and_asked_once() {
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
    ] {
        let server = Server::tls();
        let proxy = Proxy::answering(server.port(), answer);
        let url = format!("http://user:canary-4711@127.0.0.1:{}", proxy.port);
        let output = behind(&server).env("HTTPS_PROXY", url).run(["modulus", "-v"]).exits(5);
        output.says("proxy").says("vendor.test").never_says("canary");
        assert_eq!(proxy.heads().len(), 1);
        server.untouched();
    }
}

#[test]
fn a_proxy_that_is_not_there_is_exit_5_and_named_without_its_password() {
    let server = Server::tls();
    let url = format!("http://user:canary-4711@127.0.0.1:{}", free_port());
    let output = behind(&server).env("HTTPS_PROXY", url).run(["modulus", "-v"]).exits(5);
    output.says("proxy").says("127.0.0.1").never_says("canary");
}

#[test]
fn the_timeout_covers_a_proxy_that_never_answers() {
    let server = Server::tls();
    let peer = Peer::silent();
    let tok = behind(&server).env("HTTPS_PROXY", peer.url());
    let output = tok.run(["modulus", "--timeout", "1"]).fails(5);
    assert!(output.took < Duration::from_secs(4), "{output}");
    assert_eq!(peer.connections(), 1);
}

#[test]
fn a_proxy_cannot_stand_in_for_the_vendor() {
    // The tunnel ends at a server with a certificate for another name.
    let server = Server::tls_with("wrong-name");
    let proxy = Proxy::to(&server);
    behind(&server)
        .env("HTTPS_PROXY", proxy.url())
        .run(["modulus"])
        .fails(5)
        .says("certificate");
    assert!(server.requests().is_empty());
}
