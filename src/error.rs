//! What went wrong, how the process says it and which code it exits with.
//!
//! An [`Error`] is one line, `what failed: why`, in lower case and without a full stop, with the path or the name in it, and
//! a hint where there is something to do. It never carries a secret. It can be written to disk and read again, since a
//! waiting process takes over the failure of the one that it waited for.

use std::fmt;
use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The exit status, as the manual documents it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Exit {
    /// A bug, or an I/O failure of this machine.
    Other = 1,
    /// An argument, a field, the config file or a vendor's file is wrong.
    Usage = 2,
    /// A credential is missing or its source is broken.
    Credential = 3,
    /// The vendor refused the credentials or the request.
    Refused = 4,
    /// The vendor could not be reached.
    Unreachable = 5,
    /// The vendor failed or was not understood.
    Vendor = 6,
    /// The vendor asked for a pause.
    RateLimited = 7,
    /// The command of `tok exec` cannot be executed.
    NotExecutable = 126,
    /// The command of `tok exec` is not there.
    NotFound = 127,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Error {
    pub(crate) exit: Exit,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// A credential is missing and nobody could be asked, so that a cached token may still serve.
    #[serde(default)]
    missing: bool,
    /// Not so much as a connection could be made.
    #[serde(default)]
    unconnected: bool,
    /// Nothing is said of it: whoever would read the message has gone, or has read it elsewhere.
    #[serde(default)]
    silent: bool,
    #[serde(default)]
    reach: Reach,
}

/// Whom a failure is of: another process that waits for this one may have to fail with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Reach {
    #[default]
    All,
    /// Whoever has no more time left than was waited in vain.
    Within(Duration),
    /// Whoever waits for the same person.
    Person,
    /// This call's alone.
    Own,
}

impl Error {
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self {
            exit,
            text: text.into(),
            hint: None,
            missing: false,
            unconnected: false,
            silent: false,
            reach: Reach::All,
        }
    }

    pub(crate) fn other(text: impl Into<String>) -> Self {
        Self::new(Exit::Other, text)
    }

    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, text)
    }

    pub(crate) fn credential(text: impl Into<String>) -> Self {
        Self::new(Exit::Credential, text)
    }

    /// Not there, as against broken.
    pub(crate) fn missing(text: impl Into<String>) -> Self {
        Self {
            missing: true,
            ..Self::credential(text)
        }
    }

    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self::new(Exit::Refused, text)
    }

    pub(crate) fn unreachable(text: impl Into<String>) -> Self {
        Self::new(Exit::Unreachable, text)
    }

    /// Not so much as a connection could be made, so that nothing else can be tried there.
    pub(crate) fn unconnected(self) -> Self {
        Self {
            unconnected: true,
            ..self
        }
    }

    pub(crate) fn vendor(text: impl Into<String>) -> Self {
        Self::new(Exit::Vendor, text)
    }

    pub(crate) fn rate_limited(text: impl Into<String>) -> Self {
        Self::new(Exit::RateLimited, text)
    }

    /// The failure of a writer whose reader has gone, as `tok status | head -1` makes it: exit 1, without a word.
    pub(crate) fn broken_pipe() -> Self {
        Self {
            silent: true,
            ..Self::other("the reader of standard output has gone")
        }
    }

    /// Exit 1, without a word: what failed was said where the program that asks reads it.
    pub(crate) fn said_elsewhere() -> Self {
        Self {
            silent: true,
            ..Self::other("what failed was said on standard output")
        }
    }

    /// It is of what this call alone asked for.
    pub(crate) fn own(self) -> Self {
        Self {
            reach: Reach::Own,
            ..self
        }
    }

    /// Nothing but a limit was over, after so much time.
    pub(crate) fn within(self, waited: Duration) -> Self {
        Self {
            reach: Reach::Within(waited),
            ..self
        }
    }

    /// Nobody else would get more out of the person who was asked.
    pub(crate) fn of_person(self) -> Self {
        Self {
            reach: Reach::Person,
            ..self
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Puts what failed before why: `prefix: text`.
    pub(crate) fn of(mut self, prefix: impl fmt::Display) -> Self {
        self.text = format!("{prefix}: {}", self.text);
        self
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.missing
    }

    /// Exit 1 where the cause is that this machine lacks descriptors or memory, whatever it was about.
    pub(crate) fn unless_lacking(self, cause: Option<&io::Error>) -> Self {
        let Some(cause) = cause else { return self };
        #[cfg(unix)]
        let lacks_descriptors = {
            use rustix::io::Errno;
            let number = cause.raw_os_error();
            [Errno::MFILE, Errno::NFILE]
                .iter()
                .any(|lack| number == Some(lack.raw_os_error()))
        };
        #[cfg(not(unix))]
        let lacks_descriptors = false;
        if lacks_descriptors || cause.kind() == io::ErrorKind::OutOfMemory {
            return Self {
                exit: Exit::Other,
                hint: None,
                ..self
            };
        }
        self
    }

    /// Whether it would be that of anybody else who has so much time left: what the vendor says and that it cannot be
    /// reached is, what this call or this machine lacks is not.
    pub(crate) fn holds_for(&self, left: Duration) -> bool {
        let is_the_vendors = matches!(
            self.exit,
            Exit::Refused | Exit::Unreachable | Exit::Vendor | Exit::RateLimited
        );
        (is_the_vendors || self.reach == Reach::Person)
            && match self.reach {
                Reach::All | Reach::Person => true,
                Reach::Within(waited) => left <= waited,
                Reach::Own => false,
            }
    }

    pub(crate) fn is_unconnected(&self) -> bool {
        self.unconnected
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.silent
    }
}

/// The lines for standard error, without the last line feed.
impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tok: {}", self.text)?;
        match &self.hint {
            Some(hint) => write!(formatter, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}
