//! The built-in vendors that are logged in to with a JWT, against stand-ins that take what their documents show and nothing else.

use std::ffi::OsStr;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::harness::Tok;
use crate::peer::Peer;
use crate::protocol::Recorded;
use crate::real_servers::installed;
use crate::stand_in::{Server, answer, clock};

const PKCS1: &str = include_str!("../../src/made/key/fixtures/rsa.pkcs1.pem");
const PKCS8: &str = include_str!("../../src/made/key/fixtures/rsa.pkcs8.pem");
const P256: &str = include_str!("../../src/made/key/fixtures/p256.pkcs8.pem");
const ENCRYPTED: &str = include_str!("../../src/made/key/fixtures/rsa.pkcs1-encrypted.pem");
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/drive";
const EMAIL: &str = "robot@project.iam.gserviceaccount.com";

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Header and claims, if jose takes the signature for that of the key.
fn verified(token: &str) -> Option<(Value, Value)> {
    let modules = installed("TOK_TEST_OAUTH2")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behaviour/servers/verify.mjs");
    let tok = Tok::new().write("home/key.pem", PKCS1);
    let arguments: [&OsStr; 5] = [
        script.as_ref(),
        &modules,
        "RS256".as_ref(),
        "key.pem".as_ref(),
        token.as_ref(),
    ];
    let said = tok.program("node", arguments).ok().json();
    Some((said["header"].clone(), said["claims"].clone()))
}

/// As the console gives it, with an address for tokens that is not the vendor's.
fn key_file(token_uri: &str) -> String {
    json!({
        "type": "service_account",
        "project_id": "project",
        "private_key_id": "f00d",
        "private_key": PKCS8,
        "client_email": EMAIL,
        "client_id": "123456789",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    })
    .to_string()
}

fn google() -> (Server, Tok) {
    let server = Server::start();
    server.tolerate();
    server.behave(
        answer(
            200,
            r#"{"access_token": "ya29.given", "scope": "x", "token_type": "Bearer", "expires_in": 3599}"#,
        )
        .on("/token"),
    );
    let tok = Tok::new()
        .env("TOK_GOOGLE_URL", server.url())
        .env("TOK_GOOGLE_SCOPE", SCOPE);
    (server, tok)
}

/// The assertion, where the request is as Google documents it.
fn assertion(request: &Recorded) -> String {
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/token"));
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(request.header("authorization"), None);
    let (grant, assertion) = request.body.split_once("&assertion=").unwrap();
    assert_eq!(
        grant,
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
    );
    percent_decode_str(assertion).decode_utf8().unwrap().into_owned()
}

#[test]
fn google_takes_an_assertion_that_the_key_file_signs() {
    let (server, tok) = google();
    let elsewhere = Peer::silent();
    let tok = tok.write("home/key.json", &key_file(&elsewhere.url()));
    let before = now();
    let grant = tok
        .run(["google", "--key-file", "key.json", "-f", "json"])
        .ok()
        .quiet()
        .json();
    assert_eq!(
        (&grant["token"], &grant["variable"]),
        (&json!("ya29.given"), &json!("GOOGLE_TOKEN"))
    );
    assert!(
        (3590..=3599).contains(&grant["expires_in"].as_i64().unwrap()),
        "{grant}"
    );
    assert_eq!(elsewhere.connections(), 0);
    let Some((header, claims)) = verified(&assertion(&server.only())) else {
        return;
    };
    assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": "f00d"}));
    let issued = claims["iat"].as_i64().unwrap();
    assert!((before..=now()).contains(&issued), "{claims}");
    let wanted = json!({
        "iss": EMAIL, "scope": SCOPE, "aud": "https://oauth2.googleapis.com/token", "iat": issued, "exp": issued + 3600,
    });
    assert_eq!(claims, wanted);
}

