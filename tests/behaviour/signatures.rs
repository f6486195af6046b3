//! Logins that are signed: with whole documents as keys, anew for each request, and with nothing of it shown.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::harness::{Output, Tok, need};
use crate::peer::{Peer, read_request};
use crate::real_servers::installed;
use crate::stand_in::{Server, answer};

/// The manual's own vendor with a service account.
const SERVICE: &str = include_str!("../../src/cli/man/service.toml");
const SIGNED: &str = include_str!("../../src/cli/man/signed.toml");
const CODE: &str = include_str!("../../src/cli/man/code.toml");
const CHALLENGE: &str = include_str!("../../src/cli/man/challenge.toml");

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../src/made/key/fixtures/", $name))
    };
}

/// A vendor that is logged in to with a JWT, signed with a key in a field of its own.
fn with_key(algorithm: &str) -> String {
    format!(
        "about = 'x'\n[[field]]\nname = 'client'\nhelp = 'x'\nperson = true\n[[field]]\nname = 'key'\nhelp = 'x'\nsecret = \
         true\nkind = 'pem'\n[login]\nform = {{ client = '{{client}}', assertion = '{{assertion}}' }}\n[answer]\ntoken = \
         '/token'\nlifetime = '1h'\n[let.assertion.jwt]\nalg = '{algorithm}'\nkey = '{{key}}'\nclaims = {{ iss = '{{client}}', \
         exp = '{{end}}' }}\n[let.end.time]\nas = 'unix'\nplus = '5m'\n"
    )
}

fn server() -> Server {
    let server = Server::start();
    server.tolerate();
    server.behave(answer(
        200,
        r#"{"token": "given", "access_token": "given", "expires_in": 3600}"#,
    ));
    server
}

fn of(server: &Server, vendor: &str) -> Tok {
    Tok::new()
        .own_vendor("acme", vendor)
        .env("TOK_ACME_URL", server.url())
        .env("TOK_ACME_CLIENT", "robot")
        .env("TOK_ACME_PROJECT", "p")
}

fn service_key() -> String {
    let key = key!("ed25519.pkcs8.pem");
    json!({"client_email": "robot@acme.example", "private_key_id": "k1", "private_key": key}).to_string()
}

/// Header and claims of the assertion in each request.
fn assertions(server: &Server) -> Vec<(Value, Value)> {
    let part = |part: &str| serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let requests = server.requests().into_iter();
    let tokens = requests.map(|request| assertion(&request.body));
    tokens
        .map(|token| {
            let mut parts = token.split('.');
            (part(parts.next().unwrap()), part(parts.next().unwrap()))
        })
        .collect()
}

fn assertion(body: &str) -> String {
    let value = body.split('&').find_map(|pair| pair.strip_prefix("assertion="));
    let value = value.unwrap_or_else(|| panic!("no assertion: {body}"));
    percent_decode_str(value).decode_utf8().unwrap().into_owned()
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_secs()).unwrap()
}

#[test]
fn a_key_file_signs_an_assertion_with_its_own_members_and_the_times_of_now() {
    let server = server();
    let tok = of(&server, SERVICE).env("TOK_ACME_KEY", service_key());
    let before = now();
    tok.run(["acme"]).ok().quiet();
    let (header, claims) = assertions(&server).remove(0);
    assert_eq!(header, json!({"alg": "EdDSA", "typ": "JWT", "kid": "k1"}));
    assert_eq!(claims["iss"], "robot@acme.example");
    let issued = claims["iat"].as_i64().unwrap();
    assert!((before..=now()).contains(&issued), "{claims}");
    assert_eq!(claims["exp"], issued + 300);
    assert_eq!(claims["jti"].as_str().unwrap().len(), 36);
}

