//! Where a secret must not turn up: not in what is said (the harness looks through every output), not in a file or its
//! name, not in the arguments or the environment of another program.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::harness::{Tok, fields};
use crate::protocol::account;
use crate::stand_in::{Server, answer, close, cut, lifetime, refuse, retry_after, token};

const VENDORS: [&str; 6] = ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"];

fn secret_of(vendor: &str) -> &'static str {
    fields(vendor, 0).pop().unwrap().1
}

/// Every file and folder below.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        found.push(entry.path());
        if entry.path().is_dir() {
            found.extend(below(&entry.path()));
        }
    }
    found
}

/// No file below the test's folder, and no name, has the secret in any form.
#[track_caller]
fn nowhere(tok: &Tok, secret: &str) {
    let json = json!(secret).to_string();
    let forms = [
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        BASE64_STANDARD.encode(secret),
    ];
    for path in below(&tok.folder()) {
        let name = path.to_string_lossy();
        let content = fs::read(&path).unwrap_or_default();
        let content = String::from_utf8_lossy(&content);
        for form in &forms {
            assert!(!name.contains(form), "{name}");
            assert!(!content.contains(form), "{name}: {content}");
        }
    }
}

#[test]
fn no_login_leaves_the_secret_in_a_file() {
    let server = Server::start();
    for vendor in VENDORS {
        let tok = Tok::new().vendor(&server).knows(vendor);
        tok.run([vendor, "-v"]).ok();
        tok.run([vendor, "-v"]).ok();
        tok.run([vendor, "-v", "--fresh"]).ok();
        assert!(!tok.cached().is_empty());
        nowhere(&tok, secret_of(vendor));
    }
}

#[test]
fn no_failure_says_or_keeps_the_secret() {
    let server = Server::start();
    for vendor in VENDORS {
        for behaviour in [
            refuse("wrong: {secret} {secret:url} {body}"),
            answer(401, format!("{0} {0:?}", secret_of(vendor))),
            answer(400, json!({"message": secret_of(vendor)}).to_string()),
            answer(422, json!({"unknown": [secret_of(vendor)]}).to_string()),
            answer(500, secret_of(vendor)),
            answer(302, secret_of(vendor)).header("Location", secret_of(vendor)),
            answer(200, secret_of(vendor)),
            answer(404, secret_of(vendor)),
            answer(200, "").header("X-Echo", secret_of(vendor)),
            retry_after(secret_of(vendor)),
            token(format!("a {}", secret_of(vendor))),
            cut(10),
            close(),
        ] {
            server.reset();
            server.behave(behaviour);
            let tok = Tok::new().vendor(&server).knows(vendor);
            for arguments in [
                &[vendor, "-v"][..],
                &["env", vendor, "-v"],
                &["status", "-v"],
                &["status", "-f", "json"],
            ] {
                let output = tok.run(arguments);
                assert_ne!(output.code(), Some(101), "{output}");
            }
            nowhere(&tok, secret_of(vendor));
        }
    }
}

#[test]
fn a_refresh_and_a_revocation_keep_the_secret_and_the_tokens_to_themselves() {
    let server = Server::start();
    server.behave(lifetime(1).on("/auth/login"));
    let tok = Tok::new().vendor(&server).knows("starship");
    tok.run(["starship", "-v", "--min-ttl", "0"]).exits(0);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    server.behave(refuse("no: {secret}").on("/auth/refresh"));
    let output = tok.run(["starship", "-v"]);
    let tokens: Vec<String> = server
        .requests()
        .into_iter()
        .filter_map(|request| request.token)
        .collect();
    assert!(tokens.len() >= 2, "{output}");
    assert!(!output.stderr.contains(&tokens[0]), "{output}");
    let sent = server
        .requests()
        .into_iter()
        .find(|request| request.path == "/auth/refresh")
        .unwrap();
    let refresh_token = sent.json()["refresh_token"].as_str().unwrap().to_owned();
    assert!(!output.stderr.contains(&refresh_token), "{output}");
    server.behave(answer(500, format!("{} {refresh_token}", tokens[1])).on("/auth/logout"));
    let output = tok.run(["logout", "starship", "--revoke", "-v"]);
    assert!(!tokens.iter().any(|token| output.stderr.contains(token)), "{output}");
    nowhere(&tok, secret_of("starship"));
}

