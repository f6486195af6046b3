//! Asking a person.
//!
//! A [`Terminal`] is the process's own controlling terminal, whatever standard input, output and error are: `$(tok …)`
//! captures output, and a prompt must appear all the same. There is one only where a person can be expected to answer, so a
//! background process is never stopped by asking. Who may be asked for what is left to others.
//!
//! Nothing that is typed into a hidden prompt can be sent by mistake: end of input, a lost terminal, control characters (an
//! arrow key) and text that is not UTF-8 are errors. However a prompt ends, the terminal is left as it was found.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{system, waiting};
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

    /// Asks for a line that can be seen while it is typed.
    pub(crate) fn ask(&self, label: &str) -> Result<String> {
        checked(label, self.0.ask(&format!("{label}: ")))
    }

    /// Asks for a line that cannot.
    pub(crate) fn ask_hidden(&self, label: &str) -> Result<Secret> {
        checked(label, self.0.ask_hidden(&format!("{label}: "))).map(Secret::new)
    }
}

fn checked<E: fmt::Display>(label: &str, answer: std::result::Result<Vec<u8>, E>) -> Result<String> {
    let broken = |why: &str| Err(Error::credential(format!("{label}: {why}")));
    match answer.map(String::from_utf8) {
        Err(why) => broken(&format!("the terminal: {why}")),
        Ok(Err(_)) => broken("what was entered is not UTF-8"),
        Ok(Ok(line)) if line.is_empty() => broken("nothing was entered"),
        Ok(Ok(line)) if line.contains(char::is_control) => broken("what was entered contains a control character"),
        Ok(Ok(line)) => Ok(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_an_answer_is_an_error_with_the_label() {
        let said = |bytes: &[u8]| checked("modulus password", Ok::<_, String>(bytes.to_vec()));
        assert_eq!(said(" p w ".as_bytes()).unwrap(), " p w ");
        let empty = said(b"").unwrap_err();
        assert_eq!(empty.text(), "modulus password: nothing was entered");
        assert!(said(b"p\x1b[D").is_err());
        assert!(said(b"p\xff").is_err());
    }
}