#[test]
fn who_stands_in_the_claims_alone_has_a_token_of_their_own() {
    let server = server();
    let vendor = with_key("EdDSA").replace("client = '{client}', ", "");
    let tok = of(&server, &vendor).env("TOK_ACME_KEY", key!("ed25519.pkcs8.pem"));
    for client in ["jo", "al", "jo", "al"] {
        tok.run(["acme", "--client", client]).ok();
    }
    let persons: Vec<Value> = assertions(&server)
        .iter()
        .map(|(_, claims)| claims["iss"].clone())
        .collect();
    assert_eq!(persons, ["jo", "al"]);
}

#[test]
fn every_login_has_an_assertion_of_its_own() {
    let server = server();
    let tok = of(&server, SERVICE).env("TOK_ACME_KEY", service_key());
    for _ in 0..3 {
        tok.run(["acme", "--fresh"]).ok();
    }
    let mut ids: Vec<String> = assertions(&server)
        .iter()
        .map(|(_, claims)| claims["jti"].to_string())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[cfg(unix)]
#[test]
fn a_document_is_taken_whole_from_wherever_it_comes() {
    let server = server();
    let pem = key!("ed25519.pkcs8.pem");
    let tok = of(&server, &with_key("EdDSA")).write("home/key.pem", pem);
    tok.run(["acme", "--no-cache", "--key-file", "key.pem"]).ok().quiet();
    tok.clone()
        .stdin(pem)
        .run(["acme", "--no-cache", "--key-stdin"])
        .ok()
        .quiet();
    tok.clone()
        .env("TOK_ACME_KEY", pem)
        .run(["acme", "--no-cache"])
        .ok()
        .quiet();
    let command = format!(
        "[acme]\nurl = '{}'\nclient = 'robot'\nkey-command = 'cat key.pem'\n",
        server.url()
    );
    tok.config(&command).run(["acme", "--no-cache"]).ok().quiet();
    assert_eq!(assertions(&server).len(), 4);
}

#[test]
fn a_key_that_cannot_sign_is_refused_before_anything_is_sent_and_not_shown() {
    let server = server();
    let pem = key!("ed25519.pkcs8.pem");
    let long = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        "QUJD\n".repeat(200_000)
    );
    assert!(long.len() < 1 << 20);
    let refused = |key: &str, words: &str| -> Output {
        let tok = of(&server, &with_key("EdDSA")).write("home/key.pem", key);
        let output = tok.run(["acme", "--key-file", "key.pem"]).fails(2).says(words);
        for line in key.lines().filter(|line| line.len() >= 12 && !line.contains("-----")) {
            assert!(!output.stderr.contains(&line[..12]), "{output}");
        }
        output
    };
    refused(&pem.replace('\n', " "), "acme: key: its PEM is broken");
    refused(&pem[..60], "acme: key: its PEM is cut off");
    refused("hunter22", "acme: key: it is no PEM").never_says("hunter22");
    refused(key!("rsa.pkcs8-encrypted.pem"), "acme: key: the key is encrypted")
        .says("hint: openssl pkcs8 -topk8 -nocrypt -in ENCRYPTED -out KEY decrypts it");
    refused(key!("rsa.pkcs1-encrypted.pem"), "acme: key: the key is encrypted");
    refused(key!("rsa.public.pem"), "acme: key: it is PEM, but not of a private key");
    refused(key!("rsa.jwk"), "acme: key: it is no PEM");
    refused(
        key!("rsa.pkcs8.pem"),
        "acme: assertion: EdDSA signs with an Ed25519 key, and this is an RSA key",
    );
    refused(&long, "acme: key: the key is broken");
    let too_long = of(&server, &with_key("EdDSA")).write("home/key.pem", &long.repeat(2));
    too_long
        .run(["acme", "--key-file", "key.pem"])
        .fails(3)
        .says("key.pem: the document is longer than 1 MiB");
    server.untouched();
}

