//! `tok logout VENDOR`: forget a profile's secret, its tokens and its hold, and say what was forgotten.
//!
//! With `--revoke` the vendor ends the tokens first; a token that could not be revoked is not forgotten.

use super::Ground;
use super::call::{Setting, keyring_counts, store};
use crate::cache::clock::now_ms;
use crate::cache::entry::{self, Entry};
use crate::cache::hold;
use crate::cache::store::Store;
use crate::cli::{Call, Logout, unknown_vendor};
use crate::error::{Error, Result};
use crate::inputs::config::Profiles;
use crate::inputs::plain::Chosen;
use crate::inputs::{Sources, keyring};
use crate::origin::BaseUrl;
use crate::token::{Need, Revoked};
use crate::vendor::Vendor;
use crate::voice::Voice;

/// What was forgotten.
#[derive(Debug, Default)]
struct Forgotten {
    secrets: Vec<String>,
    tokens: usize,
    hold: bool,
}

pub(super) fn run(ground: &Ground, logout: &Logout) -> Result<()> {
    let vendor = find(ground, logout)?;
    let mut profiles = vec![logout.target.profile.clone()];
    if logout.all {
        let known = Profiles::load(ground.config_folder.as_deref(), &vendor, &ground.catalogue)?;
        profiles = known.list.into_iter().map(|profile| profile.name).collect();
    }
    let voice = Voice(logout.verbosity);
    let store = store(voice)?;
    let mut forgotten = Forgotten::default();
    let mut failures = Vec::new();
    for profile in profiles {
        match forget_profile(ground, logout, profile, &store, &mut forgotten) {
            // A profile that is not complete has nothing to forget.
            Err(error) if logout.all && error.is_missing() => {}
            outcome => failures.extend(outcome.err()),
        }
    }
    if logout.all && !logout.revoke {
        let entries = entry::all(&store, now_ms());
        let of_vendor = entries.iter().filter(|entry| entry.identity.vendor == vendor.name);
        failures.extend(of_vendor.filter_map(|entry| forget_token(&store, entry, &mut forgotten).err()));
    }
    voice.notice(&format!("{}: {}", vendor.name, forgotten.words()));
    failures.into_iter().next().map_or(Ok(()), Err)
}

fn find(ground: &Ground, logout: &Logout) -> Result<Vendor> {
    let name = &logout.target.vendor;
    let found = ground.catalogue.find(name)?;
    found.ok_or_else(|| unknown_vendor(name, &ground.catalogue))
}

fn forget_profile(
    ground: &Ground,
    logout: &Logout,
    profile: Option<String>,
    store: &Store,
    forgotten: &mut Forgotten,
) -> Result<()> {
    let call = Call {
        profile,
        verbosity: logout.verbosity,
        ..Call::of(find(ground, logout)?)
    };
    let setting = Setting::of(ground, &call)?;
    let deadline = setting.deadline();
    let sources = setting.sources(ground, &call, &deadline);
    let chosen = sources.choose(false)?;
    let need = Need {
        sources: &sources,
        chosen: &chosen,
        store,
        began: ground.began,
        fresh: false,
        min_ttl: None,
        no_cache: false,
    };
    let entries = entry::all(store, now_ms());
    let entries: Vec<&Entry> = entries.iter().filter(|entry| is_of(entry, &sources, &chosen)).collect();
    if logout.revoke {
        entries.iter().try_for_each(|entry| revoke(&need, entry))?;
    }
    for entry in entries {
        forget_token(store, entry, forgotten)?;
    }
    if hold::is_held(store, &need.login()) {
        hold::forget(store, &need.login()).map_err(|unkept| Error::other(unkept.reason))?;
        forgotten.hold = true;
    }
    forget_secrets(&sources, &chosen, forgotten)
}

/// Whether a token was given to this login, whatever else it was asked for with.
fn is_of(entry: &Entry, sources: &Sources, chosen: &Chosen) -> bool {
    let identity = &entry.identity;
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let same = |(name, value): &(String, String)| identity.fields.get(name).is_none_or(|field| text(field) == *value);
    identity.vendor == sources.vendor.name
        && identity.way == chosen.way
        && BaseUrl::parse(&identity.url).is_ok_and(|url| url.origin() == chosen.base.origin())
        && chosen.login(sources.vendor).iter().all(same)
}

fn revoke(need: &Need, entry: &Entry) -> Result<()> {
    let vendor = need.sources.vendor;
    let voice = need.sources.voice;
    let Some(exchange) = &vendor.definition.revoke else {
        voice.notice(&format!(
            "{}: tokens cannot be revoked there; they end by themselves",
            vendor.name
        ));
        return Ok(());
    };
    if entry.expires_at <= now_ms() {
        return Ok(());
    }
    let hint = "without --revoke it is forgotten here, and stays valid until it ends";
    let ended = need
        .revoke(exchange, entry)
        .map_err(|error| error.of("the token is not revoked").with_hint(hint))?;
    let what = exchange.note.as_deref().unwrap_or("the token");
    voice.notice(&match ended {
        Revoked::Now => format!("{}: revoked {what}", vendor.name),
        Revoked::Before(words) => format!("{}: the vendor does not know the token any more: {words}", vendor.name),
    });
    Ok(())
}

fn forget_token(store: &Store, entry: &Entry, forgotten: &mut Forgotten) -> Result<()> {
    entry::forget(store, &entry.identity).map_err(|unkept| Error::other(unkept.reason))?;
    forgotten.tokens += 1;
    Ok(())
}

fn forget_secrets(sources: &Sources, chosen: &Chosen, forgotten: &mut Forgotten) -> Result<()> {
    if !keyring_counts() {
        return Ok(());
    }
    for field in chosen.secrets(sources.vendor, &sources.vendor.definition.login) {
        let user = sources.keyring_user(&field.name, chosen);
        let there = keyring::delete(&user, sources.can_show_dialog(), sources.deadline);
        if there.map_err(|error| error.of(&sources.vendor.name))? {
            forgotten.secrets.push(field.name.clone());
        }
    }
    Ok(())
}

impl Forgotten {
    fn words(&self) -> String {
        let mut parts: Vec<String> = self
            .secrets
            .iter()
            .map(|name| format!("{name} in the OS keyring"))
            .collect();
        match self.tokens {
            0 => {}
            1 => parts.push("1 token".to_owned()),
            several => parts.push(format!("{several} tokens")),
        }
        if self.hold {
            parts.push("the hold".to_owned());
        }
        if parts.is_empty() {
            return "nothing was kept".to_owned();
        }
        format!("forgot {}", parts.join(", "))
    }
}
