//! Where a field's value comes from: which source goes first, what is absent, what is broken.

use std::fs;

use crate::harness::{Output, Tok, need, until};
use crate::lenient::{last, lenient, quoted, sent};
use crate::protocol::account;
use crate::stand_in::Server;

/// The whole of what can name a user and a password, each with a value of its own.
fn everywhere(server: &Server) -> Tok {
    Tok::new()
        .vendor(server)
        .env("TOK_MODULUS_USERNAME", "of-variable")
        .env("TOK_MODULUS_PASSWORD", "secret-of-variable")
        .stdin("secret-of-stdin\nmore\n")
        .write("password", "secret-of-file\n")
        .config(&format!(
            "[modulus]\nurl = '{url}'\nusername = 'of-default'\npassword-command = 'echo secret-of-default'\n\
             [modulus.staging]\nurl = '{url}'\nusername = 'of-staging'\npassword-command = 'echo secret-of-staging'\n",
            url = server.url()
        ))
}

#[test]
fn a_command_whose_profile_names_no_url_is_never_run_for_whatever_url_is_given() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .knows("oauth2")
        .without("TOK_OAUTH2_CLIENT_SECRET");
    let ran = tok.home().join("ran");
    let table = format!(
        "client-secret-command = \"echo >'{}'; echo secret-of-command\"\n",
        ran.display()
    );
    for (header, target) in [("oauth2", "oauth2"), ("oauth2.work", "oauth2@work")] {
        let config = format!("[{header}]\nscope = 'x'\n{table}");
        let one = tok.clone().config(&config);
        let output = one.run([target]).fails(2);
        output
            .says("config.toml:3: client-secret-command needs a url in ")
            .says(&format!("[{header}]"))
            .says("\nhint: the vendor has none of its own");
        one.run([target, "--url", "https://elsewhere.example"]).fails(2);
        assert!(!ran.exists());
        // With one of its own it is run for that and for no other.
        let one = tok
            .clone()
            .config(&format!("{config}url = '{}/elsewhere'\n", "https://own.example"));
        one.run([target, "--url", &server.url()])
            .fails(3)
            .says("client-secret-command is not run");
        assert!(!ran.exists());
    }
    server.untouched();
}

#[test]
fn a_plain_field_comes_from_flag_named_profile_variable_and_default_profile_in_this_order() {
    let server = lenient();
    let tok = everywhere(&server);
    let user = |tok: &Tok, arguments: &[&str]| sent(&server, tok, arguments, "username");
    assert_eq!(user(&tok, &["modulus@staging", "--username", "of-flag"]), "of-flag");
    assert_eq!(user(&tok, &["modulus", "--username=of-flag"]), "of-flag");
    assert_eq!(user(&tok, &["modulus@staging"]), "of-staging");
    assert_eq!(user(&tok, &["modulus", "-p", "staging"]), "of-staging");
    assert_eq!(user(&tok, &["modulus"]), "of-variable");
    let without = tok.clone().without("TOK_MODULUS_USERNAME");
    assert_eq!(user(&without, &["modulus"]), "of-default");
}

#[test]
fn a_secret_field_comes_from_stdin_file_named_profile_variable_and_default_profile_in_this_order() {
    let server = lenient();
    let tok = everywhere(&server);
    let path = tok.folder().join("password");
    let path = path.to_str().unwrap();
    let secret = |tok: &Tok, arguments: &[&str]| sent(&server, tok, arguments, "password");
    for profile in ["modulus", "modulus@staging"] {
        assert_eq!(secret(&tok, &[profile, "--password-stdin"]), "secret-of-stdin");
        assert_eq!(secret(&tok, &[profile, "--password-file", path]), "secret-of-file");
    }
    assert_eq!(secret(&tok, &["modulus@staging"]), "secret-of-staging");
    assert_eq!(secret(&tok, &["modulus"]), "secret-of-variable");
    let without = tok.clone().without("TOK_MODULUS_PASSWORD");
    assert_eq!(secret(&without, &["modulus"]), "secret-of-default");
}

