//! Code and text that set the vendor's variable.
//!
//! What a shell evaluates is safe in it whatever the token, and gives the token back byte for byte. A format that cannot
//! promise this for a value refuses it. Where a shell evaluates the output, there is also code for the case that no token
//! was obtained, since `eval "$(false)"` succeeds in every shell.

mod azure;
mod cmd;
mod docker;
mod dotenv;
mod elvish;
mod fish;
mod github;
mod gitlab;
mod json;
mod posix;
mod powershell;
mod quote;
mod systemd;
mod tcsh;

#[cfg(test)]
mod shells;

use std::ffi::OsStr;
use std::io::Write;

use super::print;
use crate::error::{Error, Result};

/// A format of `tok env`.
#[derive(Debug)]
pub(crate) struct EnvFormat {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// How it is used, for the help.
    pub(crate) about: &'static str,
    reader: Reader,
}

/// Text that sets the variable, from its name and the token.
type Render = fn(&str, &str) -> Result<String>;

/// Code that unsets the variable, where it is known, and fails.
type Failing = fn(Option<&str>) -> String;

/// Who takes the text.
#[derive(Debug)]
enum Reader {
    Shell(Render, Failing),
    Program(Render),
    GitHub,
}

impl EnvFormat {
    pub(crate) const DEFAULT: &Self = &Self::ALL[0];

    /// The first is the default.
    pub(crate) const ALL: &[Self; 14] = &[
        Self {
            name: "posix",
            aliases: &["sh", "bash", "zsh"],
            about: "eval \"$(tok env VENDOR)\"",
            reader: Reader::Shell(posix::render, posix::failing),
        },
        Self {
            name: "fish",
            aliases: &[],
            about: "tok env VENDOR -f fish | source",
            reader: Reader::Shell(fish::render, fish::failing),
        },
        Self {
            name: "powershell",
            aliases: &["pwsh"],
            about: "tok env VENDOR -f pwsh | Invoke-Expression",
            reader: Reader::Shell(powershell::render, powershell::failing),
        },
        // Nushell evaluates nothing; `load-env` stops the script when there is nothing to load.
        Self {
            name: "nushell",
            aliases: &["nu"],
            about: "tok env VENDOR -f nu | from json | load-env",
            reader: Reader::Program(json::render),
        },
        Self {
            name: "elvish",
            aliases: &[],
            about: "eval (tok env VENDOR -f elvish | slurp)",
            reader: Reader::Shell(elvish::render, elvish::failing),
        },
        Self {
            name: "tcsh",
            aliases: &[],
            about: "eval `tok env VENDOR -f tcsh`",
            reader: Reader::Shell(tcsh::render, tcsh::failing),
        },
        Self {
            name: "cmd",
            aliases: &[],
            about: "for /f \"delims=\" %i in ('tok env VENDOR -f cmd') do @%i",
            reader: Reader::Shell(cmd::render, cmd::failing),
        },
        Self {
            name: "dotenv",
            aliases: &[],
            about: "A line for an .env file",
            reader: Reader::Program(dotenv::render),
        },
        Self {
            name: "json",
            aliases: &[],
            about: "An object with the variable as its key",
            reader: Reader::Program(json::render),
        },
        Self {
            name: "github",
            aliases: &[],
            about: "Mask the token and set the variable for the later steps of a GitHub job",
            reader: Reader::GitHub,
        },
        Self {
            name: "azure",
            aliases: &[],
            about: "Set a secret variable for the later steps of an Azure pipeline",
            reader: Reader::Program(azure::render),
        },
        Self {
            name: "gitlab",
            aliases: &[],
            about: "A line for a dotenv report of a GitLab job",
            reader: Reader::Program(gitlab::render),
        },
        Self {
            name: "docker",
            aliases: &[],
            about: "A line for `docker run --env-file`",
            reader: Reader::Program(docker::render),
        },
        Self {
            name: "systemd",
            aliases: &[],
            about: "A line for systemd's EnvironmentFile",
            reader: Reader::Program(systemd::render),
        },
    ];

    /// Finds a format by its name or an alias.
    pub(crate) fn parse(name: &str) -> Option<&'static Self> {
        Self::ALL
            .iter()
            .find(|format| format.name == name || format.aliases.contains(&name))
    }

    /// Sets the variable by what is written to standard output, or for GitHub to the file that `GITHUB_ENV` names.
    pub(crate) fn give(
        &self,
        variable: &str,
        token: &str,
        out: &mut dyn Write,
        github_env: Option<&OsStr>,
    ) -> Result<()> {
        match self.reader {
            Reader::Shell(render, _) | Reader::Program(render) => print(&render(variable, token)?, out),
            Reader::GitHub => github::give(variable, token, out, github_env),
        }
    }

    /// Exit 2 before anything is asked for, where there is nothing to write to.
    pub(crate) fn check(&self, github_env: Option<&OsStr>) -> Result<()> {
        match self.reader {
            Reader::GitHub => github::path(github_env).map(|_| ()),
            Reader::Shell(..) | Reader::Program(_) => Ok(()),
        }
    }

    /// Whether it is nothing but text, which may as well stand in a file.
    pub(crate) fn is_text(&self) -> bool {
        !matches!(self.reader, Reader::GitHub)
    }

    /// The text, where it is nothing else.
    pub(crate) fn text(&self, variable: &str, token: &str) -> Result<String> {
        match self.reader {
            Reader::Shell(render, _) | Reader::Program(render) => render(variable, token),
            Reader::GitHub => Err(Error::usage(format!("format {}: it is no text for a file", self.name))),
        }
    }

    /// Whether the format writes the mask of a GitHub job itself, to standard output.
    pub(crate) fn masks(&self) -> bool {
        matches!(self.reader, Reader::GitHub)
    }

    /// What to print when there is no token. None where no shell evaluates the output.
    pub(crate) fn failing(&self, variable: Option<&str>) -> Option<String> {
        match self.reader {
            Reader::Shell(_, failing) => Some(failing(variable)),
            Reader::Program(_) | Reader::GitHub => None,
        }
    }
}

/// The failure of a format that would change the token.
fn cannot_carry(format: &str, why: &str) -> Error {
    Error::other(format!("format {format}: cannot carry this token unchanged: {why}")).with_hint("use another format")
}

#[cfg(test)]
pub(crate) mod tests;
