//! The readers of `[answer]`, most of them JSON pointers, and which of them find nothing.

use super::exchange::Pointers;
use super::reader::{Reader, Reading};
use super::schema::AnswerRules;

/// Pointers of which the first that finds something counts.
pub(super) struct Sought<'a> {
    /// The key that they stand behind.
    pub(super) key: &'static str,
    pub(super) pointers: Vec<&'a str>,
}

/// In the order of the schema.
pub(super) fn of(rules: &AnswerRules) -> Vec<Sought<'_>> {
    let mut all = Vec::new();
    let mut add = |key, pointers: Vec<_>| all.push(Sought { key, pointers });
    for pointer in rules.success.keys() {
        add("success", vec![pointer.as_str()]);
    }
    add("token", rules.token.iter().collect());
    add(
        "refresh_token",
        rules.refresh_token.iter().flat_map(Pointers::iter).collect(),
    );
    for (key, pointer) in [
        ("refresh_expires_at", &rules.refresh_expires_at),
        ("refresh_expires_in", &rules.refresh_expires_in),
        ("expires_at", &rules.expires_at),
        ("expires_in", &rules.expires_in),
        ("expires_in_ms", &rules.expires_in_ms),
    ] {
        add(key, pointer.iter().map(String::as_str).collect());
    }
    for pointer in rules.extras.values() {
        add("extras", vec![pointer.as_str()]);
    }
    add("error", rules.error.iter().map(String::as_str).collect());
    all.retain(|sought| !sought.pointers.is_empty());
    all
}

impl Sought<'_> {
    /// Whether one of them could find something in this answer: a pointer only in JSON.
    pub(super) fn applies(&self, reading: &Reading) -> bool {
        let is_pointer = |reader: &&str| matches!(Reader::parse(reader), Some(Reader::Pointer(_)));
        !self.pointers.iter().all(is_pointer) || reading.json().is_some()
    }

    pub(super) fn finds_something(&self, reading: &Reading) -> bool {
        let mut values = self.pointers.iter().filter_map(|reader| reading.at(reader));
        values.any(|value| !value.is_null())
    }

    /// Whether one could find something, and none does.
    pub(super) fn is_vain(&self, reading: &Reading) -> bool {
        self.applies(reading) && !self.finds_something(reading)
    }

    /// That it does not.
    pub(super) fn finds_nothing(&self) -> String {
        format!("'{}' finds nothing at '{}'", self.key, self.pointers.join("' or '"))
    }
}