#[test]
fn the_profile_of_tok_profile_goes_after_the_variables_like_the_default_one() {
    let server = lenient();
    let tok = everywhere(&server).env("TOK_PROFILE", "staging");
    assert_eq!(sent(&server, &tok, &["modulus"], "username"), "of-variable");
    assert_eq!(last(&server)["password"], "secret-of-variable");
    let tok = tok.without("TOK_MODULUS_USERNAME").without("TOK_MODULUS_PASSWORD");
    assert_eq!(sent(&server, &tok, &["modulus"], "username"), "of-staging");
    assert_eq!(last(&server)["password"], "secret-of-staging");
}

#[test]
fn an_empty_variable_is_absent() {
    let server = lenient();
    let tok = everywhere(&server)
        .env("TOK_MODULUS_USERNAME", "")
        .env("TOK_MODULUS_PASSWORD", "")
        .env("TOK_MODULUS_URL", "")
        .env("TOK_PROFILE", "")
        .env("TOK_TIMEOUT", "")
        .env("TOK_NO_INPUT", "");
    assert_eq!(sent(&server, &tok, &["modulus"], "username"), "of-default");
    assert_eq!(last(&server)["password"], "secret-of-default");
}

#[test]
fn a_default_is_the_last_source_that_is_not_a_person() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("data8");
    tok.run(["data8", "--no-cache"]).ok();
    assert_eq!(last(&server)["options"]["ApplicationName"], "tok");
    let tok = tok.config("[data8]\napplication-name = 'of-profile'\n");
    tok.run(["data8", "--no-cache"]).ok();
    assert_eq!(last(&server)["options"]["ApplicationName"], "of-profile");
    let tok = tok.env("TOK_DATA8_APPLICATION_NAME", "of-variable");
    tok.run(["data8", "--no-cache"]).ok();
    assert_eq!(last(&server)["options"]["ApplicationName"], "of-variable");
}

#[test]
fn a_list_is_a_repeated_flag_an_array_in_the_profile_and_has_commas_in_the_variable() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("data8");
    let wanted = serde_json::json!(["EmailValidation", "PhoneValidation.IsValid"]);
    let flags = [
        "--allowed-method",
        "EmailValidation",
        "--allowed-method",
        "PhoneValidation.IsValid",
    ];
    tok.run([&["data8", "--no-cache"], &flags[..]].concat()).ok();
    assert_eq!(last(&server)["allowedMethods"], wanted);
    let profile = tok
        .clone()
        .config("[data8]\nallowed-method = ['EmailValidation', 'PhoneValidation.IsValid']\n");
    profile.run(["data8", "--no-cache"]).ok();
    assert_eq!(last(&server)["allowedMethods"], wanted);
    let variable = tok.env("TOK_DATA8_ALLOWED_METHOD", "EmailValidation,PhoneValidation.IsValid");
    variable.run(["data8", "--no-cache"]).ok();
    assert_eq!(last(&server)["allowedMethods"], wanted);
}

/// A call that takes the password from `kind`, where these bytes stand.
fn from(kind: &str, server: &Server, bytes: &[u8]) -> Output {
    let tok = Tok::new().vendor(server).env("TOK_MODULUS_USERNAME", "api-user");
    let path = tok.folder().join("given");
    fs::write(&path, bytes).unwrap();
    let command = format!("cat {}", path.display());
    let tok = tok.config(&format!(
        "[modulus.staging]\nurl = '{}'\npassword-command = {}\n",
        server.url(),
        quoted(command)
    ));
    match kind {
        "stdin" => tok.stdin(bytes).run(["modulus", "--no-cache", "--password-stdin"]),
        "file" => {
            let path = path.to_str().unwrap();
            tok.run(["modulus", "--no-cache", "--password-file", path])
        }
        "command" => tok.run(["modulus@staging", "--no-cache"]),
        other => panic!("{other}"),
    }
}

const KINDS: [&str; 3] = ["stdin", "file", "command"];

