//! The formats in the real shells: every hostile value comes back byte for byte from the environment of a child, and
//! failing code stops a script and leaves no variable behind.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::EnvFormat;
use super::quote::is_plain;
use super::tests::{VISIBLE, given, missing, present};

const POSIX: &[&[&str]] = &[
    &["bash"],
    &["bash", "--posix"],
    &["bash", "-O", "nullglob"],
    &["bash", "-O", "failglob"],
    &["dash"],
    &["zsh", "-f"],
    &["ksh"],
    &["mksh"],
    &["yash"],
    &["busybox", "ash"],
];

/// A folder whose files match what a shell could take for a pattern.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "ab", "-n", "'a'", "T1='a';export", "~"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    folder
}

/// Fixed hostile values, and 1 000 drawn by a generator that always draws the same.
fn values() -> Vec<String> {
    let mut values: Vec<String> = VISIBLE.chars().map(String::from).collect();
    values.push(VISIBLE.into());
    values.extend(
        [
            "-n", "--", "-e", "~", "~root", "a:~", "=ls", "a*", "?", "[ab]", "{a,b}", "$(id)", "`id`", "$HOME", "${T}",
            "!!", "!a", "^a^b", "%s%n", "\\n", "\\052", "a'b", "\"a\"", "';id;'", "#a", "a#b", ";id", "a&", "$'a'",
            "''", "\\\\", "\\'", "*'*", "(a)", "<(a)", "%PATH%", "a\\", "-", "$", "$$", "&&", "//",
        ]
        .map(String::from),
    );
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % limit
    };
    let plain: String = VISIBLE
        .chars()
        .filter(|&character| is_plain(&character.to_string()))
        .collect();
    for number in 0..1000 {
        let alphabet = if number % 2 == 0 { VISIBLE } else { &plain };
        let value = (0..=below(30)).map(|_| char::from(alphabet.as_bytes()[below(alphabet.len())]));
        values.push(value.collect());
    }
    values
}

/// Code that sets T0, T1 and so on to the values.
fn code(format: &str, values: &[String]) -> String {
    let mut code = String::new();
    for (number, value) in values.iter().enumerate() {
        code += &given(format, &format!("T{number}"), value).unwrap();
    }
    code
}

