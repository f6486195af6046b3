//! `tok login`: what is asked, what is tried, and what is kept where.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Output, Tok, fields, until};
use crate::protocol::account;
use crate::ring::Keyring;
use crate::stand_in::{Server, answer, close, refuse};

const MODULUS: &str = "POST /api/cmn/AuthenticateToken";
const PIPED: [&str; 6] = [
    "login",
    "modulus",
    "--username",
    "api-user",
    "--password-stdin",
    "--no-input",
];

impl Tok {
    fn config_text(&self) -> String {
        fs::read_to_string(self.config_folder().join("config.toml")).unwrap_or_default()
    }

    /// Nothing at all was kept: no profile, no token.
    #[track_caller]
    fn kept_nothing(&self, output: &Output) {
        assert_eq!(self.config_text(), "", "no profile should be kept\n{output}");
        assert_eq!(
            self.cached(),
            [""; 0].map(std::path::PathBuf::from),
            "no token should be kept\n{output}"
        );
    }
}

/// The keyring's user of modulus's first user at this server.
fn user_at(server: &Server) -> String {
    json!([
        "modulus",
        server.url_of("modulus"),
        account::MODULUS_USERNAMES[0],
        "password"
    ])
    .to_string()
}

fn password() -> String {
    format!("{}\n", account::MODULUS_PASSWORD)
}

#[test]
fn a_login_in_a_pipe_keeps_fields_secret_and_token_each_in_its_place() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new());
    let url = server.url_of("modulus");
    let arguments = PIPED.into_iter().chain(["--url", &url]);
    tok.clone()
        .stdin(password())
        .run(arguments)
        .ok()
        .prints("")
        .says("logged in");
    assert_eq!(
        tok.config_text(),
        format!("[modulus]\nusername = \"api-user\"\nurl = \"{url}\"\n")
    );
    assert_eq!(
        keyring.entries(),
        [(user_at(&server), account::MODULUS_PASSWORD.to_owned())]
    );
    assert_eq!(tok.cached().len(), 1);
    server.expect(&[MODULUS]);
    let token = server.requests()[0].token.clone().unwrap();
    tok.run(["modulus"]).ok().quiet().prints(&format!("{token}\n"));
    tok.run(["modulus", "--fresh"]).ok().quiet();
    server.expect(&[MODULUS, MODULUS]);
}

#[test]
fn on_a_terminal_the_missing_fields_are_asked_for_in_order_and_the_secret_is_hidden() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new());
    let mut terminal = tok.terminal(["login", "crmcom"]);
    terminal.answer("crmcom url: ", &server.url_of("crmcom"));
    terminal.answer("crmcom organisation: ", account::CRMCOM_ORGANISATION);
    terminal.answer("crmcom username: ", account::CRMCOM_USERNAMES[0]);
    terminal.answer_hidden("crmcom password: ", account::CRMCOM_PASSWORD);
    let output = terminal
        .wait()
        .ok()
        .prints("")
        .says("crmcom: you log in with username and password; other ways to log in: authentication-code (")
        .says("; identifier and pass-code (--identifier, TOK_CRMCOM_IDENTIFIER, or identifier in [crmcom] of ")
        .says("logged in")
        .says("tok crmcom")
        .says("tok exec crmcom");
    assert_eq!(terminal.modes(), terminal.before, "{output}");
    assert_eq!(keyring.secrets(), [account::CRMCOM_PASSWORD]);
    tok.run(["crmcom"]).ok().quiet();
    tok.run(["crmcom", "--fresh"]).ok().quiet();
}

#[test]
fn a_wrong_password_keeps_nothing() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    let output = tok.clone().stdin("not the password\n").run(PIPED).fails(4);
    tok.kept_nothing_but_the_hold(&output);
    assert_eq!(keyring.secrets(), [""; 0]);
    server.expect(&[MODULUS]);
}

impl Tok {
    /// A refused secret is remembered as refused, and nothing else is kept.
    #[track_caller]
    fn kept_nothing_but_the_hold(&self, output: &Output) {
        assert_eq!(self.config_text(), "", "no profile should be kept\n{output}");
        let rows = self.run(["status", "-f", "json"]).ok().json()["tokens"].clone();
        let tokens = rows
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["expires_at"] != Value::Null);
        assert_eq!(tokens.count(), 0, "no token should be kept\n{output}");
    }
}

