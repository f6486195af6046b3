//! tok with servers that nobody here wrote: Django REST framework with Simple JWT, and oidc-provider.
//!
//! `.ci/servers` installs them and prints the variables that tell where they are. Each test has a server of its own, which
//! listens on loopback and ends with the test.

use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::harness::{LIMIT, Running, Tok};

const SIMPLE_JWT: &str = include_str!("vendors/simplejwt.toml");
const PASSWORD: &str = "correct horse, \"bättery\" & stäple";

/// What the variable says. Where it is not set, the test is to return at once; with `TOK_TEST_REQUIRE=all` it fails.
#[track_caller]
pub(crate) fn installed(variable: &str) -> Option<OsString> {
    let found = std::env::var_os(variable).filter(|value| !value.is_empty());
    if found.is_none() {
        let required = std::env::var_os("TOK_TEST_REQUIRE").is_some_and(|value| value == "all");
        assert!(!required, "{variable} is not set, and TOK_TEST_REQUIRE=all asks for it");
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        // Past the capture of a passing test's output, or nobody would see it.
        let _ = writeln!(std::io::stderr(), "skipped: {test}: {variable} is not set");
    }
    found
}

pub(crate) struct Server {
    pub(crate) running: Running,
    /// Keeps the server's folder.
    _world: Tok,
    pub(crate) port: u16,
}

