//! `tok status [VENDOR]`: what is configured and cached, and how long it still lasts.
//!
//! Shows no secret and asks no vendor and nobody else; a store that other machines share is looked at. The keyring is looked
//! at where more is asked for, and then only for whether it has a secret: nothing is unlocked, and nothing read but the key of
//! what is cached.

mod folder;
mod ring;
mod row;
mod there;
mod view;

use std::time::Duration;

use super::App;
use super::call::store;
use crate::cache::entry::{self, Entry};
use crate::cache::hold;
use crate::cache::identity::Identity;
use crate::cache::store::Store;
use crate::cli::Target;
use crate::definition::Vendor;
use crate::error::Result;
use crate::inputs::config::{self, Profile, Profiles};
use crate::inputs::{Session, Settings, Sharing};
use crate::options::LIMIT;
use crate::output::{Stdout, print};
use crate::shared::Shared;
use crate::terminal::voice::{Verbosity, Voice};
use crate::time::clock::now_ms;
use crate::time::deadline::Deadline;
use crate::token::Principal;
use folder::Keeping;
use ring::Ring;
use row::{Row, State};
use there::There;

/// For the password and the key of a shared store.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn run(app: &App, target: Option<&Target>, json: bool, verbosity: Verbosity) -> Result<()> {
    let voice = Voice(verbosity);
    let (vendors, broken) = app.vendors(target)?;
    let store = store(voice, LIMIT)?;
    let settings = match vendors.first() {
        Some(vendor) => {
            let profiles = app.profiles(vendor)?;
            Some(Settings {
                sharing: Sharing::of(&profiles.top)?,
                ..Settings::of(vendor, &app.catalogue, &profiles, Profile::default())?
            })
        }
        None => None,
    };
    let session = settings
        .as_ref()
        .map(|settings| Session::new(settings, Deadline::after(PATIENCE), voice));
    let there = session.as_ref().and_then(|session| {
        let address = session.settings.sharing.as_ref()?.address.to_string();
        Some(There::new(Shared::of(session, &store), address, voice))
    });
    let outlook = store.outlook();
    let look = Look {
        app,
        store: &store,
        ring: (verbosity == Verbosity::Verbose).then(|| Ring::with(store.seal().trouble_with_ring())),
        there,
        voice,
    };
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
            let (row, identity) = look.at(vendor, profile, &profiles)?;
            let told_of = has_default || profile.name.is_some() || row.state != State::Incomplete;
            if told_of {
                shown.extend(identity);
                rows.push(row);
            }
        }
    }
    if target.is_none_or(|target| target.profile.is_none()) {
        let is_meant = |entry: &&Entry| target.is_none_or(|target| target.vendor == entry.identity.vendor);
        let others = entry::all(look.store, now_ms());
        let others = others.iter().filter(|entry| !shown.contains(&entry.identity));
        rows.extend(others.filter(is_meant).map(|entry| {
            let vendor = vendors.iter().find(|vendor| vendor.name == entry.identity.vendor);
            Row::of_entry(entry, vendor)
        }));
    }
    for error in broken {
        voice.warn(error.text());
    }
    for error in config::strangers(app.config_folder.as_deref(), &app.catalogue)? {
        let hint = error.hint().map(|hint| format!("; {hint}"));
        voice.warn(&format!("{}{}", error.text(), hint.unwrap_or_default()));
    }
    let folder = look.store.folder();
    let in_clear = entry::count_in_clear(look.store, now_ms());
    let reach = look.there.as_ref().map(There::reach);
    let text = if json {
        view::in_json(&rows, &Keeping::of(folder, &outlook, in_clear), reach)?
    } else {
        let verbose = verbosity == Verbosity::Verbose;
        let mut text = view::in_table(&rows, voice);
        if !rows.is_empty() && (target.is_none() || verbose) {
            text += &folder::line(folder, &outlook, in_clear, verbose);
        }
        text.extend(reach.map(|reach| format!("\nshared store: {}\n", reach.words())));
        text
    };
    print(&text, &mut Stdout)
}

/// What every profile is looked at with.
struct Look<'a> {
    app: &'a App,
    store: &'a Store,
    /// Where the keyring is looked at.
    ring: Option<Ring>,
    there: Option<There<'a>>,
    voice: Voice,
}

impl Look<'_> {
    fn at(&self, vendor: &Vendor, profile: &Profile, profiles: &Profiles) -> Result<(Row, Option<Identity>)> {
        let settings = Settings {
            no_input: true,
            ..Settings::of(vendor, &self.app.catalogue, profiles, profile.clone())?
        };
        let session = Session::new(&settings, Deadline::after(Duration::ZERO), self.voice);
        let mut row = Row::new(&vendor.name, profile.name.clone());
        let chosen = match session.choose(false) {
            Ok(chosen) => chosen,
            Err(error) => {
                row.lacks(&error);
                return Ok((row, None));
            }
        };
        let principal = Principal::of(chosen);
        row.login = principal.login.fields.iter().cloned().collect();
        row.url = Some(principal.identity.url.clone());
        self.tell_sources(&mut row, &session, &principal);
        if !profile.serves.is_empty() {
            let patterns: Vec<String> = profile.serves.iter().map(ToString::to_string).collect();
            row.fields.push(format!("serves: {}", patterns.join(", ")));
        }
        if let Some(until) = hold::until(self.store, &principal.login, now_ms()) {
            row.is_held(until);
        }
        match entry::look(self.store, &principal.identity, now_ms()) {
            None => row.has_none(entry::flaw(self.store, &principal.identity, now_ms())),
            Some(entry) => row.tell_of(&entry, profile.min_ttl),
        }
        if let Some(there) = &self.there {
            there.tell(&mut row, &principal);
        }
        Ok((row, Some(principal.identity)))
    }

    fn tell_sources(&self, row: &mut Row, session: &Session, principal: &Principal) {
        let (settings, chosen) = (session.settings, &principal.chosen);
        let url = settings.words_of_source("url", chosen.url);
        row.fields.push(format!("url: {}, {url}", chosen.base.as_str()));
        for (name, value) in &chosen.plain {
            let source = settings.words_of_source(name, chosen.sources.get(name).copied());
            row.fields.push(format!("{name}: {value}, {source}"));
        }
        for field in chosen.secrets(&chosen.login_plan()) {
            let name = &field.name;
            let source = settings.words_of_secret_source(name, chosen);
            let ring = self.ring.as_ref().filter(|_| settings.keyring);
            let look = ring.map(|ring| ring.look(&session.keyring_users(name, chosen)));
            row.tell_of_secret(field, source, look.as_ref());
        }
        for token in chosen.fetched() {
            let (name, audience) = (&token.field, token.audience.escape_debug());
            row.fields.push(format!(
                "{name}: the job's identity token for '{audience}', fetched for each login"
            ));
        }
    }
}
