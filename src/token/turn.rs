//! Whose turn it is to ask the vendor, and whose to ask a person.
//!
//! Of all who need the same token one asks the vendor, the others take its token or its failure. A person is asked between
//! two such turns and not in one, for a secret as for an approval: whoever has the secret itself, or finds it without a
//! person, never waits for a prompt that was forgotten or stopped. Of those who need a person one asks, the others wait for
//! its token; whoever has no terminal waits as well while somebody is asked elsewhere, and not longer than it has time.

use super::run::Run;
use super::stop::Stop;
use super::{Need, Obtained};
use crate::cache::entry;
use crate::cache::guard::{AttemptId, Guard};
use crate::cache::identity::Identity;
use crate::cache::lock::{self, Earlier, Turn, Waiter};
use crate::error::{Error, Result};
use crate::time::clock::now_ms;

impl<'a> Need<'a> {
    /// Gets the token as the one who asks, or takes what that one got.
    pub(super) fn take_turn(&self) -> Result<Obtained> {
        let (earlier, person) = (self.earlier(), self.principal.identity.person_digest());
        let mut asking = None;
        let mut approved = None;
        loop {
            let outcome = match self.attempt(earlier.as_ref(), approved.take()) {
                Ok(obtained) => Ok(obtained),
                Err(Stop::Person(plan)) => {
                    let guard = match asking.take() {
                        Some(guard) => guard,
                        None => match self.turn(&person, self.session.terminal().is_some(), earlier.as_ref())? {
                            Turn::Held(guard) => guard,
                            Turn::Found(obtained) => return Ok(obtained),
                            Turn::Failed(error) => return Err(error),
                        },
                    };
                    // From now on they are known.
                    let secrets = guard.while_asking(|| self.secrets(&plan))?;
                    let run = guard.while_asking(|| self.approve(&plan, &secrets));
                    approved = run.inspect_err(|error| self.end(&guard, Some(error)))?;
                    asking = Some(guard);
                    continue;
                }
                Err(Stop::Error(missing)) if missing.is_missing() => {
                    return match self.turn(&person, false, earlier.as_ref())? {
                        Turn::Held(_) => Err(missing),
                        Turn::Found(obtained) => Ok(obtained),
                        Turn::Failed(error) => Err(error),
                    };
                }
                // The others wait on, since the answer was the person's mistake. Who is told by secrets is another with others.
                Err(Stop::Error(error))
                    if asking.is_some() && !self.principal.is_told_by_secrets() && self.session.asks_again(&error) =>
                {
                    continue;
                }
                Err(Stop::Error(error)) => Err(error),
            };
            if let Some(guard) = &asking {
                self.end(guard, outcome.as_ref().err());
            }
            return outcome;
        }
    }

    /// Asks the vendor, unless another process has asked meanwhile.
    fn attempt(&self, earlier: Option<&Earlier>, approved: Option<Run<'a>>) -> std::result::Result<Obtained, Stop<'a>> {
        let guard = match self.turn(&self.principal.identity.digest(), false, earlier)? {
            Turn::Held(guard) => guard,
            Turn::Found(obtained) => return Ok(obtained),
            Turn::Failed(error) => return Err(error.into()),
        };
        let obtained = self.ask_for_all(&guard, approved);
        match &obtained {
            Ok(_) => self.end(&guard, None),
            Err(Stop::Error(error)) => self.end(&guard, Some(error)),
            Err(Stop::Person(_)) => {}
        }
        obtained
    }

    /// Waits for a lock, for another's token or for another's failure.
    fn turn(&self, name: &str, could_ask: bool, earlier: Option<&Earlier>) -> Result<Turn<Obtained>> {
        let waiter = Waiter {
            could_ask,
            ..self.waiter()
        };
        if self.alone {
            return lock::wait(self.store, name, waiter).map(Turn::Held);
        }
        let is_late = |attempt: Option<&_>| earlier.is_none_or(|earlier| earlier.excludes(attempt));
        let look = || {
            if earlier.is_some() && !is_late(self.last_attempt().as_ref()) {
                return None;
            }
            let entry = self.look()?;
            (is_late(entry.attempt.as_ref()) && self.lasts(&entry)).then(|| {
                self.session
                    .voice
                    .explain("another process got a token in the meantime");
                self.obtained(entry)
            })
        };
        let is_own = |fingerprint: &_| self.principal.has(fingerprint);
        lock::acquire(self.store, name, waiter, look, is_own)
    }

    /// Waits until nobody asks for a token of this identity, and keeps everybody from it while the guard lives.
    pub(crate) fn turn_of(&self, identity: &Identity) -> Result<Guard> {
        lock::wait(self.store, &identity.digest(), self.waiter())
    }

    /// Waits until every token is kept that this login is being given, whatever it was asked for with.
    pub(crate) fn await_logins(&self) -> Result<()> {
        lock::wait(self.store, &self.principal.login.digest(), self.waiter()).map(drop)
    }

    /// For a fresh token: the attempts that are too old to take one from.
    fn earlier(&self) -> Option<Earlier> {
        let note = || Earlier::note(self.store, &self.principal.identity.digest(), || self.last_attempt());
        self.fresh.then(note)
    }

    /// Whose token lies there, told without opening it.
    fn last_attempt(&self) -> Option<AttemptId> {
        entry::attempt(self.store, &self.principal.identity, now_ms())
    }

    fn end(&self, guard: &Guard, failure: Option<&Error>) {
        match failure {
            None => guard.succeeded(),
            Some(error) => guard.failed(error, self.principal.fingerprint().ok().flatten(), self.store),
        }
    }
}
