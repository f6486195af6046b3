//! `tok keep` and `tok exec --keep`: a valid token in a file, for as long as somebody needs one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::disks::{Mount, ReadOnly};
use crate::harness::{Running, Tok, mode, need, until};
use crate::stand_in::{Server, delay, lifetime, refuse, retry_after, token};

/// With tokens that last so many seconds.
fn ready(server: &Server, seconds: i64) -> Tok {
    server.behave(lifetime(seconds));
    Tok::new().vendor(server).knows("oauth2")
}

fn file(tok: &Tok) -> PathBuf {
    tok.folder().join("token")
}

fn keep(tok: &Tok, more: &[&str]) -> Running {
    let words = ["keep", "oauth2", "--file", "../token"];
    tok.start(words.iter().chain(more))
}

/// What the file has, once it has something else than before.
#[track_caller]
fn next(tok: &Tok, before: &str) -> String {
    let mut now = String::new();
    until("another token in the file", || {
        now = fs::read_to_string(file(tok)).unwrap_or_default();
        !now.is_empty() && now != before
    });
    now
}

#[track_caller]
fn ends(mut running: Running, code: i32) -> crate::harness::Output {
    let status = running.status();
    let output = running.output(status, String::new());
    output.exits(code)
}

#[test]
fn a_file_has_a_valid_token_until_tok_is_ended_and_is_gone_then() {
    let server = Server::start();
    let tok = ready(&server, 3);
    let running = keep(&tok, &[]);
    let first = next(&tok, "");
    assert_eq!(fs::metadata(file(&tok)).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(tok.run(["oauth2", "--min-ttl", "0s"]).ok().stdout, first);
    let began = Instant::now();
    let second = next(&tok, &first);
    assert!(began.elapsed() < Duration::from_secs(3), "before the first one ends");
    next(&tok, &second);
    running.signal(Signal::TERM);
    let output = ends(running, 0);
    assert!(output.stdout.is_empty(), "{output}");
    assert!(output.stderr.lines().count() >= 3, "{output}");
    assert!(
        output
            .stderr
            .lines()
            .all(|line| line.contains("/token: a token of oauth2, valid until 20")),
        "{output}"
    );
    assert!(!file(&tok).exists());
}

#[test]
fn a_reader_never_sees_less_than_a_whole_token_over_a_thousand_replacements() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    let running = keep(&tok, &[]);
    let length = next(&tok, "").len();
    let path = file(&tok);
    let reader = std::thread::spawn(move || {
        let (mut seen, mut last) = (0, String::new());
        let end = Instant::now() + Duration::from_secs(50);
        while seen < 1000 && Instant::now() < end {
            let text = fs::read_to_string(&path).expect("the file is always there");
            assert!(text.len() == length && text.ends_with('\n'), "{text:?}");
            if text != last {
                seen += 1;
                last = text;
            }
        }
        seen
    });
    // Each SIGHUP that is heard fetches another.
    let mut before = String::new();
    while !reader.is_finished() {
        before = next(&tok, &before);
        running.signal(Signal::HUP);
    }
    assert_eq!(reader.join().unwrap(), 1000);
    running.signal(Signal::TERM);
    ends(running, 0);
}

#[test]
fn a_vendor_that_is_down_is_tried_again_while_the_old_token_stays_and_withdrawn_once_it_has_ended() {
    let server = Server::start();
    let tok = ready(&server, 4);
    let running = keep(&tok, &[]);
    let first = next(&tok, "");
    server.behave(crate::stand_in::answer(500, "down").on(crate::protocol::account::OAUTH2_PATH));
    until("a try in vain", || running.stderr().contains("tried again in"));
    assert_eq!(fs::read_to_string(file(&tok)).unwrap(), first, "it stays");
    until("the end of the token", || !file(&tok).exists());
    assert!(running.stderr().contains("a token has ended, so the file is removed"));
    server.reset();
    server.behave(lifetime(100));
    next(&tok, &first);
    running.signal(Signal::INT);
    ends(running, 0);
}

