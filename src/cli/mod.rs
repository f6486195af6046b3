//! The command line: a clap tree made from the vendors' definitions, and what was asked for, as data.
//!
//! Only the subcommand that is asked for is built, and none for a vendor alone, since that is what a cached token's few
//! hundred microseconds are spent on; where the words do not fit, the whole tree is built to say why. This room knows
//! nothing of the network and of files.

mod args;
mod named;
mod refusal;
mod row;
mod shell;
mod tree;

#[cfg(test)]
mod man;
#[cfg(test)]
mod scripts;

pub(crate) use refusal::unknown_vendor;
pub(crate) use row::rows;
pub(crate) use shell::Shell;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;

use crate::error::{Error, Result};
use crate::inputs::Flags;
use crate::output::Format;
use crate::output::env::EnvFormat;
use crate::vendor::catalogue::is_command;
use crate::vendor::{Catalogue, Vendor};
use crate::voice::Verbosity;

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Invocation {
    Token(Box<Call>, &'static Format),
    Env(Box<Call>, &'static EnvFormat),
    Login(Box<Call>, Verify),
    Logout(Logout),
    Exec(Box<Exec>),
    Status {
        target: Option<Target>,
        json: bool,
        verbosity: Verbosity,
    },
    Vendors {
        name: Option<String>,
    },
    /// `tok vendors check FILE`.
    Check {
        file: PathBuf,
    },
    Demo {
        target: Option<Target>,
    },
    Completions(&'static Shell),
    /// Help or the version.
    Text(String),
}

/// `VENDOR` or `VENDOR@PROFILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) vendor: String,
    pub(crate) profile: Option<String>,
}

/// Whether credentials are tried before they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verify {
    Yes,
    No,
}

#[derive(Debug)]
pub(crate) struct Logout {
    pub(crate) target: Target,
    /// Every profile and every cached token of the vendor.
    pub(crate) all: bool,
    pub(crate) revoke: bool,
    pub(crate) verbosity: Verbosity,
}

/// A command that gets the tokens of one or more vendors.
#[derive(Debug)]
pub(crate) struct Exec {
    /// At least one.
    pub(crate) calls: Vec<Call>,
    /// At least one word.
    pub(crate) command: Vec<OsString>,
}

/// The fields and options that follow a vendor.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) vendor: Vendor,
    pub(crate) flags: Flags,
    pub(crate) profile: Option<String>,
    pub(crate) fresh: bool,
    pub(crate) min_ttl: Option<Duration>,
    pub(crate) no_cache: bool,
    pub(crate) no_input: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) variable: Option<String>,
    pub(crate) verbosity: Verbosity,
}

impl Call {
    /// With nothing else said.
    pub(crate) fn of(vendor: Vendor) -> Self {
        Self {
            vendor,
            flags: Flags::default(),
            profile: None,
            fresh: false,
            min_ttl: None,
            no_cache: false,
            no_input: false,
            timeout: None,
            variable: None,
            verbosity: Verbosity::Normal,
        }
    }
}

impl Target {
    fn parse(text: &str) -> Result<Self> {
        let (vendor, profile) = match text.split_once('@') {
            None => (text, None),
            Some((_, "")) => {
                return Err(Error::usage(format!(
                    "'{}': the profile after '@' is empty",
                    text.escape_debug()
                )));
            }
            Some((vendor, profile)) => (vendor, Some(profile.to_owned())),
        };
        Ok(Self {
            vendor: vendor.to_owned(),
            profile,
        })
    }
}

