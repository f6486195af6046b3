//! The keys of a profile.

use super::profile::Profile;
use crate::definition::Vendor;
use crate::inputs::variable;
use crate::options::{MIN_TTL, TIMEOUT, VARIABLE};
use crate::time::duration;

/// Sets what a key says, or says why it cannot.
type Set = fn(&mut Profile, String) -> Result<(), String>;

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

/// What may stand in a profile.
pub(super) fn all(vendor: &Vendor) -> Vec<String> {
    let mut keys: Vec<String> = OWN.iter().map(|(key, _)| (*key).to_owned()).collect();
    keys.extend(vendor.plain_fields().map(|field| field.name.clone()));
    keys.extend(vendor.secret_fields().map(|field| format!("{}-command", field.name)));
    keys
}
