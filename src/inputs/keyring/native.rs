//! macOS and Windows, whose keyring is a part of the system: it is always there, and says nothing about a lock beforehand.

use std::error::Error as Cause;

use keyring::Entry;

use super::{Answer, Label, No, broken};
use crate::error::Error;

pub(crate) const TELLS_WHETHER_LOCKED: bool = false;

pub(super) fn is_there(_ask: bool) -> Answer {
    match Entry::store_status() {
        Ok(()) => Ok(()),
        Err(why) => Err(No::Broken(broken(&format!("it cannot be opened: {why}")))),
    }
}

pub(super) fn is_alive() -> Answer {
    Ok(())
}

pub(super) fn is_unlocked(_label: &Label) -> Answer {
    Ok(())
}

pub(super) fn is_kept(_label: &Label) -> Answer<bool> {
    Err(No::Broken(Error::credential(
        "the keyring is not looked into, since it might open a dialog",
    )))
}

pub(super) fn failure(why: Box<dyn Cause + Send + Sync>) -> No {
    No::Broken(broken(&why.to_string()))
}
