//! The Secret Service of Linux and the BSDs, looked at before the `keyring` crate touches it: that crate unlocks whatever is
//! locked, which opens a dialog, and says the same of a bus that is missing and of one that is broken.

use std::collections::HashMap;
use std::path::PathBuf;

use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error};

use super::{Answer, Label, No, broken};

pub(crate) const TELLS_WHETHER_LOCKED: bool = true;

/// Whether an entry can be kept: there is a collection for it, and it is open or may be opened.
pub(super) fn is_there(ask: bool) -> Answer {
    let service = connect()?;
    let collection = service.get_default_collection()?;
    if !ask && collection.is_locked()? {
        return Err(locked());
    }
    Ok(())
}

pub(super) fn is_alive() -> Answer {
    connect().map(drop)
}

pub(super) fn is_unlocked(label: &Label) -> Answer {
    match find(label)? {
        Item::Locked => Err(locked()),
        Item::Unlocked | Item::None => Ok(()),
    }
}

pub(super) fn is_kept(label: &Label) -> Answer<bool> {
    Ok(!matches!(find(label)?, Item::None))
}

enum Item {
    None,
    Unlocked,
    Locked,
}

/// The collection comes first, as some keyrings unlock it to search in it.
fn find(label: &Label) -> Answer<Item> {
    let service = connect()?;
    match service.get_default_collection() {
        Err(Error::NoResult) => {}
        Ok(collection) if collection.is_locked()? => return Err(locked()),
        collection => drop(collection?),
    }
    // The attributes of the `keyring` crate's entries.
    let entry = HashMap::from([("service", label.service), ("username", label.user.as_str())]);
    let items = service.search_items(entry)?;
    Ok(match (items.locked.is_empty(), items.unlocked.is_empty()) {
        (false, _) => Item::Locked,
        (true, false) => Item::Unlocked,
        (true, true) => Item::None,
    })
}

/// No secret goes over this connection, so it needs no encryption.
fn connect() -> Answer<SecretService<'static>> {
    if !has_session_bus() {
        return Err(No::Absent("no session bus here".into()));
    }
    Ok(SecretService::connect(EncryptionType::Plain)?)
}

/// Whether the environment names a session bus, right or wrong, or there is one in the usual place.
fn has_session_bus() -> bool {
    if let Some(address) = std::env::var_os("DBUS_SESSION_BUS_ADDRESS") {
        return !address.is_empty();
    }
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(
        || format!("/run/user/{}", rustix::process::geteuid().as_raw()).into(),
        PathBuf::from,
    );
    runtime.join("bus").exists()
}

fn locked() -> No {
    No::Broken(
        crate::error::Error::credential("the keyring is locked")
            .with_hint("unlock it, or give the secret in another way"),
    )
}

/// What the `keyring` crate met, which is the same error in a box.
pub(super) fn failure(why: Box<dyn std::error::Error + Send + Sync>) -> No {
    match why.downcast::<Error>() {
        Ok(why) => No::from(*why),
        Err(why) => No::Broken(broken(&why.to_string())),
    }
}

impl From<Error> for No {
    fn from(error: Error) -> Self {
        // How the bus says that nobody offers the service and nobody can be started for it.
        const NOBODY: [&str; 2] = [
            "org.freedesktop.DBus.Error.ServiceUnknown:",
            "org.freedesktop.DBus.Error.NameHasNoOwner:",
        ];
        match error {
            Error::Locked | Error::Prompt => locked(),
            Error::NoResult => Self::Absent("no default collection to keep it in".into()),
            Error::Unavailable => Self::Broken(broken("the session bus cannot be reached")),
            Error::Zbus(why) => {
                let why = why.to_string();
                if NOBODY.iter().any(|name| why.starts_with(name)) {
                    return Self::Absent("no keyring service here".into());
                }
                Self::Broken(broken(&why))
            }
            why => Self::Broken(broken(&why.to_string())),
        }
    }
}