#[test]
fn a_refused_secret_ends_it_with_4_and_leaves_no_file() {
    let server = Server::start();
    let tok = ready(&server, 3);
    let running = keep(&tok, &[]);
    next(&tok, "");
    server.behave(refuse("no"));
    let output = ends(running, 4);
    assert!(output.stderr.contains("tok: oauth2: "), "{output}");
    assert!(!file(&tok).exists());
    ends(keep(&tok, &[]), 4);
    assert!(!file(&tok).exists());
}

#[test]
fn a_pause_that_the_vendor_asks_for_is_kept() {
    let server = Server::start();
    let tok = ready(&server, 100);
    server.behave(retry_after("3").once());
    let began = Instant::now();
    let running = keep(&tok, &[]);
    next(&tok, "");
    assert!(began.elapsed() >= Duration::from_secs(3));
    assert_eq!(server.requests().len(), 2);
    running.signal(Signal::TERM);
    ends(running, 0);
}

#[test]
fn a_vendor_whose_tokens_never_last_longer_is_not_asked_without_end() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    server.behave(token("the-same"));
    let running = keep(&tok, &["--min-ttl", "3598s"]);
    next(&tok, "");
    sleep(Duration::from_secs(4));
    running.signal(Signal::TERM);
    ends(running, 0);
    assert!(server.requests().len() <= 6, "{}", server.requests().len());
}

#[test]
fn a_folder_that_cannot_be_written_costs_no_token_and_is_tried_again() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    let folder = tok.folder().join("shared");
    fs::create_dir(&folder).unwrap();
    let words = ["keep", "oauth2", "--file", "../shared/token"];
    let running = tok.start(words);
    let path = folder.join("token");
    until("the file", || path.exists());
    let first = fs::read_to_string(&path).unwrap();
    fs::rename(&folder, tok.folder().join("away")).unwrap();
    running.signal(Signal::HUP);
    until("a word", || running.stderr().contains("/token cannot be written: "));
    assert!(!folder.exists());
    fs::rename(tok.folder().join("away"), &folder).unwrap();
    until("another token", || {
        fs::read_to_string(&path).is_ok_and(|text| text != first)
    });
    running.signal(Signal::TERM);
    ends(running, 0);
}

#[test]
fn a_disk_that_is_full_or_read_only_leaves_the_old_token_whole() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    let folder = tok.folder().join("small");
    let Some(_mount) = Mount::tmpfs(&folder, "8k") else {
        return;
    };
    let path = folder.join("token");
    let running = tok.start(["keep", "oauth2", "--file", "../small/token"]);
    until("the file", || path.exists());
    let first = fs::read_to_string(&path).unwrap();
    let mut filler = fs::File::create(folder.join("filler")).unwrap();
    while std::io::Write::write_all(&mut filler, &[0; 512]).is_ok() {}
    running.signal(Signal::HUP);
    until("a word", || {
        running.stderr().contains("cannot be written: No space left on device")
    });
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    filler.set_len(0).unwrap();
    let second = {
        until("another token", || {
            fs::read_to_string(&path).is_ok_and(|text| text != first)
        });
        fs::read_to_string(&path).unwrap()
    };
    let Some(read_only) = ReadOnly::make(&folder) else {
        return;
    };
    running.signal(Signal::HUP);
    until("a word", || {
        running.stderr().contains("cannot be written: Read-only file system")
    });
    assert_eq!(fs::read_to_string(&path).unwrap(), second);
    drop(read_only);
    until("another token", || {
        fs::read_to_string(&path).is_ok_and(|text| text != second)
    });
    running.signal(Signal::TERM);
    ends(running, 0);
}

#[test]
fn a_token_that_is_asked_for_while_another_is_fetched_is_fetched_as_well() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    server.behave(delay(1500).once());
    let running = keep(&tok, &[]);
    until("a request", || !server.requests().is_empty());
    running.signal(Signal::HUP);
    let first = next(&tok, "");
    next(&tok, &first);
    assert_eq!(server.requests().len(), 2);
    running.signal(Signal::TERM);
    ends(running, 0);
}

