//! `tok logout VENDOR`: forget a profile's secret, its tokens and its hold, and say what was forgotten.
//!
//! With `--revoke` the vendor ends the tokens first; a token that could not be revoked is not forgotten. With `--all` it is
//! about every profile, and about every login that a cached token is of. A token that another process is being given is
//! waited for, so that none is left behind.

mod forgotten;
mod key;
mod revoke;
mod whose;

use super::App;
use super::call::{Prepared, store};
use crate::cache::entry;
use crate::cache::hold;
use crate::cache::identity::Identity;
use crate::cache::prune;
use crate::cache::store::Store;
use crate::cli::{Call, Logout};
use crate::definition::Vendor;
use crate::error::{Error, Result};
use crate::inputs::{Chosen, Session, config_edit, keyring};
use crate::options::LIMIT;
use crate::terminal::voice::Voice;
use crate::time::clock::now_ms;
use crate::token::{Need, Principal};
use forgotten::Forgotten;
pub(super) use key::forget_key;
use revoke::revoke;
use whose::{is_of, profile_of};

/// One call: what was forgotten and what could not be.
struct Work<'a> {
    app: &'a App,
    logout: &'a Logout,
    store: &'a Store,
    forgotten: Forgotten,
    failures: Vec<Error>,
    /// Whose tokens could not be revoked, or are being asked for.
    left: Vec<Identity>,
    keyring_failed: bool,
}