#[test]
fn the_first_line_is_the_secret_and_nothing_but_its_end_is_trimmed() {
    let server = lenient();
    for kind in KINDS {
        for (given, secret) in [
            ("pass word", "pass word"),
            ("pass word\n", "pass word"),
            ("pass word\r\n", "pass word"),
            (" pass word\t \r\nmore\n", " pass word\t "),
            ("pass\rword\r\r\n", "pass\rword\r"),
            ("pässwörd ☃\n\n", "pässwörd ☃"),
            ("\u{feff}password\n", "\u{feff}password"),
        ] {
            from(kind, &server, given.as_bytes()).ok().quiet();
            assert_eq!(last(&server)["password"], secret, "{kind}: {given:?}");
        }
    }
}

#[test]
fn a_source_that_gives_no_text_is_broken_and_named_and_nothing_is_sent() {
    let server = Server::start();
    for kind in KINDS {
        let source = match kind {
            "stdin" => "standard input",
            "file" => "/given",
            _ => "password-command of [modulus.staging]",
        };
        let long = vec![b'x'; (1 << 20) + 1];
        for (given, why) in [
            (&b""[..], "empty"),
            (b"\nsecret-word\n", "empty"),
            (b"\r\nsecret-word\n", "empty"),
            (b"secret-\0word\n", "NUL"),
            (b"secret-\xff-word\n", "UTF-8"),
            (&long, "1 MiB"),
        ] {
            let output = from(kind, &server, given).fails(3).says(source).says(why);
            output.says("modulus").never_says("secret-");
        }
    }
    server.untouched();
}

#[test]
fn a_broken_source_stops_although_another_would_have_the_secret() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let folder = tok.folder();
    for (path, why) in [(folder.join("missing"), "No such file"), (folder.clone(), "directory")] {
        let path = path.to_str().unwrap();
        let output = tok.run(["modulus", "--password-file", path]).fails(3);
        output.says(path).says(why);
    }
    tok.clone().stdin("").run(["modulus", "--password-stdin"]).fails(3);
    for (command, why) in [
        ("echo s3cret-output; exit 3", "exit status 3"),
        ("exec /nowhere/program 2>/dev/null", "exit status 127"),
        ("kill -9 $$", "signal"),
    ] {
        let config = format!(
            "[modulus.x]\nurl = '{}'\npassword-command = '{command}'\n",
            server.url()
        );
        let output = tok.clone().config(&config).run(["modulus@x"]).fails(3).says(why);
        output
            .says("password-command of [modulus.x]")
            .never_says("s3cret-output");
    }
    server.untouched();
}

#[test]
fn a_variable_that_is_not_utf_8_is_said_and_not_shown() {
    use std::os::unix::ffi::OsStringExt;
    let odd = || std::ffi::OsString::from_vec(b"odd-\xff-value".to_vec());
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let plain = tok.clone().env("TOK_MODULUS_USERNAME", odd());
    plain
        .run(["modulus"])
        .fails(2)
        .says("TOK_MODULUS_USERNAME")
        .never_says("odd-");
    let secret = tok.env("TOK_MODULUS_PASSWORD", odd());
    secret
        .run(["modulus"])
        .fails(3)
        .says("TOK_MODULUS_PASSWORD")
        .never_says("odd-");
    server.untouched();
}

#[test]
fn a_secret_is_not_looked_for_where_a_token_is_cached() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let token = tok.run(["modulus"]).ok().token();
    let tok = tok.without("TOK_MODULUS_PASSWORD");
    assert_eq!(tok.run(["modulus"]).ok().token(), token);
    let output = tok.run(["modulus", "--password-file", "/nowhere"]).ok().quiet();
    assert_eq!(output.token(), token);
    server.only();
}

