//! Whom a browser is opened for, how, and how often; and what serves where none can be opened.

use std::time::Duration;

use crate::approvals::{CODE, approve, discover, grant_of, issuer, user};
use crate::harness::{Tok, mode, until};
use crate::stand_in::Server;

#[test]
fn twenty_processes_open_one_tab_and_share_its_token() {
    let server = issuer();
    let tok = user(&server);
    let mut asking = tok.terminal(["oidc", "--timeout", "5"]);
    let visit = tok.visit();
    let mut terminals: Vec<_> = (0..5).map(|_| tok.terminal(["oidc", "--timeout", "1"])).collect();
    let others: Vec<_> = (0..14).map(|_| tok.start(["oidc", "--timeout", "50"])).collect();
    std::thread::sleep(Duration::from_millis(2500));
    approve(&visit);
    assert_eq!(asking.wait().ok().token(), "the-token");
    for terminal in &mut terminals {
        assert_eq!(terminal.wait().ok().token(), "the-token");
    }
    for other in others {
        assert_eq!(other.wait().ok().token(), "the-token");
    }
    assert_eq!(tok.opened().len(), 1);
    server.expect(&[crate::approvals::DISCOVERY, "POST /token"]);
}

#[test]
fn those_who_wait_share_a_refusal_too() {
    let server = issuer();
    let tok = user(&server);
    let mut asking = tok.terminal(["oidc"]);
    let visit = tok.visit();
    let mut other = tok.terminal(["oidc"]);
    let blind = tok.start(["oidc"]);
    std::thread::sleep(Duration::from_millis(500));
    visit.follow(&visit.back(&[("error", "access_denied")]));
    for output in [asking.wait(), other.wait(), blind.wait()] {
        output.fails(4).says("the login was not approved");
    }
    assert_eq!(tok.opened().len(), 1);
}

#[test]
fn who_has_no_terminal_waits_for_anothers_person_as_long_as_it_has_time() {
    let server = issuer();
    let tok = user(&server);
    let mut asking = tok.terminal(["oidc"]);
    let visit = tok.visit();
    tok.run(["oidc", "--timeout", "1"])
        .fails(5)
        .says("which is asking for input");
    approve(&visit);
    asking.wait().ok();
}

#[test]
fn a_browser_that_fails_hangs_or_is_not_there_holds_nothing_up() {
    let server = issuer();
    for script in ["#!/bin/sh\nexit 7\n", "#!/bin/sh\nexec sleep 40\n", ""] {
        let tok = user(&server).write("home/other", script);
        let program = tok.home().join("other");
        if !script.is_empty() {
            mode(&program, 0o700);
        }
        let tok = tok.env("BROWSER", &program);
        let mut terminal = tok.terminal(["oidc", "--fresh"]);
        if script.is_empty() {
            terminal.expect("approve the login in a browser, at this address");
        }
        let visit = shown(&mut terminal);
        approve(&visit);
        let output = terminal.wait().ok().quiet();
        assert!(output.took < Duration::from_secs(10), "{output}");
        // Nor does one that hangs keep the listener open.
        assert!(visit.connect().is_none());
    }
}

/// What the terminal shows, where no browser is opened.
fn shown(terminal: &mut crate::terminal::Terminal) -> crate::browser::Visit {
    terminal.expect("it is not shown");
    let screen = terminal.screen();
    let url = screen.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    crate::browser::Visit { url: url.to_owned() }
}

#[test]
fn the_address_that_a_browser_elsewhere_ended_at_can_be_pasted() {
    let server = issuer();
    let tok = user(&server)
        .without("BROWSER")
        .env("SSH_CONNECTION", "x")
        .env("DISPLAY", ":0");
    let mut terminal = tok.terminal(["oidc", "--browser"]);
    let visit = shown(&mut terminal);
    let before = terminal.before;
    for wrong in ["no address", "http://127.0.0.1/?code=x&state=wrong"] {
        terminal.answer_hidden("oidc address: ", wrong);
        terminal.expect("that is not the address that the browser ended at");
    }
    // Longer than a terminal's own lines.
    let code = CODE.repeat(500);
    let back = visit.back(&[("code", &code)]).replace("127.0.0.1", "elsewhere");
    terminal.answer_hidden("oidc address: ", &format!("  {back}#_=_ "));
    let output = terminal.wait().ok().quiet();
    assert_eq!(output.token(), "the-token");
    assert!(!output.screen.contains("code-canary"), "{output}");
    assert_eq!(terminal.modes(), before);
    let sent = server.requests().pop().unwrap().body;
    assert!(sent.contains(&"code-canary%2B1%2F2%3D".repeat(500)), "{sent:.300}");
}

