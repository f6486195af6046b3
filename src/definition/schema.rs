//! The schema of a vendor's file, as data. The rules that go beyond its shape are in [`super::check`].

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use super::approval::{Browser, Device};
use super::exchange::{Exchange, Pointers};
use super::lets::Lets;
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
    /// Ways to log in, each a list of fields or an approval; [`Definition::ways`] knows all of them.
    #[serde(default, rename = "ways")]
    pub(super) listed: Vec<Vec<String>>,
    #[serde(default, rename = "field")]
    pub(crate) fields: Vec<Field>,
    #[serde(default, rename = "step")]
    pub(super) steps: Vec<Exchange>,
    pub(super) browser: Option<Browser>,
    pub(super) device: Option<Device>,
    pub(super) login: Logins,
    pub(super) refresh: Option<Exchange>,
    pub(super) revoke: Option<Exchange>,
    /// Values that tok makes itself, for the requests.
    #[serde(default, rename = "let")]
    pub(crate) lets: Lets,
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
    /// Template of the audience for which a CI job's identity token may be this secret.
    #[serde(rename = "identity-token")]
    pub(crate) identity_token: Option<String>,
}

impl Field {
    /// Whether there is no login without it, where it is not in a way that is not taken.
    pub(crate) fn is_required(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

/// One table, or one for each way.
#[derive(Debug)]
pub(super) struct Logins {
    pub(super) first: Exchange,
    more: Vec<Exchange>,
}

impl Logins {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Exchange> {
        [&self.first].into_iter().chain(&self.more)
    }
}

impl<'de> Deserialize<'de> for Logins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMore)
    }
}

struct OneOrMore;

impl<'de> Visitor<'de> for OneOrMore {
    type Value = Logins;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a table or several")
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<Logins, A::Error> {
        Ok(Logins {
            first: Exchange::deserialize(MapAccessDeserializer::new(table))?,
            more: Vec::new(),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tables: A) -> Result<Logins, A::Error> {
        let none = || A::Error::invalid_length(0, &self);
        Ok(Logins {
            first: tables.next_element()?.ok_or_else(none)?,
            more: Vec::deserialize(SeqAccessDeserializer::new(tables))?,
        })
    }
}

/// Where in the answer things stand, as JSON pointers (RFC 6901).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerRules {
    #[serde(default)]
    pub(crate) success: BTreeMap<String, Json>,
    pub(crate) token: Pointers,
    pub(crate) refresh_token: Option<Pointers>,
    pub(crate) refresh_expires_at: Option<String>,
    pub(crate) refresh_expires_in: Option<String>,
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

/// How the token is used: a whole header line, or `name={token}` for the query or as a cookie.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Usage {
    pub(crate) header: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) cookie: Option<String>,
}

/// A documented answer and what must be read from it, or a documented value of `[let]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    #[serde(default)]
    pub(crate) of: Of,
    /// Which of several steps or logins, counted from 1.
    #[serde(default = "one")]
    pub(crate) nth: usize,
    /// 0 where there is no answer.
    #[serde(default)]
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) body: String,
    /// The answer's `Date` header.
    pub(crate) date: Option<String>,
    /// Further headers of the answer.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) token: Option<String>,
    pub(crate) lifetime: Option<String>,
    pub(crate) error: Option<String>,
    #[serde(default)]
    pub(crate) exit: u8,
    /// Of a value.
    pub(crate) name: Option<String>,
    /// The moment at which it is made.
    pub(crate) at: Option<String>,
    /// What it is made of.
    #[serde(default)]
    pub(crate) given: BTreeMap<String, Json>,
    pub(crate) value: Option<Json>,
}

fn one() -> usize {
    1
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Of {
    Step,
    /// Which tok does not send, so that there is no answer to be documented.
    #[serde(skip)]
    Browser,
    Device,
    #[default]
    Login,
    Refresh,
    Revoke,
    /// No request, but a value that is made for one.
    Let,
}

impl Of {
    /// The name of its table.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Browser => "browser",
            Self::Device => "device",
            Self::Login => "login",
            Self::Refresh => "refresh",
            Self::Revoke => "revoke",
            Self::Let => "let",
        }
    }
}

impl Definition {
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