#[test]
fn ctrl_c_at_any_prompt_keeps_nothing_and_leaves_the_terminal_as_it_was() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    for hidden in [false, true] {
        let mut terminal = tok.terminal(["login", "modulus"]);
        if hidden {
            terminal.answer("modulus username: ", "api-user");
            terminal.expect("modulus password: ");
            until("the terminal hides what is typed", || !terminal.echoes());
            terminal.send("half");
        } else {
            terminal.expect("modulus username: ");
        }
        terminal.send("\x03");
        let output = terminal.wait();
        assert_eq!(output.signal(), Some(2), "{output}");
        assert_eq!(terminal.modes(), terminal.before);
        tok.kept_nothing(&output);
    }
    assert_eq!(keyring.secrets(), [""; 0]);
    server.untouched();
}

#[test]
fn a_vendor_that_cannot_be_reached_keeps_nothing() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    server.behave(close());
    let tok = keyring.of(Tok::new()).vendor(&server);
    let output = tok.clone().stdin(password()).run(PIPED).fails(5);
    tok.kept_nothing(&output);
    assert_eq!(keyring.secrets(), [""; 0]);
}

#[test]
fn without_verification_the_vendor_is_not_asked() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    let arguments = PIPED.into_iter().chain(["--no-verify"]);
    tok.clone()
        .stdin(password())
        .run(arguments)
        .ok()
        .never_says("logged in")
        .says("not tried");
    server.untouched();
    assert_eq!(keyring.secrets(), [account::MODULUS_PASSWORD]);
    tok.without("TOK_MODULUS_URL").run(["modulus"]).ok().quiet();
}

#[test]
fn without_a_keyring_it_says_so_before_it_asks_and_keeps_nothing() {
    let server = Server::start();
    let absent = Tok::new().vendor(&server);
    let no_bus = absent
        .clone()
        .without("TOK_KEYRING")
        .env("DBUS_SESSION_BUS_ADDRESS", "");
    for tok in [absent, no_bus] {
        let mut terminal = tok.terminal(["login", "modulus"]);
        let output = terminal.wait().fails(1);
        assert_eq!(output.screen, "");
        let output = output
            .says("password-command")
            .says("TOK_MODULUS_PASSWORD")
            .says("--password-stdin")
            .says("--password-file");
        tok.kept_nothing(&output);
        tok.clone().stdin(password()).run(PIPED).fails(1);
        tok.kept_nothing(&output);
    }
    server.untouched();
}

#[test]
fn a_keyring_without_a_collection_is_none() {
    let Some(keyring) = Keyring::empty() else { return };
    let tok = keyring.of(Tok::new()).env("TOK_MODULUS_ACCOUNT", "me");
    let output = tok.clone().stdin(password()).run(PIPED).fails(1);
    tok.kept_nothing(&output);
}

#[test]
fn a_locked_keyring_keeps_nothing_where_nobody_can_be_asked() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    keyring.lock();
    let output = tok
        .clone()
        .stdin(password())
        .run(PIPED)
        .fails(1)
        .says("locked")
        .never_says("there is no keyring");
    tok.kept_nothing(&output);
    server.untouched();
}

#[test]
fn a_silent_keyring_is_given_up_after_three_seconds() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    keyring.silence();
    let output = tok.clone().stdin(password()).run(PIPED).fails(1).says("3 s");
    assert!(output.took.as_secs() < 8, "{output}");
    tok.kept_nothing(&output);
    server.untouched();
}

#[test]
fn if_the_keyring_takes_the_secret_no_more_nothing_else_is_kept() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    server.behave(crate::stand_in::delay(1500));
    let tok = keyring.of(Tok::new()).vendor(&server);
    let running = tok.clone().stdin(password()).start(PIPED);
    until("the vendor is asked", || !server.requests().is_empty());
    keyring.lock();
    let output = running.wait();
    assert_ne!(output.code(), Some(0), "{output}");
    tok.kept_nothing(&output.says("locked"));
}

