//! What an answer is read with: the rules that hold for it, and what was sent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::exchange::Exchange;
use super::reader::Reading;
use super::schema::AnswerRules;
use super::value::Value;
use crate::text::redact::Redactor;

pub(crate) struct Context<'a> {
    pub(crate) rules: &'a AnswerRules,
    /// What was sent, with rules of its own.
    pub(crate) exchange: &'a Exchange,
    /// For a lifetime that is a field.
    pub(crate) plain: &'a BTreeMap<String, Value>,
    /// Local clock when the request was sent.
    pub(crate) sent_at: Timestamp,
    /// What was sent and must not be shown.
    pub(crate) redactor: &'a Redactor,
}

impl Context<'_> {
    pub(super) fn success(&self) -> &BTreeMap<String, Json> {
        self.exchange.success.as_ref().unwrap_or(&self.rules.success)
    }

    pub(super) fn error(&self) -> &[String] {
        self.exchange.error.as_ref().unwrap_or(&self.rules.error)
    }

    /// The first non-empty string at the places for errors, as it may be shown.
    pub(super) fn words(&self, reading: &Reading) -> Option<String> {
        let texts = self.error().iter().filter_map(|reader| reading.at(reader));
        let mut texts = texts.filter_map(|text| text.as_str().map(str::to_owned));
        let text = texts.find(|text| !text.trim().is_empty())?;
        Some(self.redactor.one_line(&text))
    }
}
