//! The JSON pointers of `[answer]`, and which of them find nothing.

use serde_json::Value as Json;

use super::schema::{AnswerRules, Pointers};

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
    pub(super) fn finds_something(&self, json: &Json) -> bool {
        let mut values = self.pointers.iter().filter_map(|pointer| json.pointer(pointer));
        values.any(|value| !value.is_null())
    }

    /// That it does not.
    pub(super) fn finds_nothing(&self) -> String {
        format!("'{}' finds nothing at '{}'", self.key, self.pointers.join("' or '"))
    }
}
