//! What was decided of a login: its way, its base URL and its plain values.

use std::collections::BTreeMap;

use super::Source;
use crate::definition::schema::{Exchange, Field};
use crate::definition::value::Value;
use crate::definition::{Vendor, request};
use crate::origin::BaseUrl;

/// Everything that tells one login from another, but the secrets.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    pub(crate) vendor: &'a Vendor,
    pub(crate) base: BaseUrl,
    /// Where the base URL was given; `None` where it is the vendor's own.
    pub(crate) url: Option<Source>,
    /// The fields of the way taken; empty where the vendor has one way only.
    pub(crate) way: Vec<String>,
    pub(crate) plain: BTreeMap<String, Value>,
    pub(crate) sources: BTreeMap<String, Source>,
}

impl<'a> Chosen<'a> {
    /// The required plain fields and those of the way taken, in the definition's order.
    pub(crate) fn login(&self) -> Vec<(String, String)> {
        self.vendor
            .plain_fields()
            .filter(|field| !field.optional && field.default.is_none())
            .filter_map(|field| Some((field.name.clone(), self.plain.get(&field.name)?.to_string())))
            .collect()
    }

    /// The plain values that are laid into the login request.
    pub(crate) fn laid_in(&self) -> BTreeMap<String, serde_json::Value> {
        let names = request::names(&self.vendor.definition.login);
        self.plain
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.to_json()))
            .collect()
    }

    /// The secret fields that a request lays in.
    pub(crate) fn secrets(&self, exchange: &Exchange) -> Vec<&'a Field> {
        let names = request::names(exchange);
        self.vendor
            .secret_fields()
            .filter(|field| names.contains(&field.name.as_str()))
            .filter(|field| !self.vendor.is_in_another_way(&field.name, &self.way))
            .collect()
    }

    /// Whether the way taken has no plain field of its own, so that only its secret tells one person from another.
    pub(crate) fn is_told_by_secret_alone(&self) -> bool {
        if self.way.is_empty() {
            return self.login().is_empty() && !self.secrets(&self.vendor.definition.login).is_empty();
        }
        let secret = |name: &String| self.vendor.definition.field(name).is_some_and(|field| field.secret);
        self.way.iter().all(secret)
    }

    /// The user of the keyring's entry: vendor, origin, the login's plain fields, the secret field's name, as a JSON array.
    pub(crate) fn keyring_user(&self, name: &str) -> String {
        let mut parts = vec![self.vendor.name.clone(), self.base.origin()];
        parts.extend(self.login().into_iter().map(|(_, value)| value));
        parts.push(name.to_owned());
        serde_json::Value::from(parts).to_string()
    }
}
