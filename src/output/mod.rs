//! Text for a shell, a CI system, a program.
//!
//! Every format is a function from what was obtained to text with its final newline, or to an error: a format that cannot
//! carry the value unchanged prints nothing. The formats of `tok VENDOR` are listed here, those of `tok env` in [`mod@env`].
//! That a token is visible ASCII is the promise of whoever read the vendor's answer; when to print, and to whom, is the
//! commands' affair.

pub(crate) mod authorization;
mod claims;
mod curl;
pub(crate) mod env;
mod header;
mod json;
mod netrc;
mod stdout;
mod table;

pub(crate) use stdout::Stdout;
pub(crate) use table::table;

use std::fmt;
use std::io::{ErrorKind, Write};

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::token::{Life, Provenance};

/// What was obtained, ready to be shown.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) vendor: String,
    /// None for the default profile.
    pub(crate) profile: Option<String>,
    /// Visible ASCII, 1 to 16384 characters.
    pub(crate) token: Secret,
    /// Unix seconds.
    pub(crate) expires_at: Option<i64>,
    pub(crate) expires_in: Option<i64>,
    pub(crate) life: Option<Life>,
    pub(crate) provenance: Provenance,
    /// `[A-Za-z_][A-Za-z0-9_]*`
    pub(crate) variable: String,
    pub(crate) extras: serde_json::Map<String, serde_json::Value>,
    pub(crate) usage: Usage,
    /// Where the token may go, without ports: the host of the vendor's base URL, then those that the profile serves.
    pub(crate) hosts: Vec<String>,
    /// For programs that want a name beside the token; no colon.
    pub(crate) user: String,
}

/// How a request carries the token, rendered with it.
#[derive(Clone)]
pub(crate) enum Usage {
    /// `Authorization: Bearer TOKEN`
    Header(String),
    /// `token=TOKEN`, not yet encoded for a URL.
    Query(String),
    /// `session=TOKEN`
    Cookie(String),
}

impl fmt::Debug for Usage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Header(_) => "Header(***)",
            Self::Query(_) => "Query(***)",
            Self::Cookie(_) => "Cookie(***)",
        })
    }
}

/// A format of `tok VENDOR`.
#[derive(Debug)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    /// What it is, for the help.
    pub(crate) about: &'static str,
    render: fn(&Given) -> Result<String>,
}

impl Format {
    pub(crate) const DEFAULT: &Self = &Self::ALL[0];

    /// The first is the default.
    pub(crate) const ALL: &[Self; 8] = &[
        Self {
            name: "token",
            about: "The token alone",
            render: |given| Ok(format!("{}\n", given.token.expose())),
        },
        Self {
            name: "header",
            about: "The HTTP header that carries it",
            render: header::render,
        },
        Self {
            name: "curl",
            about: "Lines for `curl -K`",
            render: curl::render,
        },
        Self {
            name: "json",
            about: "The token with all that is known about it",
            render: json::render,
        },
        Self {
            name: "claims",
            about: "Header and claims of a JWT, decoded but not verified",
            render: claims::render,
        },
        Self {
            name: "authorization",
            about: "The value of the header Authorization",
            render: authorization::render,
        },
        Self {
            name: "http",
            about: "A line for each header, as files of requests have them",
            render: header::render,
        },
        Self {
            name: "netrc",
            about: "A line for a .netrc file",
            render: netrc::render,
        },
    ];

    pub(crate) fn parse(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|format| format.name == name)
    }

    /// Exit 2 before anything is asked for, where the vendor's token does not go where this format puts it. Of the usage only
    /// the place counts.
    pub(crate) fn check(&self, vendor: &str, usage: &Usage) -> Result<()> {
        match (self.name, usage) {
            ("header" | "http", Usage::Query(_)) => Err(header::takes_query(self.name, vendor)),
            ("authorization", Usage::Header(line)) if authorization::value(line).is_some() => Ok(()),
            ("authorization", _) => Err(authorization::not_there(vendor)),
            _ => Ok(()),
        }
    }

    pub(crate) fn render(&self, given: &Given) -> Result<String> {
        (self.render)(given)
    }
}

/// Writes the text and flushes it, so that a full disk is not found out after success was reported.
pub(crate) fn print(text: &str, out: &mut dyn Write) -> Result<()> {
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Error::broken_pipe(),
        _ => Error::other(format!("standard output: {error}")),
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::error::Exit;

    pub(super) fn given(token: &str, usage: Usage) -> Given {
        Given {
            vendor: "acme".into(),
            profile: None,
            token: Secret::new(token),
            expires_at: Some(1_767_225_600),
            expires_in: Some(90),
            life: None,
            provenance: Provenance::Login,
            variable: "ACME_TOKEN".into(),
            extras: serde_json::Map::new(),
            usage,
            hosts: vec!["api.example.com".into(), "git.example.com".into()],
            user: "oauth2".into(),
        }
    }

    #[test]
    fn the_token_is_printed_alone() {
        let given = given("a%b", Usage::Query("token=a%b".into()));
        assert_eq!(Format::ALL[0].render(&given).unwrap(), "a%b\n");
    }

    #[test]
    fn debug_output_hides_the_token() {
        for usage in [
            Usage::Header("A: hush".into()),
            Usage::Query("t=hush".into()),
            Usage::Cookie("t=hush".into()),
        ] {
            assert!(!format!("{:?}", given("hush", usage)).contains("hush"));
        }
    }

    #[test]
    fn names_are_found_and_nothing_else_is() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.name).unwrap().name, format.name);
        }
        assert!(Format::parse("xml").is_none());
    }

    #[test]
    fn a_reader_that_has_gone_is_no_reason_for_a_word() {
        struct Failing(ErrorKind);
        impl Write for Failing {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(print("x", &mut Failing(ErrorKind::BrokenPipe)).unwrap_err().is_silent());
        let full = print("x", &mut Failing(ErrorKind::StorageFull)).unwrap_err();
        assert!(!full.is_silent());
        assert_eq!(full.exit, Exit::Other);
    }
}
