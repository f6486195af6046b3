//! The command line: a clap tree made from the vendors' definitions, and what was asked for, as data.
//!
//! Only the subcommand that is asked for is built, and none for a vendor alone, since that is what a cached token's few
//! hundred microseconds are spent on; where the words do not fit, the whole tree is built to say why. This room knows
//! nothing of the network and of files.

mod args;
mod invocation;
mod meant;
mod named;
mod read;
mod refusal;
mod row;
mod shell;
mod tree;
mod typed;
mod vendor;

#[cfg(test)]
mod man;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod scripts;

pub(crate) use invocation::{Call, Exec, Helper, Invocation, Keep, KeptAs, Logout, Target, Verify};
pub(crate) use refusal::unknown_vendor;
pub(crate) use row::rows;

use std::ffi::{OsStr, OsString};
use std::path::Path;

use typed::Typed;

use crate::definition::name::is_command;
use crate::definition::{Catalogue, Vendor};
use crate::error::Result;
use crate::helper::Protocol;
use crate::inputs::Flags;
use crate::output::Format;
use crate::output::env::EnvFormat;

/// The words behind the program's name, as they would be typed: some programs start tok by a name or with a word of their own.
pub(crate) fn words(all: Vec<OsString>) -> Vec<OsString> {
    let mut all = all.into_iter();
    let program = all.next().unwrap_or_default();
    let name = Path::new(&program).file_stem().unwrap_or_default();
    let of_name = name.to_str().and_then(Protocol::of_program);
    let rest: Vec<OsString> = all.collect();
    let before = match of_name {
        Some(protocol) => vec!["helper", protocol.name],
        None if rest.first().is_some_and(|word| word == "--cargo-plugin") => {
            return ["helper", "cargo", "plugin"].map(OsString::from).to_vec();
        }
        None => Vec::new(),
    };
    before.into_iter().map(OsString::from).chain(rest).collect()
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
            // Left whole, so that clap refuses it.
            Some(text) if text.split_once('@').is_some_and(|(name, _)| is_command(name)) => None,
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

/// A vendor's call as these words behind its name make it.
pub(crate) fn call(vendor: Vendor, words: Vec<OsString>, catalogue: &Catalogue) -> Result<Call> {
    let words: Vec<OsString> = [OsString::from(&vendor.name)].into_iter().chain(words).collect();
    let whole = [OsString::from("tok")].into_iter().chain(words.clone());
    match tree::only(&vendor, None).try_get_matches_from(whole) {
        Err(error) => {
            let typed = Typed::new(&words, None, catalogue);
            Err(refusal::explain(&error, Some(&vendor), &typed, catalogue))
        }
        Ok(matches) => match matches.subcommand() {
            Some((_, matches)) => Ok(read::call(matches, vendor, None)),
            None => Ok(Call::of(vendor)),
        },
    }
}

/// A vendor and not a word more: there is nothing to parse, and a cached token is given sooner without a tree.
fn bare(below: Option<&str>, vendor: Vendor, target: Option<Target>) -> Invocation {
    let call = Box::new(Call {
        profile: target.and_then(|target| target.profile),
        flags: Flags {
            accepted: true,
            ..Flags::default()
        },
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
    let first = words.first().and_then(|word| word.to_str());
    let all = || std::iter::once(OsStr::new("tok")).chain(words.iter().map(OsString::as_os_str));
    let parsed = match &vendor {
        Some(vendor) => tree::only(vendor, below).try_get_matches_from(all()),
        None if first == Some("completions") => tree::only_completions().try_get_matches_from(all()),
        None if first == Some("helper") => tree::only_helper().try_get_matches_from(all()),
        None => tree::whole(catalogue).try_get_matches_from(all()),
    };
    let matches = match parsed {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => return Ok(Invocation::Text(error.render().to_string())),
        Err(error) => {
            let typed = Typed::new(words, target.as_ref(), catalogue);
            return Err(refusal::explain(&error, vendor.as_ref(), &typed, catalogue));
        }
    };
    read::invocation(&matches, vendor, target, catalogue)
}

#[cfg(test)]
mod tests;
