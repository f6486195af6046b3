//! Writes a profile into `config.toml` without losing the user's comments and order.
//!
//! The file is replaced as a whole or not at all. Where it is a link, what it points to is replaced. Of several logins at the
//! same time one writes after the other. What keeps them apart is the lock of a file beside it that only the user can open,
//! and that is removed again: the folder itself can be locked by everybody who can read it. Where the file system has no
//! locks nobody waits.

mod left;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, Value};

use crate::disk::lock::{Lock, LockFile};
use crate::disk::private;
use crate::disk::replace::{Temporary, folder_of, remove_if_left, replace};
use crate::error::{Error, Result};
use crate::text;
use crate::time::deadline::Deadline;
use crate::time::duration;

const TEMPORARY: Temporary = Temporary {
    prefix: ".config-",
    suffix: ".tmp",
};

/// What becomes of a profile's keys; all others stay.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(crate) set: Vec<(String, Value)>,
    pub(crate) remove: Vec<String>,
}

/// The right to write the file, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    path: &'a Path,
    /// None where there are no locks.
    lock: Option<LockFile>,
}

impl<'a> Turn<'a> {
    /// Waits while another tok writes: exit 5 where it still does so at the deadline.
    pub(crate) fn take(path: &'a Path, deadline: &Deadline) -> Result<Self> {
        let failed = |path: &Path, why: &str| Error::other(format!("{}: {why}", path.display()));
        private::make_folder(folder_of(path)).map_err(|error| failed(path, &error.to_string()))?;
        let name = lock_of(path);
        let unusable = |why: String| match name.symlink_metadata() {
            Ok(_) => failed(&name, &why).with_hint("remove it; it is made anew"),
            Err(_) => failed(&name, &why),
        };
        let lock = LockFile::open(name.clone()).map_err(unusable)?;
        let in_vain = || {
            let limit = duration::words(deadline.limit());
            let why = format!("waiting for another tok that writes it took longer than {limit}");
            Error::unreachable(format!("{}: {why}", path.display()))
        };
        let (lock, tried) = lock.wait(|_| deadline.is_over().then(in_vain))?;
        let is_taken = tried.map_err(unusable)? == Lock::Taken;
        Ok(Self {
            path,
            lock: is_taken.then_some(lock),
        })
    }

    /// Errors name the path: exit 2 where the file is not TOML, exit 1 where it cannot be written.
    pub(crate) fn write(&self, vendor: &str, profile: Option<&str>, change: Change) -> Result<()> {
        let failed = |error: io::Error| Error::other(format!("{}: {error}", self.path.display()));
        let before = match text::file::read(self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::other(error.at(self.path))),
        };
        let after = edited(&before, vendor, profile, change)
            .map_err(|why| Error::usage(format!("{}: {why}", self.path.display())))?;
        if after != before {
            replace_target(self.path, &after).map_err(failed)?;
        }
        remove_left_overs(self.path);
        Ok(())
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            lock.remove();
        }
    }
}

fn lock_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// The whole text with the change, or what is wrong with it.
fn edited(
    before: &str,
    vendor: &str,
    profile: Option<&str>,
    change: Change,
) -> std::result::Result<String, &'static str> {
    const TAKEN: &str = "the profile's place is taken by something else";
    let mut document: DocumentMut = before.parse().map_err(|_| "it is not TOML")?;
    // What stands behind the last table stays before a new one.
    let mut end = document.trailing().as_str().unwrap_or_default().to_owned();
    let is_new = !document.contains_key(vendor);
    if is_new {
        document.set_trailing("");
    }
    let root = document.as_table_mut();
    let mut table = table(root, vendor, profile.is_some()).ok_or(TAKEN)?;
    if let Some(name) = profile {
        table = self::table(table, name, false).ok_or(TAKEN)?;
    }
    if is_new {
        if !end.is_empty() && !end.ends_with('\n') {
            end.push('\n');
        }
        if !before.is_empty() {
            end.push('\n');
        }
        table.decor_mut().set_prefix(end);
    }
    for key in &change.remove {
        table.remove(key);
    }
    for (key, value) in change.set {
        set(table, &key, value).ok_or(TAKEN)?;
    }
    Ok(document.to_string())
}

/// Exit 1 where the file could not be written, as far as can be said before it is.
pub(crate) fn expect_writable(path: &Path) -> Result<()> {
    let target = target_of(path);
    for path in [path, &target] {
        let folder = path.ancestors().skip(1).find(|folder| folder.exists());
        if let Some(Err(error)) = folder.map(tempfile::tempfile_in) {
            return Err(Error::other(format!(
                "{}: it cannot be written: {error}",
                path.display()
            )));
        }
    }
    Ok(())
}

/// Removes what killed logins left beside the file.
pub(crate) fn remove_left_overs(path: &Path) {
    remove_if_left(&lock_of(path));
    TEMPORARY.remove_left_over(&target_of(path));
    left::remove_drawn(folder_of(path), TEMPORARY);
}

/// The table of that name, made if it is not there; `implicit` if it has no keys of its own.
fn table<'a>(parent: &'a mut Table, name: &str, implicit: bool) -> Option<&'a mut Table> {
    let made = || {
        let mut table = Table::new();
        table.set_implicit(implicit);
        Item::Table(table)
    };
    let item = parent.entry(name).or_insert_with(made);
    if let Item::Value(Value::InlineTable(inline)) = item {
        let inline = std::mem::take(inline);
        *item = Item::Table(inline.into_table());
    }
    item.as_table_mut()
}

/// A value that is there already keeps its place and the comment behind it; a table is not lost to a value.
fn set(table: &mut Table, key: &str, value: Value) -> Option<()> {
    match table.get_mut(key) {
        Some(item) => {
            let old = item.as_value_mut()?;
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
    Some(())
}

fn replace_target(path: &Path, text: &str) -> io::Result<()> {
    let target = target_of(path);
    private::make_folder(folder_of(&target))?;
    replace(&target, TEMPORARY, text.as_bytes(), |file| {
        let Ok(metadata) = fs::metadata(&target) else {
            return Ok(());
        };
        file.set_permissions(metadata.permissions())?;
        keep_owner(file, &metadata)
    })
}

/// What a link points to.
fn target_of(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Root may write another user's file, and shall not take it away.
#[cfg(unix)]
fn keep_owner(file: &File, before: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    if file.metadata()?.uid() == before.uid() {
        return Ok(());
    }
    fchown(file, Some(before.uid()), Some(before.gid()))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
fn keep_owner(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
