//! Every table and every key.

use super::takes::Takes;

pub(in crate::definition) struct Key {
    pub(in crate::definition) name: &'static str,
    pub(super) takes: Takes,
    pub(super) needed: bool,
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

const fn may(name: &'static str, takes: Takes) -> Key {
    Key {
        name,
        takes,
        needed: false,
    }
}

const fn must(name: &'static str, takes: Takes) -> Key {
    Key {
        name,
        takes,
        needed: true,
    }
}

const EXCHANGE: &[Key] = &[
    may("method", Takes::OneOf(&["GET", "POST"])),
    may("path", Takes::Text),
    may("query", Takes::NamedTexts),
    may("headers", Takes::NamedTexts),
    may("basic", Takes::Text),
    may("json", Takes::Json),
    may("form", Takes::NamedValues),
    may("note", Takes::Text),
];

/// The top of the file comes first and has no name.
pub(in crate::definition) const TABLES: &[(&str, &[Key])] = &[
    (
        "",
        &[
            must("about", Takes::Text),
            may("docs", Takes::Text),
            may("url", Takes::Text),
            may("ways", Takes::ListsOfTexts),
            may("field", Takes::Tables),
            must("login", Takes::Table),
            may("refresh", Takes::Table),
            may("revoke", Takes::Table),
            must("answer", Takes::Table),
            may("use", Takes::Table),
            may("example", Takes::Tables),
        ],
    ),
    (
        "field",
        &[
            must("name", Takes::Text),
            must("help", Takes::Text),
            may("secret", Takes::TrueOrFalse),
            may("optional", Takes::TrueOrFalse),
            may("person", Takes::TrueOrFalse),
            may("default", Takes::Text),
            may(
                "kind",
                Takes::OneOf(&["text", "integer", "list", "duration", "uuid", "ip", "url"]),
            ),
        ],
    ),
    ("login", EXCHANGE),
    ("refresh", EXCHANGE),
    ("revoke", EXCHANGE),
    (
        "answer",
        &[
            may("success", Takes::NamedValues),
            must("token", Takes::Pointers),
            may("refresh_token", Takes::Pointers),
            may("expires_at", Takes::Text),
            may("expires_in", Takes::Text),
            may("expires_in_ms", Takes::Text),
            may("lifetime", Takes::Text),
            may("extras", Takes::NamedTexts),
            may("error", Takes::Texts),
        ],
    ),
    ("use", &[may("header", Takes::Text), may("query", Takes::Text)]),
    (
        "example",
        &[
            may("of", Takes::OneOf(&["login", "refresh", "revoke"])),
            must("status", Takes::Number(100, 599)),
            may("body", Takes::Text),
            may("date", Takes::Text),
            may("token", Takes::Text),
            may("lifetime", Takes::Text),
            may("error", Takes::Text),
            may("exit", Takes::Number(0, 7)),
        ],
    ),
];