#[test]
fn comments_order_and_a_link_of_the_config_file_stay() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let before = "# mine\n[starship] # rewards\nusername = \"me\"\n\n[modulus] # prod\n# who\nusername = 'old' # me\nvariable = \"T\"\n";
    let after = before.replace("'old'", "\"api-user\"");
    let tok = keyring
        .of(Tok::new())
        .write("real/tok.toml", before)
        .write("config/x", "")
        .vendor(&server);
    let link = tok.config_folder().join("config.toml");
    std::os::unix::fs::symlink(tok.folder().join("real/tok.toml"), &link).unwrap();
    let tok = tok.env("TOK_MODULUS_URL", server.url_of("modulus"));
    tok.clone().stdin(password()).run(PIPED).ok();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(tok.config_text(), format!("{after}url = \"{}\"\n", server.url()));
}

#[test]
fn a_new_profile_can_be_named_and_stands_alone() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    tok.clone()
        .stdin(password())
        .run([
            "login",
            "modulus@staging",
            "--username",
            "second-user",
            "--password-stdin",
        ])
        .ok()
        .says("[modulus.staging]")
        .says("tok modulus@staging");
    let tok = tok.without("TOK_MODULUS_URL");
    tok.run(["modulus@staging", "--fresh"]).ok().quiet();
    tok.run(["modulus"]).fails(3);
    assert_eq!(server.requests()[1].json()["username"], "second-user");
}

#[test]
fn a_profile_that_would_stand_in_a_fields_place_is_refused_before_anything_is_asked() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    for name in [
        "modulus@username",
        "modulus@password-command",
        "modulus@url",
        "modulus@a\nb",
    ] {
        let mut terminal = tok.terminal(["login", name]);
        let output = terminal.wait().fails(2);
        assert_eq!(output.screen, "");
        tok.kept_nothing(&output);
    }
    server.untouched();
}

#[test]
fn a_way_that_only_a_secret_tells_is_written_into_the_profile() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    let code = account::CRMCOM_AUTHENTICATION_CODES[0];
    let organisation = ["--organisation", account::CRMCOM_ORGANISATION];
    tok.clone()
        .stdin(code)
        .run(
            ["login", "crmcom", "--authentication-code-stdin"]
                .into_iter()
                .chain(organisation),
        )
        .ok();
    assert!(
        tok.config_text().contains("way = \"authentication-code\"\n"),
        "{}",
        tok.config_text()
    );
    let tok = tok.without("TOK_CRMCOM_URL");
    tok.run(["crmcom"]).ok().quiet();
    tok.run(["crmcom", "--fresh"]).ok().quiet();
    assert_eq!(server.requests().len(), 2);
    // And to another way, which takes its place.
    tok.clone()
        .stdin(account::CRMCOM_PASSWORD)
        .run([
            "login",
            "crmcom",
            "--username",
            account::CRMCOM_USERNAMES[0],
            "--password-stdin",
        ])
        .ok();
    assert!(!tok.config_text().contains("way"), "{}", tok.config_text());
    tok.run(["crmcom", "--fresh"]).ok().quiet();
    assert_eq!(server.requests()[3].json()["username"], account::CRMCOM_USERNAMES[0]);
    // And back.
    tok.clone()
        .stdin(code)
        .run(["login", "crmcom", "--authentication-code-stdin"])
        .ok();
    assert!(!tok.config_text().contains("username"), "{}", tok.config_text());
    tok.run(["crmcom", "--fresh"]).ok().quiet();
}

#[test]
fn a_second_login_asks_for_the_secret_only_and_takes_the_changed_one() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    let before = tok
        .clone()
        .stdin("old-Passw0rd\n")
        .run(PIPED.into_iter().chain(["--no-verify"]))
        .ok();
    assert_eq!(keyring.secrets(), ["old-Passw0rd"], "{before}");
    let tok = tok.without("TOK_MODULUS_URL");
    tok.run(["modulus"]).fails(4);
    let mut terminal = tok.terminal(["login", "modulus"]);
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    let output = terminal.wait().ok();
    assert_eq!(output.screen.matches(": ").count(), 1, "{output}");
    assert_eq!(keyring.secrets(), [account::MODULUS_PASSWORD]);
    tok.run(["modulus", "--fresh"]).ok().quiet();
}

