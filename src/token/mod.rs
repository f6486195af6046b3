//! The main job: a valid token, from the cache or from the vendor.
//!
//! Look, lock, look again, refresh, log in, keep. One process asks, the others take its token or its failure. Where the
//! vendor cannot be asked and the cached token still lasts, it is given with a warning. This room knows nothing of shells
//! and of the command line.

mod ask;
mod keep;
mod refusal;

pub(crate) use ask::Revoked;

use std::time::Duration;

use crate::cache::entry::{self, Entry};
use crate::cache::fingerprint::Fingerprint;
use crate::cache::freshness::{Demand, Freshness};
use crate::cache::guard::Guard;
use crate::cache::identity::Identity;
use crate::cache::lock::{self, Turn, Waiter};
use crate::cache::store::{Store, Unkept};
use crate::definition::Vendor;
use crate::error::Result;
use crate::inputs::Sources;
use crate::inputs::plain::Chosen;
use crate::secret::Secret;
use crate::time::clock::now_ms;

/// What a token is wanted for, and what is asked of it.
#[derive(Debug)]
pub(crate) struct Need<'a> {
    pub(crate) sources: &'a Sources<'a>,
    pub(crate) chosen: &'a Chosen,
    pub(crate) store: &'a Store,
    /// When this process began, in milliseconds of the wall clock.
    pub(crate) began: i64,
    pub(crate) fresh: bool,
    pub(crate) min_ttl: Option<Duration>,
    pub(crate) no_cache: bool,
}

#[derive(Debug)]
pub(crate) struct Obtained {
    pub(crate) token: Secret,
    /// In milliseconds of this machine's clock; `None` where nobody knows.
    pub(crate) expires_at: Option<i64>,
    pub(crate) extras: serde_json::Map<String, serde_json::Value>,
    pub(crate) origin: TokenOrigin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenOrigin {
    Cache,
    Login,
    Refresh,
}

/// A token that lasts as long as it must, or why there is none.
pub(crate) fn obtain(need: &Need) -> Result<Obtained> {
    if need.no_cache {
        let (grant, asked_at) = need.log_in(None)?;
        return need.lasting(grant, asked_at, TokenOrigin::Login);
    }
    let telling = need.telling_secret()?;
    let identity = need.identity();
    let cached = need.look(&identity, telling.as_ref());
    match &cached {
        None => need.sources.voice.explain("no token is cached"),
        Some(entry) => {
            let freshness = need.freshness(entry);
            need.sources.voice.explain(&freshness.to_string());
            if freshness.is_fresh() {
                return Ok(entry.clone().into());
            }
        }
    }
    need.take_turn(&identity, telling.as_ref())
        .or_else(|error| need.serve_in_need(cached, error))
}

impl Need<'_> {
    /// What the token was or will be asked for with.
    pub(crate) fn identity(&self) -> Identity {
        identity_of(self.sources.vendor, self.chosen)
    }

    /// The secrets of a way that has no plain field: they alone tell one person from another.
    fn telling_secret(&self) -> Result<Option<Vec<Secret>>> {
        let vendor = self.sources.vendor;
        if !self.chosen.is_told_by_secret_alone(vendor) {
            return Ok(None);
        }
        let fields = self.chosen.secrets(vendor, &vendor.definition.login);
        let secrets = fields
            .into_iter()
            .filter_map(|field| self.sources.secret(field, self.chosen, |_| ()).transpose());
        secrets.collect::<Result<_>>().map(Some)
    }

    fn look(&self, identity: &Identity, telling: Option<&Vec<Secret>>) -> Option<Entry> {
        let entry = entry::look(self.store, identity, now_ms())?;
        let own = match (&entry.fingerprint, telling) {
            (Some(fingerprint), Some(secrets)) => is_of(fingerprint, secrets),
            (None, None) => true,
            _ => false,
        };
        if !own {
            self.sources
                .voice
                .explain("the cached token was given for another secret");
        }
        own.then_some(entry)
    }

