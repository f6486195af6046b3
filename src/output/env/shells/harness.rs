//! Runs a format's code in a shell and looks at what the shell made of it.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::super::EnvFormat;
use super::super::quote::is_plain;
use super::super::tests::{VISIBLE, given};

pub(super) const POSIX: &[&[&str]] = &[
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
pub(super) fn folder() -> TempDir {
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

pub(super) fn run(command: &[&str], folder: &Path) -> Output {
    Command::new(command[0])
        .args(&command[1..])
        .current_dir(folder)
        .env("T", "old")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Runs the script, which reads the file `code` and ends with `env`, and compares what that prints.
pub(super) fn comes_back(command: &[&str], format: &str, script: &str) {
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
pub(super) fn fails(command: &[&str], format: &str, variable: Option<&str>, script: &str) -> Output {
    let folder = folder();
    let code = EnvFormat::parse(format).unwrap().failing(variable);
    fs::write(folder.path().join("code"), code.unwrap_or_default()).unwrap();
    run(&[command, &["-c", script]].concat(), folder.path())
}

pub(super) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().into()
}
