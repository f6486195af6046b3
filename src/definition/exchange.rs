//! A request as a vendor's file has it, whichever table it stands in, and where in an answer something stands.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::http::Method;

/// A request, written as the vendor documents it, with `{field}` in the places of the values.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    #[serde(default)]
    pub(crate) method: Method,
    #[serde(default)]
    pub(crate) path: String,
    /// An absolute address in the place of the base URL and `path`.
    pub(crate) url: Option<String>,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// `user:password`.
    pub(crate) basic: Option<String>,
    pub(crate) json: Option<Json>,
    pub(crate) form: Option<serde_json::Map<String, Json>>,
    /// What a step gives to the requests that follow: names and readers.
    #[serde(default)]
    pub(crate) take: BTreeMap<String, String>,
    /// In the place of what `[answer]` says.
    pub(crate) success: Option<BTreeMap<String, Json>>,
    pub(crate) error: Option<Vec<String>>,
    /// What is a success beside 2xx.
    #[serde(default)]
    pub(crate) status: Vec<u16>,
    /// A step that runs before a refresh and a revocation too.
    #[serde(default)]
    pub(crate) again: bool,
    /// A step whose answer may name addresses on other origins, since it proves whose it is.
    #[serde(default)]
    pub(crate) discovery: bool,
    /// A field or an approval of the way that a login is for, where there is one for each.
    pub(crate) way: Option<String>,
    /// A refresh token stays valid after it was sent, so that it may be sent again.
    #[serde(default)]
    pub(crate) reusable: bool,
    /// What a revocation ends, where that is more than this token.
    pub(crate) note: Option<String>,
}

/// The first that is there counts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Pointers {
    One(String),
    Several(Vec<String>),
}

impl Pointers {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(pointer) => std::slice::from_ref(pointer),
            Self::Several(pointers) => pointers.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}