/// Reads the words behind the program's name.
pub(crate) fn parse(mut words: Vec<OsString>, catalogue: &Catalogue) -> Result<Invocation> {
    let below = ["env", "login"]
        .into_iter()
        .find(|name| words.first().is_some_and(|word| word == name));
    let place = usize::from(below.is_some());
    let target = match words
        .get_mut(place)
        .filter(|word| !word.as_encoded_bytes().starts_with(b"-"))
    {
        None => None,
        Some(word) => match word.to_str() {
            Some(text) if text.contains('@') => {
                let target = Target::parse(text)?;
                *word = OsString::from(&target.vendor);
                Some(target)
            }
            Some(text) => Some(Target::parse(text)?),
            None => None,
        },
    };
    let vendor = match &target {
        Some(target) if !is_command(&target.vendor) => catalogue.find(&target.vendor)?,
        _ => None,
    };
    match vendor {
        Some(vendor) if words.len() == place + 1 => Ok(bare(below, vendor, target)),
        vendor => by_clap(&words, below, vendor, target, catalogue),
    }
}

/// A vendor and not a word more: there is nothing to parse, and a cached token is given sooner without a tree.
fn bare(below: Option<&str>, vendor: Vendor, target: Option<Target>) -> Invocation {
    let call = Box::new(Call {
        profile: target.and_then(|target| target.profile),
        ..Call::of(vendor)
    });
    match below {
        None => Invocation::Token(call, Format::DEFAULT),
        Some("login") => Invocation::Login(call, Verify::Yes),
        Some(_) => Invocation::Env(call, EnvFormat::DEFAULT),
    }
}

/// Not inlined, since its frame is several pages, which cost time even where they are not used.
#[inline(never)]
fn by_clap(
    words: &[OsString],
    below: Option<&'static str>,
    vendor: Option<Vendor>,
    target: Option<Target>,
    catalogue: &Catalogue,
) -> Result<Invocation> {
    let is_completions = words.first().is_some_and(|word| word == "completions");
    let words = || std::iter::once(OsStr::new("tok")).chain(words.iter().map(OsString::as_os_str));
    let parsed = match &vendor {
        Some(vendor) => tree::only(vendor, below).try_get_matches_from(words()),
        None if is_completions => tree::only_completions().try_get_matches_from(words()),
        None => tree::whole(catalogue).try_get_matches_from(words()),
    };
    let matches = match parsed {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => return Ok(Invocation::Text(error.render().to_string())),
        Err(error) => return Err(refusal::explain(&error, vendor.as_ref(), catalogue)),
    };
    invocation(&matches, vendor, target, catalogue)
}

fn invocation(
    matches: &ArgMatches,
    vendor: Option<Vendor>,
    target: Option<Target>,
    catalogue: &Catalogue,
) -> Result<Invocation> {
    let Some((name, matches)) = matches.subcommand() else {
        return Err(
            Error::usage("no command is given").with_hint("`tok --help` lists them; `tok demo` shows one at work")
        );
    };
    let other = || text(matches, "vendor").map(|text| Target::parse(&text)).transpose();
    Ok(match (name, vendor) {
        ("env", Some(vendor)) => {
            let Some((_, matches)) = matches.subcommand() else {
                return Err(Error::usage("env: no vendor is given"));
            };
            let format = matches.get_one("format").copied().unwrap_or(EnvFormat::DEFAULT);
            Invocation::Env(Box::new(call(matches, vendor, target)), format)
        }
        ("login", Some(vendor)) => {
            let Some((_, matches)) = matches.subcommand() else {
                return Err(Error::usage("login: no vendor is given"));
            };
            let verify = if matches.get_flag("no-verify") {
                Verify::No
            } else {
                Verify::Yes
            };
            Invocation::Login(Box::new(call(matches, vendor, target)), verify)
        }
        (_, Some(vendor)) => {
            let format = matches.get_one("format").copied().unwrap_or(Format::DEFAULT);
            Invocation::Token(Box::new(call(matches, vendor, target)), format)
        }
        ("logout", None) => Invocation::Logout(Logout {
            target: other()?.ok_or_else(|| Error::usage("logout: no vendor is given"))?,
            all: matches.get_flag("all"),
            revoke: matches.get_flag("revoke"),
            verbosity: verbosity(matches),
        }),
        ("exec", None) => Invocation::Exec(Box::new(exec(matches, catalogue)?)),
        ("status", None) => Invocation::Status {
            target: other()?,
            json: text(matches, "format").as_deref() == Some("json"),
            verbosity: verbosity(matches),
        },
        ("vendors", None) => match (text(matches, "name"), matches.get_one::<PathBuf>("file")) {
            (name, None) => Invocation::Vendors { name },
            (Some(name), Some(file)) if name == "check" => Invocation::Check { file: file.clone() },
            (_, Some(_)) => {
                return Err(Error::usage("vendors: it takes one name")
                    .with_hint("`tok vendors check FILE` reads a file, `tok vendors NAME` prints a definition"));
            }
        },
        ("demo", None) => Invocation::Demo { target: other()? },
        ("completions", None) => Invocation::Completions(
            matches
                .get_one("shell")
                .copied()
                .ok_or_else(|| Error::usage("completions: no shell is given"))?,
        ),
        ("env", None) => {
            return Err(Error::usage("env: a vendor is missing").with_hint("`tok vendors` lists them"));
        }
        (name, None) => return Err(Error::usage(format!("'{}' is not a command", name.escape_debug()))),
    })
}

