//! `tok exec`: the command gets the tokens and is otherwise run as if tok had never been there.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::{Output, Tok, mode, need, until};
use crate::protocol::account;
use crate::stand_in::{Server, delay, lifetime, refuse, token};

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("modulus")
}

/// With a token in the cache, so that exec is as quick as it gets.
fn cached(server: &Server) -> (Tok, String) {
    let tok = ready(server);
    let token = tok.run(["modulus"]).ok().token();
    (tok, token)
}

#[test]
fn the_command_finds_the_token_in_the_vendors_variable() {
    let server = Server::start();
    let (tok, token) = cached(&server);
    let show = ["--", "sh", "-c", "echo \"$MODULUS_TOKEN\""];
    tok.run(["exec", "modulus"].into_iter().chain(show))
        .ok()
        .quiet()
        .prints(&format!("{token}\n"));
    tok.run([
        "exec",
        "modulus",
        "--variable",
        "T",
        "--",
        "sh",
        "-c",
        "echo \"$T$MODULUS_TOKEN\"",
    ])
    .ok()
    .prints(&format!("{token}\n"));
}

#[test]
fn arguments_and_the_commands_own_name_come_through_untouched() {
    let server = Server::start();
    let (tok, _) = cached(&server);
    let words = [
        "", "a b", "--", "-x", "--help", "*", "$HOME", "'\"\\", "a\nb", "modulus", "--fresh",
    ];
    let script = "printf '%s\\n' \"$0\" \"$#\"; printf '<%s>' \"$@\"";
    let output = tok
        .run(
            ["exec", "modulus", "--", "sh", "-c", script, "zero"]
                .into_iter()
                .chain(words),
        )
        .ok();
    let shown = format!("<{}>", words.join("><"));
    output.prints(&format!("zero\n{}\n{shown}", words.len()));
    let link = tok.folder().join("another-name");
    std::os::unix::fs::symlink(fs::canonicalize("/bin/sh").unwrap(), &link).unwrap();
    for name in [link.to_str().unwrap(), "sh"] {
        let output = tok
            .run([
                "exec",
                "modulus",
                "--",
                name,
                "-c",
                "tr '\\0' '\\n' </proc/$$/cmdline | head -1",
            ])
            .ok();
        output.prints(&format!("{name}\n"));
    }
}

#[test]
fn bytes_that_are_no_text_come_through_as_well() {
    use std::os::unix::ffi::OsStrExt;
    let server = Server::start();
    let (tok, _) = cached(&server);
    let odd = std::ffi::OsStr::from_bytes(b"\xff\xfe").to_owned();
    let words = ["exec", "modulus", "--", "printf", "%s"].map(std::ffi::OsString::from);
    let output = tok.run(words.into_iter().chain([odd])).ok();
    assert_eq!(output.bytes, b"\xff\xfe");
}

#[test]
fn the_commands_streams_are_its_own() {
    let server = Server::start();
    let (tok, _) = cached(&server);
    let output = tok
        .clone()
        .stdin("one\ntwo\n")
        .run([
            "exec",
            "modulus",
            "--",
            "sh",
            "-c",
            "read a; read b; echo \"$b$a\"; echo err >&2",
        ])
        .ok();
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("twoone\n", "err\n"));
    // Also where tok has to log in first.
    let output = tok.stdin("one\n").run(["exec", "modulus", "--fresh", "--", "cat"]).ok();
    output.quiet().prints("one\n");
}

#[test]
fn the_command_is_the_process_itself() {
    let server = Server::start();
    let (tok, _) = cached(&server);
    let running = tok.start(["exec", "modulus", "--", "sh", "-c", "echo $$ >&2; exec sleep 60"]);
    until("the command runs", || running.stderr().ends_with('\n'));
    assert_eq!(running.stderr().trim(), running.child.id().to_string());
}

