//! `tok status [VENDOR]`: what is configured and cached, and how long it still lasts.
//!
//! Shows no secret and touches neither the keyring nor the network; asks nobody.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::Ground;
use super::call::keyring_counts;
use crate::cache::clock::{between, now_ms};
use crate::cache::entry::{self, Entry};
use crate::cache::freshness::{Demand, Freshness};
use crate::cache::identity::Identity;
use crate::cache::store::Store;
use crate::cli::{Target, unknown_vendor};
use crate::deadline::Deadline;
use crate::duration;
use crate::error::{Error, Result};
use crate::folders;
use crate::inputs::config::{Profile, Profiles};
use crate::inputs::plain::Chosen;
use crate::inputs::{Flags, Sources};
use crate::output::{print, table};
use crate::paint::{Paint, has_colours};
use crate::token::identity_of;
use crate::vendor::Vendor;
use crate::voice::{Verbosity, Voice};

/// One line of the table.
#[derive(Debug, Serialize)]
struct Row {
    vendor: String,
    /// `None` for the default profile.
    profile: Option<String>,
    /// The plain fields that tell one login from another.
    login: BTreeMap<String, String>,
    url: Option<String>,
    /// RFC 3339, UTC.
    expires_at: Option<String>,
    /// Seconds.
    expires_in: Option<i64>,
    /// In milliseconds.
    #[serde(skip)]
    end: i64,
    state: State,
    /// Why it is incomplete or broken.
    reason: Option<String>,
    /// An expired token can be had anew without a secret.
    can_refresh: bool,
    /// Where each field comes from, for `-v`.
    #[serde(skip)]
    fields: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Valid,
    /// Valid, but for less than the margin: the next call gets a new one.
    Ending,
    Expired,
    /// Nothing is cached.
    None,
    /// A field has no value yet.
    Incomplete,
    Broken,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: u8,
    tokens: &'a [Row],
}

pub(super) fn run(ground: &Ground, target: Option<Target>, json: bool, verbosity: Verbosity) -> Result<()> {
    let voice = Voice(verbosity);
    let store = Store::open(folders::cache()?.unwrap_or_default(), voice);
    let (vendors, broken) = match &target {
        None => ground.catalogue.all(),
        Some(Target { vendor: name, .. }) => {
            let found = ground.catalogue.find(name)?;
            (
                vec![found.ok_or_else(|| unknown_vendor(name, &ground.catalogue))?],
                Vec::new(),
            )
        }
    };
    let mut rows = Vec::new();
    let mut shown = Vec::new();
    for vendor in &vendors {
        let profiles = Profiles::load(ground.config_folder.as_deref(), vendor, &ground.catalogue)?;
        let named = target.as_ref().and_then(|target| target.profile.as_deref());
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
    if target.as_ref().is_none_or(|target| target.profile.is_none()) {
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
    print(
        &if json { in_json(&rows)? } else { in_table(&rows, voice) },
        &mut io::stdout(),
    )
}

fn in_json(rows: &[Row]) -> Result<String> {
    let report = Report {
        schema: 1,
        tokens: rows,
    };
    let text = serde_json::to_string(&report).map_err(|error| Error::other(format!("status: {error}")))?;
    Ok(text + "\n")
}

fn in_table(rows: &[Row], voice: Voice) -> String {
    if rows.is_empty() {
        voice.notice(
            "nothing is configured and nothing is cached; `tok demo` shows how it works, `tok login VENDOR` begins",
        );
        return String::new();
    }
    let colours = has_colours(&io::stdout());
    let now = now_ms();
    let cells = rows.iter().map(|row| {
        let login = row.login.values().cloned().collect::<Vec<_>>().join(" ");
        let expires = row
            .expires_at
            .as_deref()
            .map(|at| format!("{at} ({})", row.distance(now)));
        let (paint, state) = match (row.state, &row.reason) {
            (State::Valid, _) => (Paint::Good, "valid"),
            (State::Ending, _) => (Paint::Warning, "ends soon"),
            (State::Expired, _) if row.can_refresh => (Paint::Warning, "expired, can be refreshed"),
            (State::Expired, _) => (Paint::Warning, "expired"),
            (State::None, _) => (Paint::Plain, "no token"),
            (_, reason) => (Paint::Bad, reason.as_deref().unwrap_or_default()),
        };
        [
            row.vendor.clone(),
            row.profile.clone().unwrap_or_default(),
            login,
            expires.unwrap_or_default(),
            paint.of(state, colours),
        ]
    });
    let mut text = table(["VENDOR", "PROFILE", "LOGIN", "EXPIRES", "STATE"], cells);
    if voice.0 == Verbosity::Verbose {
        for row in rows {
            let profile = row.profile.as_ref().map(|profile| format!("@{profile}"));
            text.extend(["\n", &row.vendor, &profile.unwrap_or_default(), "\n"]);
            text.extend(row.fields.iter().map(|line| format!("  {line}\n")));
        }
    }
    text
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
    let mut row = Row {
        vendor: vendor.name.clone(),
        profile: profile.name.clone(),
        login: BTreeMap::new(),
        url: None,
        expires_at: None,
        expires_in: None,
        end: 0,
        state: State::None,
        reason: None,
        can_refresh: false,
        fields: Vec::new(),
    };
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

impl Row {
    /// A token that belongs to no profile, as one that was got with flags.
    fn of_entry(entry: &Entry, vendor: Option<&Vendor>) -> Self {
        let identity = &entry.identity;
        let is_login = |name: &str| {
            let field = vendor.and_then(|vendor| vendor.definition.field(name));
            field.is_none_or(|field| !field.optional && field.default.is_none())
        };
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut row = Self {
            vendor: identity.vendor.clone(),
            profile: None,
            login: identity
                .fields
                .iter()
                .filter(|(name, _)| is_login(name))
                .map(|(name, value)| (name.clone(), text(value)))
                .collect(),
            url: Some(identity.url.clone()),
            expires_at: None,
            expires_in: None,
            end: 0,
            state: State::None,
            reason: None,
            can_refresh: false,
            fields: vec![format!("url: {}, as it was given then", identity.url)],
        };
        row.tell_of(entry, None);
        row
    }

    /// From now to the end, as people say it.
    fn distance(&self, now: i64) -> String {
        if self.end > now {
            format!("in {}", duration::words(between(now, self.end)))
        } else {
            format!("{} ago", duration::words(between(self.end, now)))
        }
    }

    fn tell_of(&mut self, entry: &Entry, min_ttl: Option<Duration>) {
        let now = now_ms();
        let freshness = Freshness::of(entry, now, Demand { min_ttl, since: None });
        self.state = match freshness {
            Freshness::FreshUntil { .. } => State::Valid,
            Freshness::ExpiringSoon { .. } => State::Ending,
            Freshness::Expired { .. } | Freshness::Forced => State::Expired,
        };
        self.end = entry.expires_at;
        self.expires_at = Timestamp::from_second(entry.expires_at.div_euclid(1000))
            .ok()
            .map(|at| at.to_string());
        self.expires_in = Some(between(now, entry.expires_at).as_secs().try_into().unwrap_or(i64::MAX));
        self.can_refresh = entry.refresh_token.is_some();
        let then = match self.state {
            State::Valid if entry.fingerprint.is_some() => "used if the secret is the same",
            State::Valid => "used",
            _ if self.can_refresh => "refreshed",
            _ => "replaced",
        };
        self.fields.push(format!("token: {then}: {freshness}"));
    }
}
