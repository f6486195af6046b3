//! What the completion scripts do not know themselves: `tok completions --own` for the user's own vendors and the profiles,
//! `tok completions --own env VENDOR` for what may follow an own vendor.
//!
//! It reads the config file and the names in the vendors' folder, or the one vendor's file. It touches neither keyring nor
//! network, asks nobody, and where anything is broken it leaves that out and still succeeds.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use crate::cli;
use crate::definition::Catalogue;
use crate::definition::name::is_command;
use crate::inputs::folders;
use crate::output::{Stdout, print};
use crate::text;

/// Whether the words behind the program's name are those of a script, not of a person.
pub(super) fn is_asked_by_a_script(words: &[OsString]) -> bool {
    matches!(words, [command, own, ..] if command == "completions" && own == "--own")
}

pub(super) fn run(words: &[OsString]) {
    let folder = folders::config().ok().flatten();
    let catalogue = Catalogue::new(folder.as_deref());
    let text = match words.get(2..).unwrap_or_default() {
        [] => targets(folder.as_deref(), &catalogue),
        [vendor] => rows(&catalogue, vendor, None),
        [below, vendor, ..] => rows(&catalogue, vendor, below.to_str()),
    };
    let _ = print(&text, &mut Stdout);
}

/// The user's own vendors, and every VENDOR@PROFILE. A profile whose name a shell would have to quote is left out.
fn targets(folder: Option<&Path>, catalogue: &Catalogue) -> String {
    let own = catalogue.own_names().filter(|name| !is_command(name));
    let mut lines: String = own.map(|name| name + "\n").collect();
    let text = folder.and_then(|folder| text::file::read(&folder.join("config.toml")).ok());
    let Ok(root) = DeTable::parse(text.as_deref().unwrap_or_default()) else {
        return lines;
    };
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
    for (vendor, value) in root.get_ref() {
        let vendor = vendor.get_ref();
        let DeValue::Table(table) = value.get_ref() else {
            continue;
        };
        if !catalogue.knows(vendor) {
            continue;
        }
        for (name, value) in table {
            if matches!(value.get_ref(), DeValue::Table(_)) && plain(name.get_ref()) {
                let _ = writeln!(lines, "{vendor}@{}", name.get_ref());
            }
        }
    }
    lines
}

fn rows(catalogue: &Catalogue, vendor: &OsString, below: Option<&str>) -> String {
    let vendor = vendor.to_str().and_then(|name| catalogue.find(name).ok().flatten());
    let rows = vendor.map(|vendor| cli::rows(&vendor, below)).unwrap_or_default();
    rows.iter().fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{row}");
        text
    })
}
