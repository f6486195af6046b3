//! Every table and every key of a vendor's file, each written down once.
//!
//! The checker explains by it, and the manual's and the README's lists of keys are made from it. What a key means is in the
//! room's other files; [`crate::definition::schema`] takes the very same keys, which a test sees to.

mod answer;
mod approval;
mod made;
mod request;
mod top;

use super::takes::Takes;

/// Keys, and the tables that take them. A table may stand in several sections; the top of the file has no name.
pub(crate) struct Section {
    pub(crate) tables: &'static [&'static str],
    pub(crate) keys: &'static [Key],
}

pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) takes: Takes,
    pub(crate) needed: Needed,
    /// What it means, for the manual; code stands in backticks.
    #[cfg_attr(not(test), expect(dead_code, reason = "the manual is made in a test"))]
    pub(crate) help: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needed {
    No,
    Yes,
    /// Not where another key of the table says this.
    Unless(&'static str, &'static str),
}

/// The top of the file comes first. Of several tables that take a key the first is where a lost one belongs.
pub(crate) const SECTIONS: &[Section] = &[
    top::TOP,
    top::FIELD,
    request::WHERE,
    request::REQUEST,
    request::OF_ONE,
    answer::ANSWER,
    answer::USE,
    answer::EXAMPLE,
    approval::BROWSER,
    approval::DEVICE,
    made::LET,
    made::JWT,
    made::HMAC,
    made::DIGEST,
    made::TOTP,
    made::RANDOM,
    made::TIME,
];

/// The name of the top of the file.
pub(super) const TOP: &str = "";

/// The name of one value in it; its key says of which kind it is.
pub(super) const LET: &str = "let";

/// The keys of a table; none where there is no such table.
pub(super) fn of(table: &str) -> impl Iterator<Item = &'static Key> + Clone {
    let sections = SECTIONS.iter().filter(move |section| section.tables.contains(&table));
    sections.flat_map(|section| section.keys)
}

/// A table that takes this key.
pub(super) fn home(key: &str) -> Option<&'static str> {
    let section = SECTIONS
        .iter()
        .find(|section| section.keys.iter().any(|known| known.name == key))?;
    section.tables.first().copied()
}

/// A table as its header is written; nothing for the top of the file, nor for a key that is none.
pub(crate) fn header(table: &str) -> String {
    match of(TOP).find(|key| key.name == table).map(|key| &key.takes) {
        Some(Takes::Tables) => format!("[[{table}]]"),
        Some(Takes::Table | Takes::OneOrMore) => format!("[{table}]"),
        Some(Takes::Values) => format!("[{table}.NAME]"),
        _ if of(LET).any(|key| key.name == table) => format!("[{LET}.NAME.{table}]"),
        _ => String::new(),
    }
}

impl Key {
    /// What may stand here so that no rule is broken that the user has kept.
    pub(super) fn stand_in(&self) -> Option<&'static str> {
        match (self.name, &self.takes) {
            ("about" | "help", Takes::Text) => Some("-"),
            (_, Takes::Pointers) => Some(""),
            _ => None,
        }
    }
}

const fn may(name: &'static str, takes: Takes, help: &'static str) -> Key {
    Key {
        name,
        takes,
        needed: Needed::No,
        help,
    }
}

const fn must(name: &'static str, takes: Takes, help: &'static str) -> Key {
    Key {
        name,
        takes,
        needed: Needed::Yes,
        help,
    }
}
