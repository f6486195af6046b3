//! Code and text that set the vendor's variable.
//!
//! What a shell evaluates is safe in it whatever the token, and gives the token back byte for byte. A format that cannot
//! promise this for a value refuses it. Where a shell evaluates the output, there is also code for the case that no token
//! was obtained, since `eval "$(false)"` succeeds in every shell.

mod azure;
mod cmd;
mod dotenv;
mod elvish;
mod fish;
mod github;
mod json;
mod posix;
mod powershell;
mod quote;
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
    pub(crate) const ALL: &[Self; 11] = &[
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
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Exit;

    /// Every character that a token may have.
    pub(in super::super) const VISIBLE: &str = concat!(
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    );

    /// A missing program skips a test with a visible line, and fails it where all are required.
    pub(crate) fn present(program: &str) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
        if !found {
            missing(program);
        }
        found
    }

    pub(super) fn missing(what: &str) {
        let required = std::env::var("TOK_TEST_REQUIRE").is_ok_and(|value| value == "all");
        assert!(!required, "{what} is not installed");
        // Past the capture of a passing test's output, or nobody would see it.
        let _ = writeln!(std::io::stderr(), "skipped: {what} is not installed");
    }

    pub(super) fn given(format: &str, variable: &str, token: &str) -> Result<String> {
        let mut out = Vec::new();
        EnvFormat::parse(format)
            .unwrap()
            .give(variable, token, &mut out, None)
            .map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn names_and_aliases_are_found_and_differ() {
        let mut names = Vec::new();
        for format in EnvFormat::ALL {
            for name in [&[format.name], format.aliases].concat() {
                assert_eq!(EnvFormat::parse(name).unwrap().name, format.name);
                names.push(name);
            }
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(EnvFormat::parse("xonsh").is_none());
    }

    #[test]
    fn failing_code_is_for_shells_alone() {
        let code = |format| EnvFormat::parse(format).unwrap().failing(Some("T"));
        for format in ["nushell", "dotenv", "json", "github", "azure"] {
            assert_eq!(code(format), None, "{format}");
        }
        for format in ["posix", "fish", "powershell", "elvish", "tcsh", "cmd"] {
            assert!(code(format).unwrap().contains('T'), "{format}");
            assert!(
                !EnvFormat::parse(format).unwrap().failing(None).unwrap().contains('T'),
                "{format}"
            );
        }
    }

    #[test]
    fn a_refusal_is_this_machines_and_does_not_tell_the_token() {
        for format in ["cmd", "dotenv"] {
            let error = given(format, "T", "hush%\"").unwrap_err();
            assert_eq!(error.exit, Exit::Other);
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_a_format_panic(token in any::<String>()) {
            for format in EnvFormat::ALL.iter().filter(|format| format.name != "github") {
                if let Ok(text) = given(format.name, "T", &token) {
                    prop_assert!(text.ends_with('\n'));
                    prop_assert!(token.contains('\n') || text.lines().count() == 1 || format.name == "azure");
                }
            }
        }

        #[test]
        fn plain_tokens_go_through_every_format(token in "[A-Za-z0-9._~+/=:,@-]{1,80}") {
            for format in EnvFormat::ALL.iter().filter(|format| format.name != "github") {
                prop_assert!(given(format.name, "T", &token).unwrap().contains(&token), "{}", format.name);
            }
        }
    }
}
