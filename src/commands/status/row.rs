//! One line of the table: a profile or a cached token, as data.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::cache::entry::Entry;
use crate::cache::freshness::{Demand, Freshness};
use crate::definition::Vendor;
use crate::definition::schema::Field;
use crate::error::Error;
use crate::inputs::keyring::Look;
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
    /// Why it is incomplete or broken, or why the file that is there is no token.
    pub(super) reason: Option<String>,
    /// An expired token can be had anew without a secret.
    pub(super) can_refresh: bool,
    /// Until when, where the vendor says it, in RFC 3339, UTC.
    pub(super) refresh_expires_at: Option<String>,
    /// A token that flags or variables asked for, which belongs to no profile.
    pub(super) ad_hoc: bool,
    /// Until when refused credentials are held back, in RFC 3339, UTC.
    pub(super) held_until: Option<String>,
    /// Which secrets the keyring has, where it was looked at and can tell.
    pub(super) in_keyring: Option<BTreeMap<String, Option<bool>>>,
    /// Whether a token lies in the store that other machines share, where it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) in_shared_store: Option<bool>,
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
            refresh_expires_at: None,
            ad_hoc: false,
            held_until: None,
            in_keyring: None,
            in_shared_store: None,
            fields: Vec::new(),
        }
    }

    /// A token that belongs to no profile, as one that was got with flags.
    pub(super) fn of_entry(entry: &Entry, vendor: Option<&Vendor>) -> Self {
        let identity = &entry.identity;
        let is_login = |name: &str| {
            let field = vendor.and_then(|vendor| vendor.definition.field(name));
            field.is_none_or(|field| !field.secret && field.is_required())
        };
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut row = Self::new(&identity.vendor, identity.profile.clone());
        let login = identity.fields.iter().filter(|(name, _)| is_login(name));
        row.login = login.map(|(name, value)| (name.clone(), text(value))).collect();
        row.url = Some(identity.url.clone());
        row.ad_hoc = true;
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

    /// Of a profile that gives no login.
    pub(super) fn lacks(&mut self, error: &Error) {
        self.state = if error.is_missing() {
            State::Incomplete
        } else {
            State::Broken
        };
        self.reason = Some(error.text().to_owned());
        let what_helps = error.hint().into_iter().flat_map(|hint| hint.split("; "));
        self.fields = vec![error.text().to_owned()];
        self.fields.extend(what_helps.map(str::to_owned));
    }

    /// `source` is what has its turn before the keyring, which is not looked at where there is no `look`.
    pub(super) fn tell_of_secret(&mut self, field: &Field, source: Option<String>, look: Option<&Look>) {
        let name = &field.name;
        let words = match (source, look) {
            (None, None | Some(Look::Absent(_))) if field.optional => "not given".to_owned(),
            (Some(source), Some(Look::Kept)) => format!("{source}; the OS keyring has one as well"),
            (Some(source), _) => source,
            (None, Some(Look::Kept)) => "from the OS keyring".to_owned(),
            (None, Some(Look::Absent(why))) => format!("asked for, since it is not in the OS keyring: {why}"),
            (None, Some(Look::Unknown(why))) => format!("from the OS keyring, or asked for: {why}"),
            (None, None) => "asked for, since TOK_KEYRING is off".to_owned(),
        };
        self.fields.push(format!("{name}: {words}"));
        if let Some(look) = look {
            let known = match look {
                Look::Kept => Some(true),
                Look::Absent(_) => Some(false),
                Look::Unknown(_) => None,
            };
            self.in_keyring.get_or_insert_default().insert(name.clone(), known);
        }
    }

    pub(super) fn is_held(&mut self, until: i64) {
        let left = duration::words(between(now_ms(), until));
        self.held_until = utc(until);
        let at = self.held_until.as_deref().unwrap_or_default();
        self.fields.push(format!(
            "hold: what was refused is not sent again until {at} (in {left})"
        ));
    }

    /// `flaw` is that of a file that is there.
    pub(super) fn has_none(&mut self, flaw: Option<String>) {
        self.reason = flaw.map(|flaw| format!("a file is there that is not used: {flaw}"));
        let words = self.reason.as_deref().unwrap_or("none is cached");
        self.fields.push(format!("token: {words}"));
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
        self.expires_at = utc(entry.expires_at);
        self.expires_in = Some(between(now, entry.expires_at).as_secs().try_into().unwrap_or(i64::MAX));
        self.can_refresh = entry.refresh_token(now).is_some();
        let refresh_end = entry.refresh_expires_at.filter(|_| entry.refresh_token.is_some());
        self.refresh_expires_at = refresh_end.and_then(utc);
        let then = match self.state {
            State::Valid if entry.fingerprint.is_some() => "used if the secret is the same",
            State::Valid => "used",
            _ if self.can_refresh => "refreshed",
            _ => "replaced",
        };
        self.fields.push(format!("token: {then}: {freshness}"));
        if let (Some(end), Some(at)) = (refresh_end, &self.refresh_expires_at) {
            let words = if self.can_refresh {
                format!("until {at} (in {})", duration::words(between(now, end)))
            } else {
                format!("no longer, since {at}")
            };
            self.fields.push(format!("refresh: {words}"));
        }
    }
}

fn utc(ms: i64) -> Option<String> {
    let at = Timestamp::from_second(ms.div_euclid(1000)).ok()?;
    Some(at.to_string())
}
