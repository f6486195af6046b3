//! Asking a person.
//!
//! A [`Terminal`] is the process's own controlling terminal, whatever standard input, output and error are: `$(tok …)`
//! captures output, and a prompt must appear all the same. There is one only where a person can be expected to answer, so a
//! background process is never stopped by asking. Who may be asked for what is left to others.
//!
//! Nothing that is typed into a hidden prompt can be sent by mistake: end of input and a lost terminal are errors, and after
//! control characters (an arrow key) and text that is not UTF-8 the question comes again, as after any answer that cannot be
//! one, three times in all. However a prompt ends, the terminal is left as it was found.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{Screen, system, waiting};
use crate::error::{Error, Result};
use crate::secret::Secret;

/// A terminal on which somebody can be asked.
#[derive(Debug)]
pub(crate) struct Terminal(system::Terminal);

impl Terminal {
    pub(crate) fn open(no_input: bool) -> Option<Self> {
        if no_input {
            return None;
        }
        system::Terminal::open().map(Self)
    }

    /// Runs what asks while nobody else does: threads that want different tokens share one person. One who waits here for
    /// another's questions waits for a person.
    pub(crate) fn alone<T>(ask: impl FnOnce() -> T) -> T {
        static ASKING: Mutex<()> = Mutex::new(());
        let _alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
        waiting::hushed(ask)
    }

    /// Shows something that is not answered here.
    pub(crate) fn tell(&self, text: &str) -> std::io::Result<()> {
        self.0.tell(text)
    }

    pub(crate) fn screen(&self) -> Screen {
        self.0.screen()
    }

    /// Asks for a line that can be seen while it is typed, and again where `check` refuses it.
    pub(crate) fn ask(&self, question: &Question, check: impl Fn(&str) -> Result<()>) -> Result<String> {
        question.until_answered(|prompt| self.0.ask(prompt), check)
    }

    /// Asks for a line that cannot be seen either, until something else happens. `happened` is looked at again and again, and
    /// waits for nothing itself.
    pub(crate) fn ask_unless<T>(
        &self,
        prompt: &str,
        happened: impl FnMut() -> Option<T>,
    ) -> std::io::Result<Meanwhile<T>> {
        self.0.ask_unless(prompt, happened)
    }

    /// Asks for a line that cannot.
    pub(crate) fn ask_hidden(&self, question: &Question) -> Result<Secret> {
        let answer = question.until_answered(|prompt| self.0.ask_hidden(prompt), |_| Ok(()));
        answer.map(Secret::new)
    }
}

/// What came first.
#[derive(Debug)]
pub(crate) enum Meanwhile<T> {
    Happened(T),
    /// A line, or the end of the input.
    #[cfg_attr(windows, expect(dead_code, reason = "nothing can be typed meanwhile there"))]
    Typed(Option<Vec<u8>>),
}

/// How often a person is asked the same before a wrong answer counts.
pub(crate) const TIMES: usize = 3;

/// What a person is asked.
#[derive(Debug)]
pub(crate) struct Question {
    /// Stands before the colon.
    pub(crate) label: String,
    /// The line above, which says what is wanted.
    pub(crate) about: String,
}

impl Question {
    /// Where an answer cannot be one, the reason takes the place of the line above. A person who ends the input wants no other
    /// question.
    fn until_answered<E: fmt::Display>(
        &self,
        ask: impl Fn(&str) -> std::result::Result<Option<Vec<u8>>, E>,
        check: impl Fn(&str) -> Result<()>,
    ) -> Result<String> {
        let label = &self.label;
        let mut about = self.about.clone();
        let mut times = 0;
        loop {
            times += 1;
            let answer = ask(&format!("{about}\n{label}: "));
            let answer = answer.map_err(|why| Error::credential(format!("{label}: the terminal: {why}")))?;
            let Some(bytes) = answer else {
                return Err(self.nothing());
            };
            match self.line(bytes).and_then(|line| check(&line).map(|()| line)) {
                Err(error) if times < TIMES => error.text().clone_into(&mut about),
                line => return line,
            }
        }
    }

    fn line(&self, bytes: Vec<u8>) -> Result<String> {
        let broken = |why: &str| Err(Error::credential(format!("{}: {why}", self.label)));
        match String::from_utf8(bytes) {
            Err(_) => broken("what was entered is not UTF-8"),
            Ok(line) if line.is_empty() => Err(self.nothing()),
            Ok(line) if line.contains(char::is_control) => broken("what was entered contains a control character"),
            Ok(line) => Ok(line),
        }
    }

    fn nothing(&self) -> Error {
        Error::credential(format!("{}: nothing was entered", self.label))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// What comes of these answers, one after the other, and what was shown. `None` is Ctrl-D.
    fn answered(answers: &[Option<&[u8]>]) -> (std::result::Result<String, String>, Vec<String>) {
        let question = Question {
            label: "acme pin".into(),
            about: "Four digits".into(),
        };
        let shown = RefCell::new(Vec::new());
        let ask = |prompt: &str| {
            let mut shown = shown.borrow_mut();
            shown.push(prompt.to_owned());
            let answer = answers.get(shown.len() - 1).ok_or("it has gone")?;
            Ok::<_, &str>(answer.map(<[u8]>::to_vec))
        };
        let check = |line: &str| match line.len() {
            1..4 => Err(Error::usage("acme pin: too short")),
            _ => Ok(()),
        };
        let answer = question
            .until_answered(ask, check)
            .map_err(|error| error.text().to_owned());
        (answer, shown.into_inner())
    }

    #[test]
    fn what_cannot_be_an_answer_is_asked_for_again_with_the_reason() {
        let (answer, shown) = answered(&[Some(b"12"), Some(b"p\x1b[D"), Some(b" 1 4 ")]);
        assert_eq!(answer.unwrap(), " 1 4 ");
        let reasons = [
            "Four digits",
            "acme pin: too short",
            "acme pin: what was entered contains a control character",
        ];
        assert_eq!(shown, reasons.map(|reason| format!("{reason}\nacme pin: ")));
        assert_eq!(
            answered(&[Some(b""), Some(b"1\xff2345"), Some(b"1234")]).0.unwrap(),
            "1234"
        );
    }

    #[test]
    fn the_third_wrong_answer_counts() {
        let (answer, shown) = answered(&[Some(b"1"), Some(b""), Some(b"123"), Some(b"1234")]);
        assert_eq!((answer.unwrap_err().as_str(), shown.len()), ("acme pin: too short", 3));
    }

    #[test]
    fn nobody_is_asked_again_who_ends_the_input_or_has_gone() {
        let (answer, shown) = answered(&[None, Some(b"1234")]);
        assert_eq!(
            (answer.unwrap_err().as_str(), shown.len()),
            ("acme pin: nothing was entered", 1)
        );
        let (answer, shown) = answered(&[Some(b"")]);
        assert_eq!(
            (answer.unwrap_err().as_str(), shown.len()),
            ("acme pin: the terminal: it has gone", 2)
        );
    }
}