#[test]
fn what_a_killed_one_left_is_removed_where_no_token_can_be_had() {
    let server = Server::start();
    let tok = ready(&server, 2);
    let mut killed = keep(&tok, &[]);
    next(&tok, "");
    killed.child.kill().unwrap();
    killed.status();
    sleep(Duration::from_millis(2100));
    server.behave(crate::stand_in::answer(500, "down"));
    let running = keep(&tok, &[]);
    until("its removal", || !file(&tok).exists());
    running.signal(Signal::TERM);
    ends(running, 0);
}

#[test]
fn a_file_is_one_by_whatever_name_its_folder_is_reached() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    std::os::unix::fs::symlink(tok.folder(), tok.folder().join("link")).unwrap();
    let running = keep(&tok, &[]);
    let first = next(&tok, "");
    tok.run(["keep", "oauth2", "--file", "../link/token"])
        .exits(1)
        .says("another tok keeps it");
    assert_eq!(fs::read_to_string(file(&tok)).unwrap(), first);
    running.signal(Signal::TERM);
    ends(running, 0);
}

#[test]
fn a_token_that_the_format_cannot_carry_is_exit_1() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    server.behave(token("a'b"));
    keep(&tok, &["-f", "dotenv"])
        .wait()
        .exits(1)
        .says("cannot carry this token");
    assert!(!file(&tok).exists());
}

#[test]
fn a_slow_vendor_keeps_nobody_from_ending_it() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    server.behave(delay(20_000));
    let running = keep(&tok, &[]);
    until("a request", || !server.requests().is_empty());
    running.signal(Signal::TERM);
    let output = ends(running, 0);
    assert!(output.took < Duration::from_secs(5), "{output}");
    assert!(!file(&tok).exists());
}

#[test]
fn a_file_that_cannot_be_one_is_exit_2() {
    let server = Server::start();
    let tok = ready(&server, 60);
    std::os::unix::fs::symlink("../elsewhere", tok.home().join("link")).unwrap();
    tok.program("mkfifo", ["pipe"]).ok();
    for (path, why) in [
        ("..", "it is a folder"),
        ("../none/x", "its folder is not there"),
        ("-", "it is no file"),
        ("pipe", "it is not a regular file"),
        ("link", "it is not a regular file"),
        ("/dev/null", "it is not a regular file"),
    ] {
        tok.run(["keep", "oauth2", "--file", path]).fails(2).says(why);
    }
    tok.run(["keep", "oauth2", "oauth2", "--file", "x", "-f", "systemd"])
        .fails(2)
        .says("keep: two tokens for the variable OAUTH2_TOKEN");
    tok.run(["keep", "oauth2"]).fails(2).says("--file");
    tok.run(["keep", "--file", "x"]).fails(2).says("VENDOR");
    tok.run(["keep", "oauth2", "--file", "x", "-f", "github"]).fails(2);
    server.untouched();
}

#[test]
fn one_process_keeps_a_file_and_a_killed_one_keeps_it_from_nobody() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    let mut first = keep(&tok, &[]);
    let before = next(&tok, "");
    keep(&tok, &[]).wait().exits(1).says("another tok keeps it (process");
    assert_eq!(fs::read_to_string(file(&tok)).unwrap(), before);
    first.child.kill().unwrap();
    first.status();
    let second = keep(&tok, &["--fresh"]);
    next(&tok, &before);
    second.signal(Signal::TERM);
    ends(second, 0);
}

#[test]
fn a_process_that_was_stopped_past_the_end_fetches_another_as_soon_as_it_goes_on() {
    let server = Server::start();
    let tok = ready(&server, 3);
    let running = keep(&tok, &[]);
    let first = next(&tok, "");
    running.signal(Signal::STOP);
    sleep(Duration::from_millis(3500));
    running.signal(Signal::CONT);
    let began = Instant::now();
    next(&tok, &first);
    assert!(began.elapsed() < Duration::from_secs(2));
    running.signal(Signal::TERM);
    ends(running, 0);
}

