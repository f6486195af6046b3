//! The options of tok's own, each described once.
//!
//! Parser, help, manual, completions, the README's table, the keys of a profile that are options as well and the names that
//! no field may have are all made from these values. Which command takes which is the command tree's; the flags of a
//! vendor's fields come from its definition.

use std::time::Duration;

use crate::time::duration;

#[derive(Debug)]
pub(crate) struct Opt {
    /// Behind `--`; the profile's key as well, where it has one.
    pub(crate) name: &'static str,
    pub(crate) short: Option<char>,
    pub(crate) takes: Takes,
    /// What it does, in one line; `{}` is what depends on the command.
    pub(crate) help: &'static str,
    /// What says the same where the option is not given.
    pub(crate) variable: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    Nothing,
    /// Any text, as the help calls it.
    Text(&'static str),
    Span(fn(&str) -> Result<Duration, String>),
}

/// A switch without anything else.
const PLAIN: Opt = Opt {
    name: "",
    short: None,
    takes: Takes::Nothing,
    help: "",
    variable: None,
};

/// How long a call may take where nobody says it.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

pub(crate) const PROFILE: Opt = Opt {
    name: "profile",
    short: Some('p'),
    takes: Takes::Text("NAME"),
    help: "Use this profile of the config file",
    variable: Some("TOK_PROFILE"),
};

pub(crate) const FRESH: Opt = Opt {
    name: "fresh",
    help: "Log in anew, whatever is cached",
    ..PLAIN
};

pub(crate) const MIN_TTL: Opt = Opt {
    name: "min-ttl",
    takes: Takes::Span(duration::parse),
    help: "Give no token that ends sooner than this, as 90s, 15m or 1h30m",
    ..PLAIN
};

pub(crate) const NO_CACHE: Opt = Opt {
    name: "no-cache",
    help: "Neither read nor keep a token",
    ..PLAIN
};

pub(crate) const NO_INPUT: Opt = Opt {
    name: "no-input",
    help: "Never ask, never open a dialog",
    variable: Some("TOK_NO_INPUT"),
    ..PLAIN
};

/// Filled with [`LIMIT`].
pub(crate) const TIMEOUT: Opt = Opt {
    name: "timeout",
    takes: Takes::Span(duration::limit),
    help: "Limit for the whole call without the time a person takes, {} by default",
    variable: Some("TOK_TIMEOUT"),
    ..PLAIN
};

/// Filled with the variable's own name.
pub(crate) const VARIABLE: Opt = Opt {
    name: "variable",
    takes: Takes::Text("NAME"),
    help: "Name of the variable, {} by default",
    ..PLAIN
};

/// Filled with the formats.
pub(crate) const FORMAT: Opt = Opt {
    name: "format",
    short: Some('f'),
    takes: Takes::Text("FORMAT"),
    help: "Print it as {}",
    ..PLAIN
};

pub(crate) const REPORT: Opt = Opt {
    help: "Print a table for people or JSON for programs",
    ..FORMAT
};

/// Of vendors that have such a way.
pub(crate) const BROWSER: Opt = Opt {
    name: "browser",
    help: "Have the login approved in a browser",
    ..PLAIN
};

/// The same.
pub(crate) const DEVICE: Opt = Opt {
    name: "device",
    help: "Have the login approved with a code, on any other device",
    ..PLAIN
};

pub(crate) const NO_VERIFY: Opt = Opt {
    name: "no-verify",
    help: "Keep the credentials without trying them",
    ..PLAIN
};

pub(crate) const ALL: Opt = Opt {
    name: "all",
    help: "Forget every profile and every token of the vendor",
    ..PLAIN
};

pub(crate) const REVOKE: Opt = Opt {
    name: "revoke",
    help: "Have the vendor end the tokens first, where it can",
    ..PLAIN
};

pub(crate) const KEY: Opt = Opt {
    name: "key",
    help: "Forget the key of the cached tokens, and with it every one of them",
    ..PLAIN
};

/// Of `tok exec`.
pub(crate) const KEEP: Opt = Opt {
    name: "keep",
    help: "Stay, and keep valid tokens in files while the command runs",
    ..PLAIN
};

pub(crate) const FILE: Opt = Opt {
    name: "file",
    takes: Takes::Text("PATH"),
    help: "Keep the tokens in this file, for your eyes only",
    ..PLAIN
};

pub(crate) const EXEC: Opt = Opt {
    name: "exec",
    takes: Takes::Text("COMMAND"),
    help: "Have the shell run this after each change",
    ..PLAIN
};

pub(crate) const VERBOSE: Opt = Opt {
    name: "verbose",
    short: Some('v'),
    help: "Say why each step is taken, on standard error",
    ..PLAIN
};

pub(crate) const QUIET: Opt = Opt {
    name: "quiet",
    short: Some('q'),
    help: "Say only errors",
    ..PLAIN
};

/// What every command that gets a token takes, in the order of the help.
pub(crate) const CALL: [&Opt; 7] = [&PROFILE, &FRESH, &MIN_TTL, &NO_CACHE, &NO_INPUT, &TIMEOUT, &VARIABLE];

/// What such a command may take beside them.
pub(crate) const BESIDE: [&Opt; 4] = [&FORMAT, &NO_VERIFY, &VERBOSE, &QUIET];

impl Opt {
    /// Its help, filled in, and the variable in brackets.
    pub(crate) fn help(&self, filling: &str) -> String {
        let help = self.help.replace("{}", filling);
        match self.variable {
            Some(variable) => format!("{help} [{variable}]"),
            None => help,
        }
    }

    /// What follows it, as the help calls it.
    pub(crate) fn value_name(&self) -> Option<&'static str> {
        match self.takes {
            Takes::Nothing => None,
            Takes::Text(name) => Some(name),
            Takes::Span(_) => Some("DURATION"),
        }
    }
}