#[test]
fn a_pasted_refusal_is_one_and_the_end_of_the_input_gives_up() {
    let server = issuer();
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    let visit = tok.visit();
    terminal.answer_hidden("oidc address: ", &visit.back(&[("error", "access_denied")]));
    terminal.wait().fails(4).says("the login was not approved");
    let mut terminal = tok.terminal(["oidc"]);
    terminal.expect("oidc address: ");
    until("what is pasted is hidden", || !terminal.echoes());
    terminal.send("\x04");
    terminal.wait().fails(3).says("oidc: the login was given up");
    assert_eq!(terminal.modes(), terminal.before);
}

/// A system's opener that notes down what it opens, first in the path.
fn with_opener(tok: Tok) -> Tok {
    let script = std::fs::read_to_string(tok.home().join("browser")).unwrap();
    let tok = tok.without("BROWSER").write("home/bin/xdg-open", &script);
    mode(&tok.home().join("bin/xdg-open"), 0o700);
    let own = tok.environment.get(std::ffi::OsStr::new("PATH")).cloned().unwrap();
    let folders = [tok.home().join("bin")].into_iter().chain(std::env::split_paths(&own));
    let path = std::env::join_paths(folders).unwrap();
    tok.env("PATH", path)
}

#[cfg(target_os = "linux")]
#[test]
fn the_systems_opener_serves_where_there_is_a_display_and_the_person_is_here() {
    let server = issuer();
    let tok = with_opener(user(&server));
    for display in ["DISPLAY", "WAYLAND_DISPLAY"] {
        let tok = tok.clone().env(display, "x");
        let before = tok.opened().len();
        let mut terminal = tok.terminal(["oidc", "--fresh"]);
        until("a tab is opened", || tok.opened().len() > before);
        approve(&tok.visit());
        terminal.wait().ok();
    }
    let before = tok.opened().len();
    for variable in ["SSH_CONNECTION", "SSH_TTY"] {
        let tok = tok.clone().env("DISPLAY", ":0").env(variable, "x");
        let mut terminal = tok.terminal(["oidc", "--fresh", "--browser"]);
        let visit = shown(&mut terminal);
        approve(&visit);
        terminal.wait().ok();
    }
    assert_eq!(tok.opened().len(), before);
}

#[test]
fn a_browser_inherits_no_secret() {
    let server = issuer();
    let tok = user(&server).write(
        "home/browser",
        "#!/bin/sh\nenv >\"$HOME/env\"\necho 1 >>\"$HOME/opened\"\necho \"$1\" >>\"$HOME/opened\"\n",
    );
    mode(&tok.home().join("browser"), 0o700);
    let tok = tok
        .env("TOK_OIDC_CLIENT_SECRET", "secret-canary-1")
        .env("TOK_MODULUS_PASSWORD", "secret-canary-2")
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:9/secret-canary-3")
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "secret-canary-4");
    let mut terminal = tok.terminal(["oidc"]);
    approve(&tok.visit());
    terminal.wait().ok();
    let environment = std::fs::read_to_string(tok.home().join("env")).unwrap();
    assert!(
        environment.contains("HOME=") && !environment.contains("secret-canary"),
        "{environment}"
    );
}