#[test]
fn a_wrong_password_does_not_take_the_place_of_the_right_one() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    tok.clone().stdin(password()).run(PIPED).ok();
    let config = tok.config_text();
    tok.clone()
        .stdin("mistyped\n")
        .run(PIPED.into_iter().chain(["--variable", "OTHER"]))
        .fails(4);
    assert_eq!(keyring.secrets(), [account::MODULUS_PASSWORD]);
    assert_eq!(tok.config_text(), config);
    tok.run(["modulus"]).ok().quiet();
}

#[test]
fn a_login_sends_a_refused_secret_again() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    server.behave(refuse("the account is locked").once());
    let tok = keyring.of(Tok::new()).vendor(&server).knows("modulus");
    tok.run(["modulus"]).fails(4);
    tok.run(["modulus"]).fails(4);
    server.expect(&[MODULUS]);
    tok.run(["login", "modulus", "--no-input"]).ok();
    server.expect(&[MODULUS, MODULUS]);
    tok.run(["modulus", "--no-cache"]).ok();
}

#[test]
fn profiles_with_different_origins_do_not_share_a_secret() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let (one, two) = (Server::start(), Server::start());
    let tok = keyring.of(Tok::new());
    for (profile, server) in [("modulus@one", &one), ("modulus@two", &two)] {
        let url = server.url_of("modulus");
        tok.clone()
            .stdin(password())
            .run([
                "login",
                profile,
                "--username",
                "api-user",
                "--url",
                &url,
                "--password-stdin",
            ])
            .ok();
    }
    assert_eq!(keyring.entries().len(), 2);
    tok.run(["logout", "modulus@one"]).ok();
    assert_eq!(
        keyring.entries(),
        [(user_at(&two), account::MODULUS_PASSWORD.to_owned())]
    );
    tok.run(["modulus@one", "--no-input"]).fails(3);
    tok.run(["modulus@two", "--fresh"]).ok();
    assert_eq!((one.requests().len(), two.requests().len()), (1, 2));
}

#[test]
fn a_profiles_command_is_not_run_for_another_origin_and_does_not_move_there() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let (one, two) = (Server::start(), Server::start());
    let config = format!(
        "[modulus]\nurl = \"{}\"\nusername = \"api-user\"\npassword-command = \"echo ran >>\\\"$HOME/ran\\\"; echo secret-of-one\"\n",
        one.url()
    );
    let tok = keyring.of(Tok::new()).config(&config);
    let output = tok
        .clone()
        .stdin(password())
        .run([
            "login",
            "modulus",
            "--url",
            &two.url(),
            "--password-stdin",
            "--no-input",
        ])
        .ok();
    assert!(!tok.home().join("ran").exists(), "{output}");
    tok.run(["modulus", "--fresh"]).ok();
    assert!(
        !tok.home().join("ran").exists(),
        "the first origin's secret went to the second\n{output}"
    );
    assert_eq!(two.requests().len(), 2);
    one.untouched();
}

#[test]
fn a_secret_that_is_given_takes_the_place_of_the_profiles_command() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let config = format!(
        "[modulus]\nurl = \"{}\"\nusername = \"api-user\"\npassword-command = \"echo an-old-password\" # old\n",
        server.url()
    );
    let tok = keyring.of(Tok::new()).config(&config);
    tok.clone().stdin(password()).run(PIPED).ok().says("password-command");
    tok.run(["modulus", "--fresh"]).ok().quiet();
}

#[test]
fn a_profile_with_a_command_needs_no_keyring() {
    let server = Server::start();
    let config = format!(
        "[modulus]\nurl = \"{}\"\npassword-command = \"echo {}\"\n",
        server.url(),
        account::MODULUS_PASSWORD
    );
    let tok = Tok::new().config(&config);
    tok.run(["login", "modulus", "--username", "api-user", "--no-input"])
        .ok()
        .never_says("keyring");
    assert!(
        tok.config_text().ends_with("username = \"api-user\"\n"),
        "{}",
        tok.config_text()
    );
    tok.run(["modulus", "--fresh"]).ok().quiet();
}

#[test]
fn standard_input_that_is_a_terminal_is_a_usage_error_before_anything_is_asked() {
    let server = Server::start();
    let Some(keyring) = Keyring::unlocked() else { return };
    let tok = keyring.of(Tok::new()).vendor(&server);
    let mut terminal = tok.terminal_of("sh", ["-c", "exec tok login modulus --password-stdin </dev/tty"]);
    let output = terminal.wait().fails(2).says("terminal");
    assert_eq!(output.screen, "");
    tok.kept_nothing(&output);
    server.untouched();
}

