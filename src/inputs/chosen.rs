//! What was decided of a login: its way, its base URL and its plain values.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{IdentityToken, Source};
use crate::definition::approval::{BROWSER, is_way};
use crate::definition::plan::Plan;
use crate::definition::request::Site;
use crate::definition::schema::Field;
use crate::definition::value::Value;
use crate::definition::{Vendor, template};
use crate::origin::BaseUrl;

/// Everything that tells one login from another, but the secrets.
#[derive(Debug, Clone)]
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
    pub(crate) identity_tokens: Vec<IdentityToken>,
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

    pub(crate) fn login_plan(&self) -> Plan<'a> {
        self.vendor.definition.login(&self.way)
    }

    pub(crate) fn refresh_plan(&self) -> Option<Plan<'a>> {
        self.vendor.definition.refresh(&self.way)
    }

    pub(crate) fn revoke_plan(&self) -> Option<Plan<'a>> {
        self.vendor.definition.revoke(&self.way)
    }

    pub(crate) fn site(&self) -> Site<'_> {
        Site {
            base: &self.base,
            given: self.url.is_some(),
        }
    }

    /// Whether a person approves the login, so that no field says who it was.
    pub(crate) fn is_approved(&self) -> bool {
        self.vendor.definition.approval(&self.way).is_some()
    }

    /// The way that its tokens are of: one that was approved in a browser serves where a device would ask, and the other way
    /// round.
    pub(crate) fn way_of_tokens(&self) -> Vec<String> {
        let names = self.way.iter();
        let names = names.map(|name| if is_way(name) { BROWSER } else { name });
        names.map(str::to_owned).collect()
    }

    /// The plain values that are laid into the login's requests, or into those of another approval, and whom identity tokens
    /// are for that are.
    pub(crate) fn laid_in(&self) -> BTreeMap<String, Json> {
        let definition = &self.vendor.definition;
        let mut names = self.login_plan().names();
        if self.is_approved() {
            let ways = definition.ways().filter(|way| definition.approval(way).is_some());
            ways.for_each(|way| names.extend(definition.login(way).names()));
        }
        let plain = self.plain.iter().map(|(name, value)| (name, value.to_json()));
        let tokens = self.identity_tokens.iter();
        let audiences = tokens.map(|token| (&token.field, Json::from(token.audience.as_str())));
        plain
            .chain(audiences)
            .filter(|(name, _)| names.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value))
            .collect()
    }

    /// The identity tokens that are fetched for each request.
    pub(crate) fn fetched(&self) -> impl Iterator<Item = &IdentityToken> {
        self.identity_tokens.iter().filter(|token| token.fetched)
    }

    /// The secret fields that these requests lay in, without those that are fetched for each.
    pub(crate) fn secrets(&self, plan: &Plan) -> Vec<&'a Field> {
        let names = plan.names();
        self.vendor
            .secret_fields()
            .filter(|field| names.contains(&field.name.as_str()))
            .filter(|field| !self.vendor.is_in_another_way(&field.name, &self.way))
            .filter(|field| !self.fetched().any(|token| token.field == field.name))
            .collect()
    }

    /// Whether nothing but the secrets tells one person's token from another's.
    pub(crate) fn is_told_by_secrets(&self) -> bool {
        !self.is_approved() && !self.names_person() && !self.secrets(&self.login_plan()).is_empty()
    }

    /// Whether a plain field that a login cannot do without says who logs in, to the vendor or in the URL.
    fn names_person(&self) -> bool {
        let definition = &self.vendor.definition;
        let mut said = self.login_plan().names();
        if self.url.is_none() {
            said.extend(definition.url.iter().flat_map(|url| template::names(url)));
        }
        self.vendor
            .plain_fields()
            .filter(|field| field.person && field.is_required() && self.plain.contains_key(&field.name))
            .any(|field| said.contains(&field.name.as_str()))
    }
}
