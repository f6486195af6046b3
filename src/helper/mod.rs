//! Protocols by which programs ask for credentials: git, docker, Kubernetes, cargo, bazel.
//!
//! A protocol reads a question and writes an answer in the words of its program. Who serves an address, and how a token is
//! got, it leaves to [`Tokens`]; it knows no vendor and no cache. Standard input and output belong to it. A question is at
//! most [`MOST`] bytes of UTF-8 without NUL; what is not understood is exit 2 and is not shown, since it may hold a secret.

mod bazel;
mod cargo;
mod docker;
mod git;
mod kubernetes;

use std::io::{BufRead, Read as _, Write};

use crate::error::{Error, Result};
use crate::origin::BaseUrl;
use crate::output::print;
use crate::secret::Secret;

/// The longest question, in bytes.
const MOST: u64 = 1 << 20;

/// How a program asks.
#[derive(Debug)]
pub(crate) struct Protocol {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The name by which its program finds tok, where it starts no command of one's own.
    pub(crate) program: Option<&'static str>,
    /// The variable that the question stands in, where it does not come by standard input.
    pub(crate) variable: Option<&'static str>,
    /// Whether it asks again and again, and may take its time in between.
    pub(crate) goes_on: bool,
    /// What the program appends to its configured words.
    pub(crate) operations: &'static [&'static str],
    /// The lines to paste, for such a target (`acme@work`) and these addresses, of which there is one at least. A `*` may
    /// stand for a label of a host.
    pub(crate) lines: fn(&str, &[String]) -> String,
    pub(crate) speak: fn(&mut Conversation<'_>) -> Result<()>,
    /// How the program is told on standard output what failed before anybody could speak; `None` where standard error serves.
    pub(crate) line: Option<fn(&Error) -> String>,
}

impl Protocol {
    pub(crate) const ALL: &[Self] = &[
        git::GIT,
        docker::DOCKER,
        kubernetes::KUBERNETES,
        cargo::CARGO,
        bazel::BAZEL,
    ];

    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|protocol| protocol.name == name)
    }

    /// The one whose program starts tok by this name.
    pub(crate) fn of_program(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|protocol| protocol.program == Some(name))
    }
}

/// One run of tok by such a program.
pub(crate) struct Conversation<'a> {
    /// The word that the program appends, as `get`; empty where it says elsewhere what it wants.
    pub(crate) operation: &'a str,
    pub(crate) input: &'a mut dyn BufRead,
    pub(crate) output: &'a mut dyn Write,
    pub(crate) tokens: &'a dyn Tokens,
}

/// What a program wants a token for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) place: Place,
    /// The name that the address was written with.
    pub(crate) user: Option<String>,
    /// The profile, where the question names it, as `acme@work`.
    pub(crate) target: Option<String>,
    /// Whether a person may be asked.
    pub(crate) may_ask: bool,
}

impl Asked {
    pub(crate) fn at(place: Place) -> Self {
        Self {
            place,
            user: None,
            target: None,
            may_ask: true,
        }
    }
}

/// Where a token will be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The protocol does not tell.
    Unknown,
    /// One of these, as far as the protocol tells. Empty where the address is none that gets secrets.
    At(Vec<BaseUrl>),
}

impl Place {
    pub(crate) fn of(address: &str) -> Self {
        Self::At(BaseUrl::parse(address).into_iter().collect())
    }
}

/// A token, as programs want it.
pub(crate) struct Credential {
    pub(crate) token: Secret,
    /// Unix seconds.
    pub(crate) expires_at: Option<i64>,
    /// The name beside it, without a colon.
    pub(crate) user: String,
    /// What stands before it in `Authorization`; empty for nothing.
    pub(crate) scheme: String,
    /// The header that carries it: name and value.
    pub(crate) header: (String, Secret),
}

impl Credential {
    /// Whether a name and the token are to be sent, and not the token alone.
    pub(crate) fn is_basic(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("basic")
    }
}

pub(crate) trait Tokens {
    /// `None` where no profile serves the place.
    fn get(&self, asked: &Asked) -> Result<Option<Credential>>;

    /// Forgets the cached token for the place, if it is this one.
    fn forget(&self, asked: &Asked, token: Option<&Secret>) -> Result<()>;
}

impl Conversation<'_> {
    fn say(&mut self, text: &str) -> Result<()> {
        print(text, &mut self.output)
    }

    /// The whole question.
    fn read(&mut self) -> Result<String> {
        let mut bytes = Vec::new();
        let read = self.input.take(MOST + 1).read_to_end(&mut bytes);
        read.map_err(|error| Error::other(format!("standard input: {error}")))?;
        text(bytes)
    }

    /// The next line with its end; empty where there is none.
    fn line(&mut self) -> Result<String> {
        let mut bytes = Vec::new();
        let read = self.input.take(MOST + 1).read_until(b'\n', &mut bytes);
        read.map_err(|error| Error::other(format!("standard input: {error}")))?;
        text(bytes)
    }
}

fn text(bytes: Vec<u8>) -> Result<String> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST) {
        return Err(not_understood("it is longer than 1 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| not_understood("it is not UTF-8"))?;
    if text.contains('\0') {
        return Err(not_understood("it has a NUL"));
    }
    Ok(text)
}

/// Host and port of an address, where a program can be told that and nothing else; or a remark why it cannot.
fn bare_server(address: &str) -> std::result::Result<&str, String> {
    let server = address.split_once("://").map_or(address, |(_, server)| server);
    match server.split_once('/') {
        _ if server.contains('*') => Err(format!("# {address}: each server is named by itself\n")),
        Some(_) => Err(format!(
            "# {address}: no path is told, so that only a pattern without one serves\n"
        )),
        None => Ok(server),
    }
}

fn not_understood(why: &str) -> Error {
    Error::usage(format!("standard input: the question is not understood: {why}"))
}

fn unknown_operation(protocol: &str, operation: &str, known: &str) -> Error {
    Error::usage(format!(
        "{protocol}: '{}' is not one of {known}",
        operation.escape_debug()
    ))
}

#[cfg(test)]
mod tests;
