//! The formats in the real shells: every hostile value comes back byte for byte from the environment of a child, and
//! failing code stops a script and leaves no variable behind.

mod harness;

use std::fs;

use harness::{POSIX, comes_back, fails, folder, run, stdout};

use super::tests::{VISIBLE, given, missing, present};

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

/// The parser of `EnvironmentFile=`, in a program of systemd's that can be run alone. What it prints is for a shell.
#[test]
fn systemd_reads_every_visible_character_unchanged() {
    let program = "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator";
    if !std::path::Path::new(program).is_file() {
        return missing("systemd");
    }
    let folder = folder();
    let file = folder.path().join("environment.d/token.conf");
    fs::create_dir(file.parent().unwrap()).unwrap();
    for token in [VISIBLE, "'", "\"", "\\", "\\n", "$", "#a", ";a", "a\\"] {
        fs::write(&file, given("systemd", "V", token).unwrap()).unwrap();
        let script = format!("eval \"$(XDG_CONFIG_HOME=$PWD {program} | grep ^V=)\"; printf %s \"$V\"");
        assert_eq!(stdout(&run(&["sh", "-c", &script], folder.path())), token);
    }
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
