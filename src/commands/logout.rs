//! `tok logout VENDOR`: forget a profile's secret, its tokens and its hold, and say what was forgotten.
//!
//! With `--revoke` the vendor ends the tokens first; a token that could not be revoked is not forgotten. With `--all` it is
//! about every profile, and about every login that a cached token is of.

use super::Ground;
use super::call::{Setting, keyring_counts, store};
use crate::cache::entry::{self, Entry};
use crate::cache::hold;
use crate::cache::identity::Identity;
use crate::cache::prune;
use crate::cache::store::Store;
use crate::cli::{Call, Logout};
use crate::definition::Vendor;
use crate::error::{Error, Result};
use crate::inputs::config::{Profile, Profiles};
use crate::inputs::plain::Chosen;
use crate::inputs::{Sources, config_edit, keyring};
use crate::origin::BaseUrl;
use crate::terminal::voice::Voice;
use crate::time::clock::now_ms;
use crate::token::{Need, Revoked};

/// One call: what was forgotten and what could not be.
struct Work<'a> {
    ground: &'a Ground,
    logout: &'a Logout,
    store: &'a Store,
    secrets: Vec<String>,
    tokens: usize,
    hold: bool,
    failures: Vec<Error>,
    revocation_failed: Vec<Identity>,
    keyring_failed: bool,
}

pub(super) fn run(ground: &Ground, logout: &Logout) -> Result<()> {
    let vendor = ground.vendor(&logout.target.vendor)?;
    let voice = Voice(logout.verbosity);
    let store = store(voice)?;
    let mut work = Work {
        ground,
        logout,
        store: &store,
        secrets: Vec::new(),
        tokens: 0,
        hold: false,
        failures: Vec::new(),
        revocation_failed: Vec::new(),
        keyring_failed: false,
    };
    if logout.revoke && vendor.definition.revoke.is_none() {
        voice.notice(&format!(
            "{}: tokens cannot be revoked there; they end by themselves",
            vendor.name
        ));
    }
    if logout.all {
        work.forget_all(&vendor)?;
    } else {
        work.forget_target(&vendor)?;
    }
    prune::remove_left_overs(&store);
    if let Some(folder) = &ground.config_folder {
        config_edit::remove_left_overs(&folder.join("config.toml"));
    }
    voice.notice(&format!("{}: {}", vendor.name, work.words()));
    let mut failures = work.failures.into_iter();
    let first = failures.next();
    failures.for_each(|failure| voice.warn(failure.text()));
    first.map_or(Ok(()), Err)
}

