//! tok's approval on another device with servers that nobody here wrote: oidc-provider, and Authlib, which asks for a slower
//! pace. The person is a script that enters the code.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Tok, until};
use crate::real_servers::{Server, installed};
use crate::terminal::Terminal;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

/// What stands alone in its line below these words.
#[track_caller]
fn told(terminal: &Terminal, words: &str) -> String {
    until("it is shown", || terminal.screen().contains("Ctrl-C ends it"));
    let screen = terminal.screen();
    let (_, below) = screen.split_once(words).unwrap();
    let line = below.trim_start().lines().next().unwrap();
    line.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "")
}

mod oidc_provider {
    use super::*;

    /// Whose access tokens last so many seconds.
    #[track_caller]
    fn start(seconds: u32) -> Option<Server> {
        let modules = installed("TOK_TEST_OAUTH2")?;
        let arguments = [
            modules.to_str().unwrap(),
            &seconds.to_string(),
            "a secret of some length, for the other client",
        ];
        Some(Server::start(&"node".into(), "issuer.mjs", &arguments))
    }

    fn user(server: &Server) -> Tok {
        Tok::new()
            .env("TOK_OIDC_URL", server.url(""))
            .env("TOK_OIDC_CLIENT_ID", "native")
    }

    /// Enters the code that the terminal shows.
    #[track_caller]
    fn decide(tok: &Tok, terminal: &Terminal, verdict: &str) {
        let address = told(terminal, "on any device");
        let code = told(terminal, "and enter this code");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behaviour/servers/device_person.mjs");
        let script = script.to_str().unwrap();
        tok.program("node", [script, verdict, &address, &code]).ok();
    }

    #[test]
    fn a_person_enters_the_code_once_and_the_token_is_refreshed_without_one() {
        let Some(server) = start(3) else { return };
        let tok = user(&server);
        let mut terminal = tok.terminal(["oidc", "--device", "-f", "json"]);
        decide(&tok, &terminal, "approve");
        let grant = terminal.wait().ok().quiet().json();
        assert_eq!(grant["source"], "login");
        let form = format!("token={}&client_id=native", grant["token"].as_str().unwrap());
        let (_, said) = server.ask("POST /token/introspection", FORM, &form);
        assert_eq!(said["client_id"], "native", "{said}");
        for _ in 0..2 {
            sleep(Duration::from_millis(3100));
            let grant = tok.run(["oidc", "-f", "json"]).ok().quiet().json();
            assert_eq!(grant["source"], "refresh");
        }
        // A token that a device was given serves where a browser would be asked.
        tok.run(["oidc", "--browser", "-f", "json"]).ok().quiet();
    }

    #[test]
    fn a_person_who_aborts_refuses() {
        let Some(server) = start(300) else { return };
        let tok = user(&server);
        let mut terminal = tok.terminal(["oidc", "--device"]);
        decide(&tok, &terminal, "refuse");
        let output = terminal.wait().fails(4);
        output.says("oidc: the login was not approved: End-User aborted interaction");
    }
}

mod authlib {
    use super::*;

    const DEFINITION: &str = r#"about = "Authlib's device flow"
url = "https://authlib.example"

[[field]]
name = "client-id"
help = "Client identifier"

[device]
path = "/device/"
form = { client_id = "{client-id}", scope = "read" }

[login]
path = "/token/"

[login.form]
grant_type = "urn:ietf:params:oauth:grant-type:device_code"
client_id = "{client-id}"
device_code = "{device-code}"

[refresh]
path = "/token/"
form = { grant_type = "refresh_token", client_id = "{client-id}", refresh_token = "{refresh-token}" }

[answer]
token = "/access_token"
refresh_token = "/refresh_token"
expires_in = "/expires_in"
error = ["/error_description", "/error"]
"#;

    /// With the seconds that it names between two requests, those that it wants, and those that a code lasts.
    #[track_caller]
    fn start(seconds: [&str; 3]) -> Option<Server> {
        let python = installed("TOK_TEST_DJANGO")?;
        Some(Server::start(&python, "authlib_device.py", &seconds))
    }

    fn user(server: &Server) -> Tok {
        Tok::new()
            .own_vendor("authlib", DEFINITION)
            .env("TOK_AUTHLIB_URL", server.url(""))
            .env("TOK_AUTHLIB_CLIENT_ID", "tok-device")
    }

    #[track_caller]
    fn decide(server: &Server, terminal: &Terminal, allow: &str) {
        let code = told(terminal, "and enter this code");
        let answer = server.ask("POST /activate/", FORM, &format!("user_code={code}&allow={allow}"));
        assert_eq!(answer, (200, json!({})));
    }

    #[test]
    fn whoever_is_told_to_slow_down_does_and_gets_the_token() {
        let Some(server) = start(["1", "3", "60"]) else { return };
        let tok = user(&server);
        let mut terminal = tok.terminal(["authlib"]);
        // Once too early, then late enough.
        sleep(Duration::from_secs(9));
        decide(&server, &terminal, "yes");
        terminal.wait().ok().quiet();
        server.answered(&[
            "POST /device/ ",
            "POST /token/ slow_down",
            "POST /token/ authorization_pending",
            "POST /activate/ ",
            "POST /token/ ",
        ]);
        // The refresh token serves without anybody.
        tok.pass(3600);
        let grant = tok.run(["authlib", "-f", "json"]).ok().quiet().json();
        assert_eq!(grant["source"], "refresh");
    }

    #[test]
    fn a_no_and_a_late_yes_are_told_apart() {
        let Some(server) = start(["1", "0", "60"]) else { return };
        let tok = user(&server);
        let mut terminal = tok.terminal(["authlib"]);
        decide(&server, &terminal, "no");
        terminal.wait().fails(4).says("not approved");
        let Some(server) = start(["1", "0", "3"]) else { return };
        let tok = user(&server);
        let output = tok.terminal(["authlib"]).wait().fails(3);
        output.says("nobody approved the login within 3 s");
    }
}