#[test]
fn several_tokens_stand_in_one_file_as_the_format_says_and_a_command_follows_each_change() {
    let server = Server::start();
    let tok = ready(&server, 3600).knows("modulus");
    let words = [
        "keep", "oauth2", "modulus", "--file", "../token", "-f", "systemd", "--exec",
    ];
    let command = "test -z \"$TOK_MODULUS_PASSWORD\" && cat ../token >>../seen && exit 3";
    let running = tok.start(words.iter().chain(&[command]));
    next(&tok, "");
    until("the command", || {
        running.stderr().contains("the command of --exec failed")
    });
    let seen = fs::read_to_string(tok.folder().join("seen")).unwrap();
    let lines: Vec<&str> = seen.lines().collect();
    assert!(
        lines[0].starts_with("OAUTH2_TOKEN=\"") && lines[1].starts_with("MODULUS_TOKEN=\""),
        "{seen}"
    );
    running.signal(Signal::TERM);
    ends(running, 0);
}

#[test]
fn a_service_manager_hears_that_it_is_ready_alive_and_stopping() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    let path = tok.folder().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let hear = || {
        let mut bytes = [0; 256];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).trim().to_owned()
    };
    let heard = |wanted: &str| (0..20).map(|_| hear()).any(|said| said == wanted);
    let tok = tok.env("NOTIFY_SOCKET", path).env("WATCHDOG_USEC", "400000");
    let running = keep(&tok, &[]);
    assert!(heard("READY=1"));
    assert!(file(&tok).exists());
    let began = Instant::now();
    assert!(heard("WATCHDOG=1") && heard("WATCHDOG=1"));
    assert!(began.elapsed() < Duration::from_secs(1));
    running.signal(Signal::TERM);
    assert!(heard("STOPPING=1"));
    ends(running, 0);
}

#[test]
fn without_a_terminal_a_missing_secret_is_exit_3_and_what_was_there_stays() {
    let server = Server::start();
    let tok = ready(&server, 60).without("TOK_OAUTH2_CLIENT_SECRET");
    fs::write(file(&tok), "precious").unwrap();
    let output = keep(&tok, &[]).wait().exits(3);
    output.says("client-secret is missing").says("hint: ");
    assert_eq!(fs::read_to_string(file(&tok)).unwrap(), "precious");
    server.untouched();
}

#[test]
fn a_token_whose_end_nobody_knows_is_exit_6() {
    let server = Server::start();
    let tok = ready(&server, 60);
    server.behave(crate::stand_in::answer(200, "{\"access_token\":\"abc\"}"));
    keep(&tok, &[])
        .wait()
        .exits(6)
        .says("does not say how long the token lasts");
    assert!(!file(&tok).exists());
}

#[test]
fn a_command_that_takes_long_is_run_once_more_and_not_many_times_at_once() {
    let server = Server::start();
    let tok = ready(&server, 3600);
    let command = "echo begin >>../seen; sleep 2; echo end >>../seen";
    let running = keep(&tok, &["--exec", command]);
    let mut before = next(&tok, "");
    for _ in 0..6 {
        running.signal(Signal::HUP);
        before = next(&tok, &before);
    }
    let seen = || fs::read_to_string(tok.folder().join("seen")).unwrap_or_default();
    until("both runs", || seen().matches("end").count() == 2);
    running.signal(Signal::TERM);
    ends(running, 0);
    assert_eq!(seen(), "begin\nend\nbegin\nend\n");
}

mod beside_a_command {
    use super::*;

    const SHOW: &str = "echo $OAUTH2_TOKEN; cat $TOK_OAUTH2_TOKEN_FILE; ";

    fn exec(tok: &Tok, script: &str) -> Running {
        tok.start(["exec", "--keep", "oauth2", "--", "sh", "-c", script])
    }

    /// The folder of the session, as systemd makes it.
    fn session(tok: Tok) -> Tok {
        let folder = tok.folder().join("run");
        fs::create_dir(&folder).unwrap();
        mode(&folder, 0o700);
        tok.env("XDG_RUNTIME_DIR", folder)
    }

    #[track_caller]
    fn nothing_is_left(tok: &Tok) {
        assert_eq!(fs::read_dir(tok.folder().join("run")).unwrap().count(), 0);
    }

