//! The cache never stands in the way: what is wrong with a file of it is a warning, and the token is printed all the same.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::harness::{Output, Tok};
use crate::stand_in::{Server, answer};

fn ready(server: &Server) -> Tok {
    Tok::new().in_clear().vendor(server).knows("modulus")
}

/// Damages the cached token and calls tok twice: the first call warns and logs in, the second one finds what was kept.
#[track_caller]
fn survives(why: &str, damage: impl FnOnce(&Path)) {
    let server = Server::start();
    let tok = ready(&server);
    let old = tok.run(["modulus"]).ok().token();
    let path = tok.entry_path();
    damage(&path);
    let output = warns_once(&tok, &path, why);
    let token = output.token();
    assert_ne!(token, old, "{output}");
    assert_eq!(tok.run(["modulus"]).ok().quiet().token(), token);
    assert_eq!(server.requests().len(), 2, "{output}");
}

#[track_caller]
fn warns_once(tok: &Tok, path: &Path, why: &str) -> Output {
    let output = tok.run(["modulus"]).ok();
    let wanted = format!("tok: warning: {} is not used: ", path.display());
    assert!(output.stderr.starts_with(&wanted), "{wanted}\n{output}");
    assert_eq!(output.stderr.lines().count(), 1, "{output}");
    output.says(why)
}

fn alter(path: &Path, how: impl FnOnce(&mut Value)) {
    let mut entry: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    how(&mut entry);
    fs::write(path, entry.to_string()).unwrap();
}

#[test]
fn an_entry_that_is_cut_off_anywhere_is_a_miss() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["modulus"]).ok();
    let path = tok.entry_path();
    let whole = fs::read(&path).unwrap();
    let mut requests = 1;
    for length in (0..whole.len()).step_by(whole.len() / 7) {
        fs::write(&path, &whole[..length]).unwrap();
        warns_once(&tok, &path, "damaged");
        requests += 1;
        tok.run(["modulus"]).ok().quiet();
        assert_eq!(server.requests().len(), requests);
    }
}

#[test]
fn an_entry_that_holds_something_else_is_a_miss() {
    for garbage in [
        "\0\0\0\0\0\0\0\0",
        "null",
        "[]",
        "{}",
        "\"\"",
        "{\"schema\":1}",
        "\u{feff}{}",
    ] {
        survives("damaged", |path| fs::write(path, garbage).unwrap());
    }
    survives("damaged", |path| fs::write(path, [0xff, 0xfe, 0x80]).unwrap());
    survives("damaged", |path| fs::write(path, "[".repeat(100_000)).unwrap());
    survives("damaged", |path| alter(path, |entry| entry["token"] = json!(12)));
    survives("damaged", |path| {
        alter(path, |entry| entry["expires_at"] = json!("tomorrow"));
    });
    survives("ends before", |path| {
        alter(path, |entry| entry["expires_at"] = entry["asked_at"].clone());
    });
    survives("its token", |path| alter(path, |entry| entry["token"] = json!("")));
    survives("its token", |path| alter(path, |entry| entry["token"] = json!("a b")));
    survives("its token", |path| {
        alter(path, |entry| entry["token"] = json!("a'$(id)\u{1b}[2J"));
    });
    survives("its token", |path| {
        alter(path, |entry| entry["token"] = json!("x".repeat(16_385)));
    });
}

#[test]
fn an_entry_that_is_larger_than_any_can_be_is_a_miss() {
    survives("1 MiB", |path| fs::write(path, vec![b' '; (1 << 20) + 1]).unwrap());
}

#[test]
fn an_entry_of_a_later_version_is_a_miss() {
    survives("later version", |path| alter(path, |entry| entry["schema"] = json!(2)));
    survives("later version", |path| {
        fs::write(path, json!({"schema": 99, "tokens": []}).to_string()).unwrap();
    });
}