#[test]
fn nobody_who_can_be_asked_is_exit_3_with_the_ways_that_work_here() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    let output = tok.run(["login", "modulus", "--no-input"]).fails(3).says("--username");
    tok.kept_nothing(&output);
    let output = tok
        .run(["login", "modulus", "--username", "api-user", "--no-input"])
        .fails(3);
    tok.kept_nothing(&output.says("--password-stdin").never_says("tok login"));
    server.untouched();
}

#[test]
fn a_login_that_cannot_be_written_down_is_not_begun() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server).write("config", "in the way");
    let output = tok
        .clone()
        .stdin(password())
        .run(PIPED)
        .fails(1)
        .says("config.toml: it cannot be written");
    tok.kept_nothing(&output);
    assert_eq!(keyring.secrets(), [""; 0]);
    server.untouched();
}

#[test]
fn every_vendor_can_be_logged_in_to_without_a_person() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    for vendor in ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"] {
        let tok = keyring.of(Tok::new()).vendor(&server);
        let mut arguments = vec!["login".to_owned(), vendor.to_owned(), "--no-input".to_owned()];
        let mut known = fields(vendor, 0);
        let (secret, value) = known.pop().unwrap();
        for (name, value) in known {
            arguments.extend([format!("--{name}"), value.to_owned()]);
        }
        arguments.push(format!("--{secret}-stdin"));
        tok.clone().stdin(value).run(&arguments).ok();
        let url = format!("TOK_{}_URL", vendor.to_uppercase());
        let tok = tok.without(&url);
        tok.run([vendor]).ok().quiet();
        tok.run([vendor, "--fresh"]).ok().quiet();
    }
    assert_eq!(keyring.entries().len(), 6);
}

#[test]
fn an_answer_that_is_no_token_keeps_nothing() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    server.behave(answer(200, "<html>a portal</html>"));
    let tok = keyring.of(Tok::new()).vendor(&server);
    let output = tok.clone().stdin(password()).run(PIPED).fails(6);
    tok.kept_nothing(&output);
    assert_eq!(keyring.secrets(), [""; 0]);
}

#[test]
fn logins_at_the_same_time_all_end_up_in_the_config_file() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring
        .of(Tok::new())
        .vendor(&server)
        .config("# mine\n")
        .stdin(password());
    let names: Vec<String> = (0..8).map(|number| format!("modulus@p{number}")).collect();
    let login = |name: &String| {
        tok.start([
            "login",
            name,
            "--username",
            "api-user",
            "--password-stdin",
            "--no-verify",
        ])
    };
    let running: Vec<_> = names.iter().map(login).collect();
    for login in running {
        login.wait().ok();
    }
    let text = tok.config_text();
    assert!(text.starts_with("# mine\n"), "{text}");
    for number in 0..8 {
        assert!(text.contains(&format!("[modulus.p{number}]\n")), "{text}");
    }
    let folder = fs::read_dir(tok.config_folder()).unwrap();
    assert_eq!(folder.count(), 1, "nothing else is left in the folder");
}

#[test]
fn a_login_that_waits_in_vain_for_another_to_write_the_config_file_keeps_nothing() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let config = "[modulus.other]\nusername = \"second-user\"\n";
    let tok = keyring
        .of(Tok::new())
        .vendor(&server)
        .config(config)
        .write("config/config.toml.lock", "");
    let other = fs::File::open(tok.config_folder().join("config.toml.lock")).unwrap();
    other.lock().unwrap();
    let waiting = tok.clone().stdin(password()).env("TOK_TIMEOUT", "2");
    let output = waiting.run(PIPED).fails(5).says("waiting for another tok");
    assert!(output.took >= Duration::from_millis(1900), "{output}");
    assert_eq!(tok.config_text(), config);
    assert_eq!((keyring.secrets().len(), tok.cached().len()), (0, 0));
    drop(other);
    waiting.run(PIPED).ok();
    assert!(tok.config_text().contains(config));
    assert_eq!(keyring.secrets(), [account::MODULUS_PASSWORD]);
}

