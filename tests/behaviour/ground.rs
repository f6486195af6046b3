//! The harness itself, tried with programs that are everywhere.

use crate::harness::{Tok, need, until};
use crate::protocol::account;
use crate::stand_in::Server;

#[test]
fn a_program_sees_only_the_tests_own_world() {
    if !need("env") {
        return;
    }
    let server = Server::start();
    let tok = Tok::new()
        .may_leak()
        .vendor(&server)
        .env("X", "1")
        .env("Y", "2")
        .without("Y");
    let output = tok.program("env", [""; 0]).ok().quiet();
    let mut names: Vec<&str> = output
        .stdout
        .lines()
        .filter_map(|line| line.split('=').next())
        .collect();
    names.retain(|name| !["SystemRoot", "TMPDIR"].contains(name));
    names.sort_unstable();
    let own = ["HOME", "PATH", "TOK_CACHE_DIR", "TOK_CONFIG_DIR"];
    let urls = ["CRMCOM", "DATA8", "JMVSTREAM"].map(|vendor| format!("TOK_{vendor}_URL"));
    let more = ["MODULUS", "OAUTH2", "STARSHIP"].map(|vendor| format!("TOK_{vendor}_URL"));
    let mut wanted: Vec<&str> = own
        .into_iter()
        .chain(urls.iter().map(String::as_str))
        .chain(["TOK_KEYRING"])
        .chain(more.iter().map(String::as_str))
        .chain(["TOK_SEAL_KEY", "X"])
        .collect();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    assert!(
        output
            .stdout
            .contains(&format!("TOK_CRMCOM_URL={}/crmapi/rest/v2\n", server.url()))
    );
    server.untouched();
}

#[cfg(unix)]
mod unix {
    use super::*;

    #[test]
    fn tok_is_found_by_its_name_and_streams_are_kept_apart() {
        let tok = Tok::new().stdin("from outside\n");
        let output = tok
            .sh("read line; echo \"$line\"; echo two >&2; command -v tok >&2; exit 7")
            .exits(7);
        assert_eq!(output.stdout, "from outside\n");
        assert!(
            output.stderr.starts_with("two\n") && output.stderr.trim_end().ends_with("/tok"),
            "{output}"
        );
    }

    #[test]
    #[should_panic(expected = "a secret was said")]
    fn a_secret_in_the_output_fails_the_test() {
        Tok::new().sh(&format!("echo 'tok: {}' >&2", account::MODULUS_PASSWORD));
    }

    #[test]
    fn processes_run_side_by_side_and_can_be_sent_signals() {
        let tok = Tok::new();
        let mut running = tok.start_program("sh", ["-c", "echo ready >&2; exec sleep 60"]);
        until("it is ready", || running.stderr() == "ready\n");
        assert!(running.is_running());
        running.signal(rustix::process::Signal::TERM);
        assert_eq!(running.wait().signal(), Some(15));
    }

    #[test]
    fn a_terminal_takes_answers_while_the_output_is_captured() {
        let script = "printf 'name: ' >/dev/tty; read name </dev/tty; stty -echo </dev/tty; printf 'secret: ' >/dev/tty; \
                      read secret </dev/tty; stty echo </dev/tty; echo \"$name/$secret\"; echo done >&2";
        let tok = Tok::new();
        let mut terminal = tok.terminal_of("sh", ["-c", script]);
        assert!(terminal.echoes());
        terminal.answer("name: ", "me");
        terminal.answer_hidden("secret: ", "hush");
        let output = terminal.wait().ok().prints("me/hush\n").says("done\n");
        assert_eq!(output.screen.replace('\r', ""), "name: me\nsecret: ");
        assert_eq!(terminal.modes(), terminal.before);
    }

    #[test]
    fn the_terminal_is_the_processs_own_and_its_keys_send_signals() {
        let tok = Tok::new();
        let mut terminal = tok.terminal_of("sh", ["-c", "stty -echo </dev/tty; echo on >/dev/tty; exec sleep 60"]);
        terminal.expect("on");
        assert_ne!(terminal.modes(), terminal.before);
        terminal.send("\x03");
        assert_eq!(terminal.wait().signal(), Some(2));
    }
}
