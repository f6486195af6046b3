//! What lies in the cache folder, as a test looks at it and alters it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{Running, Tok, until};
use crate::resealed::reseal;
use crate::stand_in::{Server, delay};

impl Tok {
    /// The files of the cache folder whose names end so.
    pub(crate) fn kept(&self, extension: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(self.cache_folder()).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = files.map(|file| file.path()).collect();
        files.retain(|path| path.extension().is_some_and(|e| e == extension));
        files.sort();
        files
    }

    /// Where the one cached token lies.
    #[track_caller]
    pub(crate) fn entry_path(&self) -> PathBuf {
        let mut entries = self.kept("json");
        assert_eq!(entries.len(), 1, "one cached token was expected: {entries:?}");
        entries.remove(0)
    }

    #[track_caller]
    pub(crate) fn entry(&self) -> Value {
        read(&self.entry_path())
    }

    /// Changes the one cached token as it lies on disk.
    #[track_caller]
    pub(crate) fn alter(&self, how: impl FnOnce(&mut Value)) {
        change(&self.entry_path(), how);
    }

    /// As if so many seconds had passed: every time in the cache folder is put back. Negative: as if the clock had been
    /// set back.
    #[track_caller]
    pub(crate) fn pass(&self, seconds: i64) {
        let files: Vec<PathBuf> = ["json", "hold", "pause"].iter().flat_map(|e| self.kept(e)).collect();
        assert!(!files.is_empty(), "nothing is kept that time could pass for");
        for path in files {
            change(&path, |content| shift(content, -seconds * 1000));
        }
    }

    /// Everything in the cache folder, names and contents.
    pub(crate) fn all_that_is_kept(&self) -> String {
        let mut all = String::new();
        for file in fs::read_dir(self.cache_folder()).into_iter().flatten().flatten() {
            all += &file.file_name().to_string_lossy();
            all += "\n";
            all += &String::from_utf8_lossy(&fs::read(file.path()).unwrap());
            all += "\n";
        }
        all
    }

    /// Starts a process whose request the vendor does not answer while the test lasts.
    #[track_caller]
    pub(crate) fn start_stuck(&self, server: &Server, arguments: &[&str]) -> Running {
        let before = server.requests().len();
        server.behave(delay(120_000).once());
        let running = self.start(arguments);
        until("its request has come", || server.requests().len() > before);
        running
    }
}

/// Waits until each of them has said that it waits for another one.
#[track_caller]
pub(crate) fn until_all_wait(waiters: &[Running]) {
    until("all of them wait", || {
        waiters
            .iter()
            .all(|waiter| waiter.stderr().contains("waiting for another tok"))
    });
}

/// Says past the capture of a passing test's output that it could not be done here.
pub(crate) fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
}

#[track_caller]
fn read(path: &Path) -> Value {
    let bytes = fs::read(path).unwrap();
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// As who has the key.
#[track_caller]
fn change(path: &Path, how: impl FnOnce(&mut Value)) {
    let before = read(path);
    let mut after = before.clone();
    how(&mut after);
    reseal(path.file_stem().unwrap().to_str().unwrap(), &before, &mut after);
    fs::write(path, after.to_string()).unwrap();
}

fn shift(value: &mut Value, milliseconds: i64) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, milliseconds)),
        Value::Object(members) => {
            for (name, member) in members {
                let is_time =
                    ["asked_at", "expires_at", "refresh_expires_at", "refused_at", "until"].contains(&name.as_str());
                match member.as_i64().filter(|_| is_time) {
                    Some(time) => *member = (time + milliseconds).into(),
                    None => shift(member, milliseconds),
                }
            }
        }
        _ => {}
    }
}
