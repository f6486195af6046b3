//! What was decided of a login: its way, its base URL and its plain values.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Source;
use crate::definition::schema::{Exchange, Field};
use crate::definition::value::Value;
use crate::definition::{Vendor, request, template};
use crate::origin::BaseUrl;

/// Everything that tells one login from another, but the secrets.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    pub(crate) vendor: &'a Vendor,
    /// The name of the profile; `None` for the vendor's default one.
    pub(crate) profile: Option<String>,
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
            .filter(|field| field.is_required())
            .filter_map(|field| Some((field.name.clone(), self.plain.get(&field.name)?.to_string())))
            .collect()
    }

    /// The plain values that are laid into the login request.
    pub(crate) fn laid_in(&self) -> BTreeMap<String, Json> {
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

    /// Whether nothing but the secrets tells one person's token from another's.
    pub(crate) fn is_told_by_secrets(&self) -> bool {
        !self.names_person() && !self.secrets(&self.vendor.definition.login).is_empty()
    }

    /// Whether a plain field that a login cannot do without says who logs in, to the vendor or in the URL.
    fn names_person(&self) -> bool {
        let definition = &self.vendor.definition;
        let mut said = request::names(&definition.login);
        if self.url.is_none() {
            said.extend(definition.url.iter().flat_map(|url| template::names(url)));
        }
        self.vendor
            .plain_fields()
            .filter(|field| field.person && field.is_required() && self.plain.contains_key(&field.name))
            .any(|field| said.contains(&field.name.as_str()))
    }
}