#[test]
fn who_can_read_the_config_folder_cannot_make_logins_lose_a_profile() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server).config("").stdin(password());
    let _lock = fs::File::open(tok.config_folder()).map(|folder| folder.lock().map(|()| folder));
    let login = |number: usize| {
        let name = format!("modulus@p{number}");
        let arguments = [
            "login",
            &name,
            "--username",
            "api-user",
            "--password-stdin",
            "--no-verify",
        ];
        tok.start(arguments)
    };
    let running: Vec<_> = (0..24).map(login).collect();
    for login in running {
        login.wait().ok();
    }
    assert_eq!(
        tok.config_text().matches("[modulus.p").count(),
        24,
        "{}",
        tok.config_text()
    );
}

#[test]
fn what_a_killed_login_left_in_the_config_folder_goes_with_the_next_one() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server).stdin(password());
    let tok = tok
        .write("config/.config-Ab3xYz", "[modulus]\n")
        .write("config/.config-config.toml.tmp", "[modulus]\n")
        .write("config/config.toml.lock", "");
    tok.run(PIPED).ok();
    let names = fs::read_dir(tok.config_folder())
        .unwrap()
        .map(|file| file.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["config.toml"]);
}

#[test]
fn a_visible_answer_that_stays_wrong_ends_the_login_before_the_secret_is_asked_for() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let tok = keyring.of(Tok::new());
    let mut terminal = tok.terminal(["login", "oauth2"]);
    for _ in 0..3 {
        terminal.answer("oauth2 url: ", "http://idp.example/token");
    }
    let output = terminal.wait().fails(2);
    assert!(!output.screen.contains("client-"), "{output}");
    tok.kept_nothing(&output);
}

#[test]
fn a_refused_password_is_asked_for_again_and_the_third_refusal_keeps_nothing() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    let mut terminal = tok.terminal(["login", "modulus"]);
    terminal.answer("modulus username: ", account::MODULUS_USERNAMES[0]);
    for wrong in ["wrong-one", "wrong-one", "wrong-two"] {
        terminal.answer_hidden("modulus password: ", wrong);
    }
    let output = terminal.wait().fails(4).says("nothing is kept");
    tok.kept_nothing_but_the_hold(&output);
    server.expect(&[MODULUS; 3]);
    let mut terminal = tok.terminal(["login", "modulus"]);
    terminal.answer("modulus username: ", account::MODULUS_USERNAMES[0]);
    terminal.answer_hidden("modulus password: ", "wrong-one");
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    let output = terminal.wait().ok();
    assert_eq!(output.screen.matches("modulus username: ").count(), 1, "{output}");
    assert_eq!(keyring.secrets(), [account::MODULUS_PASSWORD]);
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn a_keyring_that_nobody_unlocks_keeps_nothing_on_a_terminal_either() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server);
    keyring.lock();
    let mut terminal = tok.terminal(["login", "modulus", "--username", "api-user"]);
    // There is nothing here that could show the keyring's dialog.
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    let output = terminal.wait();
    assert_ne!(output.code(), Some(0), "{output}");
    tok.kept_nothing(&output.explained());
}

#[test]
fn the_token_of_a_login_is_masked_in_a_github_actions_job() {
    let Some(keyring) = Keyring::unlocked() else { return };
    let server = Server::start();
    let tok = keyring.of(Tok::new()).vendor(&server).env("GITHUB_ACTIONS", "true");
    let output = tok.clone().stdin(password()).run(PIPED).ok().prints("");
    let token = server.requests()[0].token.clone().unwrap();
    assert_eq!(
        output.stderr.lines().next(),
        Some(format!("::add-mask::{token}").as_str()),
        "{output}"
    );
}

#[test]
fn what_is_entered_is_tried_itself_although_another_process_got_a_token_meanwhile() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .env("TOK_MODULUS_USERNAME", account::MODULUS_USERNAMES[0]);
    let url = format!("http://127.0.0.1:{}", server.port());
    let tok = tok.config(&format!(
        "[modulus]\nurl = \"{url}\"\npassword-command = \"sleep 1; echo wrong-all-along\"\n"
    ));
    let login = tok.start(["login", "modulus", "--no-input"]);
    tok.clone()
        .env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD)
        .run(["modulus", "--fresh"])
        .ok();
    login.wait().fails(4);
    assert_eq!(server.requests().len(), 2);
}