#[test]
fn a_missing_secret_names_every_source_that_would_work() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).env("TOK_MODULUS_USERNAME", "api-user");
    let config = tok.config_folder().join("config.toml");
    let output = tok.run(["modulus"]).fails(3).says("modulus: password is missing");
    output
        .says("hint: ")
        .says("--password-stdin")
        .says("--password-file")
        .says("TOK_MODULUS_PASSWORD")
        .says("password-command in [modulus] of ")
        .says(config.to_str().unwrap());
    let tok = tok.config("[modulus.staging]\n");
    tok.run(["modulus@staging"]).fails(3).says("[modulus.staging]");
    server.untouched();
}

#[test]
fn a_missing_plain_field_names_every_source_that_would_work() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD);
    let output = tok.run(["modulus"]).fails(3).says("modulus: username is missing");
    output
        .says("hint: ")
        .says("--username")
        .says("TOK_MODULUS_USERNAME")
        .says("username in [modulus] of ");
    let output = Tok::new().run(["jmvstream"]).fails(3);
    output.says("email and resource are missing");
    server.untouched();
}

#[test]
fn a_vendor_without_an_own_url_asks_for_it_by_every_source() {
    let tok = Tok::new().knows("oauth2");
    let output = tok.run(["oauth2"]).fails(3).says("url is missing");
    output.says("--url").says("TOK_OAUTH2_URL").says("url in [oauth2] of ");
}

#[test]
fn a_missing_plain_field_names_the_login_first() {
    let output = Tok::new().run(["modulus"]).fails(3);
    output.says("\nhint: `tok login modulus` asks for them on a terminal and keeps them; account: --account");
    let tok = Tok::new().config("[modulus.staging]\naccount = 'a'\n");
    let output = tok.run(["env", "modulus@staging"]).exits(3);
    output.says("\nhint: `tok login modulus@staging` asks for it on a terminal and keeps it; username: ");
}

#[test]
fn a_variable_that_is_nearly_right_is_named_where_its_value_is_missing_and_not_shown() {
    let tok = Tok::new()
        .env("TOK_MODULUS_URL", "https://a.example")
        .env("TOK_MODULUS_PASWORD", "hunter22-of-mine");
    let named = tok.clone().env("TOK_MODULUS_USERNAME", "me");
    let slip = "hint: TOK_MODULUS_PASWORD is set, did you mean TOK_MODULUS_PASSWORD?; ";
    for arguments in [&["modulus"][..], &["exec", "modulus", "--", "true"]] {
        named.run(arguments).fails(3).says(slip).never_says("hunter22");
    }
    let output = tok
        .clone()
        .env("TOK_MODULUS_USER_NAME", "somebody-here")
        .run(["modulus"])
        .fails(3);
    output
        .says("hint: TOK_MODULUS_USER_NAME is set, did you mean TOK_MODULUS_USERNAME?; ")
        .never_says("somebody-here");
    // What is far from it, empty or of another vendor is none.
    let tok = Tok::new()
        .env("TOK_MODULUS_URL", "https://a.example")
        .env("TOK_MODULUS_USERNAME", "me")
        .env("TOK_STARSHIP_PASWORD", "x")
        .env("TOK_MODULUS_SCOPE", "x")
        .env("TOK_MODULUS_PASSWORD", "");
    tok.run(["modulus"]).fails(3).never_says("did you mean");
}

