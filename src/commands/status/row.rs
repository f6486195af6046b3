//! One line of the table: a profile or a cached token, as data.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::cache::entry::Entry;
use crate::cache::freshness::{Demand, Freshness};
use crate::definition::Vendor;
use crate::time::clock::{between, now_ms};
use crate::time::duration;

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) vendor: String,
    /// `None` for the default profile.
    pub(super) profile: Option<String>,
    /// The plain fields that tell one login from another.
    pub(super) login: BTreeMap<String, String>,
    pub(super) url: Option<String>,
    /// RFC 3339, UTC.
    pub(super) expires_at: Option<String>,
    /// Seconds.
    pub(super) expires_in: Option<i64>,
    /// In milliseconds.
    #[serde(skip)]
    end: i64,
    pub(super) state: State,
    /// Why it is incomplete or broken.
    pub(super) reason: Option<String>,
    /// An expired token can be had anew without a secret.
    pub(super) can_refresh: bool,
    /// Where each field comes from, for `-v`.
    #[serde(skip)]
    pub(super) fields: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
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

impl Row {
    /// Nothing is known yet but the name.
    pub(super) fn new(vendor: &str, profile: Option<String>) -> Self {
        Self {
            vendor: vendor.to_owned(),
            profile,
            login: BTreeMap::new(),
            url: None,
            expires_at: None,
            expires_in: None,
            end: 0,
            state: State::None,
            reason: None,
            can_refresh: false,
            fields: Vec::new(),
        }
    }

    /// A token that belongs to no profile, as one that was got with flags.
    pub(super) fn of_entry(entry: &Entry, vendor: Option<&Vendor>) -> Self {
        let identity = &entry.identity;
        let is_login = |name: &str| {
            let field = vendor.and_then(|vendor| vendor.definition.field(name));
            field.is_none_or(|field| !field.optional && field.default.is_none())
        };
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut row = Self::new(&identity.vendor, None);
        let login = identity.fields.iter().filter(|(name, _)| is_login(name));
        row.login = login.map(|(name, value)| (name.clone(), text(value))).collect();
        row.url = Some(identity.url.clone());
        row.fields = vec![format!("url: {}, as it was given then", identity.url)];
        row.tell_of(entry, None);
        row
    }

    /// From now to the end, as people say it.
    pub(super) fn distance(&self, now: i64) -> String {
        if self.end > now {
            format!("in {}", duration::words(between(now, self.end)))
        } else {
            format!("{} ago", duration::words(between(self.end, now)))
        }
    }

    pub(super) fn tell_of(&mut self, entry: &Entry, min_ttl: Option<Duration>) {
        let now = now_ms();
        let freshness = Freshness::of(
            entry,
            now,
            Demand {
                min_ttl,
                another: false,
            },
        );
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
