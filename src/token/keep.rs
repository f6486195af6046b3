//! What becomes of a token: kept where its end is known, given where it lasts as long as it must.

use super::ask::Issued;
use super::{Need, Obtained};
use crate::cache::entry::{self, Entry};
use crate::cache::freshness::{Demand, Freshness};
use crate::cache::guard::Guard;
use crate::cache::prune::prune;
use crate::error::{Error, Exit, Result};
use crate::secret::Secret;
use crate::shared::Lease;
use crate::time::clock::{between, now_ms};
use crate::time::duration;

impl Need<'_> {
    /// Whole, in the store and on disk before anything is printed. A token that nobody knows the end of is not kept.
    pub(super) fn keep(&self, issued: &Issued, guard: &Guard, lease: Option<&Lease>) -> Result<()> {
        let grant = &issued.grant;
        let Some(expires_at) = issued.expires_at() else {
            self.session
                .voice
                .explain("the vendor does not say how long the token lasts, so it is not kept");
            self.say(entry::forget(self.store, &self.principal.identity), "");
            return Ok(());
        };
        let entry = Entry {
            identity: self.principal.identity.clone(),
            token: grant.token.clone(),
            refresh_token: grant.refresh_token.clone(),
            refresh_expires_at: issued.refresh_expires_at,
            asked_at: issued.asked_at,
            expires_at,
            extras: grant.extras.clone(),
            fingerprint: self.principal.fingerprint()?,
            attempt: guard.attempt(),
            generation: None,
            ticket: None,
        };
        let (entry, shared) = self.share(entry, lease);
        if let Some(mut entry) = entry {
            let has_one = entry.refresh_token.is_some();
            entry.refresh_token = entry.refresh_token.filter(|_| self.keeps_refresh_token());
            self.keep_here(&entry, issued.has_rotated && has_one);
        }
        prune(self.store, now_ms());
        shared
    }

    pub(super) fn keep_here(&self, entry: &Entry, has_rotated: bool) {
        let kept = entry::keep(self.store, entry);
        if kept.is_err() && has_rotated {
            // The refresh token that lies there is used up. Where it cannot be removed the vendor will refuse it.
            let _ = entry::forget(self.store, &self.principal.identity);
        }
        let next = if entry.refresh_token.is_some() {
            "; the next call logs in"
        } else {
            ""
        };
        self.say(kept, next);
    }

    /// One that a person approved lies nowhere in clear, unless everything shall.
    fn keeps_refresh_token(&self) -> bool {
        let (chosen, store) = (&self.principal.chosen, self.store);
        if !chosen.is_approved() || store.seal().is_off() || !entry::goes_in_clear(store, &self.principal.identity) {
            return true;
        }
        self.session.voice.notice(&format!(
            "{}: the login is kept as long as this token lasts, since there is no key to seal its refresh token with",
            self.vendor().name
        ));
        false
    }

    /// Forgets the token once nobody can be renewing it, here and in the shared store. If it must be this one, it alone is
    /// refused somewhere: what it can be refreshed with stays.
    pub(crate) fn forget(&self, token: Option<&Secret>) -> Result<()> {
        let identity = &self.principal.identity;
        let _turn = self.turn_of(identity)?;
        let is_it = |entry: &Entry| token.is_none_or(|token| token.expose() == entry.token.expose());
        let entry = entry::look_quietly(self.store, identity, now_ms());
        let here = match entry.filter(is_it) {
            None => Ok(()),
            Some(entry) if token.is_some() && self.can_refresh(&entry) => {
                self.session.voice.explain("the cached token counts as ended");
                entry::keep(self.store, &ended(entry))
            }
            Some(entry) => {
                self.session.voice.explain("the cached token is forgotten");
                entry::forget(self.store, &entry.identity)
            }
        };
        match token {
            None => self.forget_there(identity).map(drop)?,
            Some(_) => self.end_there(is_it)?,
        }
        here.map_err(|unkept| Error::other(unkept.reason))
    }

    pub(super) fn can_refresh(&self, entry: &Entry) -> bool {
        self.principal.chosen.refresh_plan().is_some() && entry.refresh_token(now_ms()).is_some()
    }

    /// Exit 6 where what the vendor gave does not last as long as it must.
    pub(super) fn lasting(&self, issued: Issued) -> Result<Obtained> {
        let name = &self.vendor().name;
        let (asked_at, expires_at) = (issued.asked_at, issued.expires_at());
        let demand = Demand {
            min_ttl: self.min_ttl,
            another: false,
        };
        match expires_at.map(|end| Freshness::of_times(asked_at, end, now_ms(), demand)) {
            Some(freshness) if !freshness.is_fresh() => {
                let error = Error::vendor(format!(
                    "{name}: the token that the vendor gave does not last: {freshness}"
                ));
                Err(if self.min_ttl.is_some() { error.own() } else { error })
            }
            None if self.min_ttl.is_some_and(|least| !least.is_zero()) => Err(Error::vendor(format!(
                "{name}: the vendor does not say how long the token lasts, and a --min-ttl is asked for"
            ))
            .own()),
            _ => Ok(Obtained {
                token: issued.grant.token,
                expires_at,
                life: expires_at.map(|end| self.life(asked_at, end)),
                extras: issued.grant.extras,
                provenance: issued.provenance,
            }),
        }
    }

    /// The cached token, with a warning, where no other can be had and it still lasts.
    pub(super) fn serve_in_need(&self, cached: Option<Entry>, error: Error) -> Result<Obtained> {
        let for_now = matches!(error.exit, Exit::Unreachable | Exit::Vendor | Exit::RateLimited) || error.is_missing();
        let entry = cached.filter(|entry| for_now && self.freshness(entry).serves_in_need());
        let Some(entry) = entry else { return Err(error) };
        let left = duration::words(between(now_ms(), entry.expires_at));
        self.session.voice.warn(&format!(
            "{}; the cached token is given, which lasts another {left}",
            error.text()
        ));
        let mut given = self.obtained(entry);
        if let Some(life) = &mut given.life {
            life.good_until = life.ends_at.saturating_sub(1);
        }
        Ok(given)
    }
}

/// As of now.
pub(super) fn ended(entry: Entry) -> Entry {
    let now = now_ms();
    Entry {
        asked_at: entry.asked_at.min(now.saturating_sub(1)),
        expires_at: entry.expires_at.min(now),
        ..entry
    }
}
