//! What stands behind a key.

use toml::de::{DeInteger, DeValue};

pub(crate) enum Takes {
    Text,
    OneOf(&'static [&'static str]),
    TrueOrFalse,
    Number(i64, i64),
    Texts,
    ListsOfTexts,
    /// One text or a list.
    Pointers,
    /// Any names, with a text each.
    NamedTexts,
    /// Any names, with anything that JSON has.
    NamedValues,
    Json,
    /// HTTP statuses.
    Statuses,
    Table,
    /// One table, or `[[name]]` several times.
    OneOrMore,
    /// `[[name]]`, any number of times.
    Tables,
}

impl Takes {
    pub(super) fn fits(&self, value: &DeValue) -> bool {
        let texts = |value: &DeValue| {
            value
                .as_array()
                .is_some_and(|items| items.iter().all(|item| item.get_ref().is_str()))
        };
        match self {
            Self::Text => value.is_str(),
            Self::OneOf(names) => value.as_str().is_some_and(|text| names.contains(&text)),
            Self::TrueOrFalse => value.is_bool(),
            Self::Number(least, most) => value
                .as_integer()
                .and_then(number)
                .is_some_and(|number| (*least..=*most).contains(&number)),
            Self::Texts => texts(value),
            Self::ListsOfTexts => value
                .as_array()
                .is_some_and(|items| items.iter().all(|item| texts(item.get_ref()))),
            Self::Pointers => value.is_str() || texts(value),
            Self::NamedTexts => value
                .as_table()
                .is_some_and(|table| table.values().all(|value| value.get_ref().is_str())),
            Self::NamedValues => value.is_table() && is_json(value),
            Self::Json => is_json(value),
            Self::Statuses => value
                .as_array()
                .is_some_and(|items| items.iter().all(|item| Self::Number(100, 599).fits(item.get_ref()))),
            Self::Table => value.is_table(),
            Self::OneOrMore => value.is_table() || tables(value).is_some_and(|count| count > 0),
            Self::Tables => tables(value).is_some(),
        }
    }

    /// Behind the word "takes".
    pub(crate) fn words(&self, key: &str) -> String {
        match self {
            Self::Text => "a text in quotes".to_owned(),
            Self::OneOf(names) => format!("one of '{}'", names.join("', '")),
            Self::TrueOrFalse => "true or false".to_owned(),
            Self::Number(least, most) => format!("a number from {least} to {most}"),
            Self::Texts => "a list of texts in quotes".to_owned(),
            Self::ListsOfTexts => "a list of lists of field names".to_owned(),
            Self::Pointers => "a JSON pointer in quotes or a list of them".to_owned(),
            Self::NamedTexts => "a table of names, each with a text in quotes".to_owned(),
            Self::NamedValues => {
                "a table of names, each with a value that JSON has; a date stands in quotes".to_owned()
            }
            Self::Json => "what JSON has; a date stands in quotes".to_owned(),
            Self::Statuses => "a list of numbers from 100 to 599".to_owned(),
            Self::Table => format!("one table, written [{key}]"),
            Self::OneOrMore => format!("one table, written [{key}], or one for each way, written [[{key}]]"),
            Self::Tables => format!("tables, each written [[{key}]]"),
        }
    }

    /// Behind that: what was given, where it is of the right kind.
    pub(super) fn but(&self, given: &DeValue) -> String {
        match (self, given) {
            (Self::OneOf(_), DeValue::String(given)) => format!(", not '{given}'"),
            _ => String::new(),
        }
    }
}

/// How many, if there is nothing else.
fn tables(value: &DeValue) -> Option<usize> {
    let items = value.as_array()?;
    items
        .iter()
        .all(|item| item.get_ref().is_table())
        .then_some(items.len())
}

fn number(integer: &DeInteger) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// TOML also has dates, numbers that are none, and such as 64 bits cannot hold.
fn is_json(value: &DeValue) -> bool {
    match value {
        DeValue::Datetime(_) => false,
        DeValue::Float(float) => float.as_str().parse().is_ok_and(f64::is_finite),
        DeValue::Integer(integer) => number(integer).is_some(),
        DeValue::Array(items) => items.iter().all(|item| is_json(item.get_ref())),
        DeValue::Table(table) => table.values().all(|value| is_json(value.get_ref())),
        DeValue::String(_) | DeValue::Boolean(_) => true,
    }
}