#[test]
fn every_exit_code_is_passed_on() {
    let server = Server::start();
    let (tok, _) = cached(&server);
    let script = "n=0; while [ $n -lt 256 ]; do tok exec modulus -- sh -c \"exit $n\"; [ $? -eq $n ] || echo $n; n=$((n+1)); done";
    tok.sh(script).ok().quiet().prints("");
}

#[test]
fn signals_end_the_command_as_they_would_without_tok() {
    let server = Server::start();
    let (tok, _) = cached(&server);
    for (signal, number) in [
        (Signal::INT, 2),
        (Signal::TERM, 15),
        (Signal::HUP, 1),
        (Signal::KILL, 9),
        (Signal::USR1, 10),
    ] {
        let running = tok.start(["exec", "modulus", "--", "sh", "-c", "echo up >&2; exec sleep 60"]);
        until("the command runs", || running.stderr() == "up\n");
        running.signal(signal);
        assert_eq!(running.wait().signal(), Some(number));
    }
    let handled = "trap 'echo caught; exit 7' TERM; echo up >&2; while :; do sleep 0.02; done";
    let running = tok.start(["exec", "modulus", "--", "sh", "-c", handled]);
    until("the command runs", || running.stderr() == "up\n");
    running.signal(Signal::TERM);
    running.wait().exits(7).prints("caught\n");
    let output = tok.run(["exec", "modulus", "--", "sh", "-c", "kill -9 $$"]);
    assert_eq!(output.signal(), Some(9));
}

#[test]
fn ctrl_c_and_ctrl_z_on_a_terminal_reach_the_command_alone() {
    if !need("bash") {
        return;
    }
    let server = Server::start();
    let (tok, _) = cached(&server);
    let mut terminal = tok.terminal(["exec", "modulus", "--", "sh", "-c", "echo up >/dev/tty; exec sleep 60"]);
    terminal.expect("up");
    terminal.send("\x03");
    assert_eq!(terminal.wait().signal(), Some(2));
    // An interactive shell sees its job stop, and can go on with it.
    let script =
        "set -m; tok exec modulus -- sh -c 'kill -TSTP $$; echo on'; echo stopped $?; fg >/dev/null; echo done $?";
    let mut terminal = tok.terminal_of("bash", ["-c", script]);
    terminal.wait().ok().prints("stopped 148\non\ndone 0\n");
}

#[test]
fn a_person_is_asked_before_the_command_has_the_terminal() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server);
    let mut terminal = tok.terminal([
        "exec",
        "modulus",
        "--",
        "sh",
        "-c",
        "read line </dev/tty; echo \"$line\"; kill -INT $$",
    ]);
    terminal.answer("modulus username: ", "api-user");
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    until("the terminal is as it was", || terminal.echoes());
    terminal.send("typed\n");
    let output = terminal.wait().prints("typed\n");
    assert_eq!(output.signal(), Some(2), "{output}");
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn what_cannot_be_run_is_126_and_what_is_not_there_is_127() {
    let server = Server::start();
    let (tok, _) = cached(&server);
    let tok = tok
        .write("plain", "no program")
        .write("script", "echo \"$MODULUS_TOKEN\"\n");
    let folder = tok.folder();
    let path = |name: &str| folder.join(name).display().to_string();
    mode(&folder.join("script"), 0o700);
    for (program, code) in [
        ("no-such-program", 127),
        (path("missing").as_str(), 127),
        ("", 127),
        (path("plain").as_str(), 126),
        (path("").as_str(), 126),
    ] {
        tok.run(["exec", "modulus", "--", program])
            .fails(code)
            .says("tok: exec: ");
    }
    // A script without #! is run as a shell would.
    let token = tok.run(["modulus"]).ok().token();
    tok.run(["exec", "modulus", "--", &path("script")])
        .ok()
        .prints(&format!("{token}\n"));
}