mod unix {
    use std::time::Duration;

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    fn with_fifo(server: &Server) -> (Tok, String) {
        let tok = Tok::new().vendor(server).env("TOK_MODULUS_USERNAME", "api-user");
        let fifo = tok.folder().join("fifo").to_str().unwrap().to_owned();
        tok.program("mkfifo", [&fifo]).ok();
        let tok = tok.env("FIFO", &fifo);
        (tok, fifo)
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_given_up_at_the_timeout() {
        let server = Server::start();
        let (tok, fifo) = with_fifo(&server);
        let output = tok.run(["modulus", "--password-file", &fifo, "--timeout", "1"]);
        let output = output.fails(3).says(&fifo).says("within 1 s");
        assert!(output.took < SOON, "{output}");
        let output = tok.sh("exec tok modulus --password-stdin --timeout 1 <>\"$FIFO\"");
        let output = output.fails(3).says("standard input").says("within 1 s");
        assert!(output.took < SOON, "{output}");
        server.untouched();
    }

    #[test]
    fn a_pipe_may_stay_open_behind_the_first_line() {
        let server = lenient();
        let (tok, _) = with_fifo(&server);
        let output = tok.sh("exec 3<>\"$FIFO\"; printf 'one line\\n' >&3; exec tok modulus --password-stdin <&3");
        assert!(output.ok().took < SOON);
        assert_eq!(last(&server)["password"], "one line");
    }

    #[test]
    fn no_more_than_the_first_line_of_standard_input_is_read() {
        let server = lenient();
        let (tok, _) = with_fifo(&server);
        let output = tok
            .stdin("the secret\nfor the next program\n")
            .sh("tok modulus --password-stdin >/dev/null && exec cat");
        output.ok().prints("for the next program\n");
        assert_eq!(last(&server)["password"], "the secret");
    }

    #[test]
    fn a_command_that_never_ends_is_given_up_at_the_timeout() {
        let server = Server::start();
        for command in ["sleep 50", "echo half-an-answer; sleep 50"] {
            let tok = Tok::new().vendor(&server).knows("modulus").config(&format!(
                "[modulus.x]\npassword-command = '{command}'\nurl = '{}'\n",
                server.url()
            ));
            let output = tok.run(["modulus@x", "--timeout", "1"]).fails(3);
            let output = output
                .says("password-command of [modulus.x]")
                .never_says("half-an-answer");
            assert!(output.took < SOON, "{output}");
        }
        server.untouched();
    }

    #[test]
    fn a_command_that_leaves_something_running_is_not_waited_for() {
        let server = lenient();
        let tok = Tok::new().vendor(&server).knows("modulus").config(&format!(
            "[modulus.x]\nurl = '{}'\npassword-command = 'sleep 50 & echo of-command'\n",
            server.url()
        ));
        let output = tok.run(["modulus@x"]).ok().quiet();
        assert!(output.took < SOON, "{output}");
        assert_eq!(last(&server)["password"], "of-command");
    }

    #[test]
    fn a_command_that_is_given_up_ends_with_all_that_it_started_where_there_is_no_terminal() {
        if !need("setsid") {
            return;
        }
        let tok = Tok::new()
            .knows("modulus")
            .config("[modulus.x]\npassword-command = 'sleep 50 & echo $! >child; wait'\nurl = 'http://127.0.0.1:1'\n");
        tok.program("setsid", ["--wait", "tok", "modulus@x", "--timeout", "1"])
            .fails(3)
            .says("did not end within 1 s");
        let child = fs::read_to_string(tok.home().join("child")).unwrap();
        let alive = || tok.sh(&format!("kill -0 {child}")).code() == Some(0);
        until("its child has ended", || !alive());
    }

    #[test]
    fn on_a_terminal_a_command_may_ask_there() {
        let server = lenient();
        let tok = Tok::new().vendor(&server).knows("modulus").config(&format!(
            "[modulus.x]\nurl = '{}'\npassword-command = 'printf \"the pin: \" >/dev/tty; read pin </dev/tty; echo \"$pin\"'\n",
            server.url()
        ));
        let mut terminal = tok.terminal(["modulus@x"]);
        terminal.answer("the pin: ", "of-the-terminal");
        terminal.wait().ok().quiet();
        assert_eq!(last(&server)["password"], "of-the-terminal");
    }

    #[test]
    fn a_command_reads_nothing_from_standard_input_and_speaks_on_standard_error() {
        let server = lenient();
        let tok = Tok::new()
            .vendor(&server)
            .env("TOK_MODULUS_USERNAME", "api-user")
            .stdin("not for the command\n")
            .config(&format!(
                "[modulus]\nurl = '{}'\npassword-command = 'cat; echo unlocked >&2; echo of-command'\n",
                server.url()
            ));
        tok.run(["modulus"]).ok().says("unlocked\n");
        assert_eq!(last(&server)["password"], "of-command");
    }
}