    #[test]
    fn a_command_finds_the_first_token_in_its_variable_and_the_latest_in_its_file() {
        let server = Server::start();
        let tok = session(ready(&server, 3));
        let script = format!(
            "{SHOW} stat -c %a $TOK_OAUTH2_TOKEN_FILE; stat -c %a $(dirname $TOK_OAUTH2_TOKEN_FILE); \
                              sleep 3.2; cat $TOK_OAUTH2_TOKEN_FILE; exit 7"
        );
        let output = exec(&tok, &script).wait().exits(7);
        let lines: Vec<&str> = output.stdout.lines().collect();
        assert_eq!((lines[0], lines[2], lines[3]), (lines[1], "600", "700"), "{output}");
        assert_ne!(lines[4], lines[0], "{output}");
        nothing_is_left(&tok);
    }

    #[test]
    fn signals_reach_the_command_and_its_end_is_toks_own() {
        let server = Server::start();
        let tok = session(ready(&server, 3600));
        let trap = "trap 'echo usr1' USR1; trap 'echo term; exit 9' TERM; echo ready; while :; do sleep 0.05; done";
        let running = exec(&tok, trap);
        let out = running.files.stdout_path();
        let says = |word: &str| until(word, || fs::read_to_string(&out).unwrap().contains(word));
        says("ready");
        running.signal(Signal::USR1);
        says("usr1");
        running.signal(Signal::TERM);
        ends(running, 9);
        let mut killed = exec(&tok, "kill -KILL $$");
        let status = killed.status().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
        nothing_is_left(&tok);
    }

    #[test]
    fn a_command_that_cannot_be_run_is_127_and_one_without_a_token_is_not_started() {
        let server = Server::start();
        let tok = session(ready(&server, 3600));
        tok.run(["exec", "--keep", "oauth2", "--", "no-such-program"])
            .fails(127);
        nothing_is_left(&tok);
        server.behave(refuse("no"));
        tok.run(["exec", "--keep", "oauth2", "--fresh", "--", "touch", "ran"])
            .fails(4);
        assert!(!tok.home().join("ran").exists());
        nothing_is_left(&tok);
    }

    #[test]
    fn what_keeps_it_from_a_first_token_is_said_at_once() {
        let server = Server::start();
        let tok = session(ready(&server, 3600));
        let exec = |tok: &Tok| tok.run(["exec", "--keep", "oauth2", "--", "touch", "ran"]);
        exec(&tok.clone().without("TOK_OAUTH2_CLIENT_SECRET"))
            .fails(3)
            .says("client-secret is missing");
        server.behave(crate::stand_in::answer(500, "down"));
        exec(&tok).fails(6);
        assert!(!tok.home().join("ran").exists());
        nothing_is_left(&tok);
    }

    #[test]
    fn what_a_killed_tok_leaves_is_gone_with_the_next_one() {
        let server = Server::start();
        let tok = session(ready(&server, 3600));
        let mut killed = exec(&tok, "echo ready; exec sleep 3");
        let out = killed.files.stdout_path();
        until("the command", || fs::read_to_string(&out).unwrap().contains("ready"));
        killed.child.kill().unwrap();
        killed.status();
        let left = fs::read_dir(tok.folder().join("run")).unwrap().next().unwrap();
        let left = left.unwrap().path();
        exec(&tok, "true").wait().ok();
        assert!(left.exists(), "a young one may be in the making");
        tok.sh(&format!("touch -d '2 minutes ago' {}", left.display())).ok();
        exec(&tok, "true").wait().ok();
        nothing_is_left(&tok);
    }

    #[test]
    fn a_refusal_while_the_command_runs_does_not_end_it() {
        let server = Server::start();
        let tok = session(ready(&server, 3));
        let running = exec(&tok, "sleep 4; test ! -e $TOK_OAUTH2_TOKEN_FILE && exit 5");
        until("a login", || !server.requests().is_empty());
        server.behave(refuse("no"));
        let output = ends(running, 5);
        assert!(
            output.stderr.contains("the command goes on without a new token"),
            "{output}"
        );
        nothing_is_left(&tok);
    }