#[test]
fn nothing_runs_if_one_token_is_missing() {
    let server = Server::start();
    let tok = ready(&server).knows("starship");
    server.behave(refuse("no").on("/auth/login"));
    tok.run([
        "exec",
        "modulus",
        "starship",
        "--",
        "sh",
        "-c",
        "echo ran; touch \"$HOME/ran\"",
    ])
    .fails(4)
    .says("starship");
    tok.run(["exec", "modulus", "data8", "--no-input", "--", "touch", "ran"])
        .fails(3)
        .says("data8");
    tok.run(["exec", "modulus@nobody", "--", "touch", "ran"]).fails(2);
    tok.run(["exec", "modulus", "--"]).fails(2);
    tok.run(["exec", "--", "touch", "ran"]).fails(2);
    tok.run(["exec", "nobody", "--", "touch", "ran"]).fails(2);
    assert!(!tok.home().join("ran").exists());
}

#[test]
fn two_tokens_for_one_variable_are_a_usage_error_before_anything_is_asked() {
    let server = Server::start();
    let tok = ready(&server)
        .knows("starship")
        .config("[modulus]\n[modulus.other]\nvariable = \"OTHER\"\n");
    tok.run(["exec", "modulus", "modulus", "--", "true"])
        .fails(2)
        .says("MODULUS_TOKEN");
    tok.run(["exec", "modulus", "starship", "--variable", "T", "--", "true"])
        .fails(2)
        .says("two tokens");
    server.untouched();
    tok.run([
        "exec",
        "modulus",
        "modulus@other",
        "--",
        "sh",
        "-c",
        "test -n \"$MODULUS_TOKEN\" && test -n \"$OTHER\"",
    ])
    .ok();
}

#[test]
fn several_slow_logins_take_the_time_of_one() {
    let server = Server::start();
    let vendors = ["modulus", "jmvstream", "starship", "oauth2"];
    let tok = vendors
        .iter()
        .fold(Tok::new().vendor(&server), |tok, vendor| tok.knows(vendor));
    server.behave(delay(1500));
    let began = Instant::now();
    let script = "echo $(env | grep -c '^[A-Z0-9]*_TOKEN=.')";
    let words = ["exec"].into_iter().chain(vendors).chain(["--", "sh", "-c", script]);
    tok.run(words).ok().quiet().prints("4\n");
    assert!(began.elapsed() < Duration::from_millis(4500), "{:?}", began.elapsed());
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn no_token_ends_while_another_is_waited_for() {
    let (quick, slow) = (Server::start(), Server::start());
    let tok = ready(&quick).knows("oauth2").env("TOK_MODULUS_URL", slow.url());
    slow.behave(delay(2500));
    for name in ["first", "second"] {
        quick.behave(token(name).and(lifetime(2)).once());
    }
    let script = "echo $OAUTH2_TOKEN; test -n \"$MODULUS_TOKEN\"";
    tok.run(["exec", "oauth2", "modulus", "--", "sh", "-c", script])
        .ok()
        .quiet()
        .prints("second\n");
    slow.only();
}

#[test]
fn tokens_that_never_last_until_all_are_there_are_exit_6_and_nothing_runs() {
    let (one, other) = (Server::start(), Server::start());
    let url = other.url_of("oauth2");
    let tok = Tok::new().knows("oauth2").without("TOK_OAUTH2_URL").config(&format!(
        "[oauth2]\nurl = '{}'\n[oauth2.slow]\nurl = '{url}'\nvariable = 'SLOW'\n",
        one.url_of("oauth2")
    ));
    one.behave(lifetime(2).and(delay(1000)));
    other.behave(lifetime(3).and(delay(2600)));
    let output = tok.run(["exec", "oauth2", "oauth2@slow", "--", "echo", "ran"]).fails(6);
    output
        .says("the tokens do not last until all of them are there")
        .prints("");
}

#[test]
fn several_vendors_ask_one_after_the_other() {
    let server = Server::start();
    let secrets = |tok: Tok| tok.without("TOK_MODULUS_PASSWORD").without("TOK_STARSHIP_PASSWORD");
    let tok = secrets(ready(&server).knows("starship"));
    let mut terminal = tok.terminal([
        "exec",
        "modulus",
        "starship",
        "--",
        "sh",
        "-c",
        "echo $MODULUS_TOKEN $STARSHIP_TOKEN | wc -w",
    ]);
    // Whoever comes first; the other waits until the first is answered.
    terminal.expect(" password: ");
    std::thread::sleep(Duration::from_millis(200));
    let screen = terminal.screen();
    assert_eq!(screen.matches("password: ").count(), 1, "{screen}");
    let (first, second) = if screen.contains("modulus password: ") {
        (account::MODULUS_PASSWORD, account::STARSHIP_PASSWORD)
    } else {
        (account::STARSHIP_PASSWORD, account::MODULUS_PASSWORD)
    };
    terminal.send(&format!("{first}\n"));
    terminal.answer_hidden(" password: ", second);
    let output = terminal.wait().ok();
    assert_eq!(output.stdout.trim(), "2", "{output}");
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn the_plain_fields_of_several_vendors_are_not_mixed_either() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server);
    let mut terminal = tok.terminal(["exec", "modulus", "starship", "--", "true"]);
    let mut asked = Vec::new();
    for _ in 0..4 {
        terminal.expect(": ");
        let screen = terminal.screen();
        let label = screen.trim_end().rsplit('\n').next().unwrap().trim().to_owned();
        match label.as_str() {
            "modulus username:" => terminal.send("api-user\n"),
            "starship username:" => terminal.send("reward-api\n"),
            "modulus password:" => {
                until("hidden", || !terminal.echoes());
                terminal.send(&format!("{}\n", account::MODULUS_PASSWORD));
            }
            "starship password:" => {
                until("hidden", || !terminal.echoes());
                terminal.send(&format!("{}\n", account::STARSHIP_PASSWORD));
            }
            other => panic!("{other:?} is no question\n{screen}"),
        }
        asked.push(label);
    }
    terminal.wait().ok();
    asked.sort();
    assert_eq!(asked.len(), 4);
}