#[test]
fn tokens_lie_in_the_cache_and_nowhere_else() {
    let server = Server::start();
    for vendor in VENDORS {
        let tok = Tok::new().in_clear().vendor(&server).knows(vendor);
        let token = tok.run([vendor, "-v"]).ok().token();
        let output = tok.run(["status", vendor, "-v"]);
        output.never_says(&token);
        tok.run(["status", "-f", "json"]).never_says(&token);
        let holding: Vec<PathBuf> = below(&tok.folder())
            .into_iter()
            .filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(&token)))
            .collect();
        assert_eq!(holding, tok.cached(), "{vendor}");
    }
}

#[test]
fn no_login_name_stands_in_the_name_of_a_file() {
    let server = Server::start();
    for vendor in VENDORS {
        let tok = Tok::new().vendor(&server).knows(vendor);
        tok.run([vendor]).ok();
        for (_, value) in fields(vendor, 0) {
            for path in below(&tok.cache_folder()) {
                let name = path.file_name().unwrap().to_string_lossy();
                assert!(!name.contains(value), "{name}");
            }
        }
    }
}

#[test]
fn help_status_and_lists_show_no_secret_that_a_variable_holds() {
    let server = Server::start();
    let mut tok = Tok::new().vendor(&server);
    for vendor in VENDORS {
        tok = tok.knows(vendor);
    }
    tok.run(["--help"]).ok();
    tok.run(["--version"]).ok();
    tok.run(["vendors"]).ok();
    tok.run(["status", "-v"]).ok();
    tok.run(["status", "-f", "json"]).ok();
    tok.run(["demo", "modulus"]).ok();
    for vendor in VENDORS {
        tok.run([vendor, "--help"]).ok();
        tok.run(["env", vendor, "--help"]).ok();
        tok.run(["login", vendor, "--help"]).ok();
        tok.run(["vendors", vendor]).ok();
        tok.run(["status", vendor]).ok();
    }
    server.untouched();
}

#[test]
fn a_secret_from_standard_input_or_a_file_is_said_nowhere() {
    let server = Server::start();
    let username = account::MODULUS_USERNAMES[0];
    let tok = Tok::new().vendor(&server).env("TOK_MODULUS_USERNAME", username);
    let piped = tok.clone().stdin(account::MODULUS_PASSWORD);
    piped.run(["modulus", "--password-stdin", "-v"]).ok();
    nowhere(&tok, account::MODULUS_PASSWORD);
    let tok = tok.write("secret", account::MODULUS_PASSWORD);
    let path = tok.folder().join("secret");
    tok.run(["modulus", "--fresh", "-v", "--password-file", path.to_str().unwrap()])
        .ok();
    fs::remove_file(path).unwrap();
    nowhere(&tok, account::MODULUS_PASSWORD);
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).env("TOK_MODULUS_USERNAME", "me");
    for arguments in [
        &["modulus", "--password", "canary-4711"][..],
        &["modulus", "--password=canary-4711"],
        &["modulus", "--passwort", "canary-4711"],
        &["login", "modulus", "--password=canary-4711"],
    ] {
        tok.run(arguments).fails(2).never_says("canary");
    }
    server.untouched();
}

#[test]
fn a_broken_source_is_told_of_without_what_it_holds() {
    let server = Server::start();
    let tok = Tok::new().env("TOK_MODULUS_USERNAME", "me");
    for (config, code) in [
        ("[modulus]\npassword-command = \"echo canary-4711; exit 3\"\n", 3),
        ("[modulus]\npassword-command = \"canary-4711\"\n", 3),
        ("[modulus]\npassword-command = \"printf '\\\\ncanary-4711'\"\n", 3),
        ("[modulus]\npassword = \"canary-4711\"\n", 2),
        ("[modulus]\npassword = canary-4711\n", 2),
        ("[modulus]\npassword = \"canary-4711\n", 2),
        ("[modulus.a]\npassword = \"canary-4711\"\n", 2),
        ("[modulus]\nurl = \"https://user:canary-4711@example.com\"\n", 2),
    ] {
        let own = !config.contains("url");
        let config = config.replacen(
            "[modulus]\n",
            &format!("[modulus]\nurl = \"{}\"\n", server.url()),
            usize::from(own),
        );
        let output = tok.clone().config(&config).run(["modulus", "-v"]).exits(code);
        let shell = code == 3 && output.stderr.contains("not found");
        assert!(shell || !output.stderr.contains("canary"), "{config}: {output}");
        tok.clone().config(&config).run(["status", "-v"]).never_says("canary");
    }
    server.untouched();
}

