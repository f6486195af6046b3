//! `[let]`: the values that tok makes itself, as data. What they are made with is [`crate::made`]'s; when and out of what is
//! [`super::request`]'s.
//!
//! A value may stand in another one. They are made in the order in which they need one another, and only those that are
//! needed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::template::{self, strings};
use crate::made::encoding::Encoding;
use crate::made::hash::{Keyed, Plain};
use crate::made::jwt::Algorithm;
use crate::made::moment::Moment;
use crate::made::totp::Settings;

/// By name.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Lets(BTreeMap<String, Let>);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Let {
    Jwt(Jwt),
    Hmac(Hmac),
    Digest(Digest),
    Totp(Totp),
    Random(Random),
    Time(Time),
}

/// Texts are templates, unless something else is said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jwt {
    pub(crate) alg: Algorithm,
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) header: Map<String, Json>,
    #[serde(default)]
    pub(crate) claims: Map<String, Json>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hmac {
    pub(crate) hash: Keyed,
    pub(crate) key: String,
    pub(crate) of: String,
    #[serde(rename = "as")]
    pub(crate) encoding: Encoding,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Digest {
    pub(crate) hash: Plain,
    pub(crate) of: String,
    #[serde(rename = "as")]
    pub(crate) encoding: Encoding,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Totp {
    pub(crate) seed: String,
    digits: Option<u32>,
    period: Option<u64>,
    hash: Option<Keyed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Random {
    pub(crate) bytes: Option<usize>,
    #[serde(rename = "as")]
    pub(crate) form: RandomForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum RandomForm {
    #[serde(rename = "hex")]
    Hex,
    #[serde(rename = "HEX")]
    UpperHex,
    #[serde(rename = "base64")]
    Base64,
    #[serde(rename = "base64url")]
    Base64Url,
    #[serde(rename = "uuid")]
    Uuid,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Time {
    #[serde(rename = "as")]
    pub(crate) form: Moment,
    /// A duration, or `{field}` of that kind.
    pub(crate) plus: Option<String>,
    /// A duration.
    pub(crate) minus: Option<String>,
}

impl Lets {
    pub(crate) fn get(&self, name: &str) -> Option<&Let> {
        self.0.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Let)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// These names and all that their values need, each name behind those that it needs itself.
    pub(crate) fn closure<'a>(&'a self, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let mut found = Vec::new();
        for name in names {
            self.visit(name, &mut Vec::new(), &mut found);
        }
        found
    }

    /// The values among them.
    pub(crate) fn order<'a>(
        &'a self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> impl Iterator<Item = (&'a str, &'a Let)> {
        let names = self.closure(names).into_iter();
        names.filter_map(|name| Some((name, self.get(name)?)))
    }

    fn visit<'a>(&'a self, name: &'a str, open: &mut Vec<&'a str>, found: &mut Vec<&'a str>) {
        // One that is open needs itself, which the check tells of.
        if found.contains(&name) || open.contains(&name) {
            return;
        }
        open.push(name);
        for needed in self.get(name).map(Let::names).unwrap_or_default() {
            self.visit(needed, open, found);
        }
        open.pop();
        found.push(name);
    }

    /// The names from a value back to itself, where it needs itself.
    pub(crate) fn circle<'a>(&'a self, name: &'a str) -> Option<Vec<&'a str>> {
        let mut way = vec![name];
        self.leads(name, name, &mut way, &mut Vec::new()).then_some(way)
    }

    /// Whether something leads to a name; `way` is then the way there.
    fn leads<'a>(&'a self, from: &'a str, to: &str, way: &mut Vec<&'a str>, seen: &mut Vec<&'a str>) -> bool {
        for needed in self.get(from).map(Let::names).unwrap_or_default() {
            way.push(needed);
            if needed == to {
                return true;
            }
            if !seen.contains(&needed) {
                seen.push(needed);
                if self.leads(needed, to, way, seen) {
                    return true;
                }
            }
            way.pop();
        }
        false
    }
}

impl Let {
    /// Its templates, each with the key that it stands behind.
    pub(crate) fn templates(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Jwt(jwt) => {
                let mut found = vec![("key", jwt.key.as_str())];
                for (key, members) in [("header", &jwt.header), ("claims", &jwt.claims)] {
                    let mut texts = Vec::new();
                    members.values().for_each(|member| strings(member, &mut texts));
                    found.extend(texts.into_iter().map(|text| (key, text)));
                }
                found
            }
            Self::Hmac(hmac) => vec![("key", &hmac.key), ("of", &hmac.of)],
            Self::Digest(digest) => vec![("of", &digest.of)],
            Self::Totp(totp) => vec![("seed", &totp.seed)],
            Self::Random(_) => Vec::new(),
            Self::Time(time) => time.plus.iter().map(|plus| ("plus", plus.as_str())).collect(),
        }
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        let templates = self.templates().into_iter();
        templates.flat_map(|(_, template)| template::names(template)).collect()
    }
}

impl Totp {
    pub(crate) fn settings(&self) -> Settings {
        let usual = Settings::default();
        Settings {
            digits: self.digits.unwrap_or(usual.digits),
            period: self.period.unwrap_or(usual.period),
            hash: self.hash.unwrap_or(usual.hash),
        }
    }
}

impl RandomForm {
    /// None for what is no encoding of bytes.
    pub(crate) fn encoding(self) -> Option<Encoding> {
        Some(match self {
            Self::Hex => Encoding::Hex,
            Self::UpperHex => Encoding::UpperHex,
            Self::Base64 => Encoding::Base64,
            Self::Base64Url => Encoding::Base64Url,
            Self::Uuid => return None,
        })
    }
}

#[cfg(test)]
mod tests;
