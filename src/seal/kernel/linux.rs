//! The user's keyring of Linux (keyrings(7)). It is the user's own, whichever session reads it.
//!
//! Neither the kernel's quota nor a container that forbids the calls is a failure of more than this: each error is a reason in
//! words.

use linux_keyutils::{Key as Entry, KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};

use super::Copy;
use crate::seal::key::Key;

/// As `keyctl` shows it.
const NAME: &str = "tok:cache-key";

/// The key, and whether it is lasting.
const LEN: usize = Key::LEN + 1;

/// The same with a former key.
const MOST: usize = LEN + Key::LEN;

pub(in crate::seal) fn read() -> Result<Option<Copy>, String> {
    match look() {
        Ok(copy) => Ok(copy),
        Err(error) => Err(words(error)),
    }
}

fn look() -> Result<Option<Copy>, KeyError> {
    let Some(entry) = find()? else { return Ok(None) };
    let mut bytes = [0; MOST];
    let length = entry.read(&mut bytes)?;
    Ok(bytes.get(..length).and_then(parse))
}

fn parse(bytes: &[u8]) -> Option<Copy> {
    let (key, rest) = bytes.split_at_checked(Key::LEN)?;
    let (is_lasting, former) = rest.split_first()?;
    let former = match former {
        [] => None,
        former => Some(Key::of(former)?),
    };
    Some(Copy {
        key: Key::of(key)?,
        is_lasting: *is_lasting == 1,
        former,
    })
}

pub(in crate::seal) fn write(copy: &Copy) -> Result<(), String> {
    let mut bytes = copy.key.expose().to_vec();
    bytes.push(u8::from(copy.is_lasting));
    bytes.extend(copy.former.iter().flat_map(Key::expose));
    put(NAME, &bytes).map(drop).map_err(words)
}

/// The error is why it would not take a key. What is put there to find out is taken away at once.
pub(in crate::seal) fn has_room() -> Result<(), String> {
    // Whoever looks at the same moment shall not take this one away.
    let name = format!("tok:room-{:x}", getrandom::u64().unwrap_or_default());
    let tried = put(&name, &[0; MOST]).and_then(|entry| ring()?.unlink_key(entry));
    tried.map_err(words)
}

/// Replaces what is there. Only a possessor may say who else may read it, and a session that was set apart from the user's
/// keyring possesses nothing in it.
fn put(name: &str, bytes: &[u8]) -> Result<Entry, KeyError> {
    let entry = ring()?.add_key(name, bytes)?;
    let own = KeyPermissionsBuilder::builder()
        .posessor(Permission::ALL)
        .user(Permission::ALL)
        .build();
    let link_and_set = |_| {
        KeyRing::from_special_id(KeyRingIdentifier::Session, false)?.link_keyring_id(KeyRingIdentifier::User)?;
        entry.set_perms(own)
    };
    let set = entry.set_perms(own).or_else(link_and_set).inspect_err(|_| {
        // What other sessions could not find would be replaced by each of them.
        let _ = ring().and_then(|ring| ring.unlink_key(entry));
    });
    set.map(|()| entry)
}

/// Whether it was there. Where the keyring cannot be used it was not.
pub(in crate::seal) fn forget() -> Result<bool, String> {
    let Ok(Some(entry)) = find() else { return Ok(false) };
    let unlinked = ring().and_then(|ring| ring.unlink_key(entry));
    unlinked.map(|()| true).map_err(words)
}

fn find() -> Result<Option<Entry>, KeyError> {
    match ring()?.search(NAME) {
        Ok(entry) => Ok(Some(entry)),
        Err(
            KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked | KeyError::KeyringDoesNotExist,
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A call of its own beside those that search and read, since a search here takes a keyring's number and no name for it.
fn ring() -> Result<KeyRing, KeyError> {
    KeyRing::from_special_id(KeyRingIdentifier::User, true)
}

fn words(error: KeyError) -> String {
    let why = match error {
        KeyError::QuotaExceeded => "it is full",
        KeyError::AccessDenied | KeyError::PermissionDenied => "it may not be used here",
        _ => "it cannot be used",
    };
    format!("the kernel's keyring: {why}")
}
