//! One table of a request, as the rules look at it.

use crate::definition::exchange::Exchange;
use crate::definition::mistake::{Mistake, Place};
use crate::definition::schema::{Definition, Of};

pub(super) struct Table<'a> {
    pub(super) definition: &'a Definition,
    pub(super) of: Of,
    /// Among those of its name.
    pub(super) place: usize,
    /// As it is written.
    pub(super) header: String,
    pub(super) exchange: &'a Exchange,
}

impl Table<'_> {
    pub(super) fn at(&self, key: &'static str) -> Place {
        Place::nth(self.of.table(), self.place, key)
    }

    pub(super) fn mistake(&self, key: &'static str, words: &str) -> Mistake {
        self.at(key).mistake(format!("{} {words}", self.header))
    }
}
