//! The listener that a browser comes back to: one request counts, and nobody else does any harm.

use std::io::Write;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::approvals::{CODE, DISCOVERY, OWN, approve, discover_at, issuer, issuer_with, user};
use crate::browser::{Visit, target};
use crate::harness::{Tok, need, until};
use crate::peer;
use crate::stand_in::{Server, answer};

/// Whoever reads the arguments of the browser's opener knows address and state, and can have a code of their own.
#[test]
fn another_user_of_the_machine_brings_nothing_back() {
    const OTHER: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    if !cfg!(target_os = "linux") || !need("setpriv") || !need("bash") {
        return;
    }
    let mut probe = Command::new("setpriv");
    if !probe
        .args(OTHER)
        .arg("true")
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .success()
    {
        crate::kept::skipped("this user may not become another");
        return;
    }
    let server = issuer();
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    let visit = tok.visit();
    let address = visit.back(&[("code", "of-another")]);
    // One waits for the answer, one has gone before the request can be read.
    for then in ["timeout 20 cat <&3", "exec 3>&-"] {
        let script = format!(
            "exec 3<>/dev/tcp/127.0.0.1/{}; printf 'GET {} HTTP/1.1\\r\\n\\r\\n' >&3; {then}",
            visit.port(),
            target(&address).replace('%', "%%")
        );
        let other = Command::new("setpriv")
            .args(OTHER)
            .args(["bash", "-c", &script])
            .output();
        let said = String::from_utf8(other.unwrap().stdout).unwrap();
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 400") && said.contains("a program of this user"),
            "{said}"
        );
        assert_eq!(said.is_empty(), then.starts_with("exec"));
    }
    std::thread::sleep(Duration::from_millis(500));
    server.expect(&[DISCOVERY]);
    approve(&visit);
    assert_eq!(terminal.wait().ok().token(), "the-token");
    let sent = server.requests().pop().unwrap().body;
    assert!(!sent.contains("of-another"), "{sent}");
}

#[test]
fn what_is_not_the_right_request_is_400_and_ends_nothing() {
    let server = issuer();
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    let visit = tok.visit();
    let state = visit.says("state");
    let right = visit.back(&[("code", CODE)]);
    let get = |target: &str, headers: &str| format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n");
    for wrong in [
        visit.back_with(&[("code", CODE)]),
        visit.back_with(&[("code", CODE), ("state", "")]),
        visit.back_with(&[("code", CODE), ("state", &state[1..])]),
        visit.back_with(&[("code", CODE), ("state", &format!("{state}x"))]),
        visit.back_with(&[("code", CODE), ("state", &"x".repeat(state.len()))]),
        visit.back_with(&[("state", &state)]),
        visit.back(&[("code", CODE), ("state", &state)]),
        visit.back(&[("code", CODE), ("code", "other")]),
        visit.back(&[("code", CODE), ("error", "access_denied")]),
        right.replace("/?", "/other?"),
        right.replace("/?", "//?"),
        visit.back_with(&[("error", "access_denied")]),
    ] {
        let page = visit.follow(&wrong);
        assert!(
            page.status == 400 && page.text.contains("not the login that tok waits for"),
            "{wrong}: {page:?}"
        );
    }
    let target = target(&right);
    for wrong in [
        get(target, "Origin: https://evil.example\r\n"),
        get(target, "Origin: null\r\n"),
        get(target, "").replace("GET", "POST"),
        get(target, "").replace("GET", "HEAD"),
        get("/favicon.ico", ""),
        get("/", ""),
        "\x16\x03\x01\x02\x00\x01\r\n\r\n".to_owned(),
        "\r\n\r\n\0\0".to_owned(),
        format!("GET /?{} HTTP/1.1\r\n\r\n", "x".repeat(100_000)),
    ] {
        let page = visit.send(&wrong);
        // What is too long is not read to its end, so that the answer may be lost.
        assert!(
            page.as_ref().is_none_or(|page| page.status == 400),
            "{wrong:.60}: {page:?}"
        );
        assert!(page.is_some() || wrong.len() > 1000, "{wrong:.60}");
    }
    assert!(!terminal.ended());
    approve(&visit);
    assert_eq!(terminal.wait().ok().quiet().token(), "the-token");
}

