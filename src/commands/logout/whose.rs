//! Whose a cached token is.

use crate::cache::identity::Identity;
use crate::definition::approval::{DEVICE, is_way};
use crate::definition::schema::Definition;
use crate::inputs::config::Profile;
use crate::origin::BaseUrl;
use crate::token::Principal;

/// The login of a token that belongs to no profile, as if there were one.
pub(super) fn profile_of(identity: &Identity, definition: &Definition) -> Profile {
    let texts = |value: &serde_json::Value| match value.as_array() {
        Some(items) => items.iter().map(text).collect(),
        None => vec![text(value)],
    };
    let plain = identity.fields.iter().map(|(name, value)| (name.clone(), texts(value)));
    Profile {
        plain: plain.collect(),
        url: Some(identity.url.clone()),
        name: identity.profile.clone(),
        way: Some(way(&identity.way, definition)).filter(|way| !way.is_empty()),
        ..Profile::default()
    }
}

/// Whichever approval there is stands for every one.
fn way(names: &[String], definition: &Definition) -> String {
    let is_there = |name: &String| !is_way(name) || definition.approval(std::slice::from_ref(name)).is_some();
    let names = names.iter().map(|name| if is_there(name) { name } else { DEVICE });
    names.collect::<Vec<_>>().join("+")
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a token was given to this login, whatever else it was asked for with.
pub(super) fn is_of(identity: &Identity, principal: &Principal) -> bool {
    let (own, login) = (&principal.identity, &principal.login);
    let same = |(name, _): &(String, String)| {
        let value = identity.fields.get(name);
        value.is_none() || value == own.fields.get(name)
    };
    identity.vendor == own.vendor
        && identity.way == own.way
        && identity.profile == own.profile
        && BaseUrl::parse(&identity.url).is_ok_and(|url| url.origin() == login.origin)
        && login.fields.iter().all(same)
}