#[test]
fn a_secret_that_no_header_can_carry_is_not_shown() {
    let server = Server::start();
    let vendor = r#"
        about = "A key in a header"
        [[field]]
        name = "key"
        help = "Key"
        secret = true
        [login]
        headers = { X-Key = "{key}" }
        [answer]
        token = "/token"
    "#;
    let tok = Tok::new().own_vendor("acme", vendor).env("TOK_ACME_URL", server.url());
    for key in [
        "canary-4711\nX-More: yes",
        "canary-4711\r\n",
        "canary-4711 ",
        "cänary-4711",
        "canary-4711\u{7f}",
    ] {
        let output = tok.clone().env("TOK_ACME_KEY", key).run(["acme", "-v"]);
        assert!(matches!(output.code(), Some(2 | 3)), "{output}");
        output.never_says("nary-4711");
    }
    assert!(server.requests().is_empty());
}

#[cfg(target_os = "linux")]
mod processes {
    use super::*;
    use crate::harness::until;

    /// The variables of every vendor's secret, each with a canary of its own.
    fn all_secrets(mut tok: Tok) -> Tok {
        for vendor in VENDORS {
            tok = tok.knows(vendor);
        }
        tok.env("TOK_CRMCOM_AUTHENTICATION_CODE", "canary-4711")
            .env("TOK_CRMCOM_PASS_CODE", "canary-4712")
            .env("TOK_ACME_KEY", "canary-4713")
            .env("TOK_BROKEN_ANYTHING", "canary-4714")
            .own_vendor(
                "acme",
                "about = \"a\"\n[[field]]\nname = \"key\"\nhelp = \"k\"\nsecret = true\n[login]\n[answer]\ntoken = \"/t\"\n",
            )
            .own_vendor("broken", "about = \n")
    }

    #[test]
    fn a_command_that_tok_runs_for_a_secret_inherits_no_secret() {
        let server = Server::start();
        let script = "cat /proc/$$/environ /proc/$$/cmdline /proc/$PPID/cmdline > seen; printf m0dulus; echo -S3cret";
        let tok = all_secrets(Tok::new().vendor(&server))
            .without("TOK_MODULUS_PASSWORD")
            .without("TOK_MODULUS_URL")
            .config(&format!(
                "[modulus]\nurl = \"{}\"\npassword-command = \"{script}\"\n",
                server.url()
            ));
        tok.run(["modulus", "-v"]).ok();
        let seen = fs::read_to_string(tok.home().join("seen")).unwrap();
        assert!(seen.contains("HOME="), "{seen}");
        for vendor in VENDORS {
            assert!(!seen.contains(secret_of(vendor)), "{vendor}: {seen}");
        }
        assert!(!seen.contains("canary"), "{seen}");
    }

    #[test]
    fn a_command_of_exec_gets_the_token_and_no_secret() {
        let server = Server::start();
        let tok = all_secrets(Tok::new().vendor(&server));
        let output = tok.run(["exec", "modulus", "oauth2", "--", "env"]).ok();
        assert!(
            output.stdout.contains("\nMODULUS_TOKEN=") || output.stdout.starts_with("MODULUS_TOKEN="),
            "{output}"
        );
        assert!(output.stdout.contains("OAUTH2_TOKEN="), "{output}");
        assert!(output.stdout.contains("HOME="), "{output}");
        output.never_says("canary");
        let output = tok.run(["exec", "modulus", "--", "cat", "/proc/self/cmdline"]).ok();
        assert_eq!(output.stdout, "cat\0/proc/self/cmdline\0");
    }

    #[test]
    fn no_other_user_sees_a_secret_in_the_arguments_of_a_running_tok() {
        let server = Server::start();
        server.behave(crate::stand_in::delay(1_500));
        let tok = Tok::new().vendor(&server).knows("modulus");
        let username = account::MODULUS_USERNAMES[0];
        let piped = tok.without("TOK_MODULUS_PASSWORD").stdin(account::MODULUS_PASSWORD);
        let running = piped.start(["modulus", "--username", username, "--password-stdin"]);
        until("the request is there", || !server.requests().is_empty());
        let process = running.child.id();
        for file in ["cmdline", "environ", "comm"] {
            let text = fs::read(format!("/proc/{process}/{file}")).unwrap();
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains(account::MODULUS_PASSWORD), "{file}: {text}");
        }
        running.wait().ok();
    }
}
