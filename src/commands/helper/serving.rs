//! Whose token a place gets: which profile serves it.

use crate::cli::Target;
use crate::commands::App;
use crate::commands::call::profile_name;
use crate::definition::Vendor;
use crate::error::{Error, Result};
use crate::helper::Place;
use crate::inputs::config::{self, Profile};
use crate::origin::BaseUrl;
use crate::origin::served::Pattern;
use crate::terminal::voice::Voice;

/// The profile that is named, if it may serve the place, or else the one that does. Of a profile that does not say what it
/// serves the URL is left to be looked at.
pub(super) fn find(
    app: &App,
    target: Option<&Target>,
    place: &Place,
    voice: Voice,
) -> Result<Option<(Vendor, Profile)>> {
    match (target, place) {
        (Some(target), place) => named(app, target, place, voice),
        (None, Place::At(addresses)) => most(app, addresses),
        (None, Place::Unknown) => Err(
            Error::usage("helper: no vendor is named, and the program tells no address").with_hint(
                "name it behind the protocol, as in `tok helper kubernetes VENDOR`, or set provideClusterInfo: true",
            ),
        ),
    }
}

fn named(app: &App, target: &Target, place: &Place, voice: Voice) -> Result<Option<(Vendor, Profile)>> {
    let vendor = app.vendor(&target.vendor)?;
    let name = profile_name(target.profile.as_deref())?;
    let profile = app.profiles(&vendor)?.get(&vendor.name, name.as_deref())?;
    if let Place::At(addresses) = place
        && !profile.serves.is_empty()
        && weight(&profile, addresses).is_none()
    {
        let header = profile.header(&vendor.name);
        voice.explain(&format!("serves of {header} does not have this address"));
        return Ok(None);
    }
    Ok(Some((vendor, profile)))
}

/// Of all profiles the one that says most about the address.
fn most(app: &App, addresses: &[BaseUrl]) -> Result<Option<(Vendor, Profile)>> {
    let serving = config::serving(app.config_folder.as_deref(), &app.catalogue)?;
    let mut found: Vec<_> = Vec::new();
    for (vendor, profiles) in serving.vendors {
        for profile in profiles.list {
            if let Some(weight) = weight(&profile, addresses) {
                found.push((weight, vendor.name.clone(), profile));
            }
        }
    }
    let most = found.iter().map(|(weight, ..)| *weight).max();
    found.retain(|(weight, ..)| Some(*weight) == most);
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some((_, name, profile)), None) => Ok(Some((app.vendor(&name)?, profile))),
        (Some((_, name, profile)), Some((_, other_name, other))) => Err(Error::usage(format!(
            "helper: both {} and {} serve {}",
            profile.target(&name),
            other.target(&other_name),
            addresses.first().map_or("this address", BaseUrl::as_str),
        ))
        .with_hint(
            "have one of them say more in serves, as a path, or name the one that is meant behind the protocol",
        )),
        (None, _) => match serving.failures.into_iter().next() {
            Some(failure) => Err(failure),
            None => Ok(None),
        },
    }
}

/// How much a profile says about an address that it serves.
fn weight(profile: &Profile, addresses: &[BaseUrl]) -> Option<(usize, usize)> {
    let patterns = profile.serves.iter();
    let serving = patterns.filter(|pattern| addresses.iter().any(|address| pattern.serves(address)));
    serving.map(Pattern::weight).max()
}
