//! Which failures of another process are this one's as well.

use super::super::fingerprint::Fingerprint;
use super::super::guard::{AttemptId, Failure, State};
use super::waiter::Waiter;
use crate::error::Error;
use crate::seal::Seal;
use crate::time::clock;

pub(super) struct Failures<'a, F> {
    waiter: Waiter<'a>,
    seal: &'a Seal,
    /// What was said when this process came. Nothing where it cannot be told.
    before: Option<State>,
    is_own: F,
    /// The attempt whose failure was found to be of another secret, since comparing takes a while.
    foreign: Option<AttemptId>,
}

impl<'a, F: FnMut(&Fingerprint) -> bool> Failures<'a, F> {
    pub(super) fn new(waiter: Waiter<'a>, seal: &'a Seal, before: Option<State>, is_own: F) -> Self {
        Self {
            waiter,
            seal,
            before,
            is_own,
            foreign: None,
        }
    }

    /// The last one, if it is to be taken over.
    pub(super) fn shared(&mut self, state: State) -> Option<Error> {
        let failure = state.failure?;
        if !self.is_late(&failure) || self.foreign.as_ref() == Some(&failure.attempt) {
            return None;
        }
        let left = self.waiter.deadline.remaining();
        let error = failure.error(self.seal).filter(|error| error.holds_for(left))?;
        let Failure {
            attempt, fingerprint, ..
        } = failure;
        if fingerprint.as_ref().is_none_or(&mut self.is_own) {
            return Some(error);
        }
        self.foreign = Some(attempt);
        None
    }

    /// Whether it came while this process was there, whose way to this lock may have been long.
    fn is_late(&self, failure: &Failure) -> bool {
        let Some(before) = &self.before else { return false };
        let had_failed = before
            .failure
            .as_ref()
            .is_some_and(|other| other.attempt == failure.attempt);
        if self.waiter.fresh {
            return !had_failed && before.attempt.as_ref() != Some(&failure.attempt);
        }
        // One that ended in the future was written down by a wrong clock.
        !had_failed || (self.waiter.began..=clock::now_ms()).contains(&failure.ended)
    }
}