#[test]
fn a_document_that_is_no_json_is_refused_before_anything_is_sent_and_not_shown() {
    let server = server();
    for (key, words) in [
        ("{\"private_key\": \"hunter22\"", "acme: key: its JSON ends too early"),
        ("{\n\"hunter22\"\n}", "acme: key: it is not JSON: line 3 is wrong"),
        ("\"hunter22\"", "acme: key: it is JSON, but not an object"),
        (
            "{\"hunter22\": 1}",
            "acme: assertion: 'key' has no member '/private_key'",
        ),
    ] {
        let tok = of(&server, SERVICE).env("TOK_ACME_KEY", key);
        tok.run(["acme"]).fails(2).says(words).never_says("hunter22");
    }
    server.untouched();
}

/// By a library that nobody here wrote, as the servers of `.ci/servers` use it.
#[test]
fn every_signature_is_taken_by_jose() {
    let Some(modules) = installed("TOK_TEST_OAUTH2") else {
        return;
    };
    for (algorithm, key) in [
        ("RS256", key!("rsa.pkcs1.pem")),
        ("RS384", key!("rsa.pkcs8.pem")),
        ("RS512", key!("rsa.pkcs8.pem")),
        ("PS256", key!("rsa.pkcs8.pem")),
        ("ES256", key!("p256.sec1.pem")),
        ("ES384", key!("p384.pkcs8.pem")),
        ("EdDSA", key!("ed25519.pkcs8.pem")),
    ] {
        let server = server();
        let tok = of(&server, &with_key(algorithm)).write("home/key.pem", key);
        tok.run(["acme", "--key-file", "key.pem"]).ok().quiet();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behaviour/servers/verify.mjs");
        let assertion = assertion(&server.only().body);
        let arguments: [&OsStr; 5] = [
            script.as_ref(),
            &modules,
            algorithm.as_ref(),
            "key.pem".as_ref(),
            assertion.as_ref(),
        ];
        let verified = tok.program("node", arguments).ok().json();
        assert_eq!(verified["header"], json!({"alg": algorithm, "typ": "JWT"}));
        assert_eq!(verified["claims"]["iss"], "robot");
    }
}

#[cfg(unix)]
#[test]
fn a_document_is_not_asked_for() {
    let server = server();
    let output = of(&server, &with_key("EdDSA")).terminal(["acme"]).wait().fails(3);
    let output = output.says("acme: key is missing, and a whole document cannot be typed");
    output.says("--key-file").says("TOK_ACME_KEY").says("key-command");
    server.untouched();
}

#[cfg(target_os = "linux")]
#[test]
fn a_login_keeps_a_document_whole_in_the_keyring() {
    let Some(keyring) = crate::ring::Keyring::unlocked() else {
        return;
    };
    let server = server();
    let tok = keyring
        .of(of(&server, &with_key("EdDSA")))
        .write("home/key.pem", key!("ed25519.pkcs8.pem"));
    tok.run(["login", "acme", "--key-file", "key.pem"]).ok();
    tok.run(["acme", "--fresh"]).ok();
    assert_eq!(assertions(&server).len(), 2);
}

