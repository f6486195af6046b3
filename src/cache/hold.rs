//! Secrets and requests that a vendor refused a moment ago and that are not sent again for five minutes.
//!
//! One file per login. What was refused is recognized by an Argon2id digest; where nothing is held, none is computed. Those
//! who change a hold take turns of their own, since not everybody who logs in takes one. A turn lasts as long as a digest is
//! computed; behind one that does not end nobody waits for long, and then a refusal may be lost, which costs one more request.

mod shared;

pub(crate) use shared::{take_over, to_share};

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::fingerprint::{Digest, Salt};
use super::guard;
use super::identity::{Login, digest};
use super::record;
use super::store::{Store, Unkept};
use crate::disk::lock::LockFile;
use crate::error::Error;
use crate::time::clock::TOLERANCE;

/// How long a refusal counts, in milliseconds.
pub(crate) const SPAN: i64 = 5 * 60 * 1000;

const MOST: usize = 16;

/// How long a turn is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The vendor does not know the secret: it is not sent for this login, in whatever request.
    Secret,
    /// The vendor does not understand the request: the very same one is not sent.
    Request,
}

/// What a login is tried with.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) secrets: &'a [&'a [u8]],
    /// The whole request in a canonical form, with the secrets.
    pub(crate) request: &'a [u8],
}

impl std::fmt::Debug for Attempt<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Attempt(***)")
    }
}

#[derive(Serialize, Deserialize)]
struct Hold {
    salt: Salt,
    refusals: Vec<Held>,
}

/// What was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) kind: Kind,
    digest: Digest,
    pub(crate) refused_at: i64,
    pub(crate) until: i64,
    /// The vendor's words, as they may be shown.
    pub(crate) words: String,
}

impl Held {
    /// A refusal from the future or one that lasts longer than it can is the work of a wrong clock.
    fn counts(&self, now: i64) -> bool {
        self.refused_at <= now.saturating_add(TOLERANCE)
            && self.until > now
            && self.until <= now.saturating_add(SPAN + TOLERANCE)
    }
}

pub(crate) fn check(store: &Store, login: &Login, attempt: Attempt<'_>, now: i64) -> Option<Held> {
    let hold = read(store, login, now)?;
    let digests = Digests::of(&hold, attempt);
    hold.refusals.into_iter().find(|held| digests.meet(held))
}

/// Holds back what was refused now. Of many, the latest are kept.
pub(crate) fn put(
    store: &Store,
    login: &Login,
    kind: Kind,
    attempt: Attempt<'_>,
    words: &str,
    now: i64,
) -> Result<(), Unkept> {
    let _turn = turn(store, login);
    let mut hold = match read(store, login, now) {
        Some(hold) => hold,
        None => Hold {
            salt: Salt::random().map_err(unkept)?,
            refusals: Vec::new(),
        },
    };
    let digest = compute(&hold.salt, kind, attempt).map_err(unkept)?;
    hold.refusals.retain(|held| held.kind != kind || held.digest != digest);
    hold.refusals.push(Held {
        kind,
        digest,
        refused_at: now,
        until: now.saturating_add(SPAN),
        words: words.into(),
    });
    let surplus = hold.refusals.len().saturating_sub(MOST);
    hold.refusals.drain(..surplus);
    record::write(store, &file_name(login), &hold)
}

/// Ends what is held against this attempt, since it succeeded.
pub(crate) fn clear(store: &Store, login: &Login, attempt: Attempt<'_>, now: i64) -> Result<(), Unkept> {
    if !is_held(store, login) {
        return Ok(());
    }
    let _turn = turn(store, login);
    let Some(mut hold) = read(store, login, now) else {
        return Ok(());
    };
    let digests = Digests::of(&hold, attempt);
    let before = hold.refusals.len();
    hold.refusals.retain(|held| !digests.meet(held));
    if hold.refusals.is_empty() {
        store.remove(&file_name(login))
    } else if hold.refusals.len() < before {
        record::write(store, &file_name(login), &hold)
    } else {
        Ok(())
    }
}

/// Whether anything is held for this login.
pub(crate) fn is_held(store: &Store, login: &Login) -> bool {
    store.path(&file_name(login)).exists()
}

/// Until when something is held for this login.
pub(crate) fn until(store: &Store, login: &Login, now: i64) -> Option<i64> {
    read(store, login, now)?.refusals.iter().map(|held| held.until).max()
}

/// Ends all that is held for this login.
pub(crate) fn forget(store: &Store, login: &Login) -> Result<(), Unkept> {
    let _turn = turn(store, login);
    store.remove(&file_name(login))
}

/// The right to change what is held, unless it does not come. What has no lock has no turns.
fn turn(store: &Store, login: &Login) -> Option<LockFile> {
    let began = Instant::now();
    let lock = guard::open(store, &digest("hold", login))?;
    let waited = lock.wait(|_| (began.elapsed() > PATIENCE).then_some(()));
    waited.ok().map(|(lock, _)| lock)
}

fn read(store: &Store, login: &Login, now: i64) -> Option<Hold> {
    let mut hold: Hold = record::read(store, &file_name(login))?;
    hold.refusals.retain(|held| held.counts(now));
    Some(hold)
}

/// What an attempt is compared by; only what something is held for is computed.
struct Digests {
    secret: Option<Digest>,
    request: Option<Digest>,
}

impl Digests {
    fn of(hold: &Hold, attempt: Attempt<'_>) -> Self {
        let digest = |kind| {
            let wanted = hold.refusals.iter().any(|held| held.kind == kind);
            wanted.then(|| compute(&hold.salt, kind, attempt).ok()).flatten()
        };
        Self {
            secret: digest(Kind::Secret),
            request: digest(Kind::Request),
        }
    }

    fn meet(&self, held: &Held) -> bool {
        let digest = match held.kind {
            Kind::Secret => &self.secret,
            Kind::Request => &self.request,
        };
        digest.as_ref() == Some(&held.digest)
    }
}

fn compute(salt: &Salt, kind: Kind, attempt: Attempt<'_>) -> crate::error::Result<Digest> {
    match kind {
        Kind::Secret => salt.digest(attempt.secrets),
        Kind::Request => salt.digest(&[attempt.request]),
    }
}

fn file_name(login: &Login) -> String {
    login.digest() + ".hold"
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn unkept(error: Error) -> Unkept {
    Unkept {
        reason: error.text().into(),
        said: false,
    }
}

#[cfg(test)]
mod tests;
