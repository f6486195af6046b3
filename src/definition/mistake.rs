//! A mistake in a vendor's file, and where it stands.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::DeValue;

use crate::text::lines::line_of;
use crate::text::words;

/// One sentence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) place: Place,
    pub(crate) words: String,
}

/// Where to look: a table, of several with one name the nth, a key in it, a text below that. What is empty says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) table: &'static str,
    pub(crate) nth: usize,
    pub(crate) key: Cow<'static, str>,
    pub(crate) text: String,
}

impl Place {
    pub(crate) fn top(key: impl Into<Cow<'static, str>>) -> Self {
        Self::of("", key)
    }

    pub(crate) fn of(table: &'static str, key: impl Into<Cow<'static, str>>) -> Self {
        Self::nth(table, 0, key)
    }

    pub(crate) fn nth(table: &'static str, nth: usize, key: impl Into<Cow<'static, str>>) -> Self {
        Self {
            table,
            nth,
            key: key.into(),
            ..Self::default()
        }
    }

    /// Narrowed down to where this text stands, as a value or as a key.
    pub(crate) fn at(self, text: &str) -> Self {
        Self {
            text: text.to_owned(),
            ..self
        }
    }

    pub(crate) fn mistake(self, words: impl Into<String>) -> Mistake {
        Mistake {
            place: self,
            words: words.into(),
        }
    }

    /// The offset in the file of the innermost part that is there.
    pub(crate) fn offset(&self, file: &Spanned<DeValue>) -> usize {
        let mut offset = 0;
        let mut here = file;
        for key in [self.table, &*self.key].into_iter().filter(|key| !key.is_empty()) {
            let Some((name, value)) = here.get_ref().as_table().and_then(|table| table.get_key_value(key)) else {
                break;
            };
            let nth = value.get_ref().as_array().and_then(|items| items.get(self.nth));
            (offset, here) = match nth.filter(|_| key == self.table) {
                Some(nth) => (nth.span().start, nth),
                None => (name.span().start, value),
            };
        }
        find(here, &self.text).unwrap_or(offset)
    }
}

/// A mistake as it is told, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Counted from 1.
    pub(crate) line: usize,
    /// One line, fit for a message.
    pub(crate) words: String,
    pub(super) table: &'static str,
}

impl Fault {
    pub(super) fn at(text: &str, table: &'static str, offset: usize, words: &str) -> Self {
        Self {
            line: line_of(text, offset),
            words: words::one_line(words),
            table,
        }
    }
}

fn find(value: &Spanned<DeValue>, text: &str) -> Option<usize> {
    match value.get_ref() {
        _ if text.is_empty() => None,
        DeValue::String(string) => (string == text).then_some(value.span().start),
        DeValue::Array(items) => items.iter().find_map(|item| find(item, text)),
        DeValue::Table(table) => table.iter().find_map(|(key, value)| {
            let is_key = key.get_ref() == text;
            is_key.then_some(key.span().start).or_else(|| find(value, text))
        }),
        _ => None,
    }
}