fn call(matches: &ArgMatches, vendor: Vendor, target: Option<Target>) -> Call {
    let mut flags = Flags {
        url: text(matches, "url"),
        ..Flags::default()
    };
    for field in &vendor.definition.fields {
        let name = &field.name;
        if field.secret {
            if matches.get_flag(&format!("{name}-stdin")) {
                flags.stdin.push(name.clone());
            }
            if let Some(path) = matches.get_one::<PathBuf>(&format!("{name}-file")) {
                flags.files.insert(name.clone(), path.clone());
            }
        } else if let Some(given) = matches.get_many::<String>(name) {
            flags.plain.insert(name.clone(), given.cloned().collect());
        }
    }
    with_options(matches, vendor, flags, target.and_then(|target| target.profile))
}

fn with_options(matches: &ArgMatches, vendor: Vendor, flags: Flags, named: Option<String>) -> Call {
    Call {
        vendor,
        flags,
        profile: named.or_else(|| text(matches, "profile")),
        fresh: matches.get_flag("fresh"),
        min_ttl: matches.get_one("min-ttl").copied(),
        no_cache: matches.get_flag("no-cache"),
        no_input: matches.get_flag("no-input"),
        timeout: matches.get_one("timeout").copied(),
        variable: text(matches, "variable"),
        verbosity: verbosity(matches),
    }
}

fn exec(matches: &ArgMatches, catalogue: &Catalogue) -> Result<Exec> {
    let targets = matches.get_many::<String>("vendors").into_iter().flatten();
    let calls = targets.map(|text| {
        let target = Target::parse(text)?;
        let vendor = catalogue.find(&target.vendor)?;
        let vendor = vendor.ok_or_else(|| unknown_vendor(&target.vendor, catalogue))?;
        Ok(with_options(matches, vendor, Flags::default(), target.profile))
    });
    Ok(Exec {
        calls: calls.collect::<Result<_>>()?,
        command: matches.get_many("command").into_iter().flatten().cloned().collect(),
    })
}

fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}

fn verbosity(matches: &ArgMatches) -> Verbosity {
    if matches.get_flag("quiet") {
        Verbosity::Quiet
    } else if matches.get_flag("verbose") {
        Verbosity::Verbose
    } else {
        Verbosity::Normal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_alone_is_read_as_the_tree_would_read_it() {
        let catalogue = Catalogue::new(None);
        for below in [None, Some("env"), Some("login")] {
            let vendor = || catalogue.find("modulus").unwrap();
            let target = Target::parse("modulus@staging").unwrap();
            let words: Vec<OsString> = below.into_iter().chain(["modulus"]).map(OsString::from).collect();
            let parsed = by_clap(&words, below, vendor(), Some(target.clone()), &catalogue).unwrap();
            let bare = bare(below, vendor().unwrap(), Some(target));
            assert_eq!(format!("{bare:?}"), format!("{parsed:?}"));
        }
    }
}
