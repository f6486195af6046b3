//! The cache folder: made private where there is none, used as it is where nobody else can write to it, done without where
//! it cannot be used.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{Output, Tok, mode, need};
use crate::protocol::account;
use crate::stand_in::{Server, answer};

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("modulus")
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Two calls without a usable cache: two logins, two tokens, a warning that names the folder each time.
#[track_caller]
fn does_without(tok: &Tok, server: &Server, why: &str) {
    let mut last = None;
    for _ in 0..2 {
        let output = tok.run(["modulus"]).ok().says("tok: warning: ").says(why);
        assert_eq!(server.requests().last().unwrap().token, Some(output.token()));
        assert_ne!(last, Some(output.token()));
        last = Some(output.token());
    }
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_folder_that_tok_makes_is_private_and_says_that_it_is_a_cache() {
    let server = Server::start();
    let tok = ready(&server);
    let deep = tok.folder().join("some/where/deep");
    let tok = tok.env("TOK_CACHE_DIR", &deep);
    tok.sh("umask 000; tok modulus").ok().quiet();
    assert_eq!(mode_of(&deep), 0o700);
    assert_eq!(mode_of(&tok.folder().join("some")), 0o700);
    let tag = fs::read_to_string(deep.join("CACHEDIR.TAG")).unwrap();
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"));
}

#[test]
fn a_folder_that_exists_is_used_and_left_as_it_is() {
    for bits in [0o755, 0o711, 0o700] {
        let server = Server::start();
        let tok = ready(&server);
        fs::create_dir(tok.cache_folder()).unwrap();
        mode(&tok.cache_folder(), bits);
        let token = tok.run(["modulus"]).ok().quiet().token();
        assert_eq!(tok.run(["modulus"]).ok().quiet().token(), token);
        assert_eq!(mode_of(&tok.cache_folder()), bits);
        assert!(!tok.cache_folder().join("CACHEDIR.TAG").exists());
    }
}

#[test]
fn a_folder_that_others_can_write_to_is_not_used_and_left_as_it_is() {
    for bits in [0o777, 0o1777, 0o775, 0o722] {
        let server = Server::start();
        let tok = ready(&server);
        fs::create_dir(tok.cache_folder()).unwrap();
        mode(&tok.cache_folder(), bits);
        does_without(&tok, &server, "others can write to it");
        assert_eq!(mode_of(&tok.cache_folder()), bits);
        assert_eq!(fs::read_dir(tok.cache_folder()).unwrap().count(), 0);
    }
}

#[test]
fn a_folder_or_a_file_of_another_user_is_not_used() {
    let server = Server::start();
    let tok = ready(&server);
    let token = tok.run(["modulus"]).ok().token();
    let stranger = Some(fs::metadata(tok.entry_path()).unwrap().uid() + 1);
    if chown(tok.entry_path(), stranger, None).is_err() {
        crate::kept::skipped("this user may not give files away");
        return;
    }
    let output = tok.run(["modulus"]).ok().says("another user");
    assert_ne!(output.token(), token);
    server.reset();
    chown(tok.cache_folder(), stranger, None).unwrap();
    does_without(&tok, &server, "another user");
}

#[test]
fn a_folder_that_cannot_be_made_is_done_without() {
    let server = Server::start();
    let tok = ready(&server).write("file", "in the way");
    let below = tok.folder().join("file/cache");
    does_without(&tok.clone().env("TOK_CACHE_DIR", below), &server, "file/cache");
    server.reset();
    let file = tok.folder().join("file");
    does_without(&tok.env("TOK_CACHE_DIR", file), &server, "not a folder");
}

#[test]
fn a_broken_link_in_the_place_of_the_folder_is_done_without() {
    let server = Server::start();
    let tok = ready(&server);
    std::os::unix::fs::symlink("/no/such/folder", tok.cache_folder()).unwrap();
    does_without(&tok, &server, "cache");
}

#[test]
fn without_a_usable_folder_nobody_hangs_and_everybody_gets_a_token() {
    let server = Server::start();
    let tok = ready(&server);
    fs::create_dir(tok.cache_folder()).unwrap();
    mode(&tok.cache_folder(), 0o777);
    for output in tok.parallel(10, &["modulus"]) {
        output.ok().token();
    }
    assert_eq!(server.requests().len(), 10);
}

#[test]
fn a_relative_cache_folder_is_exit_2() {
    let server = Server::start();
    ready(&server)
        .env("TOK_CACHE_DIR", "cache")
        .run(["modulus"])
        .fails(2)
        .says("TOK_CACHE_DIR");
    server.untouched();
}

#[test]
fn the_cache_lies_in_the_users_cache_folder_where_nothing_else_is_said() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let server = Server::start();
    let tok = ready(&server).without("TOK_CACHE_DIR");
    tok.run(["modulus"]).ok().quiet();
    assert!(tok.home().join(".cache/tok/CACHEDIR.TAG").exists());
    let elsewhere = tok.folder().join("xdg");
    tok.clone()
        .env("XDG_CACHE_HOME", &elsewhere)
        .run(["modulus"])
        .ok()
        .quiet();
    assert!(elsewhere.join("tok/CACHEDIR.TAG").exists());
    // An empty variable is absent.
    tok.env("TOK_CACHE_DIR", "")
        .env("XDG_CACHE_HOME", "")
        .run(["modulus"])
        .ok()
        .quiet();
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn no_file_name_holds_a_login_name() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["modulus"]).ok();
    server.behave(answer(401, "{}").once());
    tok.run(["modulus", "--fresh"]).fails(4);
    server.behave(answer(429, "{}").once());
    tok.run(["modulus", "--fresh"]).fails(7);
    let names: Vec<String> = fs::read_dir(tok.cache_folder())
        .unwrap()
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(names.len() >= 5, "{names:?}");
    for name in &names {
        for telling in [account::MODULUS_USERNAMES[0], "api", "user", "modulus", "127.0.0.1"] {
            assert!(!name.contains(telling), "{name} holds {telling}");
        }
    }
}

