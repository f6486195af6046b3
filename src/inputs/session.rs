//! One call's dealings with the person and the machine: what was set, and what was opened and found out since.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;

use super::settings::Settings;
use crate::secret::Secret;
use crate::terminal::Terminal;
use crate::terminal::voice::Voice;
use crate::time::deadline::Deadline;

#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) settings: &'a Settings<'a>,
    pub(crate) deadline: Deadline,
    pub(crate) voice: Voice,
    terminal: OnceCell<Option<Terminal>>,
    asked: Cell<bool>,
    /// Standard input is read once, a person is asked once.
    known: RefCell<BTreeMap<String, Secret>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(settings: &'a Settings<'a>, deadline: Deadline, voice: Voice) -> Self {
        Self {
            settings,
            deadline,
            voice,
            terminal: OnceCell::new(),
            asked: Cell::new(false),
            known: RefCell::default(),
        }
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
        self.deadline.pause(|| Terminal::alone(questions))
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
}