#[test]
fn an_entry_from_the_future_is_a_miss() {
    survives("future", |path| {
        alter(path, |entry| {
            for time in ["asked_at", "expires_at"] {
                entry[time] = (entry[time].as_i64().unwrap() + 2 * 3600 * 1000).into();
            }
        });
    });
}

#[test]
fn another_persons_entry_in_the_place_of_ones_own_is_a_miss() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server);
    let (one, two) = (tok.clone().knows("modulus"), tok.clone().knows_as("modulus", 1));
    let token = one.run(["modulus"]).ok().token();
    let foreign = fs::read(tok.entry_path()).unwrap();
    let path = tok.entry_path();
    two.run(["modulus"]).ok();
    let other = tok.kept("json").into_iter().find(|other| *other != path).unwrap();
    fs::write(&other, foreign).unwrap();
    let output = warns_once(&two, &other, "another identity");
    assert_ne!(output.token(), token);
    assert_eq!(one.run(["modulus"]).ok().quiet().token(), token);
}

#[test]
fn a_damaged_entry_is_not_given_where_the_vendor_is_down() {
    let server = Server::start();
    let tok = ready(&server);
    tok.run(["modulus"]).ok();
    let path = tok.entry_path();
    fs::write(path, "{").unwrap();
    server.behave(answer(503, "{}"));
    tok.run(["modulus"]).fails(6);
}

#[test]
fn damaged_holds_pauses_and_locks_keep_nobody_from_a_token() {
    let server = Server::start();
    let tok = ready(&server);
    server.behave(answer(429, "{}").once());
    tok.run(["modulus"]).fails(7);
    let pause = tok.kept("pause").remove(0);
    for garbage in ["", "{", "{\"schema\":7}", "\0\0\0"] {
        fs::write(&pause, garbage).unwrap();
        tok.run(["modulus", "--fresh"]).ok().says("is not used");
    }
    fs::remove_file(pause).unwrap();
    server.behave(answer(401, "{}").once());
    tok.run(["modulus", "--fresh"]).fails(4);
    let hold = tok.kept("hold").remove(0);
    let entry = tok.entry_path();
    for garbage in ["", "{", "{\"schema\":7}", "\0\0\0"] {
        fs::write(&hold, garbage).unwrap();
        fs::remove_file(&entry).unwrap();
        tok.run(["modulus"]).ok().says("is not used");
    }
    fs::remove_file(hold).unwrap();
    for lock in tok.kept("lock") {
        fs::write(lock, "{\"process\":\"x\"").unwrap();
    }
    tok.run(["modulus", "--fresh"]).ok().quiet();
}