/// A user that the system does not know and that has no home, as in many a container.
#[test]
fn without_any_home_the_token_is_printed_and_nothing_is_written_anywhere() {
    if !cfg!(target_os = "linux") || !need("setpriv") {
        return;
    }
    let server = Server::start();
    let tok = ready(&server)
        .without("HOME")
        .without("TOK_CACHE_DIR")
        .without("TOK_CONFIG_DIR");
    // The folder is of this user's eyes only; the nameless user gets one for itself.
    let place = tok.folder().join("place");
    fs::create_dir(&place).unwrap();
    mode(&place, 0o777);
    mode(&tok.folder(), 0o755);
    let program = place.join("tok");
    fs::copy(env!("CARGO_BIN_EXE_tok"), &program).unwrap();
    mode(&program, 0o755);
    let nameless = ["--reuid=54321", "--regid=54321", "--clear-groups"];
    let probe = Command::new("setpriv")
        .args(nameless)
        .arg("true")
        .stderr(Stdio::null())
        .status();
    if !probe.unwrap().success() {
        crate::kept::skipped("this user may not become another");
        return;
    }
    let run = |more: &[&str]| -> Output {
        let script = format!(
            "cd '{}' && exec setpriv {} ./tok modulus \"$@\"",
            place.display(),
            nameless.join(" ")
        );
        let arguments: Vec<&str> = ["-c", script.as_str(), "sh"].iter().chain(more).copied().collect();
        tok.program("sh", arguments)
    };
    let output = run(&[]).ok().says("tok: warning: ");
    assert_eq!(server.requests().last().unwrap().token, Some(output.token()));
    assert_eq!(output.stderr.lines().count(), 1, "{output}");
    output.says("TOK_CACHE_DIR");
    run(&["--no-cache"]).ok().quiet();
    let names: Vec<_> = fs::read_dir(&place)
        .unwrap()
        .flatten()
        .map(|file| file.file_name())
        .collect();
    assert_eq!(names, ["tok"], "nothing is written to the current folder");
}
