//! Secrets in the keyring of the operating system: a login's under the service `tok`, the key of the cache apart from them.
//!
//! No keyring here, or no entry in it, is [`Found::Absent`] with the reason, and the next source has its turn. A keyring that
//! is locked, broken or silent is an error. Where nobody can be asked it is given three seconds, and a locked one is said to
//! be so instead of being unlocked by a dialog. Where somebody can, the dialog is the keyring's own and takes as long as it
//! takes: only the first sign of life is under the deadline. That holds for the Secret Service of Linux and the BSDs; on
//! macOS and Windows nothing tells beforehand whether the system will open a dialog, so one may appear, but where nobody can
//! be asked it has the three seconds as well.
//!
//! Whether the keyring is used at all, and which user an entry has, is left to others.

use std::time::Duration;

use keyring::Entry;

use super::bounded;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::time::deadline::Deadline;
use crate::time::duration;

#[cfg_attr(all(unix, not(target_os = "macos")), path = "keyring/secret_service.rs")]
#[cfg_attr(not(all(unix, not(target_os = "macos"))), path = "keyring/native.rs")]
mod service;

pub(crate) use service::TELLS_WHETHER_LOCKED;

const SERVICE: &str = "tok";

/// Under which an entry is found.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    service: &'static str,
    user: String,
}

impl Label {
    pub(crate) fn of_cache_key() -> Self {
        Self {
            service: "tok cache",
            user: "key".to_owned(),
        }
    }
}

/// Of a login's secret.
impl<T: AsRef<str> + ?Sized> From<&T> for Label {
    fn from(user: &T) -> Self {
        Self {
            service: SERVICE,
            user: user.as_ref().to_owned(),
        }
    }
}

/// How long a keyring may take where nobody can be asked.
const NOBODY: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub(crate) enum Found {
    Secret(Secret),
    /// Why there is none.
    Absent(String),
}

/// `ask` says whether somebody can be asked, here and below.
pub(crate) fn read(label: impl Into<Label>, ask: bool, deadline: &Deadline) -> Result<Found> {
    match with_entry(label.into(), ask, deadline, Entry::get_password) {
        Ok(value) if value.is_empty() => Err(broken("the entry is empty")),
        Ok(value) => Ok(Found::Secret(Secret::new(value))),
        Err(No::Absent(why)) => Ok(Found::Absent(why)),
        Err(No::Broken(error)) => Err(error),
    }
}

/// What writing the entry would replace. An empty one is nothing that could be lost.
pub(crate) fn replaced(label: impl Into<Label>, ask: bool, deadline: &Deadline) -> Result<Option<Secret>> {
    match with_entry(label.into(), ask, deadline, Entry::get_password) {
        Ok(value) => Ok(Some(Secret::new(value)).filter(|secret| !secret.expose().is_empty())),
        Err(No::Absent(_)) => Ok(None),
        Err(No::Broken(error)) => Err(error),
    }
}

pub(crate) fn write(label: impl Into<Label>, secret: &Secret, ask: bool, deadline: &Deadline) -> Result<()> {
    let secret = secret.clone();
    let set = move |entry: &Entry| entry.set_password(secret.expose());
    with_entry(label.into(), ask, deadline, set).map_err(|no| match no {
        No::Absent(why) => Error::credential(format!("the keyring: {why}")),
        No::Broken(error) => error,
    })
}

/// What can be said of an entry without reading it.
#[derive(Debug)]
pub(crate) enum Look {
    Kept,
    /// Why not.
    Absent(String),
    /// Why nobody can say.
    Unknown(String),
}

/// Unlocks nothing and opens no dialog.
pub(crate) fn look(user: &str, deadline: &Deadline) -> Look {
    let (limit, named) = limit(false, deadline);
    let label = Label::from(user);
    match bounded::within(limit, move || service::is_kept(&label)) {
        Some(Ok(true)) => Look::Kept,
        Some(Ok(false)) => Look::Absent("no entry".to_owned()),
        Some(Err(No::Absent(why))) => Look::Absent(why),
        Some(Err(No::Broken(error))) => Look::Unknown(error.text().to_owned()),
        None => Look::Unknown(silent(named).text().to_owned()),
    }
}

