//! Reads what clap matched.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;

use super::invocation::{Call, Exec, Helper, Invocation, Keep, KeptAs, Logout, Target, Verify};
use super::refusal::unknown_vendor;
use crate::definition::{Catalogue, Vendor};
use crate::error::{Error, Result};
use crate::helper::Protocol;
use crate::inputs::Flags;
use crate::options::{
    ALL, BROWSER, DEVICE, EXEC, FILE, FORMAT, FRESH, KEEP, KEY, MIN_TTL, NO_CACHE, NO_INPUT, NO_VERIFY, PROFILE, QUIET,
    REVOKE, TIMEOUT, VARIABLE, VERBOSE,
};
use crate::output::Format;
use crate::output::env::EnvFormat;
use crate::terminal::voice::Verbosity;

pub(super) fn invocation(
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
            let format = matches.get_one(FORMAT.name).copied().unwrap_or(EnvFormat::DEFAULT);
            Invocation::Env(Box::new(call(matches, vendor, target)), format)
        }
        ("login", Some(vendor)) => {
            let Some((_, matches)) = matches.subcommand() else {
                return Err(Error::usage("login: no vendor is given"));
            };
            let verify = if matches.get_flag(NO_VERIFY.name) {
                Verify::No
            } else {
                Verify::Yes
            };
            Invocation::Login(Box::new(call(matches, vendor, target)), verify)
        }
        (_, Some(vendor)) => {
            let format = matches.get_one(FORMAT.name).copied().unwrap_or(Format::DEFAULT);
            Invocation::Token(Box::new(call(matches, vendor, target)), format)
        }
        ("logout", None) if matches.get_flag(KEY.name) => Invocation::ForgetKey(verbosity(matches)),
        ("logout", None) => Invocation::Logout(Logout {
            target: other()?.ok_or_else(|| Error::usage("logout: no vendor is given"))?,
            all: matches.get_flag(ALL.name),
            revoke: matches.get_flag(REVOKE.name),
            verbosity: verbosity(matches),
        }),
        ("exec", None) => Invocation::Exec(Box::new(exec(matches, catalogue)?)),
        ("keep", None) => Invocation::Keep(Box::new(Keep {
            calls: calls(matches, catalogue)?,
            file: matches
                .get_one::<PathBuf>(FILE.name)
                .cloned()
                .ok_or_else(|| Error::usage("keep: no file is given"))?,
            format: matches
                .get_one(FORMAT.name)
                .copied()
                .unwrap_or(KeptAs::Token(Format::DEFAULT)),
            command: text(matches, EXEC.name),
        })),
        ("status", None) => Invocation::Status {
            target: other()?,
            json: text(matches, FORMAT.name).as_deref() == Some("json"),
            verbosity: verbosity(matches),
        },
        ("vendors", None) => match (text(matches, "name"), matches.get_one::<PathBuf>("file")) {
            (name, None) => Invocation::Vendors { name },
            (Some(name), Some(file)) if name == "check" => Invocation::Check {
                file: file.clone(),
                show: shown(matches)?,
            },
            (_, Some(_)) => {
                return Err(Error::usage("vendors: it takes one name")
                    .with_hint("`tok vendors check FILE` reads a file, `tok vendors NAME` prints a definition"));
            }
        },
        ("helper", None) => Invocation::Helper(helper(matches)?),
        ("demo", None) => Invocation::Demo { target: other()? },
        ("completions", None) => Invocation::Completions(
            matches
                .get_one("shell")
                .copied()
                .ok_or_else(|| Error::usage("completions: no shell is given"))?,
        ),
        (name @ ("env" | "login"), None) => {
            return Err(Error::usage(format!("{name}: a vendor is missing")).with_hint("`tok vendors` lists them"));
        }
        (name, None) => return Err(Error::usage(format!("'{}' is not a command", name.escape_debug()))),
    })
}

/// `[VENDOR[@PROFILE]] [OPERATION]` behind the protocol. A word alone is an operation where it is one of the protocol's.
fn helper(matches: &ArgMatches) -> Result<Helper> {
    let protocol: Option<&'static Protocol> = matches.get_one("protocol").copied();
    let words: Vec<&String> = matches.get_many("words").into_iter().flatten().collect();
    let is_operation = |word: &str| protocol.is_some_and(|protocol| protocol.operations.contains(&word));
    let (target, operation) = match words.as_slice() {
        [] => (None, None),
        [word] if is_operation(word) => (None, Some(word)),
        [target] => (Some(target), None),
        [target, operation, ..] => (Some(target), Some(operation)),
    };
    Ok(Helper {
        protocol,
        target: target.map(|target| Target::parse(target)).transpose()?,
        operation: operation.map(|operation| (*operation).clone()),
        no_input: matches.get_flag(NO_INPUT.name),
        timeout: matches.get_one(TIMEOUT.name).copied(),
        verbosity: verbosity(matches),
    })
}

/// What follows `tok vendors check FILE`.
fn shown(matches: &ArgMatches) -> Result<Option<Vec<OsString>>> {
    let mut fields: Vec<OsString> = matches.get_many("fields").into_iter().flatten().cloned().collect();
    let behind = fields.iter().position(|word| word == "--show");
    if let Some(place) = behind {
        fields.remove(place);
    }
    if matches.get_flag("show") || behind.is_some() {
        return Ok(Some(fields));
    }
    match fields.first() {
        None => Ok(None),
        Some(_) => Err(Error::usage("vendors check: it takes one file")
            .with_hint("`tok vendors check --show FILE --FIELD VALUE` shows the requests with these fields")),
    }
}

pub(super) fn call(matches: &ArgMatches, vendor: Vendor, target: Option<Target>) -> Call {
    let mut flags = Flags {
        url: text(matches, "url"),
        accepted: true,
        ..Flags::default()
    };
    let approvals = [BROWSER.name, DEVICE.name];
    let is_given = |name: &&str| matches!(matches.try_get_one(name), Ok(Some(true)));
    flags.approval = approvals.into_iter().find(is_given);
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
        profile: named.or_else(|| text(matches, PROFILE.name)),
        fresh: matches.get_flag(FRESH.name),
        min_ttl: matches.get_one(MIN_TTL.name).copied(),
        no_cache: matches.get_flag(NO_CACHE.name),
        no_input: matches.get_flag(NO_INPUT.name),
        timeout: matches.get_one(TIMEOUT.name).copied(),
        variable: text(matches, VARIABLE.name),
        verbosity: verbosity(matches),
    }
}

fn exec(matches: &ArgMatches, catalogue: &Catalogue) -> Result<Exec> {
    Ok(Exec {
        calls: calls(matches, catalogue)?,
        command: matches.get_many("command").into_iter().flatten().cloned().collect(),
        keep: matches.get_flag(KEEP.name),
    })
}

/// Each with the same options.
fn calls(matches: &ArgMatches, catalogue: &Catalogue) -> Result<Vec<Call>> {
    let targets = matches.get_many::<String>("vendors").into_iter().flatten();
    let calls = targets.map(|text| {
        let target = Target::parse(text)?;
        let vendor = catalogue.find(&target.vendor)?;
        let vendor = vendor.ok_or_else(|| unknown_vendor(&target.vendor, catalogue))?;
        Ok(with_options(matches, vendor, Flags::default(), target.profile))
    });
    calls.collect()
}

fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}

fn verbosity(matches: &ArgMatches) -> Verbosity {
    if matches.get_flag(QUIET.name) {
        Verbosity::Quiet
    } else if matches.get_flag(VERBOSE.name) {
        Verbosity::Verbose
    } else {
        Verbosity::Normal
    }
}
