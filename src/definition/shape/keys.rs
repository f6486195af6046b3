//! Every table and every key of a vendor's file, each written down once.
//!
//! The checker explains by it, and the manual's and the README's lists of keys are made from it. What a key means is in the
//! room's other files; [`crate::definition::schema`] takes the very same keys, which a test sees to.

mod answer;
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
    pub(crate) needed: bool,
    /// What it means, for the manual; code stands in backticks.
    #[cfg_attr(not(test), expect(dead_code, reason = "the manual is made in a test"))]
    pub(crate) help: &'static str,
}

/// In the order of the manual; the top of the file comes first.
pub(crate) const SECTIONS: &[Section] = &[
    top::TOP,
    top::FIELD,
    request::REQUEST,
    answer::ANSWER,
    answer::USE,
    answer::EXAMPLE,
];

/// The name of the top of the file.
pub(super) const TOP: &str = "";

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
        needed: false,
        help,
    }
}

const fn must(name: &'static str, takes: Takes, help: &'static str) -> Key {
    Key {
        name,
        takes,
        needed: true,
        help,
    }
}
