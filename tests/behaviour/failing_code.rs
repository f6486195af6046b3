//! `tok env` fails so that the shell notices: `eval "$(tok env …)"` of nothing would succeed.

use crate::harness::Tok;
use crate::stand_in::{Server, refuse};

const UNSET: &str = "unset MODULUS_TOKEN; false;\n";
const FALSE: &str = "false;\n";

#[test]
fn where_the_variable_is_known_it_is_unset() {
    let server = Server::start();
    server.behave(refuse("no").once());
    let tok = Tok::new().vendor(&server).knows("modulus");
    let env = |tok: &Tok, arguments: &[&str], code| {
        tok.run([&["env", "modulus"], arguments].concat())
            .exits(code)
            .explained()
    };
    env(&tok, &[], 4).prints(UNSET);
    env(&tok, &[], 4).prints(UNSET);
    env(&tok, &["--url", "http://127.0.0.1:1"], 5).prints(UNSET);
    env(&tok, &["--username", ""], 2).prints(UNSET);
    env(&tok, &["--password-file", "/nowhere", "--username", "x"], 3).prints(UNSET);
    env(&tok, &["--url", "http://example.com"], 2).prints(UNSET);
    let tok = tok.without("TOK_MODULUS_PASSWORD");
    env(&tok, &[], 3).prints(UNSET);
    env(&tok, &["--variable", "OTHER"], 3).prints("unset OTHER; false;\n");
    let profile = tok.config("[modulus]\nvariable = 'OF_PROFILE'\n");
    env(&profile, &[], 3).prints("unset OF_PROFILE; false;\n");
    env(&profile, &["--variable", "OTHER"], 3).prints("unset OTHER; false;\n");
}

#[test]
fn where_the_command_line_or_the_config_is_wrong_it_fails_alone() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    for arguments in [
        &["env"][..],
        &["env", "modulos"],
        &["env", "modulus", "--xyzzy"],
        &["env", "modulus", "-f", "xyzzy"],
        &["env", "modulus", "-f"],
        &["env", "modulus", "-f", "sh", "--xyzzy"],
        &["env", "modulus", "--password", "x"],
        &["env", "modulus", "--min-ttl", "x"],
        &["env", "modulus", "--variable", "no-variable"],
        &["env", "modulus@nobody"],
        &["env", "modulus@"],
        &["env", "--xyzzy"],
    ] {
        tok.run(arguments).exits(2).explained().prints(FALSE);
    }
    let broken = tok.clone().config("[modulus\n");
    broken.run(["env", "modulus"]).exits(2).explained().prints(FALSE);
    let relative = tok.clone().env("TOK_CONFIG_DIR", "x");
    relative.run(["env", "modulus"]).exits(2).explained().prints(FALSE);
    server.untouched();
}

#[test]
fn every_shell_s_format_fails_in_its_own_way_and_the_others_print_nothing() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).env("TOK_MODULUS_USERNAME", "me");
    for format in [
        "posix",
        "sh",
        "bash",
        "zsh",
        "fish",
        "powershell",
        "pwsh",
        "elvish",
        "tcsh",
        "cmd",
    ] {
        let missing = tok.run(["env", "modulus", "-f", format]).exits(3).explained();
        assert!(missing.stdout.contains("MODULUS_TOKEN"), "{missing}");
        let spellings = [
            vec!["-f".to_owned(), format.to_owned()],
            vec![format!("-f{format}")],
            vec![format!("-f={format}")],
            vec!["--format".to_owned(), format.to_owned()],
            vec![format!("--format={format}")],
            vec![format!("-vf{format}")],
            vec!["-vf".to_owned(), format.to_owned()],
        ];
        let codes = spellings.map(|spelling| {
            let arguments = ["env", "modulus", "--xyzzy"]
                .map(str::to_owned)
                .into_iter()
                .chain(spelling);
            let wrong = tok.run(arguments).exits(2).explained();
            assert!(
                !wrong.stdout.is_empty() && !wrong.stdout.contains("MODULUS_TOKEN"),
                "{wrong}"
            );
            wrong.stdout
        });
        assert!(codes.iter().all(|code| *code == codes[0]), "{format}: {codes:?}");
    }
    for format in ["nushell", "nu", "dotenv", "json", "github", "azure"] {
        let tok = tok.clone().env("GITHUB_ENV", tok.folder().join("github-env"));
        tok.run(["env", "modulus", "-f", format]).fails(3);
        for spelling in [
            format!("-f{format}"),
            format!("-f={format}"),
            format!("--format={format}"),
            format!("-vf{format}"),
        ] {
            tok.run(["env", "modulus", "--xyzzy", &spelling]).fails(2);
        }
    }
    server.untouched();
}

#[test]
fn a_github_format_outside_of_a_job_is_exit_2() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["env", "modulus", "-f", "github"]).fails(2).says("GITHUB_ENV");
    server.untouched();
}

#[cfg(unix)]
mod shells {
    use super::*;

    #[test]
    fn a_script_that_stops_at_errors_stops_and_the_old_token_is_gone() {
        let server = Server::start();
        let tok = Tok::new()
            .vendor(&server)
            .env("TOK_MODULUS_USERNAME", "me")
            .env("MODULUS_TOKEN", "of-yesterday");
        for evaluate in [r#"eval "$(tok env modulus)""#, "eval $(tok env modulus)"] {
            let script = format!("set -e; {evaluate}; echo went on");
            tok.sh(&script).exits(1).prints("");
            let script = format!("{evaluate} || echo \"left: <$MODULUS_TOKEN>\"");
            tok.sh(&script).ok().prints("left: <>\n");
            let script = format!(
                "set -e; {} ; echo went on",
                evaluate.replace("modulus", "modulus --xyzzy")
            );
            tok.sh(&script).exits(1).prints("");
        }
        server.untouched();
    }
}
