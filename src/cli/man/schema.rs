//! The page on a vendor's file: its prose, with the tables of the schema's keys in their places.

use std::fmt::Write as _;

use super::roff::escaped;
use crate::definition::shape::keys::{Key, Needed, SECTIONS, Section, header};

const PROSE: &str = include_str!("vendor.roff");
/// The examples' places in the prose, and the files themselves.
pub(super) const EXAMPLES: [(&str, &str); 7] = [
    ("@ACME@", include_str!("acme.toml")),
    ("@CHALLENGE@", include_str!("challenge.toml")),
    ("@SERVICE@", include_str!("service.toml")),
    ("@SIGNED@", include_str!("signed.toml")),
    ("@CODE@", include_str!("code.toml")),
    ("@APPROVED@", include_str!("browser.toml")),
    ("@DEVICE@", include_str!("device.toml")),
];

/// Sections stand where the prose has the name of their first table between two `@`, the top of the file being `@@`.
pub(super) fn text() -> String {
    let mut text = PROSE.to_owned();
    for (place, example) in EXAMPLES {
        assert_eq!(text.matches(place).count(), 1, "vendor.roff has not one {place}");
        text = text.replace(place, escaped(example).trim_end());
    }
    for section in SECTIONS {
        let place = format!("@{}@\n", section.tables[0]);
        let of_place = SECTIONS.iter().filter(|other| other.tables[0] == section.tables[0]);
        let mut of_place = of_place.peekable();
        if std::ptr::eq(*of_place.peek().unwrap(), section) {
            assert_eq!(text.matches(&place).count(), 1, "vendor.roff has not one {place}");
            text = text.replace(&place, &of_place.map(table).collect::<String>());
        }
    }
    text
}

fn table(section: &Section) -> String {
    let headers: Vec<String> = section.tables.iter().map(|table| header(table)).collect();
    let mut text = format!(
        ".SH {}\n",
        match headers.join(", ").as_str() {
            "" => "TOP",
            headers => headers,
        }
    );
    for key in section.keys {
        let needed = match key.needed {
            Needed::No => "",
            Needed::Yes | Needed::Unless(..) => "; needed",
        };
        write!(
            text,
            ".TP\n{}{}\n{}\n",
            marked(&name(key)),
            escaped(needed),
            marked(key.help)
        )
        .unwrap();
    }
    text
}

/// With what it takes, which for a table is said by its brackets.
fn name(key: &Key) -> String {
    match header(key.name).as_str() {
        "" => format!("`{}`: {}", key.name, key.takes.words(key.name)),
        header => format!("`{header}`"),
    }
}

/// Bold between backticks.
fn marked(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(place, part)| match place % 2 {
            0 => escaped(part),
            _ => format!("\\fB{}\\fR", escaped(part)),
        })
        .collect()
}