    fn freshness(&self, entry: &Entry) -> Freshness {
        let demand = Demand {
            min_ttl: self.min_ttl,
            since: self.fresh.then_some(self.began),
        };
        Freshness::of(entry, now_ms(), demand)
    }

    /// Gets the token as the one who asks, or takes what that one got.
    fn take_turn(&self, identity: &Identity, telling: Option<&Vec<Secret>>) -> Result<Obtained> {
        let waiter = Waiter {
            what: &self.sources.vendor.name,
            began: self.began,
            fresh: self.fresh,
            deadline: self.sources.deadline,
        };
        let look = || {
            self.look(identity, telling)
                .filter(|entry| self.freshness(entry).is_fresh())
        };
        let is_own = |fingerprint: &Fingerprint| telling.is_some_and(|secrets| is_of(fingerprint, secrets));
        let guard = match lock::acquire(self.store, &identity.digest(), waiter, look, is_own)? {
            Turn::Found(entry) => {
                self.sources
                    .voice
                    .explain("another process got a token in the meantime");
                return Ok(entry.into());
            }
            Turn::Failed(error) => return Err(error),
            Turn::Held(guard) => guard,
        };
        let obtained = self.ask_vendor(identity, telling, &guard);
        match &obtained {
            Ok(_) => guard.succeeded(),
            Err(error) => guard.failed(error, telling.and_then(|secrets| fingerprint_of(secrets).ok())),
        }
        obtained
    }

    /// Refreshes where that can be done, else logs in, and keeps what it got.
    fn ask_vendor(&self, identity: &Identity, telling: Option<&Vec<Secret>>, guard: &Guard) -> Result<Obtained> {
        let entry = self.look(identity, telling);
        let refreshed = if let Some(entry) = entry.as_ref().filter(|_| !self.fresh) {
            self.refresh(entry, guard)?
        } else {
            None
        };
        let (grant, asked_at, origin) = if let Some((grant, asked_at)) = refreshed {
            (grant, asked_at, TokenOrigin::Refresh)
        } else {
            let (grant, asked_at) = self.log_in(Some(guard))?;
            (grant, asked_at, TokenOrigin::Login)
        };
        let kept_refresh_token = entry
            .filter(|_| origin == TokenOrigin::Refresh)
            .and_then(|entry| entry.refresh_token);
        self.keep(identity, telling, &grant, asked_at, kept_refresh_token)?;
        self.lasting(grant, asked_at, origin)
    }

    /// Says that something could not be kept, unless that was said before.
    fn say(&self, kept: std::result::Result<(), Unkept>, then: &str) {
        if let Err(unkept) = kept
            && !unkept.said
        {
            self.sources.voice.warn(&format!("{}{then}", unkept.reason));
        }
    }
}

impl From<Entry> for Obtained {
    fn from(entry: Entry) -> Self {
        Self {
            token: entry.token,
            expires_at: Some(entry.expires_at),
            extras: entry.extras,
            origin: TokenOrigin::Cache,
        }
    }
}

/// What tells one person's token from another's.
pub(crate) fn identity_of(vendor: &Vendor, chosen: &Chosen) -> Identity {
    Identity {
        vendor: vendor.name.clone(),
        url: chosen.base.as_str().to_owned(),
        way: chosen.way.clone(),
        fields: chosen.laid_in(vendor),
    }
}

fn fingerprint_of(secrets: &[Secret]) -> Result<Fingerprint> {
    let bytes: Vec<&[u8]> = secrets.iter().map(|secret| secret.expose().as_bytes()).collect();
    Fingerprint::of(&bytes)
}

fn is_of(fingerprint: &Fingerprint, secrets: &[Secret]) -> bool {
    let bytes: Vec<&[u8]> = secrets.iter().map(|secret| secret.expose().as_bytes()).collect();
    fingerprint.matches(&bytes)
}