#[test]
fn a_request_is_signed_over_its_own_body() {
    if !need("python3") {
        return;
    }
    let server = server();
    let key = "a-shared-secret";
    of(&server, SIGNED)
        .env("TOK_ACME_CLIENT_KEY", key)
        .run(["acme"])
        .ok()
        .quiet();
    let request = server.only();
    let header = |name| request.header(name).unwrap().to_owned();
    let of = format!("{}\n{}\n{}", header("x-time"), header("x-nonce"), request.body);
    let script = "import hashlib, hmac, sys; print(hmac.new(sys.argv[1].encode(), sys.argv[2].encode(), hashlib.sha256).hexdigest())";
    let mac = Tok::new().may_leak().program("python3", ["-c", script, key, &of]).ok();
    assert_eq!(header("x-sign"), mac.stdout.trim());
    assert_eq!(request.body, r#"{"client":"robot"}"#);
    assert!(request.path.ends_with("/session"));
}

/// Answers every login with what it was sent, as a server does that explains a refusal.
fn echo() -> Peer {
    Peer::start(|mut stream| {
        let request = read_request(&mut stream);
        let (head, body) = request.split_once("\r\n\r\n").unwrap_or_default();
        let signature = head
            .lines()
            .find(|line| line.starts_with("x-sign: "))
            .unwrap_or_default();
        let words = format!("{body} {signature}");
        let body = json!({"message": words, "error": words}).to_string();
        let _ = write!(
            stream,
            "HTTP/1.1 401 Unauthorized\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
    })
}

#[test]
fn nothing_that_was_made_of_a_secret_comes_back_to_sight_or_stays_on_disk() {
    for (vendor, before) in [(SERVICE, "assertion="), (SIGNED, "x-sign: "), (CODE, "\"otp\":\"")] {
        let peer = echo();
        let tok = Tok::new()
            .own_vendor("acme", vendor)
            .env("TOK_ACME_URL", peer.url())
            .env("TOK_ACME_PROJECT", "p")
            .env("TOK_ACME_CLIENT", "robot")
            .env("TOK_ACME_USERNAME", "robot")
            .env("TOK_ACME_PASSWORD", "some-password")
            .env("TOK_ACME_KEY", service_key())
            .env("TOK_ACME_CLIENT_KEY", "some-client-key")
            .env("TOK_ACME_SEED", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        tok.run(["acme", "-v"]).exits(4).says(&format!("{before}***"));
        for file in tok.cached() {
            let kept = std::fs::read_to_string(file).unwrap();
            for secret in ["GEZDGNBV", "some-client-key", "PRIVATE KEY", "eyJhbGci"] {
                assert!(!kept.contains(secret), "{kept}");
            }
        }
    }
}

#[test]
fn the_manuals_vendors_are_shown_at_work() {
    for (vendor, examples) in [(SERVICE, 3), (SIGNED, 3), (CODE, 3), (CHALLENGE, 4)] {
        let tok = Tok::new().own_vendor("acme", vendor);
        let output = tok.run(["demo", "acme"]).ok().quiet();
        assert!(output.stdout.contains("held back, no request"), "{output}");
        tok.write("home/acme.toml", vendor)
            .run(["vendors", "check", "acme.toml"])
            .ok()
            .quiet()
            .prints(&format!("acme.toml: {examples} examples are read as documented\n"));
    }
}

/// The manual's own vendor, whose every login answers another challenge.
#[test]
fn a_challenge_is_answered_and_the_password_is_never_sent() {
    if !need("python3") {
        return;
    }
    let server = Server::start();
    server.tolerate();
    let nonces = ["nonce-1", "nonce \u{e9}\n2"];
    for nonce in nonces {
        let challenge = json!({ "nonce": nonce }).to_string();
        server.behave(answer(200, challenge).on("/challenge").once());
    }
    server.behave(answer(200, r#"{"token": "given"}"#).on("/session"));
    let password = "some-password";
    let tok = of(&server, CHALLENGE)
        .env("TOK_ACME_USERNAME", "jo")
        .env("TOK_ACME_PASSWORD", password);
    for _ in nonces {
        tok.run(["acme", "--fresh"]).ok().quiet();
    }
    let requests = server.requests();
    assert!(requests.iter().all(|request| !request.body.contains(password)));
    let logins: Vec<Value> = requests
        .iter()
        .skip(1)
        .step_by(2)
        .map(|request| request.json())
        .collect();
    let script = "import hashlib, hmac, sys; print(hmac.new(sys.argv[1].encode(), sys.argv[2].encode(), hashlib.sha256).hexdigest())";
    for (nonce, login) in nonces.iter().zip(&logins) {
        let mac = Tok::new()
            .may_leak()
            .program("python3", ["-c", script, password, nonce])
            .ok();
        assert_eq!(*login, json!({"user": "jo", "answer": mac.stdout.trim()}));
    }
    assert_eq!(logins.len(), 2);
}

#[test]
fn a_circle_of_values_is_named() {
    let vendor = SIGNED.replace("of = \"{now}\\n{nonce}\\n{body}\"", "of = \"{sign}\"");
    let line = 1 + vendor.lines().position(|line| line == "[let.sign.hmac]").unwrap();
    Tok::new()
        .write("home/acme.toml", &vendor)
        .run(["vendors", "check", "acme.toml"])
        .exits(2)
        .says(&format!("acme.toml:{line}: [let] 'sign': it needs itself"));
}

#[test]
fn an_encoded_secret_is_sent_as_documented() {
    let server = server();
    let vendor = SIGNED
        .replace("X-Sign = \"{sign}\"", "X-Sign = \"{client-key:base64}\"")
        .split("[let.sign")
        .next()
        .unwrap()
        .to_owned()
        + "[answer]\ntoken = '/token'\nlifetime = '1h'\n";
    of(&server, &vendor)
        .env("TOK_ACME_CLIENT_KEY", "a:b c")
        .run(["acme"])
        .ok();
    let sent = server.only();
    assert_eq!(sent.header("x-sign"), Some(&*BASE64_STANDARD.encode("a:b c")));
}

#[test]
fn what_is_made_is_shown_as_it_would_be_sent_without_what_is_secret() {
    let shown = |vendor: &str| {
        let tok = Tok::new().write("home/acme.toml", vendor);
        tok.run(["vendors", "check", "--show", "acme.toml"]).ok().quiet().stdout
    };
    assert!(shown(SERVICE).contains("\ngrant_type=jwt-bearer&assertion=***\n"));
    assert!(shown(CODE).contains("\"otp\":\"***\""));
    let signed = shown(SIGNED);
    assert!(signed.contains("\nX-Sign: ***\n"), "{signed}");
    let time = signed.lines().find_map(|line| line.strip_prefix("X-Time: "));
    assert!((now() - time.unwrap().parse::<i64>().unwrap()).abs() < 60, "{signed}");
    let nonce = signed.lines().find_map(|line| line.strip_prefix("X-Nonce: "));
    assert_eq!(nonce.map(str::len), Some(16), "{signed}");
}

/// A step's answer is challenged with, and signed for, by the login that follows.
#[test]
fn what_a_step_takes_can_be_signed() {
    if !need("python3") {
        return;
    }
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, r#"{"challenge": "c-123"}"#).on("/challenge"));
    server.behave(answer(200, r#"{"token": "given"}"#).on("/session"));
    let vendor = SIGNED
        .replace(
            "[login]",
            "[[step]]\nmethod = \"GET\"\npath = \"/challenge\"\nheaders = { X-Nonce = \"{nonce}\" }\ntake = { challenge = \
             \"/challenge\" }\n\n[login]",
        )
        .replace("{now}\\n{nonce}\\n{body}", "{challenge}\\n{nonce}");
    let examples = vendor.find("[[example]]").unwrap();
    let key = "a-shared-secret";
    of(&server, &vendor[..examples])
        .env("TOK_ACME_CLIENT_KEY", key)
        .run(["acme"])
        .ok()
        .quiet();
    let requests = server.requests();
    let header = |nth: usize, name| requests[nth].header(name).unwrap().to_owned();
    assert_ne!(header(0, "x-nonce"), header(1, "x-nonce"), "each request has its own");
    let of = format!("c-123\n{}", header(1, "x-nonce"));
    let script = "import hashlib, hmac, sys; print(hmac.new(sys.argv[1].encode(), sys.argv[2].encode(), hashlib.sha256).hexdigest())";
    let mac = Tok::new().may_leak().program("python3", ["-c", script, key, &of]).ok();
    assert_eq!(header(1, "x-sign"), mac.stdout.trim());
}
