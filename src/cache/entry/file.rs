//! An entry as it lies in its file.
//!
//! Who it is of and its times lie there in clear, so that what ended can be told without a key. The secret part is sealed, for
//! this identity and beside these times alone; where there is no key it lies there in clear as well.

use std::borrow::Cow;
use std::ops::Not;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Entry, Outline, Ticket};
use crate::cache::fingerprint::Fingerprint;
use crate::cache::guard::AttemptId;
use crate::cache::identity::Identity;
use crate::cache::record::{SCHEMA, flaw};
use crate::cache::sealing::{Form, seal};
use crate::cache::store::Store;
use crate::seal::{Closed, Place, Seal};
use crate::secret::Secret;
use crate::time::clock::TOLERANCE;

const MAX_TOKEN: usize = 16_384;

/// Either `token` and what belongs to it, or `sealed`.
#[derive(Serialize, Deserialize)]
pub(super) struct EntryFile<'a> {
    schema: u32,
    pub(super) identity: Cow<'a, Identity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    sealed: Option<Cow<'a, str>>,
    /// What is sealed has a refresh token.
    #[serde(default, skip_serializing_if = "Not::not")]
    can_refresh: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_expires_at: Option<i64>,
    asked_at: i64,
    expires_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extras: Option<Cow<'a, Map<String, Value>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<Fingerprint>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<AttemptId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generation: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<Ticket>,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Hidden<'a> {
    token: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Cow<'a, str>>,
    extras: Cow<'a, Map<String, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<Fingerprint>,
}

/// Why a file gives no entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Worth a warning.
    Wrong(&'static str),
    /// As it may be any day: the key is gone, or what is in clear does not count.
    Closed(String),
}

/// An entry as it is to lie there.
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    /// Why.
    pub(super) in_clear: Option<String>,
}

/// The error is why it cannot be kept.
pub(super) fn write(store: &Store, entry: &Entry) -> Result<Written, String> {
    let hidden = Hidden {
        token: entry.token.expose().into(),
        refresh_token: entry.refresh_token.as_ref().map(|token| token.expose().into()),
        extras: Cow::Borrowed(&entry.extras),
        fingerprint: entry.fingerprint.clone(),
    };
    let plain = serde_json::to_vec(&hidden).map_err(|error| error.to_string())?;
    let mut file = EntryFile {
        schema: SCHEMA,
        identity: Cow::Borrowed(&entry.identity),
        token: None,
        refresh_token: None,
        can_refresh: entry.refresh_token.is_some(),
        sealed: None,
        refresh_expires_at: entry.refresh_expires_at,
        asked_at: entry.asked_at,
        expires_at: entry.expires_at,
        extras: None,
        fingerprint: None,
        attempt: entry.attempt.clone(),
        generation: entry.generation,
        ticket: entry.ticket.clone(),
    };
    let name = file.name(&entry.identity.digest())?;
    let in_clear = match seal(store, &plain, place(&name), || super::is_sealed(store, &entry.identity))? {
        Form::Sealed(sealed) => {
            file.sealed = Some(Cow::Owned(sealed));
            None
        }
        Form::Clear(why) => {
            file.can_refresh = false;
            file.token = Some(hidden.token);
            file.refresh_token = hidden.refresh_token;
            file.extras = Some(hidden.extras);
            file.fingerprint = hidden.fingerprint;
            Some(why)
        }
    };
    let bytes = serde_json::to_vec(&file).map_err(|error| error.to_string())?;
    Ok(Written { bytes, in_clear })
}

/// All that can be told without a key.
pub(super) fn read(bytes: &[u8], now: i64) -> Result<EntryFile<'_>, &'static str> {
    let file: EntryFile<'_> = serde_json::from_slice(bytes).map_err(|_| flaw(bytes))?;
    if file.schema != SCHEMA {
        return Err(flaw(bytes));
    }
    if file.asked_at > now.saturating_add(TOLERANCE) {
        return Err("it comes from the future; is the clock right?");
    }
    if file.expires_at <= file.asked_at {
        return Err("it ends before it begins");
    }
    Ok(file)
}

impl EntryFile<'_> {
    /// Under which its secret part is found, with all that stands beside it, so that the two are of one writing.
    fn name(&self, digest: &str) -> Result<String, String> {
        let beside = (
            (self.asked_at, self.expires_at),
            (self.can_refresh, self.refresh_expires_at),
            (&self.attempt, self.generation, &self.ticket),
        );
        let beside = serde_json::to_string(&beside).map_err(|error| error.to_string())?;
        Ok(format!("{digest} {beside}"))
    }

    pub(super) fn outline(self) -> Outline {
        Outline {
            is_in_clear: self.token.is_some(),
            can_refresh: self.can_refresh || self.refresh_token.is_some(),
            identity: self.identity.into_owned(),
            refresh_expires_at: self.refresh_expires_at,
            asked_at: self.asked_at,
            expires_at: self.expires_at,
            attempt: self.attempt,
        }
    }

    /// `digest` is that of the identity whose file it is. A token in clear goes before a sealed one.
    pub(super) fn open(mut self, digest: &str, seal: &Seal) -> Result<Entry, Unread> {
        const DAMAGED: Unread = Unread::Wrong("it is damaged");
        let plain;
        let hidden = if let Some(token) = self.token.take() {
            if !seal.takes_clear() {
                let why = "it lies there in clear, and TOK_SEAL is require";
                return Err(Unread::Closed(why.to_owned()));
            }
            check(&token)?;
            Hidden {
                token,
                refresh_token: self.refresh_token.take(),
                extras: self.extras.take().ok_or(DAMAGED)?,
                fingerprint: self.fingerprint.take(),
            }
        } else {
            let sealed = self.sealed.take().ok_or(DAMAGED)?;
            let name = self.name(digest).map_err(|_| DAMAGED)?;
            plain = seal.open(&sealed, place(&name)).map_err(|closed| match closed {
                Closed::Damaged => DAMAGED,
                Closed::NoKey(why) => Unread::Closed(why),
            })?;
            let hidden: Hidden = serde_json::from_slice(&plain).map_err(|_| DAMAGED)?;
            check(&hidden.token)?;
            hidden
        };
        if hidden.refresh_token.as_ref().is_some_and(|token| token.is_empty()) {
            return Err(Unread::Wrong("its refresh token is empty"));
        }
        Ok(Entry {
            identity: self.identity.into_owned(),
            token: Secret::new(hidden.token),
            refresh_token: hidden.refresh_token.map(Secret::new),
            refresh_expires_at: self.refresh_expires_at,
            asked_at: self.asked_at,
            expires_at: self.expires_at,
            extras: hidden.extras.into_owned(),
            fingerprint: hidden.fingerprint,
            attempt: self.attempt,
            generation: self.generation,
            ticket: self.ticket,
        })
    }
}

pub(crate) fn is_token(text: &str) -> bool {
    (1..=MAX_TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn check(token: &str) -> Result<(), Unread> {
    if is_token(token) {
        return Ok(());
    }
    Err(Unread::Wrong("its token is not 1 to 16384 visible ASCII characters"))
}

fn place(name: &str) -> Place<'_> {
    Place { schema: SCHEMA, name }
}
