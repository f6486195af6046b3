//! Writes a profile into `config.toml` without losing the user's comments and order.
//!
//! The file is replaced as a whole or not at all. Where it is a link, what it points to is replaced.

use std::fs::{self, TryLockError};
use std::io::{self, Write as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use toml_edit::{DocumentMut, Item, Table, Value};

use crate::error::{Error, Result};
use crate::text;

/// What becomes of a profile's keys; all others stay.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(crate) set: Vec<(String, Value)>,
    pub(crate) remove: Vec<String>,
}

/// Errors name the path: exit 2 where the file is not TOML, exit 1 where it cannot be written.
pub(crate) fn write(path: &Path, vendor: &str, profile: Option<&str>, change: Change) -> Result<()> {
    let failed = |error: io::Error| Error::other(format!("{}: {error}", path.display()));
    let folder = path.parent().unwrap_or(Path::new("."));
    make(folder).map_err(failed)?;
    let _turn = turn(folder);
    let before = match text::file::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::other(error.at(path))),
    };
    let mut document: DocumentMut = before
        .parse()
        .map_err(|_| Error::usage(format!("{}: it is not TOML", path.display())))?;
    let wrong = || {
        Error::usage(format!(
            "{}: the profile's place is taken by something else",
            path.display()
        ))
    };
    // What stands behind the last table stays before a new one.
    let mut end = document.trailing().as_str().unwrap_or_default().to_owned();
    let is_new = !document.contains_key(vendor);
    if is_new {
        document.set_trailing("");
    }
    let root = document.as_table_mut();
    let mut table = table(root, vendor, profile.is_some()).ok_or_else(wrong)?;
    if let Some(name) = profile {
        table = self::table(table, name, false).ok_or_else(wrong)?;
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
        set(table, &key, value).ok_or_else(wrong)?;
    }
    let after = document.to_string();
    if after == before {
        return Ok(());
    }
    replace(path, &after).map_err(failed)
}

/// Exit 1 where the file could not be written, as far as can be said before it is.
pub(crate) fn expect_writable(path: &Path) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.ancestors().skip(1).find(|folder| folder.exists());
    match folder.map(tempfile::tempfile_in) {
        Some(Err(error)) => Err(Error::other(format!(
            "{}: it cannot be written: {error}",
            path.display()
        ))),
        _ => Ok(()),
    }
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

/// Of several logins at the same time one writes after the other, where the system can lock a folder. A lock that is held
/// for longer than a file takes to write is not waited for.
fn turn(folder: &Path) -> Option<fs::File> {
    let folder = fs::File::open(folder).ok()?;
    for _ in 0..100 {
        match folder.try_lock() {
            Ok(()) => return Some(folder),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().unwrap_or(Path::new("."));
    make(folder)?;
    let mut file = tempfile::Builder::new().prefix(".config-").tempfile_in(folder)?;
    if let Ok(metadata) = fs::metadata(&target) {
        file.as_file().set_permissions(metadata.permissions())?;
        keep_owner(file.as_file(), &metadata)?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&target)?;
    Ok(())
}

/// Root may write another user's file, and shall not take it away.
#[cfg(unix)]
fn keep_owner(file: &fs::File, before: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    if file.metadata()?.uid() == before.uid() {
        return Ok(());
    }
    fchown(file, Some(before.uid()), Some(before.gid()))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
fn keep_owner(_: &fs::File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// A folder that tok makes is the user's alone.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(before: &str, profile: Option<&str>, set: &[(&str, &str)], remove: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tok/config.toml");
        if !before.is_empty() {
            make(path.parent().unwrap()).unwrap();
            fs::write(&path, before).unwrap();
        }
        let change = Change {
            set: set
                .iter()
                .map(|(key, value)| ((*key).to_owned(), Value::from(*value)))
                .collect(),
            remove: remove.iter().map(|key| (*key).to_owned()).collect(),
        };
        write(&path, "acme", profile, change).unwrap();
        fs::read_to_string(&path).unwrap()
    }

    #[test]
    fn a_new_profile_is_a_table_of_its_own() {
        assert_eq!(written("", None, &[("user", "joe")], &[]), "[acme]\nuser = \"joe\"\n");
        assert_eq!(
            written("", Some("x"), &[("user", "joe")], &[]),
            "[acme.x]\nuser = \"joe\"\n"
        );
    }

    #[test]
    fn comments_order_and_other_keys_stay() {
        let before = "# mine\n[other]\nb = 1 # why\n\n[acme] # prod\nuser = 'a' # me\nkeep = \"k\"\ngone = \"g\"\n\n[acme.x]\nuser = \"x\"\n";
        let after = "# mine\n[other]\nb = 1 # why\n\n[acme] # prod\nuser = \"joe\" # me\nkeep = \"k\"\n\n[acme.x]\nuser = \"x\"\n";
        assert_eq!(written(before, None, &[("user", "joe")], &["gone"]), after);
    }

    #[test]
    fn a_comment_at_the_end_stays_where_it_is() {
        let new = "[acme]\nuser = \"joe\"\n";
        for before in ["# mine\n", "# mine", "[other]\nb = 1\n# [old]\n", "[other]\nb = 1\n"] {
            let wanted = format!("{}\n\n{new}", before.trim_end());
            assert_eq!(written(before, None, &[("user", "joe")], &[]), wanted);
        }
    }

    #[test]
    fn an_inline_table_becomes_a_table() {
        let after = written("acme = { user = \"a\" }\n", Some("x"), &[("user", "joe")], &[]);
        let read: toml::Table = after.parse().unwrap();
        assert_eq!(read["acme"]["user"].as_str(), Some("a"));
        assert_eq!(read["acme"]["x"]["user"].as_str(), Some("joe"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_modes_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real.toml");
        let link = folder.path().join("config.toml");
        fs::write(&real, "").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        let change = Change {
            set: vec![("user".to_owned(), Value::from("joe"))],
            remove: Vec::new(),
        };
        write(&link, "acme", None, change).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "[acme]\nuser = \"joe\"\n");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