/// The login of a token that belongs to no profile, as if there were one.
fn profile_of(entry: &Entry) -> Profile {
    let identity = &entry.identity;
    let texts = |value: &serde_json::Value| match value.as_array() {
        Some(items) => items.iter().map(text).collect(),
        None => vec![text(value)],
    };
    let plain = identity.fields.iter().map(|(name, value)| (name.clone(), texts(value)));
    Profile {
        plain: plain.collect(),
        url: Some(identity.url.clone()),
        way: Some(identity.way.join("+")).filter(|way| !way.is_empty()),
        ..Profile::default()
    }
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a token was given to this login, whatever else it was asked for with.
fn is_of(entry: &Entry, sources: &Sources, chosen: &Chosen) -> bool {
    let identity = &entry.identity;
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

impl Work<'_> {
    fn call(&self, profile: Option<String>) -> Result<Call> {
        Ok(Call {
            profile,
            verbosity: self.logout.verbosity,
            ..Call::of(self.ground.vendor(&self.logout.target.vendor)?)
        })
    }

    fn forget_target(&mut self, vendor: &Vendor) -> Result<()> {
        let call = self.call(self.logout.target.profile.clone())?;
        let setting = Setting::of(self.ground, &call)?;
        self.forget(&call, &setting, true).map_err(|error| {
            if !error.is_missing() {
                return error;
            }
            let all = format!("`tok logout {} --all` forgets every one", vendor.name);
            error.with_hint(format!("nothing tells whose login to forget; {all}"))
        })
    }

    /// Every profile, then every login that is known from a token alone.
    fn forget_all(&mut self, vendor: &Vendor) -> Result<()> {
        let known = Profiles::load(self.ground.config_folder.as_deref(), vendor, &self.ground.catalogue)?;
        let (default, named): (Vec<_>, Vec<_>) = known.list.into_iter().partition(|profile| profile.name.is_none());
        let default = default.into_iter().next().unwrap_or_default();
        for profile in [default].into_iter().chain(named) {
            let call = self.call(profile.name.clone())?;
            let setting = Setting::of_profile(self.ground, &call, profile)?;
            match self.forget(&call, &setting, true) {
                // A profile that is not complete has nothing to forget.
                Err(error) if error.is_missing() => {}
                outcome => self.failures.extend(outcome.err()),
            }
        }
        for entry in entry::all(self.store, now_ms()) {
            if entry.identity.vendor != vendor.name || self.revocation_failed.contains(&entry.identity) {
                continue;
            }
            let call = self.call(None)?;
            let setting = Setting::of_profile(self.ground, &call, profile_of(&entry))?;
            // The variables may be somebody else's.
            if self.forget(&call, &setting, false).is_err() {
                // A token of a definition that has changed since.
                self.forget_token(&entry);
            }
        }
        Ok(())
    }

    /// What can be forgotten of a login is, whatever fails on the way. Where a token could not be revoked the secret stays as
    /// well, since the next attempt may need it.
    fn forget(&mut self, call: &Call, setting: &Setting, variables: bool) -> Result<()> {
        let deadline = setting.deadline()?;
        let mut sources = setting.sources(self.ground, call, &deadline);
        sources.variables = variables;
        let chosen = sources.choose(false)?;
        let store = self.store;
        let need = Need {
            sources: &sources,
            chosen: &chosen,
            store,
            began: self.ground.began,
            fresh: false,
            min_ttl: None,
            no_cache: false,
        };
        let mut revoked = true;
        for entry in entry::all(store, now_ms()) {
            if !is_of(&entry, &sources, &chosen) {
                continue;
            }
            let ended = if self.logout.revoke {
                revoke(&need, &entry)
            } else {
                Ok(())
            };
            if let Err(error) = ended {
                revoked = false;
                self.failures.push(error);
                self.revocation_failed.push(entry.identity);
            } else {
                self.forget_token(&entry);
            }
        }
        if !revoked {
            return Ok(());
        }
        if hold::is_held(store, &need.login()) {
            match hold::forget(store, &need.login()) {
                Ok(()) => self.hold = true,
                Err(unkept) => self.failures.push(Error::other(unkept.reason)),
            }
        }
        self.forget_secrets(&sources, &chosen);
        Ok(())
    }

    fn forget_token(&mut self, entry: &Entry) {
        match entry::forget(self.store, &entry.identity) {
            Ok(()) => self.tokens += 1,
            Err(unkept) => self.failures.push(Error::other(unkept.reason)),
        }
    }

    /// A keyring that failed once is not waited for again.
    fn forget_secrets(&mut self, sources: &Sources, chosen: &Chosen) {
        if !keyring_counts() || self.keyring_failed {
            return;
        }
        for field in chosen.secrets(sources.vendor, &sources.vendor.definition.login) {
            let user = sources.keyring_user(&field.name, chosen);
            match keyring::delete(&user, sources.can_show_dialog(), sources.deadline) {
                Ok(true) => self.secrets.push(field.name.clone()),
                Ok(false) => {}
                Err(error) => {
                    let what = format!("{}: {} is not forgotten", sources.vendor.name, field.name);
                    self.failures.push(error.of(what));
                    self.keyring_failed = true;
                    return;
                }
            }
        }
    }

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
            return if self.failures.is_empty() {
                "nothing was kept"
            } else {
                "nothing is forgotten"
            }
            .to_owned();
        }
        format!("forgot {}", parts.join(", "))
    }
}