#[test]
fn the_commands_environment_is_free_of_secrets_and_otherwise_untouched() {
    let server = Server::start();
    let own = "about = \"x\"\nurl = \"http://127.0.0.1:1\"\n[[field]]\nname = \"pin\"\nhelp = \"x\"\nsecret = true\n[login]\npath = \"/x\"\njson = { pin = \"{pin}\" }\n[answer]\ntoken = \"/t\"\n";
    let mut tok = ready(&server).knows("starship").knows("oauth2").own_vendor("acme", own);
    let secrets = [
        "TOK_MODULUS_PASSWORD",
        "TOK_STARSHIP_PASSWORD",
        "TOK_OAUTH2_CLIENT_SECRET",
        "TOK_CRMCOM_PASSWORD",
        "TOK_CRMCOM_AUTHENTICATION_CODE",
        "TOK_CRMCOM_PASS_CODE",
        "TOK_ACME_PIN",
        "TOK_SEAL_KEY",
    ];
    for name in &secrets[3..7] {
        tok = tok.env(*name, "another-secret");
    }
    let tok = tok.env("PLAIN", "a b").env("EMPTY", "");
    let output = tok.run(["exec", "modulus", "--", "env", "-0"]).ok();
    let names: Vec<&str> = output
        .stdout
        .split_terminator('\0')
        .filter_map(|line| line.split('=').next())
        .collect();
    for name in secrets {
        assert!(!names.contains(&name), "{name} is still there\n{output}");
    }
    let mut wanted: Vec<String> = tok
        .environment
        .keys()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    wanted.retain(|name| !secrets.contains(&name.as_str()));
    wanted.push("MODULUS_TOKEN".to_owned());
    wanted.sort();
    let mut names = names;
    names.sort_unstable();
    assert_eq!(names, wanted);
    assert!(output.stdout.contains("PLAIN=a b\0"));
}