#[test]
fn after_the_one_request_nobody_listens() {
    let server = issuer();
    // The second request comes while the first one's code is being sent.
    server.behave(
        answer(200, r#"{"access_token": "the-token", "expires_in": 60}"#)
            .on("/token")
            .once(),
    );
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    let visit = tok.visit();
    let right = visit.back(&[("code", CODE)]);
    let early = visit.connect().unwrap();
    approve(&visit);
    let again = visit.send(&format!("GET {} HTTP/1.1\r\n\r\n", target(&right)));
    assert!(again.as_ref().is_none_or(|page| page.status == 400), "{again:?}");
    terminal.wait().ok();
    drop(early);
    assert!(visit.connect().is_none());
    assert_eq!(
        server
            .requests()
            .iter()
            .filter(|request| request.path == "/token")
            .count(),
        1
    );
}

#[test]
fn nobody_who_connects_keeps_the_browser_out() {
    let server = issuer();
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    let visit = tok.visit();
    // A port scan: connections that end at once, and such as say nothing.
    for _ in 0..200 {
        drop(visit.connect().unwrap());
    }
    let silent: Vec<TcpStream> = (0..200).filter_map(|_| visit.connect()).collect();
    // An early close, in the middle of the right request.
    let right = visit.back(&[("code", CODE)]);
    let mut early = visit.connect().unwrap();
    write!(early, "GET {}", &target(&right)[..20]).unwrap();
    drop(early);
    let began = Instant::now();
    approve(&visit);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(terminal.wait().ok().quiet().token(), "the-token");
    drop(silent);
}

#[test]
fn only_this_machine_can_come_back() {
    let server = issuer();
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    let visit = tok.visit();
    for elsewhere in ["[::1]", "127.0.0.2"] {
        let address = format!("{elsewhere}:{}", visit.port());
        assert!(TcpStream::connect(&address).is_err(), "{address}");
    }
    approve(&visit);
    terminal.wait().ok();
}

#[test]
fn an_issuer_that_names_itself_must_do_so_in_errors_too() {
    let says_so = json!({ "authorization_response_iss_parameter_supported": true });
    for (outcome, code) in [(("code", CODE), 0), (("error", "access_denied"), 4)] {
        let server = issuer_with(&says_so);
        let tok = user(&server);
        let mut terminal = tok.terminal(["oidc"]);
        let visit = tok.visit();
        for wrong in [
            vec![outcome],
            vec![outcome, ("iss", "https://evil.example")],
            vec![outcome, ("iss", "")],
        ] {
            assert_eq!(visit.follow(&visit.back(&wrong)).status, 400);
        }
        assert!(!terminal.ended());
        assert_eq!(
            visit.follow(&visit.back(&[outcome, ("iss", &server.url())])).status,
            200
        );
        terminal.wait().exits(code);
    }
}

#[test]
fn a_definition_says_what_the_vendor_has_registered() {
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, r#"{"access_token": "own", "expires_in": 60}"#).on("/token"));
    let port = peer::free_port();
    let keys = format!(
        "redirect-host = \"localhost\"\nport = {port}\nredirect-path = \"/call/back\"\niss = \"https://id.example\""
    );
    let definition = OWN.replace("path = \"/authorize\"", &format!("path = \"/authorize\"\n{keys}"));
    let tok = Tok::new()
        .own_vendor("own", &definition)
        .env("TOK_OWN_URL", server.url())
        .with_browser();
    let mut terminal = tok.terminal(["own"]);
    let visit = tok.visit();
    assert_eq!(visit.says("redirect_uri"), format!("http://localhost:{port}/call/back"));
    assert_eq!(visit.follow(&visit.back(&[("code", CODE)])).status, 400);
    assert_eq!(
        visit
            .follow(&visit.back(&[("code", CODE), ("iss", "https://id.example")]))
            .status,
        200
    );
    assert_eq!(terminal.wait().ok().token(), "own");

    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    tok.terminal(["own", "--fresh"])
        .wait()
        .fails(1)
        .says(&format!("the browser cannot come back to localhost:{port}"));
}

#[test]
fn ctrl_c_leaves_no_listener_no_lock_and_the_terminal_as_it_was() {
    let server = issuer();
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    let visit = tok.visit();
    until("the terminal hides what is pasted", || !terminal.echoes());
    terminal.send("\x03");
    let output = terminal.wait();
    assert_eq!((output.signal(), output.stdout.as_str()), (Some(2), ""), "{output}");
    assert_eq!(terminal.modes(), terminal.before);
    assert!(visit.connect().is_none());
    let mut terminal = tok.terminal(["oidc"]);
    until("a second tab is opened", || tok.opened().len() == 2);
    approve(&tok.visit());
    terminal.wait().ok().quiet();
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn what_would_not_be_an_address_never_reaches_a_browser() {
    for address in [
        "http://id.example/authorize",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "--help",
        "https://user@id.example/",
        "",
    ] {
        let server = issuer_with(&json!({ "authorization_endpoint": address }));
        let tok = user(&server);
        tok.terminal(["oidc"]).wait().fails(6).says("authorization-endpoint");
        assert!(tok.opened().is_empty(), "{address}");
    }
    // Another host may show the page, where the document is the issuer's own.
    let server = issuer_with(&json!({ "authorization_endpoint": "https://login.example/authorize?tenant=1" }));
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    let visit: Visit = tok.visit();
    assert!(
        visit
            .url
            .starts_with("https://login.example/authorize?tenant=1&client_id="),
        "{visit:?}"
    );
    approve(&visit);
    terminal.wait().ok();
}

#[test]
fn the_code_goes_over_a_connection_that_did_not_wait_for_the_person() {
    let issuer = Server::start();
    issuer.tolerate();
    issuer.behave(answer(200, r#"{"access_token": "the-token", "expires_in": 60}"#).on("/token"));
    let to = issuer.port();
    let relay = peer::Peer::start(move |stream| relay(stream, to));
    discover_at(&issuer, &relay.url());
    let tok = user(&issuer).env("TOK_OIDC_URL", relay.url());
    let mut terminal = tok.terminal(["oidc"]);
    approve(&tok.visit());
    assert_eq!(terminal.wait().ok().token(), "the-token");
    assert_eq!(relay.connections(), 2);
}

/// Hands on what comes, in both directions.
fn relay(mut stream: TcpStream, to: u16) {
    let mut other = TcpStream::connect(("127.0.0.1", to)).unwrap();
    let (mut back, mut forth) = (other.try_clone().unwrap(), stream.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut back, &mut forth));
    let _ = std::io::copy(&mut stream, &mut other);
    let _ = other.shutdown(std::net::Shutdown::Write);
}
