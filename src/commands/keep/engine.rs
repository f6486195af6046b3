//! Tokens that are kept valid: fetched, watched, and fetched again before they end.
//!
//! Whoever uses it is told of each change and of everything else that comes in, and decides when it is over. A vendor that
//! fails, or a source that does, is tried again and again while the token that is there stays; once that has ended it is
//! withdrawn. A refusal, and a mistake in what was said to tok, end it, and so does what keeps it from a first token: a missing
//! credential always, a failing vendor where nobody is patient.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::schedule::{LOOK, backoff, lot, renewal};
use crate::cache::freshness::{Demand, Freshness};
use crate::commands::call::{Prepared, obtain_such};
use crate::error::{Error, Exit, Result};
use crate::inputs::Settings;
use crate::output::Given;
use crate::terminal::voice::Voice;
use crate::time::clock::{between, now_ms, span_ms};
use crate::time::duration;
use crate::token::Life;

/// What comes in: an outcome, or something of the user's own.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there are few, and none is kept")]
pub(in crate::commands) enum Event<O> {
    Obtained(usize, Result<Given>),
    Other(O),
}

/// Who has the tokens.
pub(in crate::commands) trait Keeper<O> {
    /// One was obtained anew, or there is none and it is `None`.
    fn change(&mut self, place: usize, given: Option<&Given>) -> std::result::Result<(), Trouble>;

    fn other(&mut self, event: O) -> Next;

    /// No other token can be had in this place. The error ends it all.
    fn give_up(&mut self, error: Error) -> Result<()> {
        Err(error)
    }

    /// Whether a first token is waited for that the vendor does not give now.
    fn is_patient(&self) -> bool;

    /// Called each time that something was looked at; how long until it must be called again, if that matters.
    fn pulse(&mut self) -> Option<Duration> {
        None
    }
}

/// Why a change could not be made.
#[derive(Debug)]
pub(in crate::commands) enum Trouble {
    /// It is made again later.
    ForNow(Error),
    ForGood(Error),
}

impl Trouble {
    fn unless_for_now(self) -> Result<()> {
        match self {
            Self::ForNow(_) => Ok(()),
            Self::ForGood(error) => Err(error),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Next {
    GoOn,
    FetchAnew,
    End,
}

/// One token that is kept.
#[allow(clippy::struct_excessive_bools, reason = "each is a question of its own")]
struct Kept {
    call: &'static Prepared<'static>,
    given: Option<Given>,
    /// The keeper has it.
    is_delivered: bool,
    /// When it is looked after again.
    due: i64,
    failures: u32,
    is_running: bool,
    /// Whatever there is will not do.
    anew: bool,
    /// A person may be asked for the first one alone.
    is_first: bool,
}

/// Until the keeper ends it. The error is that of a token that cannot be had any more. What is being asked for then is left to
/// end with the process.
pub(in crate::commands) fn run<O: Send + 'static>(
    calls: &'static [Prepared<'static>],
    voice: Voice,
    keeper: &mut impl Keeper<O>,
    (sender, events): (&Sender<Event<O>>, &Receiver<Event<O>>),
) -> Result<()> {
    let mut all: Vec<Kept> = calls.iter().map(Kept::of).collect();
    loop {
        for (place, kept) in all.iter_mut().enumerate() {
            kept.withdraw_ended(place, voice, keeper);
            if kept.is_running || kept.due > now_ms() {
                continue;
            }
            if kept.given.is_some() && !kept.is_delivered && !kept.anew {
                kept.deliver(place, voice, keeper)?;
            } else {
                kept.start(place, sender)?;
            }
        }
        let pulse = keeper.pulse().unwrap_or(LOOK);
        let next = all.iter().map(Kept::next_look).min().unwrap_or(i64::MAX);
        match events.recv_timeout(between(now_ms(), next).min(LOOK).min(pulse)) {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Ok(Event::Other(event)) => match keeper.other(event) {
                Next::GoOn => {}
                Next::End => return Ok(()),
                Next::FetchAnew => all.iter_mut().for_each(Kept::fetch_anew),
            },
            Ok(Event::Obtained(place, outcome)) => {
                if let Some(kept) = all.get_mut(place) {
                    kept.take(place, outcome, voice, keeper)?;
                }
            }
        }
    }
}

impl Kept {
    fn of(call: &'static Prepared<'static>) -> Self {
        Self {
            call,
            given: None,
            is_delivered: false,
            due: i64::MIN,
            failures: 0,
            is_running: false,
            anew: false,
            is_first: true,
        }
    }

    fn life(&self) -> Option<Life> {
        self.given.as_ref()?.life
    }

    fn next_look(&self) -> i64 {
        let due = if self.is_running { i64::MAX } else { self.due };
        due.min(self.life().map_or(i64::MAX, |life| life.ends_at))
    }

    fn fetch_anew(&mut self) {
        self.anew = true;
        self.due = i64::MIN;
    }