#[test]
fn a_broken_pipe_ends_the_command_as_it_always_does() {
    if !need("bash") {
        return;
    }
    let server = Server::start();
    let (tok, _) = cached(&server);
    let script = "set -o pipefail; tok exec modulus -- yes | head -1; echo ${PIPESTATUS[0]}";
    tok.program("bash", ["-c", script]).ok().quiet().prints("y\n141\n");
    // Nothing is blocked or ignored that tok itself may have had to do with.
    let by_tok = tok.run(["exec", "modulus", "--"].iter().chain(&SIGNALS)).ok();
    let direct = tok.program(SIGNALS[0], &SIGNALS[1..]).ok();
    assert_eq!(signals(&by_tok), signals(&direct));
}

/// Prints what is blocked, ignored and caught.
const SIGNALS: [&str; 4] = ["grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"];

/// One bit for each, without the two that the C library keeps to itself and has ignored in some children.
fn signals(output: &Output) -> Vec<u64> {
    let masks = output.stdout.lines().filter_map(|line| line.split('\t').nth(1));
    masks
        .map(|mask| u64::from_str_radix(mask, 16).unwrap() & !(0b11 << 31))
        .collect()
}

/// As `nohup` starts it, and a script in the background.
#[test]
fn what_is_ignored_stays_so_for_the_command_also_after_a_hidden_prompt_that_it_does_not_end() {
    let server = Server::start();
    let script = "trap '' HUP INT QUIT; exec tok exec modulus --fresh -- \"$0\" \"$@\"";
    let words = ["-c", script].into_iter().chain(SIGNALS);
    let ignored = 0b111;
    let tok = ready(&server);
    assert_eq!(signals(&tok.program("sh", words.clone()).ok())[1], ignored);
    let mut terminal = tok.without("TOK_MODULUS_PASSWORD").terminal_of("sh", words);
    terminal.expect("modulus password: ");
    until("the terminal hides what is typed", || !terminal.echoes());
    terminal.send("half\x03\x1c");
    terminal.signal(Signal::HUP);
    std::thread::sleep(Duration::from_millis(200));
    terminal.send(&format!("\x15{}\n", account::MODULUS_PASSWORD));
    let output = terminal.wait().ok();
    assert_eq!(signals(&output)[1], ignored, "{output}");
    assert_eq!(terminal.modes(), terminal.before);
}

#[test]
fn no_file_of_toks_own_stays_open_in_the_command() {
    let server = Server::start();
    let (tok, _) = cached(&server);
    let direct = tok.program("ls", ["/proc/self/fd"]).ok().stdout;
    for fresh in [&["--fresh"][..], &[]] {
        let words = ["exec", "modulus"]
            .iter()
            .chain(fresh)
            .chain(&["--", "ls", "/proc/self/fd"]);
        tok.run(words).ok().prints(&direct);
    }
}

#[test]
fn in_a_github_actions_job_every_token_is_masked_before_the_command_runs() {
    let server = Server::start();
    let tok = ready(&server).knows("starship").env("GITHUB_ACTIONS", "true");
    let output = tok
        .run([
            "exec",
            "modulus",
            "starship",
            "--",
            "sh",
            "-c",
            "echo \"$MODULUS_TOKEN $STARSHIP_TOKEN\"; echo run >&2",
        ])
        .ok();
    let (one, two) = output.stdout.trim().split_once(' ').unwrap();
    let mut lines: Vec<&str> = output.stderr.lines().collect();
    assert_eq!(lines.pop(), Some("run"), "{output}");
    lines.sort_unstable();
    let mut wanted = [format!("::add-mask::{one}"), format!("::add-mask::{two}")];
    wanted.sort();
    assert_eq!(lines, wanted);
}
