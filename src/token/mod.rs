//! The main job: a valid token, from the cache or from the vendor.
//!
//! Look, lock, look again, refresh, log in, keep. One process asks, the others take its token or its failure. Where the
//! vendor cannot be asked and the cached token still lasts, it is given with a warning. This room knows nothing of shells
//! and of the command line.

mod approve;
mod ask;
mod code;
mod delivery;
mod device;
mod heed;
mod hold;
mod identity_token;
mod keep;
mod machines;
mod principal;
mod refresh;
mod run;
mod stop;
mod turn;
mod unkept;

pub(crate) use ask::Revoked;
pub(crate) use principal::Principal;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use serde::Serialize;

use crate::cache::entry::{self, Entry};
use crate::cache::freshness::{Demand, Freshness};
use crate::cache::guard::Guard;
use crate::cache::lock::Waiter;
use crate::cache::store::{Store, Unkept};
use crate::definition::Vendor;
use crate::error::Result;
use crate::inputs::Session;
use crate::secret::Secret;
use crate::shared::{Lease, Shared};
use crate::time::clock::now_ms;
use heed::FoundOut;
use run::Run;
use stop::Stop;

/// What a token is wanted for, and what is asked of it.
#[derive(Debug)]
pub(crate) struct Need<'a> {
    pub(crate) principal: &'a Principal<'a>,
    pub(crate) session: &'a Session<'a>,
    pub(crate) store: &'a Store,
    /// What other machines have of it.
    pub(crate) shared: Shared<'a>,
    /// A token that was asked for before will not do.
    pub(crate) fresh: bool,
    /// Nobody else's token and nobody else's failure will do.
    pub(crate) alone: bool,
    pub(crate) min_ttl: Option<Duration>,
    pub(crate) no_cache: bool,
    /// Found out on the way: nothing of this one's can be kept.
    pub(crate) keeps_nothing: Cell<bool>,
    pub(crate) found_out: RefCell<FoundOut>,
}

#[derive(Debug)]
pub(crate) struct Obtained {
    pub(crate) token: Secret,
    /// In milliseconds of this machine's clock; `None` where nobody knows.
    pub(crate) expires_at: Option<i64>,
    /// `None` where nobody knows.
    pub(crate) life: Option<Life>,
    pub(crate) extras: serde_json::Map<String, serde_json::Value>,
    pub(crate) provenance: Provenance,
}

/// From when to when a token lasts, in milliseconds of this machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    /// When it was asked for.
    pub(crate) asked_at: i64,
    /// The last moment at which it lasts as long as it must.
    pub(crate) good_until: i64,
    pub(crate) ends_at: i64,
}

/// How a token was obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provenance {
    Cache,
    Login,
    Refresh,
}

/// A token that lasts as long as it must, or why there is none.
pub(crate) fn obtain(need: &Need) -> Result<Obtained> {
    if need.no_cache {
        return need.for_this_call();
    }
    let cached = need.look_for_old();
    if let Some(entry) = cached.as_ref().filter(|entry| need.lasts(entry)) {
        need.deliver(entry);
        return Ok(need.obtained(entry.clone()));
    }
    let outcome = if need.is_for_this_call(cached.as_ref()) {
        need.unkept()
    } else {
        need.take_turn()
    };
    outcome.or_else(|error| {
        if need.shared.is_missed() {
            return Err(error);
        }
        // Another machine's may have come meanwhile.
        let cached = cached.or_else(|| need.shared.is_on().then(|| need.look()).flatten());
        need.serve_in_need(cached, need.for_want_of_store(error))
    })
}

impl<'a> Need<'a> {
    /// Of any token that lasts.
    pub(crate) fn of(principal: &'a Principal<'a>, session: &'a Session<'a>, store: &'a Store) -> Self {
        Self {
            principal,
            session,
            store,
            shared: Shared::of(session, store),
            fresh: false,
            alone: false,
            min_ttl: None,
            no_cache: false,
            keeps_nothing: Cell::default(),
            found_out: RefCell::default(),
        }
    }

    fn vendor(&self) -> &'a Vendor {
        self.principal.chosen.vendor
    }

    /// What was there already. A fresh token is not to be had there, and so no key is looked for to open it.
    fn look_for_old(&self) -> Option<Entry> {
        let cached = if self.fresh { None } else { self.look() };
        let words = match &cached {
            None if self.fresh => "a fresh token is asked for".to_owned(),
            None => "no token is cached".to_owned(),
            Some(entry) => self.freshness(entry).to_string(),
        };
        self.session.voice.explain(&words);
        cached
    }

    fn look(&self) -> Option<Entry> {
        let entry = entry::look(self.store, &self.principal.identity, now_ms())?;
        let own = self.principal.owns(&entry);
        if !own {
            self.session
                .voice
                .explain("the cached token was given for another secret");
        }
        own.then_some(entry)
    }

    /// Of a token that was there already.
    fn freshness(&self, entry: &Entry) -> Freshness {
        let demand = Demand {
            min_ttl: self.min_ttl,
            another: self.fresh,
        };
        Freshness::of(entry, now_ms(), demand)
    }

    /// Whether a token that was asked for late enough is good enough.
    fn lasts(&self, entry: &Entry) -> bool {
        let demand = Demand {
            min_ttl: self.min_ttl,
            another: false,
        };
        Freshness::of(entry, now_ms(), demand).is_fresh()
    }

    /// A token that was there already, as it is given.
    fn obtained(&self, entry: Entry) -> Obtained {
        Obtained {
            life: Some(self.life(entry.asked_at, entry.expires_at)),
            token: entry.token,
            expires_at: Some(entry.expires_at),
            extras: entry.extras,
            provenance: Provenance::Cache,
        }
    }

    fn life(&self, asked_at: i64, ends_at: i64) -> Life {
        Life {
            asked_at,
            good_until: Freshness::last_moment(asked_at, ends_at, self.min_ttl),
            ends_at,
        }
    }

    fn waiter(&self) -> Waiter<'_> {
        Waiter {
            what: &self.vendor().name,
            could_ask: false,
            began: self.session.began(),
            fresh: self.fresh,
            deadline: &self.session.deadline,
        }
    }

    /// Refreshes where that can be done, else logs in, and keeps what it got. What a person approved is not asked for again.
    fn ask_vendor(
        &self,
        guard: &Guard,
        approved: Option<Run<'a>>,
        lease: Option<&Lease>,
    ) -> std::result::Result<Obtained, Stop<'a>> {
        let may_refresh = !self.fresh && approved.is_none();
        let refreshed = match may_refresh.then(|| self.to_refresh(lease)).flatten() {
            Some(entry) => self.refresh(&entry, lease)?,
            None => None,
        };
        let issued = if let Some(issued) = refreshed {
            issued
        } else {
            if !approved.as_ref().is_some_and(Run::is_answered) {
                self.keep_pause()?;
            }
            let plan = self.principal.chosen.login_plan();
            let secrets = self.secrets_unasked(&plan)?;
            if plan.approval.is_some() && approved.is_none() {
                self.session.person(&self.principal.chosen)?;
                return Err(Stop::Person(plan));
            }
            let deadline = lease.map_or(&self.session.deadline, |lease| &lease.deadline);
            self.log_in(&secrets, approved, deadline)?
        };
        self.keep(&issued, guard, lease)?;
        Ok(self.lasting(issued)?)
    }

    /// Says that something could not be kept, unless that was said before.
    fn say(&self, kept: std::result::Result<(), Unkept>, then: &str) {
        if let Err(unkept) = kept
            && !unkept.said
        {
            self.session.voice.warn(&format!("{}{then}", unkept.reason));
        }
    }
}
