//! One login for many machines: a store that they share, behind one door.
//!
//! The store is told sealed values and keyed digests, and nothing else. It never stands in the way: where it is down, slow, full,
//! read-only or somebody else's, that is one warning, half a second at most, and the call goes on as if there were none; where
//! it is required, it is exit 5. Between two machines no times are compared but the store's own. When to look, to ask and to
//! put is decided by whoever uses it; a local hit never comes here.

mod ending;
mod keys;
mod lease;
mod line;
mod names;
mod parcel;
mod redis;
mod remains;
mod seen;
mod shelf;
mod stream;
mod words;

pub(crate) use lease::{Errand, Lease, Taken};
pub(crate) use names::Whose;
pub(crate) use remains::{Holding, Remains};
pub(crate) use seen::{Seen, Spot};

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::cache::absence;
use crate::cache::store::Store;
use crate::error::{Error, Result};
use crate::inputs::{Session, Sharing};
use crate::time::clock::now_ms;
use keys::Keys;
use shelf::{Answer, Shelf, Trouble};

/// For all that a call asks the store, but for waiting on another machine.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is left of it for writing a token that the vendor gave, however long the rest took.
const TO_WRITE: Duration = Duration::from_millis(200);

/// The door to the store, opened when it is first needed.
pub(crate) struct Shared<'a> {
    session: &'a Session<'a>,
    store: &'a Store,
    state: RefCell<State>,
    left: Cell<Duration>,
    /// What is wrong is said to those alone who want to know why each step is taken.
    is_quiet: Cell<bool>,
}

#[derive(Clone)]
enum State {
    Closed,
    Open(Rc<Open>),
    /// It cannot be used in this call, which has been said.
    Gone,
}

struct Open {
    shelf: Box<dyn Shelf>,
    keys: Keys,
    /// By which those are known.
    marks: Vec<String>,
}

/// What a verb is for, which decides how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Ask,
    /// Waiting has an end of its own.
    Wait,
    Write,
}

impl fmt::Debug for Shared<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shared")
    }
}

impl<'a> Shared<'a> {
    /// Opens nothing yet.
    pub(crate) fn of(session: &'a Session<'a>, store: &'a Store) -> Self {
        Self {
            session,
            store,
            state: RefCell::new(State::Closed),
            left: Cell::new(PATIENCE),
            is_quiet: Cell::new(false),
        }
    }

    /// Whether there is meant to be a store.
    pub(crate) fn is_on(&self) -> bool {
        self.sharing().is_some()
    }

    /// Whether the store turned out to be of no use.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(*self.state.borrow(), State::Gone)
    }

    /// Whether it is of no use and required, so that nothing else will do.
    pub(crate) fn is_missed(&self) -> bool {
        self.is_gone() && self.sharing().is_some_and(|sharing| sharing.required)
    }

    /// Whether it was found out a moment ago that the store is of no use.
    pub(crate) fn is_known_to_be_gone(&self) -> bool {
        let known = |sharing: &Sharing| absence::check(self.store, &sharing.address.to_string(), now_ms());
        self.is_gone() || self.sharing().and_then(known).is_some()
    }

    /// Does something that nobody asked for, so that nobody is told where the store is of no use.
    pub(crate) fn quietly<T>(&self, act: impl FnOnce() -> T) -> T {
        self.is_quiet.set(true);
        let outcome = act();
        self.is_quiet.set(false);
        outcome
    }

    /// Asks no more.
    pub(crate) fn give_up(&self) {
        self.state.replace(State::Gone);
    }

    fn sharing(&self) -> Option<&'a Sharing> {
        self.session.settings.sharing.as_ref()
    }

    /// `None` where there is no store or it is of no use now. Exit 2 or 3 where its keys are wrong.
    fn open(&self) -> Result<Option<Rc<Open>>> {
        let Some(sharing) = self.sharing() else { return Ok(None) };
        let state = self.state.borrow().clone();
        match state {
            State::Open(open) => return Ok(Some(open)),
            State::Gone => return Ok(None),
            State::Closed => {}
        }
        let (dropped, deadline) = (
            self.session.settings.catalogue.secret_variables(),
            &self.session.deadline,
        );
        if let Some(why) = absence::check(self.store, &sharing.address.to_string(), now_ms()) {
            return self.lack(&why);
        }
        let keys = Keys::parse(&sharing.keys(&dropped, deadline)?)?;
        let password = sharing.password(&dropped, deadline)?;
        let began = Instant::now();
        let opened = redis::Redis::open(&sharing.address, password, self.limit(Purpose::Ask));
        self.spend(Purpose::Ask, began);
        let Some(redis) = self.settle(opened)? else {
            return Ok(None);
        };
        let open = Rc::new(Open {
            shelf: Box::new(redis),
            marks: keys.all().map(names::mark).collect(),
            keys,
        });
        self.state.replace(State::Open(Rc::clone(&open)));
        Ok(Some(open))
    }

    fn run<T>(&self, purpose: Purpose, verb: impl FnOnce(&Open, Duration) -> Answer<T>) -> Result<Option<T>> {
        let Some(open) = self.open()? else { return Ok(None) };
        let began = Instant::now();
        let answer = verb(&open, self.limit(purpose));
        self.spend(purpose, began);
        self.settle(answer)
    }

    fn limit(&self, purpose: Purpose) -> Duration {
        match purpose {
            Purpose::Ask => self.left.get(),
            Purpose::Wait => PATIENCE,
            Purpose::Write => self.left.get().max(TO_WRITE),
        }
    }

    fn spend(&self, purpose: Purpose, began: Instant) {
        if purpose != Purpose::Wait {
            self.left.set(self.left.get().saturating_sub(began.elapsed()));
        }
    }

    /// What is wrong is said once, and remembered for others where it is the store as a whole.
    fn settle<T>(&self, answer: Answer<T>) -> Result<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(Trouble::Strange(why)) => self.lack(&why),
            Err(Trouble::Away(why)) => {
                if let Some(sharing) = self.sharing() {
                    absence::put(self.store, &sharing.address.to_string(), &why, now_ms());
                }
                self.lack(&why)
            }
        }
    }

    fn warn_of(&self, what: &str) {
        if let Some(sharing) = self.sharing() {
            self.say(&format!("the shared store {}: {what}", sharing.address));
        }
    }

    fn lack<T>(&self, why: &str) -> Result<Option<T>> {
        let Some(sharing) = self.sharing() else {
            return Ok(None);
        };
        self.give_up();
        let text = format!("the shared store {}: {why}", sharing.address);
        if sharing.required {
            return Err(Error::unreachable(text).own());
        }
        self.say(&format!("{text}; the call goes on without it"));
        Ok(None)
    }

    fn say(&self, text: &str) {
        if self.is_quiet.get() {
            self.session.voice.explain(text);
        } else {
            self.session.voice.warn(text);
        }
    }
}
