//! The keys of a profile.

use super::profile::Profile;
use crate::definition::Vendor;
use crate::inputs::variable;
use crate::options::{MIN_TTL, TIMEOUT, VARIABLE};
use crate::origin::served::Pattern;
use crate::time::duration;

/// Sets what a key says, or says why it cannot.
type Set = fn(&mut Profile, String) -> Result<(), String>;

/// What a profile says of those whom its token is handed to. A field of such a name goes before.
pub(super) const OF_HELPERS: [(&str, Set); 3] = [
    ("serves", |profile, text| {
        profile.serves.push(Pattern::parse(&text)?);
        Ok(())
    }),
    ("user", |profile, text| {
        check_user(&text)?;
        profile.user = Some(text);
        Ok(())
    }),
    ("scheme", |profile, text| {
        check_scheme(&text)?;
        profile.scheme = Some(text);
        Ok(())
    }),
];

/// Whether several texts may stand behind a key.
pub(super) fn is_list(key: &str) -> bool {
    key == "serves"
}

/// The keys that a profile of every vendor may have.
pub(super) const OWN: [(&str, Set); 5] = [
    ("url", |profile, text| {
        profile.url = Some(text);
        Ok(())
    }),
    (VARIABLE.name, |profile, text| {
        variable::check_name(&text)?;
        profile.variable = Some(text);
        Ok(())
    }),
    ("way", |profile, text| {
        profile.way = Some(text);
        Ok(())
    }),
    (MIN_TTL.name, |profile, text| {
        profile.min_ttl = Some(duration::parse(&text)?);
        Ok(())
    }),
    (TIMEOUT.name, |profile, text| {
        profile.timeout = Some(duration::limit(&text)?);
        Ok(())
    }),
];

/// RFC 7617 section 2: no colon; and no protocol that carries it takes a control character.
fn check_user(text: &str) -> Result<(), String> {
    if text.is_empty() || text.contains(|c: char| c == ':' || c.is_control()) {
        return Err("a user's name is not empty and has no colon and no control character".into());
    }
    Ok(())
}

/// An `auth-scheme` (RFC 9110 section 11.1), or nothing for a token that stands alone.
fn check_scheme(text: &str) -> Result<(), String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if text.bytes().all(is_token) {
        return Ok(());
    }
    Err("it is one word, as Bearer, or empty".into())
}

/// What may stand in a profile.
pub(super) fn all(vendor: &Vendor) -> Vec<String> {
    let mut keys: Vec<String> = own().map(str::to_owned).collect();
    keys.extend(vendor.plain_fields().map(|field| field.name.clone()));
    keys.extend(vendor.secret_fields().map(|field| format!("{}-command", field.name)));
    keys
}

/// What may stand in a profile of every vendor.
pub(super) fn own() -> impl Iterator<Item = &'static str> {
    OWN.iter().chain(&OF_HELPERS).map(|(key, _)| *key)
}
