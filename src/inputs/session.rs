//! One call's dealings with the person and the machine: what was set, and what was opened and found out since.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::settings::Settings;
use super::variable;
use crate::error::{Error, Exit, Result};
use crate::secret::Secret;
use crate::terminal::voice::Voice;
use crate::terminal::{Person, TIMES, Terminal};
use crate::text::mask::mask;
use crate::time::clock::now_ms;
use crate::time::deadline::Deadline;

#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) settings: &'a Settings<'a>,
    pub(crate) deadline: Deadline,
    pub(crate) voice: Voice,
    /// From when on the failures of others count, in milliseconds of the wall clock.
    began: Cell<i64>,
    /// What plays the part of a person who approves.
    pub(super) script: Option<Person<'a>>,
    terminal: OnceCell<Option<Terminal>>,
    asked: Cell<bool>,
    /// Standard input is read once, a person is asked once.
    known: RefCell<BTreeMap<String, Secret>>,
    /// Whose secrets a person typed.
    typed: RefCell<BTreeSet<String>>,
    /// How often those were refused, and what was said of them at last.
    refused: Cell<usize>,
    refusal: RefCell<Option<String>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(settings: &'a Settings<'a>, deadline: Deadline, voice: Voice) -> Self {
        Self {
            settings,
            deadline,
            voice,
            began: Cell::new(now_ms()),
            script: None,
            terminal: OnceCell::new(),
            asked: Cell::new(false),
            known: RefCell::default(),
            typed: RefCell::default(),
            refused: Cell::new(0),
            refusal: RefCell::default(),
        }
    }

    pub(crate) fn with_script(self, script: &'a dyn Fn(&str)) -> Self {
        Self {
            script: Some(Person::Script(script)),
            ..self
        }
    }

    pub(crate) fn began(&self) -> i64 {
        self.began.get()
    }

    /// The terminal on which somebody can be asked; opened when it is first needed.
    pub(crate) fn terminal(&self) -> Option<&Terminal> {
        self.terminal
            .get_or_init(|| Terminal::open(self.settings.no_input))
            .as_ref()
    }

    /// Asks while nobody else does; a person's time does not count.
    pub(super) fn ask<T>(&self, questions: impl FnOnce() -> T) -> T {
        self.asked.set(true);
        let answers = self.deadline.pause(|| Terminal::alone(questions));
        self.begin_anew();
        answers
    }

    /// Leaves something to a person whose time does not count. Whatever comes of it, what was typed before is not to blame.
    pub(crate) fn leave_to_person<T>(&self, ask: impl FnOnce() -> T) -> T {
        let done = self.deadline.pause(ask);
        self.typed.take();
        self.begin_anew();
        done
    }

    /// What failed before a person answered says nothing of the answer.
    pub(super) fn begin_anew(&self) {
        self.began.set(now_ms().saturating_add(1));
    }

    /// In a GitHub Actions job has the runner, which reads standard error too, hide a token from then on.
    pub(crate) fn hide(&self, token: &Secret) -> Result<()> {
        if variable::is_github()? {
            self.voice.raw(&mask(token.expose()));
        }
        Ok(())
    }

    /// Whether a person had to answer a question.
    pub(crate) fn has_asked(&self) -> bool {
        self.asked.get()
    }

    /// A secret that was looked up before.
    pub(crate) fn known(&self, field: &str) -> Option<Secret> {
        self.known.borrow().get(field).cloned()
    }

    pub(crate) fn remember(&self, field: &str, secret: Secret) {
        self.known.borrow_mut().insert(field.to_owned(), secret);
    }

    pub(super) fn remember_typed(&self, field: &str) {
        self.typed.borrow_mut().insert(field.to_owned());
    }

    /// Why a secret is asked for again.
    pub(super) fn refusal(&self) -> Option<String> {
        self.refusal.borrow().clone()
    }

    /// Where secrets are refused that a person typed, others are asked for and tried, three times in all.
    pub(crate) fn until_accepted<T>(&self, attempt: impl Fn() -> Result<T>) -> Result<T> {
        loop {
            match attempt() {
                Err(error) if self.asks_again(&error) => {}
                outcome => return outcome,
            }
        }
    }

    /// Whether others are to be asked for after this, the typed ones forgotten.
    pub(crate) fn asks_again(&self, error: &Error) -> bool {
        let times = self.refused.get() + 1;
        if error.exit != Exit::Refused || times >= TIMES || !self.forget_typed() {
            return false;
        }
        self.refused.set(times);
        self.begin_anew();
        self.refusal.replace(Some(error.text().to_owned()));
        true
    }

    /// Whether there was something to forget.
    fn forget_typed(&self) -> bool {
        let typed = self.typed.take();
        self.known.borrow_mut().retain(|field, _| !typed.contains(field));
        !typed.is_empty()
    }
}