#[test]
fn a_key_file_may_come_from_a_variable_and_serves_who_has_it() {
    let (server, tok) = google();
    let key = key_file("https://oauth2.googleapis.com/token");
    let with_key = tok.clone().env("TOK_GOOGLE_KEY", &key);
    for _ in 0..2 {
        with_key.run(["google"]).ok().quiet();
    }
    server.only();
    // The scope is no person, so another key is another's.
    let other = key.replace(EMAIL, "other@project.iam.gserviceaccount.com");
    tok.env("TOK_GOOGLE_KEY", other).run(["google"]).ok();
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_google_refusal_is_told_in_its_own_words_and_held() {
    let (server, tok) = google();
    let refusal =
        r#"{"error": "invalid_grant", "error_description": "Invalid JWT: Token must be a short-lived token"}"#;
    server.behave(answer(400, refusal));
    let tok = tok.env("TOK_GOOGLE_KEY", key_file("x"));
    tok.run(["google"])
        .fails(4)
        .says("Invalid JWT: Token must be a short-lived token");
    tok.run(["google"]).fails(4).says("this very request was refused");
    server.only();
}

fn app(server: &Server) -> Tok {
    Tok::new()
        .env("TOK_GITHUBAPP_URL", server.url() + "/api/v3")
        .env("TOK_GITHUBAPP_APP_ID", "Iv23.app")
        .env("TOK_GITHUBAPP_INSTALLATION_ID", "4711")
        .write("home/app.pem", PKCS1)
        .write("home/p256.pem", P256)
        .write("home/encrypted.pem", ENCRYPTED)
}

/// Answers as it does where its clock is so many seconds ahead.
fn github(ahead: i64) -> Server {
    let server = Server::start();
    server.tolerate();
    let end = jiff::Timestamp::from_second(now() + ahead + 3600).unwrap();
    let body = json!({
        "token": "ghs_given", "expires_at": end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "permissions": {"contents": "read"}, "repository_selection": "selected",
    });
    server.behave(answer(201, body.to_string()).on("/api/v3/app/installations/4711/access_tokens"));
    server.behave(clock(ahead));
    server
}

#[test]
fn github_takes_a_jwt_of_ten_minutes_and_gives_an_installations_token() {
    let server = github(0);
    let before = now();
    let tok = app(&server);
    let grant = tok
        .run(["githubapp", "--private-key-file", "app.pem", "-f", "json"])
        .ok()
        .quiet()
        .json();
    assert_eq!(grant["token"], "ghs_given");
    assert_eq!(
        grant["extras"],
        json!({"permissions": {"contents": "read"}, "repository_selection": "selected"})
    );
    assert!(
        (3590..=3600).contains(&grant["expires_in"].as_i64().unwrap()),
        "{grant}"
    );
    // With the app and the installation the token is found without the key.
    assert_eq!(tok.run(["githubapp"]).ok().token(), "ghs_given");

    let request = server.only();
    assert_eq!(request.path, "/api/v3/app/installations/4711/access_tokens");
    assert_eq!((request.method.as_str(), request.body.as_str()), ("POST", ""));
    assert_eq!(request.header("accept"), Some("application/vnd.github+json"));
    assert_eq!(request.header("x-github-api-version"), Some("2022-11-28"));
    assert!(request.header("user-agent").unwrap().starts_with("tok/"));
    let bearer = request
        .header("authorization")
        .unwrap()
        .strip_prefix("Bearer ")
        .unwrap();
    let Some((header, claims)) = verified(bearer) else {
        return;
    };
    assert_eq!(header, json!({"alg": "RS256", "typ": "JWT"}));
    let issued = claims["iat"].as_i64().unwrap();
    assert!((before - 60..=now() - 60).contains(&issued), "{claims}");
    assert_eq!(claims, json!({"iat": issued, "exp": issued + 600, "iss": "Iv23.app"}));
}

#[test]
fn the_end_of_an_installations_token_counts_by_the_servers_clock() {
    for ahead in [-7200, 7200] {
        let server = github(ahead);
        let output = app(&server)
            .run(["githubapp", "--private-key-file", "app.pem", "-f", "json"])
            .ok();
        let left = output.json()["expires_in"].as_i64().unwrap();
        assert!((3580..=3600).contains(&left), "{output}");
    }
}

#[test]
fn another_installation_has_a_token_of_its_own() {
    let server = github(0);
    server.behave(answer(404, r#"{"message": "Not Found"}"#).on("/api/v3/app/installations/9/"));
    let tok = app(&server);
    tok.run(["githubapp", "--private-key-file", "app.pem"]).ok();
    let other = tok
        .run(["githubapp", "--private-key-file", "app.pem", "--installation-id", "9"])
        .fails(6);
    other.says("Not Found");
}

#[test]
fn a_key_that_is_not_the_apps_kind_is_refused_before_anything_is_sent() {
    let server = github(0);
    for (file, words) in [
        ("p256.pem", "githubapp: jwt: RS256 signs with an RSA key, and this is a"),
        ("encrypted.pem", "githubapp: private-key: the key is encrypted"),
    ] {
        app(&server)
            .run(["githubapp", "--private-key-file", file])
            .fails(2)
            .says(words);
    }
    server.untouched();
}

#[cfg(target_os = "linux")]
#[test]
fn a_login_keeps_the_way_that_was_given_and_leaves_the_others() {
    let Some(keyring) = crate::ring::Keyring::unlocked() else {
        return;
    };
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, r#"{"access_token": "given", "expires_in": 3600}"#));
    let tok = keyring
        .of(Tok::new())
        .env("TOK_OAUTH2_URL", server.url())
        .env("TOK_OAUTH2_CLIENT_ID", "robot")
        .write("home/key.pem", PKCS1);
    let config = || std::fs::read_to_string(tok.config_folder().join("config.toml")).unwrap();
    let last = || server.requests().pop().unwrap();
    tok.run(["login", "oauth2", "--private-key-file", "key.pem"]).ok();
    assert!(config().contains("way = \"private-key\""), "{}", config());
    tok.run(["oauth2", "--fresh"]).ok();
    assert!(last().body.contains("client_assertion=ey"), "{}", last().body);
    let secret = tok.clone().stdin("some-secret\n");
    secret.run(["login", "oauth2", "--client-secret-stdin"]).ok();
    assert!(!config().contains("way"), "{}", config());
    tok.run(["oauth2", "--fresh"]).ok();
    assert_eq!(last().header("authorization"), Some("Basic cm9ib3Q6c29tZS1zZWNyZXQ="));
}

#[test]
fn the_new_vendors_are_shown_at_work() {
    for vendor in ["oauth2", "exchange", "google", "githubapp"] {
        let output = Tok::new().run(["demo", vendor]).ok().quiet();
        assert!(output.stdout.contains("held back, no request"), "{output}");
        Tok::new().run(["vendors", "check", "--show", vendor]).ok();
    }
}