#[test]
fn every_profile_has_a_person_of_its_own() {
    let server = issuer();
    let url = server.url();
    let tok = user(&server).config(&format!(
        "[oidc.work]\nurl = '{url}'\nclient-id = 'c'\n[oidc.home]\nurl = '{url}'\nclient-id = 'c'\n"
    ));
    for (profile, token) in [("oidc@work", "of-work"), ("oidc@home", "of-home")] {
        server.reset();
        discover(&server, &serde_json::json!({}));
        server.behave(grant_of(token));
        let before = tok.opened().len();
        let mut terminal = tok.terminal([profile]);
        until("a tab is opened", || tok.opened().len() > before);
        approve(&tok.visit());
        assert_eq!(terminal.wait().ok().token(), token);
    }
    for (profile, token) in [("oidc@work", "of-work"), ("oidc@home", "of-home")] {
        assert_eq!(tok.run([profile]).ok().quiet().token(), token);
        // One that was approved in the browser serves where a device would ask.
        assert_eq!(tok.run([profile, "--device"]).ok().quiet().token(), token);
    }
    assert_eq!(tok.opened().len(), 2);
    tok.run(["logout", "oidc@work"]).ok();
    tok.run(["oidc@work"]).fails(3);
    assert_eq!(tok.run(["oidc@home"]).ok().quiet().token(), "of-home");
    tok.run(["logout", "oidc", "--all"]).ok();
    tok.run(["oidc@home"]).fails(3);
}

#[test]
fn a_login_keeps_no_secret_but_the_tokens() {
    let server = issuer();
    let tok = user(&server);
    let url = server.url();
    let mut terminal = tok.terminal(["login", "oidc@work", "--url", &url, "--client-id", "mine", "--browser"]);
    approve(&tok.visit());
    let output = terminal.wait().ok();
    output
        .says("oidc: logged in at")
        .says("the token lasts")
        .says("kept [oidc.work]");
    let config = std::fs::read_to_string(tok.config_folder().join("config.toml")).unwrap();
    let wanted = format!("[oidc.work]\nclient-id = \"mine\"\nurl = \"{url}\"\nway = \"browser\"\n");
    assert_eq!(config, wanted);
    assert_eq!(tok.run(["oidc@work"]).ok().quiet().token(), "the-token");
    server.reset();
    discover(&server, &serde_json::json!({}));
    tok.run(["logout", "oidc@work", "--revoke"]).fails(6);
    revoked(&server, &tok);
}

fn revoked(server: &Server, tok: &Tok) {
    server.behave(crate::stand_in::answer(200, "").on("/revoke"));
    tok.run(["logout", "oidc@work", "--revoke"])
        .ok()
        .says("revoked the refresh token");
    let request = server.requests().pop().unwrap();
    assert!(request.body.contains("token=the-refresh-token"), "{request:?}");
    assert!(tok.cached().is_empty());
}

#[test]
fn a_refresh_token_is_revoked_although_its_access_token_has_ended() {
    let server = issuer();
    let grant = r#"{"access_token": "short", "refresh_token": "the-refresh-token", "expires_in": 1}"#;
    server.behave(crate::stand_in::answer(200, grant).on("/token"));
    let tok = user(&server).config(&format!("[oidc.work]\nurl = '{}'\nclient-id = 'c'\n", server.url()));
    let mut terminal = tok.terminal(["oidc@work", "--min-ttl", "0"]);
    approve(&tok.visit());
    terminal.wait().ok();
    std::thread::sleep(Duration::from_millis(1100));
    revoked(&server, &tok);
}

#[test]
fn without_a_refresh_token_the_token_itself_is_revoked() {
    let server = issuer();
    let grant = r#"{"access_token": "alone", "expires_in": 3600}"#;
    server.behave(crate::stand_in::answer(200, grant).on("/token"));
    server.behave(crate::stand_in::answer(200, "").on("/revoke"));
    let tok = user(&server);
    let mut terminal = tok.terminal(["oidc"]);
    approve(&tok.visit());
    terminal.wait().ok();
    tok.run(["logout", "oidc", "--revoke"]).ok().says("revoked the token\n");
    let request = server.requests().pop().unwrap();
    assert!(request.body.contains("token=alone"), "{request:?}");
    assert!(tok.cached().is_empty());
}