    #[test]
    fn one_token_that_cannot_be_had_any_more_keeps_no_other_from_being_renewed() {
        let (one, other) = (Server::start(), Server::start());
        one.behave(lifetime(3));
        other.behave(lifetime(3));
        let tok = session(Tok::new().knows("oauth2").without("TOK_OAUTH2_URL"));
        let tok = tok.config(&format!(
            "[oauth2]\nurl = '{}'\n[oauth2.other]\nurl = '{}'\nvariable = 'OTHER'\n",
            one.url_of("oauth2"),
            other.url_of("oauth2")
        ));
        let script = "sleep 6; test ! -e $TOK_OAUTH2_TOKEN_FILE && test \"$(cat $TOK_OTHER_FILE)\" != \"$OTHER\"";
        let running = tok.start(["exec", "--keep", "oauth2", "oauth2@other", "--", "sh", "-c", script]);
        until("a login", || !one.requests().is_empty());
        one.behave(refuse("no"));
        ends(running, 0);
        assert!(other.requests().len() >= 3);
        nothing_is_left(&tok);
    }

    #[test]
    fn a_signal_of_another_process_reaches_a_command_in_the_foreground() {
        let server = Server::start();
        let tok = session(ready(&server, 3600));
        let script = "trap 'exit 8' INT; echo ready >/dev/tty; while :; do sleep 0.05; done";
        let mut terminal = tok.terminal(["exec", "--keep", "oauth2", "--", "sh", "-c", script]);
        terminal.expect("ready");
        terminal.signal(Signal::INT);
        terminal.wait().exits(8);
        nothing_is_left(&tok);
    }

    #[test]
    fn no_signal_opens_the_echo_of_a_hidden_prompt() {
        let server = Server::start();
        let tok = session(ready(&server, 3600)).without("TOK_OAUTH2_CLIENT_SECRET");
        let exec = ["exec", "--keep", "oauth2", "--", "true"];
        let keep = ["keep", "oauth2", "--file", "../token"];
        for (words, signal) in [(&exec[..], Signal::USR1), (&keep[..], Signal::HUP)] {
            let mut terminal = tok.terminal(words);
            terminal.expect("client-secret:");
            until("a hidden prompt", || !terminal.echoes());
            terminal.signal(signal);
            sleep(Duration::from_millis(200));
            assert!(!terminal.echoes(), "{words:?}");
            terminal.signal(Signal::TERM);
            terminal.wait();
            assert!(terminal.echoes(), "{words:?}");
        }
        let mut terminal = tok.terminal(keep);
        terminal.expect("client-secret:");
        until("a hidden prompt", || !terminal.echoes());
        terminal.signal(Signal::QUIT);
        terminal.wait();
        assert!(terminal.echoes());
        server.untouched();
    }

    #[test]
    fn without_a_folder_of_the_session_one_for_temporary_files_serves() {
        let server = Server::start();
        let tok = ready(&server, 3600);
        let folder = tok.folder().join("tmp");
        fs::create_dir(&folder).unwrap();
        let tok = tok.env("TMPDIR", &folder);
        let output = exec(&tok, SHOW).wait().ok();
        let lines: Vec<&str> = output.stdout.lines().collect();
        assert_eq!(lines[0], lines[1]);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn a_key_of_the_terminal_reaches_the_command_once() {
        if !need("sh") {
            return;
        }
        let server = Server::start();
        let tok = session(ready(&server, 3600));
        let script = "trap 'echo int >>../ints' INT; echo ready >/dev/tty; n=0; while [ $n -lt 20 ]; do sleep 0.1; n=$((n+1)); done; exit 6";
        let mut terminal = tok.terminal(["exec", "--keep", "oauth2", "--", "sh", "-c", script]);
        terminal.expect("ready");
        terminal.send("\u{3}");
        terminal.wait().exits(6);
        assert_eq!(fs::read_to_string(tok.folder().join("ints")).unwrap(), "int\n");
        nothing_is_left(&tok);
    }
}