/// Whether there was an entry.
pub(crate) fn delete(label: impl Into<Label>, ask: bool, deadline: &Deadline) -> Result<bool> {
    match with_entry(label.into(), ask, deadline, Entry::delete_credential) {
        Ok(()) => Ok(true),
        Err(No::Absent(_)) => Ok(false),
        Err(No::Broken(error)) => Err(error),
    }
}

/// Why nothing can be kept here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lack {
    /// There is no keyring.
    Absent(String),
    /// There is one, and it takes nothing.
    Broken(String),
}

impl Lack {
    pub(crate) fn why(&self) -> &str {
        let (Self::Absent(why) | Self::Broken(why)) = self;
        why
    }
}

pub(crate) fn is_there(ask: bool, deadline: &Deadline) -> std::result::Result<(), Lack> {
    let (limit, named) = limit(ask, deadline);
    match bounded::within(limit, move || service::is_there(ask)) {
        Some(Ok(())) => Ok(()),
        Some(Err(No::Absent(why))) => Err(Lack::Absent(why)),
        Some(Err(No::Broken(error))) => Err(Lack::Broken(error.text().to_owned())),
        None => Err(Lack::Broken(silent(named).text().to_owned())),
    }
}

/// Why an entry was not reached.
#[derive(Debug)]
enum No {
    Absent(String),
    Broken(Error),
}

type Answer<T = ()> = std::result::Result<T, No>;

fn with_entry<T: Send + 'static>(
    label: Label,
    ask: bool,
    deadline: &Deadline,
    act: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
) -> Answer<T> {
    let own = label.clone();
    let act = move || reach(&label, act);
    if ask {
        dialog_may_open(deadline, service::is_alive, act)
    } else {
        nobody_is_asked(deadline, move || service::is_unlocked(&own).and_then(|()| act()))
    }
}

/// Only the first sign of life is under the deadline.
fn dialog_may_open<T>(
    deadline: &Deadline,
    is_alive: impl FnOnce() -> Answer + Send + 'static,
    act: impl FnOnce() -> Answer<T>,
) -> Answer<T> {
    let (limit, named) = limit(true, deadline);
    let alive = bounded::within(limit, is_alive).unwrap_or_else(|| Err(No::Broken(silent(named))));
    alive.and_then(|()| deadline.pause(act))
}

fn nobody_is_asked<T: Send + 'static>(
    deadline: &Deadline,
    act: impl FnOnce() -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let (limit, named) = limit(false, deadline);
    bounded::within(limit, act).unwrap_or_else(|| Err(No::Broken(silent(named))))
}

fn reach<T>(label: &Label, act: impl FnOnce(&Entry) -> keyring::Result<T>) -> Answer<T> {
    Ok(Entry::new(label.service, &label.user).and_then(|entry| act(&entry))?)
}

/// How long the keyring may take from now, and what that limit was when the call began.
fn limit(ask: bool, deadline: &Deadline) -> (Duration, Duration) {
    let most = if ask { Duration::MAX } else { NOBODY };
    (deadline.remaining().min(most), deadline.limit().min(most))
}

fn broken(why: &str) -> Error {
    Error::credential(format!("the keyring: {why}")).with_hint("TOK_KEYRING=off leaves the keyring alone")
}

fn silent(limit: Duration) -> Error {
    let limit = duration::words(limit);
    Error::credential(format!("the keyring did not answer within {limit}"))
        .with_hint("TOK_KEYRING=off leaves the keyring alone")
}

/// Some of the keyring's errors carry the value, so none is passed on as it is.
impl From<keyring::Error> for No {
    fn from(error: keyring::Error) -> Self {
        use keyring::Error as E;
        Self::Broken(broken(&match error {
            E::NoEntry => return Self::Absent("no entry".into()),
            E::NoDefaultStore => match Entry::store_status() {
                Err(why) => format!("it cannot be opened: {why}"),
                Ok(()) => "it cannot be opened".into(),
            },
            E::PlatformFailure(why) | E::NoStorageAccess(why) => return service::failure(why),
            E::BadEncoding(_) => "the entry is not UTF-8".into(),
            E::BadDataFormat(..) => "the entry is damaged".into(),
            E::BadStoreFormat(_) => "its contents are damaged".into(),
            E::TooLong(what, limit) => format!("the {what} is longer than {limit} characters"),
            E::Ambiguous(entries) => format!("{} entries match", entries.len()),
            _ => "it failed".into(),
        }))
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

#[cfg(test)]
mod waits;
