//! The main job: a valid token, from the cache or from the vendor.
//!
//! Look, lock, look again, refresh, log in, keep. One process asks, the others take its token or its failure. Where the
//! vendor cannot be asked and the cached token still lasts, it is given with a warning. This room knows nothing of shells
//! and of the command line.

mod ask;

pub(crate) use ask::Revoked;

use std::time::Duration;

use crate::cache::clock::{self, now_ms, span_ms};
use crate::cache::entry::{self, Entry};
use crate::cache::fingerprint::Fingerprint;
use crate::cache::freshness::{Demand, Freshness};
use crate::cache::guard::Guard;
use crate::cache::identity::Identity;
use crate::cache::lock::{self, Turn, Waiter};
use crate::cache::prune::prune;
use crate::cache::store::{Store, Unkept};
use crate::duration;
use crate::error::{Error, Exit, Result};
use crate::inputs::Sources;
use crate::inputs::plain::Chosen;
use crate::secret::Secret;
use crate::vendor::Vendor;
use crate::vendor::answer::Grant;

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
            .filter_map(|field| self.sources.secret_if_any(field, self.chosen, |_| ()).transpose());
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

    /// Whole and on disk before anything is printed. A token that nobody knows the end of is not kept.
    fn keep(
        &self,
        identity: &Identity,
        telling: Option<&Vec<Secret>>,
        grant: &Grant,
        asked_at: i64,
        refresh_token: Option<Secret>,
    ) -> Result<()> {
        let Some(lifetime) = grant.lifetime else {
            self.sources
                .voice
                .explain("the vendor does not say how long the token lasts, so it is not kept");
            self.say(entry::forget(self.store, identity), "");
            return Ok(());
        };
        let refresh_token = grant.refresh_token.clone().or(refresh_token);
        let next = if refresh_token.is_some() {
            "; the next call logs in"
        } else {
            ""
        };
        let kept = entry::keep(
            self.store,
            &Entry {
                identity: identity.clone(),
                token: grant.token.clone(),
                refresh_token,
                asked_at,
                expires_at: asked_at.saturating_add(span_ms(lifetime)),
                extras: grant.extras.clone(),
                fingerprint: telling.map(|secrets| fingerprint_of(secrets)).transpose()?,
            },
        );
        self.say(kept, next);
        prune(self.store, now_ms());
        Ok(())
    }

    /// Exit 6 where what the vendor gave does not last as long as it must.
    fn lasting(&self, grant: Grant, asked_at: i64, origin: TokenOrigin) -> Result<Obtained> {
        let name = &self.sources.vendor.name;
        let expires_at = grant
            .lifetime
            .map(|lifetime| asked_at.saturating_add(span_ms(lifetime)));
        let demand = Demand {
            min_ttl: self.min_ttl,
            since: None,
        };
        match expires_at.map(|end| Freshness::of_times(asked_at, end, now_ms(), demand)) {
            Some(freshness) if !freshness.is_fresh() => Err(Error::vendor(format!(
                "{name}: the token that the vendor gave does not last: {freshness}"
            ))),
            None if self.min_ttl.is_some_and(|least| !least.is_zero()) => Err(Error::vendor(format!(
                "{name}: the vendor does not say how long the token lasts, and a --min-ttl is asked for"
            ))),
            _ => Ok(Obtained {
                token: grant.token,
                expires_at,
                extras: grant.extras,
                origin,
            }),
        }
    }

    /// The cached token, with a warning, where no other can be had and it still lasts.
    fn serve_in_need(&self, cached: Option<Entry>, error: Error) -> Result<Obtained> {
        let for_now = matches!(error.exit, Exit::Unreachable | Exit::Vendor | Exit::RateLimited) || error.is_missing();
        let entry = cached.filter(|entry| for_now && self.freshness(entry).serves_in_need());
        let Some(entry) = entry else { return Err(error) };
        let left = duration::words(clock::between(now_ms(), entry.expires_at));
        self.sources.voice.warn(&format!(
            "{}; the cached token is given, which lasts another {left}",
            error.text()
        ));
        Ok(entry.into())
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
