//! What tok says on standard error while it works; errors are said by `main`.

use std::io::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Only errors.
    Quiet,
    /// Warnings and notices.
    Normal,
    /// Why each step was taken.
    Verbose,
}

/// Lines on standard error. A line that cannot be written is dropped: nobody reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Voice(pub(crate) Verbosity);

impl Voice {
    /// Something went wrong and the call goes on.
    pub(crate) fn warn(self, text: &str) {
        self.line(Verbosity::Normal, "warning: ", text);
    }

    /// Something that a person who waits wants to know.
    pub(crate) fn notice(self, text: &str) {
        self.line(Verbosity::Normal, "", text);
    }

    /// Why a step is taken. Never a secret.
    pub(crate) fn explain(self, text: &str) {
        self.line(Verbosity::Verbose, "", text);
    }

    /// Exactly this, whatever the verbosity, for a program that reads along.
    #[expect(clippy::unused_self, reason = "all that is said goes through a voice")]
    pub(crate) fn raw(self, text: &str) {
        let _ = std::io::stderr().write_all(text.as_bytes());
    }

    fn line(self, least: Verbosity, kind: &str, text: &str) {
        if self.0 >= least {
            let _ = writeln!(std::io::stderr(), "tok: {kind}{text}");
        }
    }
}
