//! The schema of a vendor's file, as data. The rules that go beyond its shape are in [`super::check`].

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::value::Kind;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    /// One line for the help.
    pub(crate) about: String,
    /// Address of the vendor's own page.
    pub(crate) docs: Option<String>,
    /// Template of the base URL; without it the user gives the URL.
    pub(crate) url: Option<String>,
    /// Exactly one of these lists of fields is taken, whole.
    #[serde(default)]
    pub(crate) ways: Vec<Vec<String>>,
    #[serde(default, rename = "field")]
    pub(crate) fields: Vec<Field>,
    pub(crate) login: Exchange,
    pub(crate) refresh: Option<Exchange>,
    pub(crate) revoke: Option<Exchange>,
    pub(crate) answer: AnswerRules,
    #[serde(default, rename = "use")]
    pub(crate) usage: Usage,
    #[serde(default, rename = "example")]
    pub(crate) examples: Vec<Example>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) help: String,
    #[serde(default)]
    pub(crate) secret: bool,
    #[serde(default)]
    pub(crate) optional: bool,
    /// It names who logs in.
    #[serde(default)]
    pub(crate) person: bool,
    pub(crate) default: Option<String>,
    #[serde(default)]
    pub(crate) kind: Kind,
}

impl Field {
    /// Whether there is no login without it, where it is not in a way that is not taken.
    pub(crate) fn is_required(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

/// A request, written as the vendor documents it, with `{field}` in the places of the values.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    #[serde(default)]
    pub(crate) method: Method,
    #[serde(default)]
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// `user:password`.
    pub(crate) basic: Option<String>,
    pub(crate) json: Option<Json>,
    pub(crate) form: Option<serde_json::Map<String, Json>>,
    /// What a revocation ends, where that is more than this token.
    pub(crate) note: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    Get,
    #[default]
    Post,
}

/// Where in the answer things stand, as JSON pointers (RFC 6901).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerRules {
    #[serde(default)]
    pub(crate) success: BTreeMap<String, Json>,
    pub(crate) token: Pointers,
    pub(crate) refresh_token: Option<Pointers>,
    pub(crate) expires_at: Option<String>,
    pub(crate) expires_in: Option<String>,
    pub(crate) expires_in_ms: Option<String>,
    /// A duration, or `{field}` of that kind.
    pub(crate) lifetime: Option<String>,
    #[serde(default)]
    pub(crate) extras: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) error: Vec<String>,
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

/// How the token is used: a whole header line, or `name={token}` for the query.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Usage {
    pub(crate) header: Option<String>,
    pub(crate) query: Option<String>,
}

/// A documented answer and what must be read from it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    #[serde(default)]
    pub(crate) of: Of,
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) body: String,
    /// The answer's `Date` header.
    pub(crate) date: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) lifetime: Option<String>,
    pub(crate) error: Option<String>,
    #[serde(default)]
    pub(crate) exit: u8,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Of {
    #[default]
    Login,
    Refresh,
    Revoke,
}

impl Definition {
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(crate) fn exchange(&self, of: Of) -> Option<&Exchange> {
        match of {
            Of::Login => Some(&self.login),
            Of::Refresh => self.refresh.as_ref(),
            Of::Revoke => self.revoke.as_ref(),
        }
    }
}
