//! Which exchanges a way consists of: what is sent, in which order, to log in, to refresh and to revoke.
//!
//! Whoever asks what a login needs, or sends it, asks here; that a file has several tables for it is known to nobody else.

use super::request;
use super::schema::{Definition, Exchange, Of};

/// The exchanges in the order in which they are sent. The last one has the answer that counts.
#[derive(Debug, Clone)]
pub(crate) struct Plan<'a> {
    pub(crate) last: &'a Exchange,
}

impl<'a> Plan<'a> {
    fn of(last: &'a Exchange) -> Self {
        Self { last }
    }

    pub(crate) fn exchanges(&self) -> impl Iterator<Item = &'a Exchange> {
        [self.last].into_iter()
    }

    /// What the last request appends to the base URL.
    pub(crate) fn path(&self) -> &'a str {
        &self.last.path
    }

    /// The names of everything that its requests lay in, with repetitions.
    pub(crate) fn names(&self) -> Vec<&'a str> {
        self.exchanges().flat_map(request::names).collect()
    }
}

impl Definition {
    pub(crate) fn login(&self) -> Plan<'_> {
        Plan::of(&self.login)
    }

    pub(crate) fn refresh(&self) -> Option<Plan<'_>> {
        self.refresh.as_ref().map(Plan::of)
    }

    pub(crate) fn revoke(&self) -> Option<Plan<'_>> {
        self.revoke.as_ref().map(Plan::of)
    }

    /// Every exchange of the file, with the table that it stands in.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = (Of, &Exchange)> {
        let others = [(Of::Refresh, &self.refresh), (Of::Revoke, &self.revoke)];
        let others = others
            .into_iter()
            .filter_map(|(of, exchange)| Some((of, exchange.as_ref()?)));
        [(Of::Login, &self.login)].into_iter().chain(others)
    }
}
