//! Where in an answer something stands, as a definition writes it: a JSON pointer, `header:NAME`, `cookie:NAME`, `text` or
//! `form:NAME`.
//!
//! A reader that finds nothing gives nothing; what that means is left to whoever needs the value. The body is parsed as JSON
//! once, and only if a pointer asks for it.

use std::borrow::Cow;
use std::cell::OnceCell;

use percent_encoding::percent_decode_str;
use serde_json::Value as Json;

use crate::http::Answer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader<'a> {
    /// RFC 6901.
    Pointer(&'a str),
    Header(&'a str),
    /// What `Set-Cookie` gives it.
    Cookie(&'a str),
    /// The whole body.
    Text,
    /// A member of a form-encoded body.
    Form(&'a str),
}

impl<'a> Reader<'a> {
    /// `None` where it is none.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        match text.split_once(':') {
            _ if text.is_empty() || text.starts_with('/') => Some(Self::Pointer(text)),
            _ if text == "text" => Some(Self::Text),
            Some((_, "")) | None => None,
            Some(("header", name)) => Some(Self::Header(name)),
            Some(("cookie", name)) => Some(Self::Cookie(name)),
            Some(("form", name)) => Some(Self::Form(name)),
            Some(_) => None,
        }
    }
}

/// An answer that is being read.
pub(super) struct Reading<'a> {
    answer: &'a Answer,
    json: OnceCell<Option<Json>>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(answer: &'a Answer) -> Self {
        Self {
            answer,
            json: OnceCell::new(),
        }
    }

    /// The body as JSON, if it is.
    pub(super) fn json(&self) -> Option<&Json> {
        let json = self.json.get_or_init(|| serde_json::from_slice(self.bytes()).ok());
        json.as_ref()
    }

    pub(super) fn at(&self, reader: &str) -> Option<Cow<'_, Json>> {
        let text = match Reader::parse(reader)? {
            Reader::Pointer(pointer) => return self.json()?.pointer(pointer).map(Cow::Borrowed),
            Reader::Header(name) => without_scheme(self.answer.header(&name.to_ascii_lowercase())?).to_owned(),
            Reader::Cookie(name) => self.answer.cookie(name)?.to_owned(),
            Reader::Text => std::str::from_utf8(self.bytes()).ok()?.trim().to_owned(),
            Reader::Form(name) => member(std::str::from_utf8(self.bytes()).ok()?, name)?,
        };
        (!text.is_empty()).then_some(Cow::Owned(Json::String(text)))
    }

    /// The body as it stands, for an answer that says nothing else.
    pub(super) fn words(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }

    fn bytes(&self) -> &'a [u8] {
        let body = &self.answer.body;
        body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
    }
}

/// A token in a header often stands as it will be sent.
fn without_scheme(value: &str) -> &str {
    let value = value.trim();
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => value,
    }
}

fn member(body: &str, name: &str) -> Option<String> {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().map(Cow::into_owned).ok()
    };
    let mut pairs = body.trim().split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| decoded(key).as_deref() == Some(name))?;
    decoded(value)
}

#[cfg(test)]
mod tests;