impl Server {
    #[track_caller]
    pub(crate) fn start(program: &OsString, script: &str, arguments: &[&str]) -> Self {
        let world = Tok::new();
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/behaviour/servers")
            .join(script);
        let arguments = [script.as_os_str()]
            .into_iter()
            .chain(arguments.iter().map(AsRef::as_ref));
        let mut running = world.start_program(program.to_str().unwrap(), arguments);
        let end = Instant::now() + LIMIT;
        let port = loop {
            if let Some(port) = running
                .stderr()
                .lines()
                .find_map(|line| line.strip_prefix("port ")?.parse().ok())
            {
                break port;
            }
            assert!(
                running.is_running() && Instant::now() < end,
                "no server: {}",
                running.stderr()
            );
            sleep(Duration::from_millis(20));
        };
        Self {
            running,
            _world: world,
            port,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Method, path and status of every request that was answered, since the last call.
    #[track_caller]
    pub(crate) fn answered(&self, expected: &[&str]) {
        let lines = |text: &str| -> Vec<String> {
            let requests = text
                .lines()
                .filter(|line| ["GET ", "POST "].iter().any(|method| line.starts_with(method)));
            requests.map(str::to_owned).collect()
        };
        // The line may come a moment after the answer.
        let end = Instant::now() + Duration::from_secs(10);
        while lines(&self.running.stderr()).len() < expected.len() && Instant::now() < end {
            sleep(Duration::from_millis(5));
        }
        assert_eq!(lines(&self.running.stderr()), expected);
    }

    /// The JSON that a request of the test's own is answered with.
    #[track_caller]
    pub(crate) fn ask(&self, request: &str, headers: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let length = body.len();
        write!(
            stream,
            "{request} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n\r\n{body}",
            self.port
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

mod simple_jwt {
    use super::*;

    /// Whose access tokens last so many seconds.
    #[track_caller]
    fn start(seconds: u32) -> Option<Server> {
        let python = installed("TOK_TEST_DJANGO")?;
        Some(Server::start(
            &python,
            "simplejwt.py",
            &[PASSWORD, &seconds.to_string(), "users.sqlite3"],
        ))
    }

    fn user(server: &Server) -> Tok {
        Tok::new()
            .own_vendor("simplejwt", SIMPLE_JWT)
            .env("TOK_SIMPLEJWT_URL", server.url(""))
            .env("TOK_SIMPLEJWT_USERNAME", "ada")
            .env("TOK_SIMPLEJWT_PASSWORD", PASSWORD)
    }

    /// Whom the server takes the bearer for.
    #[track_caller]
    fn who(server: &Server, token: &str) -> (u16, Value) {
        server.ask("GET /api/who/", &format!("Authorization: Bearer {token}"), "")
    }

    #[test]
    fn one_login_serves_until_the_jwt_ends() {
        let Some(server) = start(300) else { return };
        let tok = user(&server);
        let grant = tok.run(["simplejwt", "-f", "json"]).ok().quiet().json();
        let left = grant["expires_in"].as_i64().unwrap();
        assert!((290..=300).contains(&left), "{grant}");
        assert_eq!(grant["source"], "login");
        let again = tok.run(["simplejwt"]).ok().quiet().token();
        assert_eq!(again, grant["token"]);
        let header = tok.run(["simplejwt", "-f", "header"]).ok().quiet().token();
        assert_eq!(header, format!("Authorization: Bearer {again}"));
        assert_eq!(who(&server, &again), (200, json!({ "user": "ada" })));
        server.answered(&["POST /api/token/ 200", "GET /api/who/ 200"]);
    }

    #[test]
    fn a_refresh_token_that_serves_once_is_kept_anew_each_time() {
        let Some(server) = start(3) else { return };
        let tok = user(&server).in_clear();
        tok.run(["simplejwt"]).ok().quiet();
        let without = tok.clone().without("TOK_SIMPLEJWT_PASSWORD");
        for _ in 0..2 {
            sleep(Duration::from_millis(3100));
            let grant = without.run(["simplejwt", "-f", "json"]).ok().quiet().json();
            assert_eq!(grant["source"], "refresh");
        }
        let requests = [
            "POST /api/token/ 200",
            "POST /api/token/refresh/ 200",
            "POST /api/token/refresh/ 200",
        ];
        server.answered(&requests);

        // Somebody else uses it up, and the password is asked for.
        let entry: Value = serde_json::from_slice(&fs::read(&tok.cached()[0]).unwrap()).unwrap();
        let body = json!({ "refresh": entry["refresh_token"] }).to_string();
        let (status, _) = server.ask("POST /api/token/refresh/", "Content-Type: application/json", &body);
        assert_eq!(status, 200, "{body}");
        sleep(Duration::from_millis(3100));
        without
            .run(["simplejwt", "--no-input"])
            .fails(3)
            .says("TOK_SIMPLEJWT_PASSWORD");
        let grant = tok.run(["simplejwt", "-f", "json"]).ok().json();
        assert_eq!(grant["source"], "login");
    }

    #[test]
    fn a_wrong_password_is_sent_once() {
        let Some(server) = start(300) else { return };
        let tok = user(&server).env("TOK_SIMPLEJWT_PASSWORD", "wrong password");
        let reason = "No active account found with the given credentials";
        tok.run(["simplejwt"]).fails(4).says(reason);
        tok.run(["simplejwt"]).fails(4).says(reason);
        user(&server).run(["simplejwt"]).ok().quiet();
        server.answered(&["POST /api/token/ 401", "POST /api/token/ 200"]);
    }

    #[test]
    fn logout_has_the_refresh_token_ended() {
        let Some(server) = start(300) else { return };
        let tok = user(&server).in_clear();
        let token = tok.run(["simplejwt"]).ok().quiet().token();
        let entry: Value = serde_json::from_slice(&fs::read(&tok.cached()[0]).unwrap()).unwrap();
        tok.run(["logout", "simplejwt", "--revoke"]).ok();
        assert_eq!(tok.cached(), [""; 0].map(Path::new));
        let body = json!({ "refresh": entry["refresh_token"] }).to_string();
        let (status, said) = server.ask("POST /api/token/refresh/", "Content-Type: application/json", &body);
        assert_eq!((status, &said["detail"]), (401, &json!("Token is blacklisted")));
        // As the definition's note says.
        assert_eq!(who(&server, &token).0, 200);
    }
}

mod django_login {
    use super::*;

    const DJANGO: &str = include_str!("vendors/django.toml");

    #[track_caller]
    fn start() -> Option<Server> {
        let python = installed("TOK_TEST_DJANGO")?;
        Some(Server::start(&python, "django_login.py", &[PASSWORD, "users.sqlite3"]))
    }

    fn user(server: &Server) -> Tok {
        Tok::new()
            .own_vendor("django", DJANGO)
            .env("TOK_DJANGO_URL", server.url(""))
            .env("TOK_DJANGO_USERNAME", "ada")
            .env("TOK_DJANGO_PASSWORD", PASSWORD)
    }

    #[test]
    fn the_cookie_of_a_form_goes_with_it_and_the_session_is_the_token() {
        let Some(server) = start() else { return };
        let tok = user(&server);
        let cookie = tok.run(["django", "-f", "header"]).ok().quiet().token();
        assert_eq!(tok.run(["django", "-f", "header"]).ok().quiet().token(), cookie);
        assert!(cookie.starts_with("Cookie: sessionid="), "{cookie}");
        assert_eq!(server.ask("GET /who/", &cookie, ""), (200, json!({ "user": "ada" })));
        let requests = ["GET /accounts/login/ 200", "POST /accounts/login/ 302", "GET /who/ 200"];
        server.answered(&requests);
    }

    #[test]
    fn a_wrong_password_is_told_in_the_pages_words_and_sent_once() {
        let Some(server) = start() else { return };
        let tok = user(&server).env("TOK_DJANGO_PASSWORD", "wrong password");
        let reason = "Please enter a correct username and password.";
        tok.run(["django"]).fails(4).says(reason);
        tok.run(["django"]).fails(4).says(reason);
        server.answered(&["GET /accounts/login/ 200", "POST /accounts/login/ 200"]);
    }

    #[test]
    fn its_definition_is_sound() {
        let tok = Tok::new().write("home/django.toml", DJANGO);
        tok.run(["vendors", "check", "django.toml"]).ok().quiet();
        user_free_demo(&tok.own_vendor("django", DJANGO));
    }

    fn user_free_demo(tok: &Tok) {
        let output = tok.run(["demo", "django"]).ok();
        output
            .prints_this("GET /accounts/login/, POST /accounts/login/")
            .prints_this("exit 4");
    }
}

mod oauth2 {
    use super::*;

    /// Whatever RFC 6749 lets stand in an identifier and a secret.
    const ID: &str = "team: a/b+c \"x\" 100%";
    const SECRET: &str = "s:e c%2Br&e=t+\\~'{}?";
    const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/made/key/fixtures/rsa.pkcs1.pem");

    #[track_caller]
    fn start() -> Option<Server> {
        let modules = installed("TOK_TEST_OAUTH2")?;
        let arguments = [modules.to_str().unwrap(), ID, SECRET, KEY];
        Some(Server::start(&"node".into(), "oidc.mjs", &arguments))
    }

    /// Who signs assertions with that key.
    fn keyed(server: &Server) -> Tok {
        Tok::new()
            .env("TOK_OAUTH2_URL", server.url("/token"))
            .env("TOK_OAUTH2_CLIENT_ID", "keyed")
    }

    fn client(server: &Server) -> Tok {
        Tok::new()
            .env("TOK_OAUTH2_URL", server.url("/token"))
            .env("TOK_OAUTH2_CLIENT_ID", ID)
            .env("TOK_OAUTH2_CLIENT_SECRET", SECRET)
    }

    /// What the server knows of a token.
    #[track_caller]
    fn introspected(server: &Server, token: &str) -> Value {
        let form = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let basic = BASE64_STANDARD.encode(format!("{}:{}", form(ID), form(SECRET)));
        let headers = format!("Authorization: Basic {basic}\r\nContent-Type: application/x-www-form-urlencoded");
        let (status, said) = server.ask("POST /token/introspection", &headers, &format!("token={token}"));
        assert_eq!(status, 200, "{said}");
        said
    }

    #[test]
    fn client_credentials_of_any_characters_give_a_token() {
        let Some(server) = start() else { return };
        let tok = client(&server);
        let grant = tok
            .run(["oauth2", "--scope", "read write", "-f", "json"])
            .ok()
            .quiet()
            .json();
        let left = grant["expires_in"].as_i64().unwrap();
        assert!((590..=600).contains(&left), "{grant}");
        assert_eq!(
            grant["extras"],
            json!({ "token_type": "Bearer", "scope": "read write" })
        );
        let token = grant["token"].as_str().unwrap();
        let known = introspected(&server, token);
        assert_eq!((&known["active"], &known["client_id"]), (&json!(true), &json!(ID)));
        assert_eq!(known["scope"], "read write");

        assert_eq!(tok.run(["oauth2", "--scope", "read write"]).ok().quiet().token(), token);
        let other = tok.run(["oauth2", "--scope", "read"]).ok().quiet().token();
        assert_eq!(introspected(&server, &other)["scope"], "read");
        let unlimited = tok.run(["oauth2"]).ok().quiet().token();
        assert_eq!(introspected(&server, &unlimited)["scope"], Value::Null);
    }

    #[test]
    fn an_assertion_that_the_client_signs_gives_a_token_each_time() {
        let Some(server) = start() else { return };
        let tok = keyed(&server);
        for more in [&["--key-id", "k1"][..], &[], &["--scope", "read", "--fresh"]] {
            let arguments = ["oauth2", "--private-key-file", KEY].iter().chain(more);
            let token = tok.run(arguments).ok().quiet().token();
            assert_eq!(introspected(&server, &token)["client_id"], "keyed");
        }
        // The token of before serves without the key as well.
        tok.run(["oauth2"]).fails(3);
        let way = "[oauth2]\nway = 'private-key'\n";
        tok.config(way).run(["oauth2"]).ok().quiet();
    }

    #[test]
    fn an_assertion_of_another_key_is_refused_and_sent_once() {
        let Some(server) = start() else { return };
        let script = "const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }); \
                      fs.writeFileSync('other.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));";
        let tok = keyed(&server);
        tok.program("node", ["-e", script]).ok();
        for _ in 0..2 {
            let output = tok.run(["oauth2", "--private-key-file", "other.pem"]).fails(4);
            output.says("client authentication failed");
        }
        server.answered(&["POST /token 401"]);
    }

    #[test]
    fn a_wrong_secret_or_client_is_refused_and_sent_once() {
        let Some(server) = start() else { return };
        for (variable, value) in [
            ("TOK_OAUTH2_CLIENT_SECRET", "s:e c+r&e=t+\\~'{}?"),
            ("TOK_OAUTH2_CLIENT_ID", "team: a/b c \"x\" 100%"),
        ] {
            let tok = client(&server).env(variable, value);
            tok.run(["oauth2"]).fails(4).says("client authentication failed");
            tok.run(["oauth2"]).fails(4).says("client authentication failed");
        }
        server.answered(&["POST /token 401", "POST /token 401"]);
    }
}
