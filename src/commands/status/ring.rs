//! The keyring, looked at for all rows together.

use std::cell::{OnceCell, RefCell};
use std::time::Duration;

use crate::inputs::keyring::{self, Look};
use crate::time::deadline::Deadline;

/// How long all looks may take together.
const LIMIT: Duration = Duration::from_secs(3);

/// A keyring that could not tell once is not asked again.
#[derive(Debug)]
pub(super) struct Ring {
    /// Counts from the first look.
    deadline: OnceCell<Deadline>,
    unknown: RefCell<Option<String>>,
}

impl Ring {
    /// One that could not tell of something else a moment ago, where there is a reason.
    pub(super) fn with(unknown: Option<String>) -> Self {
        Self {
            deadline: OnceCell::new(),
            unknown: RefCell::new(unknown),
        }
    }

    /// The first of these users that has an entry counts.
    pub(super) fn look(&self, users: &[String]) -> Look {
        let mut look = Look::Absent(String::new());
        for user in users {
            look = self.look_at(user);
            if matches!(look, Look::Kept) {
                break;
            }
        }
        look
    }

    fn look_at(&self, user: &str) -> Look {
        if let Some(why) = self.unknown.borrow().clone() {
            return Look::Unknown(why);
        }
        let look = keyring::look(user, self.deadline.get_or_init(|| Deadline::after(LIMIT)));
        if let Look::Unknown(why) = &look {
            *self.unknown.borrow_mut() = Some(why.clone());
        }
        look
    }
}