    fn start<O: Send + 'static>(&mut self, place: usize, sender: &Sender<Event<O>>) -> Result<()> {
        // While the token that is there is good, one that ends no later is no other.
        let anew = std::mem::take(&mut self.anew);
        let is_good = |life: &Life| !anew && now_ms() <= life.good_until;
        let beyond = self.life().filter(is_good).map(|life| life.ends_at);
        let (call, is_first, sender) = (self.call, self.is_first, sender.clone());
        let work = move || {
            // Nobody listens any more where all is over.
            let _ = sender.send(Event::Obtained(place, obtain(call, is_first, anew, beyond)));
        };
        let started = thread::Builder::new().spawn(work);
        started.map_err(|error| Error::other(format!("keep: no thread can be made: {error}")))?;
        self.is_running = true;
        Ok(())
    }

    fn take<O>(
        &mut self,
        place: usize,
        outcome: Result<Given>,
        voice: Voice,
        keeper: &mut impl Keeper<O>,
    ) -> Result<()> {
        self.is_running = false;
        let given = match outcome {
            Ok(given) => given,
            Err(error) if matches!(error.exit, Exit::Refused | Exit::Usage) => return self.give_up(error, keeper),
            Err(error) if self.is_first && !(keeper.is_patient() && is_the_vendors(&error)) => return Err(error),
            Err(error) => {
                self.try_again(&error, voice);
                // What another left there is no token of this one's.
                return match self.given {
                    None => keeper.change(place, None).or_else(Trouble::unless_for_now),
                    Some(_) => Ok(()),
                };
            }
        };
        if given.life.is_none() {
            let error = Error::vendor(format!(
                "{}: the vendor does not say how long the token lasts, so that it cannot be kept valid",
                given.vendor
            ));
            return self.give_up(error, keeper);
        }
        self.is_first = false;
        if self.given.as_ref().is_some_and(|own| is_the_same(own, &given)) {
            // The vendor was asked in vain, which was said.
            self.put_off();
            return Ok(());
        }
        self.given = Some(given);
        self.is_delivered = false;
        self.failures = 0;
        self.deliver(place, voice, keeper)
    }

    fn deliver<O>(&mut self, place: usize, voice: Voice, keeper: &mut impl Keeper<O>) -> Result<()> {
        let Some(given) = &self.given else { return Ok(()) };
        match keeper.change(place, Some(given)) {
            Err(Trouble::ForGood(error)) => return Err(error),
            Err(Trouble::ForNow(error)) => self.try_again(&error, voice),
            Ok(()) => {
                self.is_delivered = true;
                self.failures = 0;
                // One that was asked for meanwhile is fetched at once.
                if !self.anew {
                    self.due = self.life().map_or(i64::MIN, |life| renewal(life, lot()));
                }
            }
        }
        Ok(())
    }

    /// The token that is there stays until its end.
    fn give_up<O>(&mut self, error: Error, keeper: &mut impl Keeper<O>) -> Result<()> {
        self.due = i64::MAX;
        keeper.give_up(error)
    }

    fn withdraw_ended<O>(&mut self, place: usize, voice: Voice, keeper: &mut impl Keeper<O>) {
        if self.life().is_some_and(|life| life.ends_at <= now_ms()) {
            self.given = None;
            if let Err(Trouble::ForNow(error) | Trouble::ForGood(error)) = keeper.change(place, None) {
                voice.warn(error.text());
            }
        }
    }

    fn try_again(&mut self, error: &Error, voice: Voice) {
        let good_until = self
            .life()
            .map(|life| life.good_until)
            .filter(|until| now_ms() < *until);
        match good_until {
            // What the vendor gives lasts no longer than what there is.
            Some(until) if error.exit == Exit::Vendor && self.is_delivered => self.due = until.saturating_add(1),
            _ => self.put_off(),
        }
        let pause = duration::words(between(now_ms(), self.due));
        voice.warn(&format!("{}; tried again in {pause}", error.text()));
    }

    fn put_off(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.due = now_ms().saturating_add(span_ms(backoff(self.failures, lot())));
    }
}

fn is_the_same(one: &Given, other: &Given) -> bool {
    one.life == other.life && one.token.expose() == other.token.expose()
}

/// What may be over in a moment, without anything else being done.
fn is_the_vendors(error: &Error) -> bool {
    matches!(error.exit, Exit::Unreachable | Exit::Vendor | Exit::RateLimited)
}

fn obtain(call: &Prepared, is_first: bool, anew: bool, beyond: Option<i64>) -> Result<Given> {
    let prepared = Prepared {
        call: call.call,
        settings: Settings {
            no_input: call.settings.no_input || !is_first,
            ..call.settings.clone()
        },
        variable: call.variable.clone(),
    };
    let session = prepared.session()?;
    let chosen = session.choose(true)?;
    let own = call.call.min_ttl.or(call.settings.profile.min_ttl);
    let beyond = beyond.map(|end| between(now_ms(), end) + Duration::from_millis(1));
    let demand = Demand {
        another: anew || (is_first && call.call.fresh),
        min_ttl: beyond.max(own),
    };
    let mut given = obtain_such(&prepared, &session, &chosen, demand, false)?;
    if let Some(life) = &mut given.life
        && beyond.is_some()
    {
        // It was asked for beyond what it has to last for.
        life.good_until = Freshness::last_moment(life.asked_at, life.ends_at, own);
    }
    Ok(given)
}
