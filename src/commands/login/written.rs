//! Secrets that were written into the keyring, with what was there before: until the login is kept as a whole they can be
//! taken back.

use crate::error::Result;
use crate::inputs::Session;
use crate::inputs::keyring::{self, Found};
use crate::secret::Secret;

/// A store of secrets by their entry's user.
pub(super) trait Store {
    /// `None` also where it cannot be read.
    fn read(&self, user: &str) -> Option<Secret>;
    fn write(&self, user: &str, secret: &Secret) -> Result<()>;
    fn delete(&self, user: &str) -> Result<bool>;
}

impl Store for Session<'_> {
    fn read(&self, user: &str) -> Option<Secret> {
        match keyring::read(user, self.can_show_dialog(), &self.deadline) {
            Ok(Found::Secret(secret)) => Some(secret),
            Ok(Found::Absent(_)) | Err(_) => None,
        }
    }

    fn write(&self, user: &str, secret: &Secret) -> Result<()> {
        keyring::write(user, secret, self.can_show_dialog(), &self.deadline)
    }

    fn delete(&self, user: &str) -> Result<bool> {
        keyring::delete(user, self.can_show_dialog(), &self.deadline)
    }
}

pub(super) struct Written<'a, S> {
    store: &'a S,
    before: Vec<(String, Option<Secret>)>,
}

impl<'a, S: Store> Written<'a, S> {
    /// All of them or none.
    pub(super) fn all(store: &'a S, secrets: Vec<(String, Secret)>) -> Result<Self> {
        let mut written = Self {
            store,
            before: Vec::new(),
        };
        for (user, secret) in secrets {
            let before = store.read(&user);
            if let Err(error) = store.write(&user, &secret) {
                written.take_back();
                return Err(error);
            }
            written.before.push((user, before));
        }
        Ok(written)
    }

    /// As far as the store still takes something.
    pub(super) fn take_back(self) {
        for (user, before) in self.before {
            let _ = match before {
                Some(secret) => self.store.write(&user, &secret),
                None => self.store.delete(&user).map(drop),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::*;
    use crate::error::Error;

    /// Takes new values only for the users that it names.
    struct Memory {
        takes: &'static [&'static str],
        kept: RefCell<BTreeMap<String, String>>,
    }

    impl Store for Memory {
        fn read(&self, user: &str) -> Option<Secret> {
            self.kept.borrow().get(user).map(Secret::new)
        }

        fn write(&self, user: &str, secret: &Secret) -> Result<()> {
            if !self.takes.contains(&user) {
                return Err(Error::credential("full"));
            }
            self.kept.borrow_mut().insert(user.into(), secret.expose().into());
            Ok(())
        }

        fn delete(&self, user: &str) -> Result<bool> {
            Ok(self.kept.borrow_mut().remove(user).is_some())
        }
    }

    fn memory(takes: &'static [&'static str]) -> Memory {
        let kept = [("a", "good"), ("c", "good")].map(|(user, secret)| (user.into(), secret.into()));
        Memory {
            takes,
            kept: RefCell::new(kept.into()),
        }
    }

    fn new() -> Vec<(String, Secret)> {
        ["a", "b", "c"].map(|user| (user.to_owned(), Secret::new("new"))).into()
    }

    #[test]
    fn where_one_cannot_be_written_all_is_as_before() {
        let store = memory(&["a", "b"]);
        assert_eq!(Written::all(&store, new()).err().unwrap().text(), "full");
        assert_eq!(store.kept, memory(&[]).kept);
    }

    #[test]
    fn what_was_written_can_be_taken_back() {
        let store = memory(&["a", "b", "c"]);
        let written = Written::all(&store, new()).unwrap();
        assert!(store.kept.borrow().values().eq(["new"; 3]));
        written.take_back();
        assert_eq!(store.kept, memory(&[]).kept);
    }
}