#[test]
fn a_login_deletes_what_ended_thirty_days_ago_and_nothing_else() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("data8");
    let limited = |credits: &'static str| ["data8", "--max-credits", credits];
    let mut paths = Vec::new();
    for (credits, days_ago) in [("1", 31), ("2", 29)] {
        tok.run(limited(credits)).ok();
        let known = paths.clone();
        let path = tok.kept("json").into_iter().find(|path| !known.contains(path)).unwrap();
        alter(&path, |entry| {
            for time in ["asked_at", "expires_at"] {
                entry[time] = (entry[time].as_i64().unwrap() - (days_ago * 24 + 1) * 3600 * 1000).into();
            }
        });
        paths.push(path);
    }
    let stranger = tok.cache_folder().join("notes.json");
    fs::write(&stranger, "mine").unwrap();
    for path in paths.iter().chain([&stranger]) {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(40 * 24 * 3600))
            .unwrap();
    }
    let locks = tok.kept("lock");
    assert!(!locks.is_empty());
    tok.run(limited("3")).ok().quiet();
    assert!(!paths[0].exists(), "what ended 31 days ago is deleted");
    assert!(paths[1].exists() && stranger.exists());
    assert!(locks.iter().all(|lock| lock.exists()), "no lock is deleted");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::harness::{mode, need};

    #[test]
    fn an_entry_that_others_can_read_is_a_miss() {
        for bits in [0o640, 0o604, 0o644, 0o666, 0o620] {
            survives("others have access", |path| mode(path, bits));
        }
    }

    #[test]
    fn an_entry_that_is_a_symbolic_link_is_a_miss_and_what_it_leads_to_stays() {
        let folder = tempfile::TempDir::new().unwrap();
        let target = folder.path().join("target");
        survives("symbolic link", |path| {
            fs::rename(path, &target).unwrap();
            symlink(&target, path).unwrap();
        });
        assert!(fs::read_to_string(&target).unwrap().contains("asked_at"));
        survives("symbolic link", |path| {
            fs::remove_file(path).unwrap();
            symlink("/no/such/file", path).unwrap();
        });
    }

    #[test]
    fn an_entry_with_a_second_name_is_a_miss_and_the_other_name_stays_as_it_is() {
        let folder = tempfile::TempDir::new().unwrap();
        let second = folder.path().join("second");
        let mut before = Vec::new();
        survives("2 links", |path| {
            // The other folder may be on another disk, where there can be no second name.
            let beside = path.with_extension("second");
            fs::hard_link(path, &beside).unwrap();
            before = fs::read(&beside).unwrap();
            fs::copy(&beside, &second).unwrap();
        });
        assert_eq!(fs::read(&second).unwrap(), before);
    }

    #[test]
    fn an_entry_that_is_a_pipe_is_a_miss_and_nobody_waits_for_its_other_end() {
        if !need("mkfifo") {
            return;
        }
        survives("regular file", |path| {
            fs::remove_file(path).unwrap();
            let made = std::process::Command::new("mkfifo")
                .arg("-m")
                .arg("600")
                .arg(path)
                .status();
            assert!(made.unwrap().success());
        });
    }

    #[test]
    fn a_folder_in_the_place_of_an_entry_is_warned_of_and_the_token_printed_each_time() {
        let server = Server::start();
        let tok = ready(&server);
        tok.run(["modulus"]).ok();
        let path = tok.entry_path();
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        for _ in 0..2 {
            let output = tok.run(["modulus"]).ok().says("is not used").says("cannot be written");
            assert_eq!(Some(output.token()), server.requests().last().unwrap().token);
        }
    }

    #[test]
    fn a_lock_that_is_a_link_or_a_pipe_or_open_to_others_is_not_used_and_nobody_hangs() {
        if !need("mkfifo") {
            return;
        }
        let folder = tempfile::TempDir::new().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        mode(&victim, 0o600);
        let damages: [&dyn Fn(&Path); 4] = [
            &|path| symlink(&victim, path).unwrap(),
            &|path| fs::create_dir(path).unwrap(),
            &|path| {
                let made = std::process::Command::new("mkfifo")
                    .arg("-m")
                    .arg("600")
                    .arg(path)
                    .status();
                assert!(made.unwrap().success());
            },
            &|path| {
                fs::write(path, "").unwrap();
                mode(path, 0o666);
            },
        ];
        for damage in damages {
            let server = Server::start();
            let tok = ready(&server);
            tok.run(["modulus"]).ok();
            for lock in tok.kept("lock") {
                fs::remove_file(&lock).unwrap();
                damage(&lock);
            }
            tok.run(["modulus", "--fresh"]).ok().says("is not used");
        }
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    }

    #[test]
    fn files_are_for_the_user_alone_whatever_the_umask_is() {
        use std::os::unix::fs::PermissionsExt;
        let server = Server::start();
        let tok = ready(&server);
        tok.sh("umask 000; tok modulus").ok().quiet();
        let files = fs::read_dir(tok.cache_folder()).unwrap().flatten();
        let mut looked_at = 0;
        for file in files.filter(|file| file.file_name() != "CACHEDIR.TAG") {
            let bits = file.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(bits, 0o600, "{:?}", file.path());
            looked_at += 1;
        }
        assert!(looked_at >= 2);
    }
}
