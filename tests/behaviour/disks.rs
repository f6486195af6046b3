//! Disks that are full or read-only: what cannot be kept is a warning, what cannot be printed is an error.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Tok, mode, need};
use crate::stand_in::{Server, refresh_token};

fn ready(server: &Server) -> Tok {
    Tok::new().vendor(server).knows("modulus")
}

/// A small file system in memory, gone when it is dropped.
pub(crate) struct Mount(PathBuf);

impl Mount {
    /// Nothing, said visibly, where this user may not mount.
    pub(crate) fn tmpfs(folder: &Path, size: &str) -> Option<Self> {
        if !need("mount") || !need("umount") {
            return None;
        }
        fs::create_dir_all(folder).unwrap();
        let options = format!("size={size},mode=0700");
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tok-test"])
            .arg(folder)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        if !made.success() {
            crate::kept::skipped("this user may not mount");
            return None;
        }
        Some(Self(folder.to_owned()))
    }
}

/// A folder that cannot be written to, until it is dropped.
pub(crate) struct ReadOnly {
    folder: PathBuf,
    mount: Option<Mount>,
}

impl ReadOnly {
    /// Mode bits do not keep root from writing; a read-only mount does.
    pub(crate) fn make(folder: &Path) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            mode(folder, 0o500);
            return Some(Self {
                folder: folder.to_owned(),
                mount: None,
            });
        }
        if !need("mount") || !need("umount") {
            return None;
        }
        let mount = |options: &[&str]| {
            Command::new("mount")
                .args(options)
                .arg(folder)
                .stderr(Stdio::null())
                .status()
        };
        if !mount(&["--bind", &folder.to_string_lossy()]).unwrap().success() {
            crate::kept::skipped("this user may not mount");
            return None;
        }
        let mounted = Self {
            folder: folder.to_owned(),
            mount: Some(Mount(folder.to_owned())),
        };
        assert!(mount(&["-o", "remount,bind,ro"]).unwrap().success());
        Some(mounted)
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        // A mount goes by itself.
        if self.mount.is_none() {
            mode(&self.folder, 0o700);
        }
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Leaves no room in the cache folder.
fn fill(tok: &Tok) {
    let mut filler = fs::File::create(tok.cache_folder().join("filler")).unwrap();
    while filler.write_all(&[0; 512]).is_ok() {}
}

#[test]
fn on_a_full_disk_the_token_is_printed_and_nothing_half_is_left() {
    let server = Server::start();
    let tok = ready(&server);
    let Some(_mount) = Mount::tmpfs(&tok.cache_folder(), "16k") else {
        return;
    };
    let old = tok.run(["modulus"]).ok().quiet().token();
    fill(&tok);
    let output = tok.run(["modulus", "--fresh"]).ok().says("cannot be written");
    assert_ne!(output.token(), old);
    let left: Vec<PathBuf> = tok
        .cached()
        .into_iter()
        .filter(|path| !path.ends_with("filler"))
        .collect();
    assert_eq!(left, [tok.entry_path()], "no temporary file stays");
    // The old token was not harmed.
    assert_eq!(tok.run(["modulus"]).ok().quiet().token(), old);
}

#[test]
fn where_a_rotated_refresh_token_cannot_be_kept_the_warning_says_that_the_next_call_logs_in() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship");
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    let Some(_read_only) = ReadOnly::make(&tok.cache_folder()) else {
        return;
    };
    let output = tok.run(["starship", "-f", "json"]).ok();
    assert_eq!(output.json()["source"], "refresh", "{output}");
    output.says("cannot be written").says("the next call logs in");
    let output = tok.run(["starship", "-f", "json"]).ok();
    assert_eq!(output.json()["source"], "login", "{output}");
}

#[test]
fn a_used_refresh_token_is_not_sent_again_where_the_new_one_cannot_be_kept() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship");
    let Some(_mount) = Mount::tmpfs(&tok.cache_folder(), "16k") else {
        return;
    };
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    fill(&tok);
    let output = tok.run(["starship", "-f", "json"]).ok();
    assert_eq!(output.json()["source"], "refresh", "{output}");
    output.says("cannot be written").says("the next call logs in");
    let output = tok.run(["starship", "-f", "json"]).ok();
    assert_eq!(output.json()["source"], "login", "{output}");
    server.expect(&["POST /auth/login", "POST /auth/refresh", "POST /auth/login"]);
}

#[test]
fn a_refresh_token_that_is_still_good_stays_where_the_new_token_cannot_be_kept() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("starship");
    let Some(_mount) = Mount::tmpfs(&tok.cache_folder(), "16k") else {
        return;
    };
    tok.run(["starship"]).ok();
    tok.pass(24 * 3600);
    server.behave(refresh_token(Value::Null).on("/auth/refresh"));
    fill(&tok);
    for _ in 0..2 {
        let output = tok.run(["starship", "-f", "json"]).ok();
        assert_eq!(output.json()["source"], "refresh", "{output}");
    }
}

#[test]
fn in_a_read_only_folder_the_token_is_printed_and_what_lies_there_is_used() {
    let server = Server::start();
    let tok = ready(&server);
    let token = tok.run(["modulus"]).ok().token();
    let Some(_read_only) = ReadOnly::make(&tok.cache_folder()) else {
        return;
    };
    assert_eq!(tok.run(["modulus"]).ok().quiet().token(), token);
    let output = tok.run(["modulus", "--fresh"]).ok().says("tok: warning: ");
    assert_ne!(output.token(), token);
}

#[test]
fn a_token_that_cannot_be_printed_is_exit_1() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let server = Server::start();
    let tok = ready(&server);
    for command in [
        "tok modulus >/dev/full",
        "tok modulus -f json >/dev/full",
        "tok env modulus >/dev/full",
    ] {
        tok.sh(command).exits(1).explained().says("standard output");
    }
    assert_eq!(server.requests().len(), 1);
}