pub(super) fn run(app: &App, logout: &Logout) -> Result<()> {
    let vendor = app.vendor(&logout.target.vendor)?;
    let voice = Voice(logout.verbosity);
    let store = store(voice, LIMIT)?;
    let mut work = Work {
        app,
        logout,
        store: &store,
        forgotten: Forgotten::default(),
        failures: Vec::new(),
        left: Vec::new(),
        keyring_failed: false,
    };
    if logout.revoke && !vendor.definition.can_revoke() {
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
    if let Some(folder) = &app.config_folder {
        config_edit::remove_left_overs(&folder.join("config.toml"));
    }
    let words = work.forgotten.words(!work.failures.is_empty());
    voice.notice(&format!("{}: {words}", vendor.name));
    let mut failures = work.failures.into_iter();
    let first = failures.next();
    failures.for_each(|failure| voice.warn(failure.text()));
    first.map_or(Ok(()), Err)
}

/// Whether the keyring had the secret.
fn delete(session: &Session, chosen: &Chosen, name: &str) -> Result<bool> {
    let dialog = session.can_show_dialog();
    let mut had = false;
    for user in session.keyring_users(name, chosen) {
        had |= keyring::delete(&user, dialog, &session.deadline)?;
    }
    Ok(had)
}

impl Work<'_> {
    fn call(&self, profile: Option<String>) -> Result<Call> {
        Ok(Call {
            profile,
            verbosity: self.logout.verbosity,
            ..Call::of(self.app.vendor(&self.logout.target.vendor)?)
        })
    }

    fn forget_target(&mut self, vendor: &Vendor) -> Result<()> {
        let call = self.call(self.logout.target.profile.clone())?;
        let prepared = Prepared::of(self.app, &call)?;
        self.forget(&prepared).map_err(|error| {
            if !error.is_missing() {
                return error;
            }
            let all = format!("`tok logout {} --all` forgets every one", vendor.name);
            error.with_hint(format!("nothing tells whose login to forget; {all}"))
        })
    }

    /// Every profile, then every login that is known from a token alone.
    fn forget_all(&mut self, vendor: &Vendor) -> Result<()> {
        let known = self.app.profiles(vendor)?;
        let (default, named): (Vec<_>, Vec<_>) = known.list.into_iter().partition(|profile| profile.name.is_none());
        let default = default.into_iter().next().unwrap_or_default();
        for profile in [default].into_iter().chain(named) {
            let call = self.call(profile.name.clone())?;
            let prepared = Prepared::of_profile(self.app, &call, profile)?;
            match self.forget(&prepared) {
                // A profile that is not complete has nothing to forget.
                Err(error) if error.is_missing() => {}
                outcome => self.failures.extend(outcome.err()),
            }
        }
        for identity in entry::identities(self.store, now_ms()) {
            if identity.vendor != vendor.name || self.left.contains(&identity) {
                continue;
            }
            let call = self.call(None)?;
            let mut prepared = Prepared::of_profile(self.app, &call, profile_of(&identity, &vendor.definition))?;
            // They may be somebody else's.
            prepared.settings.variables = false;
            if self.forget(&prepared).is_err() {
                // A token of a definition that has changed since.
                self.forget_token(&identity);
            }
        }
        Ok(())
    }

    /// What can be forgotten of a login is, whatever fails on the way. Where a token could not be revoked the secret stays as
    /// well, since the next attempt may need it.
    fn forget(&mut self, prepared: &Prepared) -> Result<()> {
        let session = prepared.session()?;
        let principal = Principal::of(session.choose(false)?);
        let store = self.store;
        let need = Need::of(&principal, &session, store);
        if !self.forget_tokens(&need) {
            return Ok(());
        }
        if hold::is_held(store, &principal.login) {
            match hold::forget(store, &principal.login) {
                Ok(()) => self.forgotten.hold = true,
                Err(unkept) => self.failures.push(Error::other(unkept.reason)),
            }
        }
        self.forget_secrets(&session, &principal);
        Ok(())
    }

    /// Whether every token of the login is forgotten. Each is looked at again once nobody can be renewing it, the profile's own
    /// also where there is none yet.
    fn forget_tokens(&mut self, need: &Need) -> bool {
        let logins = need.await_logins();
        let mut identities = entry::identities(self.store, now_ms());
        identities.retain(|identity| is_of(identity, need.principal));
        if !identities.contains(&need.principal.identity) {
            identities.push(need.principal.identity.clone());
        }
        if let Err(error) = logins {
            self.failures.push(error);
            self.left.extend(identities);
            return false;
        }
        let before = self.left.len();
        for identity in identities {
            if let Err(error) = self.forget_identity(need, &identity) {
                self.failures.push(error);
                self.left.push(identity);
            }
        }
        self.left.len() == before
    }

    /// On this machine whatever the shared store says, unless its token is to be revoked first.
    fn forget_identity(&mut self, need: &Need, identity: &Identity) -> Result<()> {
        let _turn = need.turn_of(identity)?;
        if self.logout.revoke {
            // The one in the store has its refresh token with it.
            let here = || entry::look_quietly(self.store, identity, now_ms());
            if let Some(entry) = need.settled_there(identity)?.or_else(here) {
                revoke(need, &entry)?;
            }
        }
        if entry::is_kept(self.store, identity, now_ms()) {
            self.forget_token(identity);
        }
        let vendor = &identity.vendor;
        let what = || format!("{vendor}: what lies in the shared store is not forgotten");
        match need.forget_there(identity) {
            Ok(true) => self.forgotten.shared += 1,
            Ok(false) if need.shared.is_gone() => {
                let text = format!("{}, since it cannot be used now", what());
                self.failures.push(Error::unreachable(text));
            }
            Ok(false) => {}
            Err(error) => self.failures.push(error.of(what())),
        }
        Ok(())
    }

    fn forget_token(&mut self, identity: &Identity) {
        match entry::forget(self.store, identity) {
            Ok(()) => self.forgotten.tokens += 1,
            Err(unkept) => self.failures.push(Error::other(unkept.reason)),
        }
    }

    /// A keyring that failed once is not waited for again.
    fn forget_secrets(&mut self, session: &Session, principal: &Principal) {
        if !session.settings.keyring || self.keyring_failed {
            return;
        }
        let chosen = &principal.chosen;
        for field in chosen.secrets(&chosen.login_plan()) {
            match delete(session, chosen, &field.name) {
                Ok(true) => self.forgotten.secrets.push(field.name.clone()),
                Ok(false) => {}
                Err(error) => {
                    let what = format!("{}: {} is not forgotten", chosen.vendor.name, field.name);
                    self.failures.push(error.of(what));
                    self.keyring_failed = true;
                    return;
                }
            }
        }
    }
}
