//! What tok says on standard error while it works; errors are said by `main`.

use std::io;

use crate::error::Error;
use crate::terminal::paint::{Paint, has_colours};
use crate::terminal::waiting::{self, Waiting};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Only errors.
    Quiet,
    /// Warnings and notices.
    #[default]
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
        self.line(Verbosity::Normal, Paint::Warning, "tok: warning:", text);
    }

    /// Something that a person who waits wants to know.
    pub(crate) fn notice(self, text: &str) {
        self.line(Verbosity::Normal, Paint::Strong, "tok:", text);
    }

    /// Why a step is taken. Never a secret.
    pub(crate) fn explain(self, text: &str) {
        self.line(Verbosity::Verbose, Paint::Strong, "tok:", text);
    }

    /// Exactly this, whatever the verbosity, for a program that reads along.
    #[expect(clippy::unused_self, reason = "all that is said goes through a voice")]
    pub(crate) fn raw(self, text: &str) {
        waiting::write_instead(text);
    }

    /// A sign of life until it is dropped. Verbose lines say more, and quiet means quiet.
    pub(crate) fn wait_for(self, what: &str) -> Option<Waiting> {
        (self.0 == Verbosity::Normal).then(|| Waiting::begin(what)).flatten()
    }

    fn line(self, least: Verbosity, paint: Paint, kind: &str, text: &str) {
        if self.0 >= least {
            let kind = paint.of(kind, has_colours(&io::stderr()));
            waiting::write_instead(&format!("{kind} {text}\n"));
        }
    }
}

/// The last words of a call that failed.
pub(crate) fn say(error: &Error) {
    if error.is_silent() {
        return;
    }
    let colours = has_colours(&io::stderr());
    let mut said = String::new();
    for line in error.to_string().lines() {
        let (head, rest) = line.split_once(' ').unwrap_or((line, ""));
        let paint = if head == "hint:" { Paint::Hint } else { Paint::Bad };
        said.extend([&paint.of(head, colours), " ", rest, "\n"]);
    }
    waiting::write_instead(&said);
}
