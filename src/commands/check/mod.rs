//! `tok vendors check`: reads a vendor's file, explains each mistake, and runs the examples in it or shows its requests.

mod show;

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::App;
use crate::cli::unknown_vendor;
use crate::definition::check::is_vendor_name;
use crate::definition::{Catalogue, Vendor, lint, name, remark};
use crate::error::{Error, Result};
use crate::output::{Stdout, print};
use crate::terminal::voice::{Verbosity, Voice};
use crate::text::file::{self, Unread};

/// What is checked.
struct Checked {
    /// A path, or the name of a built-in vendor.
    shown: String,
    text: Cow<'static, str>,
    /// Why the file can define no vendor, whatever is in it.
    refusal: Option<String>,
}

/// A vendor's name, built in or own, or a file. With `show`, fields for its requests, these are printed.
pub(super) fn run(app: &App, given: &Path, show: Option<Vec<OsString>>) -> Result<()> {
    let Checked { shown, text, refusal } = Checked::of(app, given)?;
    let voice = Voice(Verbosity::Normal);
    let mut mistakes: Vec<String> = refusal.iter().map(|refusal| format!("{shown}: {refusal}")).collect();
    let proven = lint::prove(&text);
    let faults = proven.as_ref().err().into_iter().flatten();
    mistakes.extend(faults.map(|fault| format!("{shown}:{}: {}", fault.line, fault.words)));
    // The last one is said with the exit status.
    if let Some(last) = mistakes.pop() {
        for mistake in &mistakes {
            voice.notice(mistake);
        }
        return Err(Error::usage(last));
    }
    let Ok(definition) = proven else { return Ok(()) };
    for remark in remark::remarks(&definition) {
        voice.warn(&format!("{shown}: {remark}"));
    }
    if let Some(words) = show {
        let path = PathBuf::from(&shown);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let vendor = Vendor {
            name,
            definition,
            text,
            path: Some(path),
        };
        return print(&show::requests(app, vendor, words)?, &mut Stdout);
    }
    let what = match definition.examples.len() {
        0 => "nothing is wrong".to_owned(),
        1 => "1 example is read as documented".to_owned(),
        count => format!("{count} examples are read as documented"),
    };
    print(&format!("{shown}: {what}\n"), &mut Stdout)
}

impl Checked {
    fn of(app: &App, given: &Path) -> Result<Self> {
        let catalogue = &app.catalogue;
        let Some(name) = given.to_str().filter(|given| is_vendor_name(given)) else {
            return Self::of_file(given);
        };
        if let Some(text) = Catalogue::built_in(name) {
            return Ok(Self {
                shown: name.to_owned(),
                text: text.into(),
                refusal: None,
            });
        }
        match catalogue.own_file(name) {
            Some(path) => Self::of_file(&path),
            None if given.exists() => Self::of_file(given),
            None => Err(unknown_vendor(name, catalogue)),
        }
    }

    fn of_file(path: &Path) -> Result<Self> {
        let text = file::read(path).map_err(|unread| {
            let error = Error::usage(unread.at(path));
            match unread {
                Unread::NotRegular => error.with_hint("give a file that is called by the vendor's name, NAME.toml"),
                _ => error,
            }
        })?;
        Ok(Self {
            shown: path.display().to_string(),
            text: text.into(),
            refusal: name::of_file(path).err(),
        })
    }
}