fn run(command: &[&str], folder: &Path) -> Output {
    Command::new(command[0])
        .args(&command[1..])
        .current_dir(folder)
        .env("T", "old")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Runs the script, which reads the file `code` and ends with `env`, and compares what that prints.
fn comes_back(command: &[&str], format: &str, script: &str) {
    let folder = folder();
    for values in values().chunks(400) {
        fs::write(folder.path().join("code"), code(format, values)).unwrap();
        let output = run(&[command, &["-c", script]].concat(), folder.path());
        let environment = String::from_utf8(output.stdout).unwrap();
        let mut missing = String::new();
        for (number, value) in values.iter().enumerate() {
            let line = format!("T{number}={value}");
            if !environment.lines().any(|found| found == line) {
                let _ = write!(missing, " {line}");
            }
        }
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(missing.is_empty(), "{command:?} {script}:{missing}\n{said}");
    }
}

/// Runs the script with failing code in the file `code`.
fn fails(command: &[&str], format: &str, variable: Option<&str>, script: &str) -> Output {
    let folder = folder();
    let code = EnvFormat::parse(format).unwrap().failing(variable);
    fs::write(folder.path().join("code"), code.unwrap_or_default()).unwrap();
    run(&[command, &["-c", script]].concat(), folder.path())
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().into()
}

#[test]
fn values_come_back_from_posix_shells() {
    for command in POSIX.iter().filter(|command| present(command[0])) {
        comes_back(command, "posix", "eval $(cat code); env");
        comes_back(command, "posix", "eval \"$(cat code)\"; env");
    }
}

#[test]
fn values_come_back_under_strict_options() {
    for command in POSIX.iter().filter(|command| present(command[0])) {
        let folder = folder();
        for value in ["abc", VISIBLE] {
            fs::write(folder.path().join("code"), given("posix", "T", value).unwrap()).unwrap();
            let script = "set -eu; eval $(cat code); printf '%s\\n' \"$T\"";
            assert_eq!(
                stdout(&run(&[*command, &["-c", script]].concat(), folder.path())),
                value
            );
        }
    }
}

#[test]
fn the_longest_token_comes_back() {
    let token = "*".repeat(16384);
    let folder = folder();
    for (command, format, script) in [
        (["sh", "-c"], "posix", "eval $(cat code); printf %s \"$T\""),
        (["tcsh", "-fc"], "tcsh", "eval `cat code`; printenv T"),
    ] {
        if present(command[0]) {
            fs::write(folder.path().join("code"), given(format, "T", &token).unwrap()).unwrap();
            let output = run(&[command[0], command[1], script], folder.path());
            assert!(stdout(&output) == token, "{command:?}");
        }
    }
}

#[test]
fn failing_code_stops_posix_scripts_and_unsets_the_variable() {
    for command in POSIX.iter().filter(|command| present(command[0])) {
        for eval in ["eval $(cat code)", "eval \"$(cat code)\""] {
            for variable in [Some("T"), None] {
                let output = fails(command, "posix", variable, &format!("set -e; {eval}; echo survived"));
                assert!(!output.status.success(), "{command:?} {eval}");
                assert_eq!(stdout(&output), "", "{command:?} {eval}");
            }
            let output = fails(command, "posix", Some("T"), &format!("{eval} || echo ${{T-unset}}"));
            assert_eq!(stdout(&output), "unset", "{command:?} {eval}");
        }
    }
}

#[test]
fn fish_is_served() {
    if !present("fish") {
        return;
    }
    for eval in ["source code", "cat code | source", "eval (cat code)"] {
        comes_back(&["fish", "-N"], "fish", &format!("{eval}; env"));
        for variable in [Some("T"), None] {
            let output = fails(&["fish", "-N"], "fish", variable, &format!("{eval}; and echo survived"));
            assert_eq!(stdout(&output), "", "{eval}");
        }
        let output = fails(
            &["fish", "-N"],
            "fish",
            Some("T"),
            &format!("{eval}; set -q T; or echo unset"),
        );
        assert_eq!(stdout(&output), "unset", "{eval}");
    }
}

#[test]
fn elvish_is_served() {
    if !present("elvish") {
        return;
    }
    let elvish = &["elvish", "-norc"];
    comes_back(elvish, "elvish", "eval (cat code | slurp); env");
    for variable in [Some("T"), None] {
        let output = fails(elvish, "elvish", variable, "eval (cat code | slurp); echo survived");
        assert!(!output.status.success());
        assert_eq!(stdout(&output), "");
    }
    let script = "try { eval (cat code | slurp) } catch e { echo (has-env T) }";
    assert_eq!(stdout(&fails(elvish, "elvish", Some("T"), script)), "$false");
}

#[test]
fn tcsh_is_served() {
    if !present("tcsh") {
        return;
    }
    for eval in ["eval `cat code`", "eval \"`cat code`\"", "source code"] {
        comes_back(&["tcsh", "-f"], "tcsh", &format!("{eval}; env"));
        for variable in [Some("T"), None] {
            let output = fails(&["tcsh", "-fe"], "tcsh", variable, &format!("{eval}; echo survived"));
            assert!(!output.status.success(), "{eval}");
            assert_eq!(stdout(&output), "", "{eval}");
        }
        let output = fails(&["tcsh", "-f"], "tcsh", Some("T"), &format!("{eval}; printenv T"));
        assert_eq!(stdout(&output), "", "{eval}");
    }
}

#[test]
fn nushell_is_served() {
    if !present("nu") {
        return;
    }
    let nu = &["nu", "-n"];
    comes_back(
        nu,
        "nushell",
        "^cat code | lines | each { from json } | reduce {|next, all| $all | merge $next } | load-env; ^env",
    );
    let loaded = "^cat code | from json | load-env";
    let output = fails(nu, "nushell", Some("T"), &format!("{loaded}; print survived"));
    assert!(!output.status.success());
    assert_eq!(stdout(&output), "");
}

#[test]
fn readers_of_env_files_agree() {
    let value = "-~a._~+/=:,@%-b%41==";
    let folder = folder();
    fs::write(folder.path().join(".env"), given("dotenv", "V", value).unwrap()).unwrap();
    for command in [
        &["sh", "-c", ". ./.env; echo \"$V\""][..],
        &[
            "python3",
            "-c",
            "import dotenv; print(dotenv.dotenv_values('.env')['V'])",
        ],
    ] {
        if present(command[0]) {
            let output = run(command, folder.path());
            let said = String::from_utf8_lossy(&output.stderr);
            if said.contains("No module named") {
                missing("the dotenv module of python3");
                continue;
            }
            assert_eq!(stdout(&output), value, "{command:?} {said}");
        }
    }
}