#[test]
fn a_prompt_that_was_stopped_goes_on_and_the_browser_may_come_back_meanwhile() {
    let server = issuer();
    let tok = user(&server);
    let mut terminal = tok.terminal_of(
        "sh",
        ["-c", "set -m; tok oidc; echo stopped >/dev/tty; sleep 2; fg >/dev/null"],
    );
    let visit = tok.visit();
    terminal.expect("oidc address: ");
    until("what is pasted is hidden", || !terminal.echoes());
    terminal.send("\x1a");
    terminal.expect("stopped");
    assert!(terminal.echoes());
    terminal.expect("oidc address: ");
    approve(&visit);
    assert_eq!(terminal.wait().ok().token(), "the-token");
}

#[test]
fn of_many_who_come_at_once_one_opens_a_tab() {
    let server = issuer();
    let tok = user(&server);
    let mut terminals: Vec<_> = (0..8).map(|_| tok.terminal(["oidc", "--fresh"])).collect();
    let visit = tok.visit();
    std::thread::sleep(Duration::from_secs(1));
    approve(&visit);
    for terminal in &mut terminals {
        assert_eq!(terminal.wait().ok().token(), "the-token");
    }
    assert_eq!(tok.opened().len(), 1);
    server.expect(&[crate::approvals::DISCOVERY, "POST /token"]);
}

#[test]
fn two_approvals_of_one_call_come_one_after_the_other() {
    let server = issuer();
    let url = server.url();
    let tok = user(&server).config(&format!(
        "[oidc.work]\nurl = '{url}'\nclient-id = 'c'\n[oidc.home]\nurl = '{url}'\nclient-id = 'c'\nvariable = 'HOME_TOKEN'\n"
    ));
    let mut terminal = tok.terminal([
        "exec",
        "oidc@work",
        "oidc@home",
        "--",
        "sh",
        "-c",
        "echo $OIDC_TOKEN $HOME_TOKEN",
    ]);
    let first = tok.visit();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(tok.opened().len(), 1);
    approve(&first);
    until("the second tab is opened", || tok.opened().len() == 2);
    approve(&tok.visit());
    terminal.wait().ok().prints("the-token the-token\n");
}

#[test]
fn a_flag_or_the_profile_says_which_way_is_taken() {
    let server = issuer();
    let url = server.url();
    let profile = format!("[oidc.work]\nurl = '{url}'\nclient-id = 'c'\nway = 'browser'\n");
    let tok = user(&server).without("BROWSER").env("SSH_TTY", "x").config(&profile);
    let mut terminal = tok.terminal(["oidc@work"]);
    let visit = shown(&mut terminal);
    approve(&visit);
    assert_eq!(terminal.wait().ok().token(), "the-token");

    tok.run(["oidc", "--browser", "--device"]).fails(2).says("--browser");
    tok.run(["modulus", "--browser"]).fails(2).says("--browser");
    let wrong = user(&server).config("[oidc]\nway = 'brwoser'\n");
    wrong
        .run(["oidc"])
        .fails(2)
        .says("there is no way 'brwoser'")
        .says("the ways are: browser, device");
}

#[test]
fn an_approval_that_a_flag_names_goes_before_what_else_is_given() {
    let definition = crate::approvals::OWN.replace(
        "\n[browser]",
        "ways = [[\"pin\"]]\n\n[[field]]\nname = \"pin\"\nhelp = \"A number\"\nsecret = true\n\n\
         [[login]]\nway = \"pin\"\npath = \"/pin\"\nform = { pin = \"{pin}\" }\n\n[browser]",
    );
    let server = Server::start();
    server.tolerate();
    server.behave(grant_of("by-browser"));
    server.behave(crate::stand_in::answer(200, r#"{"access_token": "by-pin", "expires_in": 60}"#).on("/pin"));
    let tok = Tok::new()
        .own_vendor("own", &definition)
        .env("TOK_OWN_URL", server.url())
        .env("TOK_OWN_PIN", "1234-5678")
        .with_browser();
    assert_eq!(tok.run(["own"]).ok().quiet().token(), "by-pin");
    let mut terminal = tok.terminal(["own", "--browser"]);
    approve(&tok.visit());
    assert_eq!(terminal.wait().ok().token(), "by-browser");
    let two = tok.run(["own", "--browser", "--pin-stdin"]).fails(2);
    two.says("own: browser and pin belong to different ways to log in")
        .says("give one way alone: pin; or browser");
}
