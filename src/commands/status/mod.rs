//! `tok status [VENDOR]`: what is configured and cached, and how long it still lasts.
//!
//! Shows no secret and touches neither the keyring nor the network; asks nobody.

mod row;
mod view;

use std::cell::{Cell, OnceCell, RefCell};
use std::io;
use std::time::Duration;

use super::Ground;
use super::call::{keyring_counts, store};
use crate::cache::entry;
use crate::cache::identity::Identity;
use crate::cache::store::Store;
use crate::cli::Target;
use crate::definition::Vendor;
use crate::error::Result;
use crate::inputs::config::{Profile, Profiles};
use crate::inputs::plain::Chosen;
use crate::inputs::{Flags, Sources};
use crate::output::print;
use crate::terminal::voice::{Verbosity, Voice};
use crate::time::clock::now_ms;
use crate::time::deadline::Deadline;
use crate::token::identity_of;
use row::{Row, State};

pub(super) fn run(ground: &Ground, target: Option<&Target>, json: bool, verbosity: Verbosity) -> Result<()> {
    let voice = Voice(verbosity);
    let store = store(voice)?;
    let (vendors, broken) = ground.vendors(target)?;
    let mut rows = Vec::new();
    let mut shown = Vec::new();
    for vendor in &vendors {
        let profiles = Profiles::load(ground.config_folder.as_deref(), vendor, &ground.catalogue)?;
        let named = target.and_then(|target| target.profile.as_deref());
        if named.is_some() {
            profiles.get(&vendor.name, named)?;
        }
        let default = Profile::default();
        let has_default = profiles.list.iter().any(|profile| profile.name.is_none());
        let list = profiles.list.iter().chain((!has_default).then_some(&default));
        for profile in list.filter(|profile| named.is_none() || profile.name.as_deref() == named) {
            let (row, identity) = configured(ground, vendor, profile, &profiles, &store, voice);
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
    print(&text, &mut io::stdout())
}

fn configured(
    ground: &Ground,
    vendor: &Vendor,
    profile: &Profile,
    profiles: &Profiles,
    store: &Store,
    voice: Voice,
) -> (Row, Option<Identity>) {
    let deadline = Deadline::after(Duration::ZERO);
    let sources = Sources {
        vendor,
        catalogue: &ground.catalogue,
        flags: Flags::default(),
        profile: profile.clone(),
        named: profile.name.is_some(),
        config_path: profiles.path.clone(),
        variables: true,
        // Only told of: nothing is looked up in it.
        keyring: keyring_counts(),
        no_input: true,
        deadline: &deadline,
        voice,
        terminal: OnceCell::new(),
        asked: Cell::new(false),
        known: RefCell::default(),
    };
    let mut row = Row::new(&vendor.name, profile.name.clone());
    match sources.choose(false) {
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
            let identity = identity_of(vendor, &chosen);
            row.login = chosen.login(vendor).into_iter().collect();
            row.url = Some(chosen.base.as_str().to_owned());
            row.fields = sources_of(&sources, &chosen);
            match entry::look(store, &identity, now_ms()) {
                None => row.fields.push("token: none is cached".to_owned()),
                Some(entry) => row.tell_of(&entry, profile.min_ttl),
            }
            (row, Some(identity))
        }
    }
}

fn sources_of(sources: &Sources, chosen: &Chosen) -> Vec<String> {
    let mut lines = vec![format!(
        "url: {}, {}",
        chosen.base.as_str(),
        sources.origin_of("url", chosen.url)
    )];
    for (name, value) in &chosen.plain {
        let source = chosen.sources.get(name).copied();
        lines.push(format!("{name}: {value}, {}", sources.origin_of(name, source)));
    }
    for field in chosen.secrets(sources.vendor, &sources.vendor.definition.login) {
        lines.push(format!(
            "{}: {}",
            field.name,
            sources.secret_origin(&field.name, chosen)
        ));
    }
    lines
}
