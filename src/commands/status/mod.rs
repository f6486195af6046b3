//! `tok status [VENDOR]`: what is configured and cached, and how long it still lasts.
//!
//! Shows no secret and touches neither the keyring nor the network; asks nobody.

mod row;
mod view;

use std::time::Duration;

use super::App;
use super::call::store;
use crate::cache::entry;
use crate::cache::identity::Identity;
use crate::cache::store::Store;
use crate::cli::Target;
use crate::definition::Vendor;
use crate::error::Result;
use crate::inputs::config::{Profile, Profiles};
use crate::inputs::{Chosen, Session, Settings};
use crate::output::{Stdout, print};
use crate::terminal::voice::{Verbosity, Voice};
use crate::time::clock::now_ms;
use crate::time::deadline::Deadline;
use crate::token::Principal;
use row::{Row, State};

pub(super) fn run(app: &App, target: Option<&Target>, json: bool, verbosity: Verbosity) -> Result<()> {
    let voice = Voice(verbosity);
    let store = store(voice)?;
    let (vendors, broken) = app.vendors(target)?;
    let mut rows = Vec::new();
    let mut shown = Vec::new();
    for vendor in &vendors {
        let profiles = app.profiles(vendor)?;
        let named = target.and_then(|target| target.profile.as_deref());
        if named.is_some() {
            profiles.get(&vendor.name, named)?;
        }
        let default = Profile::default();
        let has_default = profiles.list.iter().any(|profile| profile.name.is_none());
        let list = profiles.list.iter().chain((!has_default).then_some(&default));
        for profile in list.filter(|profile| named.is_none() || profile.name.as_deref() == named) {
            let (row, identity) = configured(app, vendor, profile, &profiles, &store, voice);
            let told_of = has_default || profile.name.is_some() || row.state != State::Incomplete;
            if told_of {
                shown.extend(identity);
                rows.push(row);
            }
        }
    }
    if target.is_none_or(|target| target.profile.is_none()) {
        rows.extend(
            entry::all(&store, now_ms())
                .iter()
                .filter(|entry| !shown.contains(&entry.identity))
                .filter(|entry| {
                    target
                        .as_ref()
                        .is_none_or(|target| target.vendor == entry.identity.vendor)
                })
                .map(|entry| {
                    Row::of_entry(
                        entry,
                        vendors.iter().find(|vendor| vendor.name == entry.identity.vendor),
                    )
                }),
        );
    }
    for error in broken {
        voice.warn(error.text());
    }
    let text = if json {
        view::in_json(&rows)?
    } else {
        view::in_table(&rows, voice)
    };
    print(&text, &mut Stdout)
}

fn configured(
    app: &App,
    vendor: &Vendor,
    profile: &Profile,
    profiles: &Profiles,
    store: &Store,
    voice: Voice,
) -> (Row, Option<Identity>) {
    let settings = Settings {
        no_input: true,
        ..Settings::of(vendor, &app.catalogue, profiles, profile.clone())
    };
    let session = Session::new(&settings, Deadline::after(Duration::ZERO), voice);
    let mut row = Row::new(&vendor.name, profile.name.clone());
    match session.choose(false) {
        Err(error) => {
            row.state = if error.is_missing() {
                State::Incomplete
            } else {
                State::Broken
            };
            row.reason = Some(error.text().to_owned());
            let what_helps = error.hint().into_iter().flat_map(|hint| hint.split("; "));
            row.fields = vec![error.text().to_owned()];
            row.fields.extend(what_helps.map(str::to_owned));
            (row, None)
        }
        Ok(chosen) => {
            let principal = Principal::of(chosen);
            row.login = principal.login.fields.iter().cloned().collect();
            row.url = Some(principal.identity.url.clone());
            row.fields = sources_of(&settings, &principal.chosen);
            match entry::look(store, &principal.identity, now_ms()) {
                None => row.fields.push("token: none is cached".to_owned()),
                Some(entry) => row.tell_of(&entry, profile.min_ttl),
            }
            (row, Some(principal.identity))
        }
    }
}

fn sources_of(settings: &Settings, chosen: &Chosen) -> Vec<String> {
    let mut lines = vec![format!(
        "url: {}, {}",
        chosen.base.as_str(),
        settings.words_of_source("url", chosen.url)
    )];
    for (name, value) in &chosen.plain {
        let source = chosen.sources.get(name).copied();
        lines.push(format!("{name}: {value}, {}", settings.words_of_source(name, source)));
    }
    for field in chosen.secrets(&chosen.vendor.definition.login) {
        lines.push(format!(
            "{}: {}",
            field.name,
            settings.words_of_secret_source(&field.name, chosen)
        ));
    }
    lines
}
