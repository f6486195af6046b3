//! Secrets that were written into the keyring, with what was there before: until the login is kept as a whole they can be
//! taken back. Nothing is written where it cannot be told what was there.

use crate::error::Result;
use crate::inputs::Session;
use crate::inputs::keyring;
use crate::secret::Secret;

/// A store of secrets by their entry's user.
pub(super) trait Store {
    /// `None` where there certainly is none.
    fn read(&self, user: &str) -> Result<Option<Secret>>;
    fn write(&self, user: &str, secret: &Secret) -> Result<()>;
    fn delete(&self, user: &str) -> Result<bool>;
}

impl Store for Session<'_> {
    fn read(&self, user: &str) -> Result<Option<Secret>> {
        keyring::replaced(user, self.can_show_dialog(), &self.deadline)
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
        let before: Vec<_> = secrets
            .iter()
            .map(|(user, _)| store.read(user))
            .collect::<Result<_>>()?;
        for ((user, secret), before) in secrets.into_iter().zip(before) {
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
        /// Which one it cannot read.
        silent: Option<&'static str>,
        kept: RefCell<BTreeMap<String, String>>,
    }

    impl Store for Memory {
        fn read(&self, user: &str) -> Result<Option<Secret>> {
            if self.silent == Some(user) {
                return Err(Error::credential("silent"));
            }
            Ok(self.kept.borrow().get(user).map(Secret::new))
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
            silent: None,
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
    fn where_one_that_may_be_there_cannot_be_read_nothing_is_written_or_deleted() {
        let mut store = memory(&["a", "b"]);
        store.silent = Some("c");
        assert_eq!(Written::all(&store, new()).err().unwrap().text(), "silent");
        assert_eq!(store.kept, memory(&[]).kept);
        // One that is written before must not be taken for new either.
        store.silent = Some("a");
        assert_eq!(Written::all(&store, new()).err().unwrap().text(), "silent");
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
