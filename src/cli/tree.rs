//! The clap tree. Parser, help, man pages and completions are all made from it.

mod tokenless;

use std::ffi::OsString;

use clap::{Arg, Command, value_parser};

use super::invocation::KeptAs;
use super::named::Named;
use super::{args, vendor as of_vendor};
use crate::definition::{Catalogue, Vendor};
use crate::helper::Protocol;
use crate::output::Format;
use crate::output::env::EnvFormat;

/// Every command and every vendor.
pub(crate) fn whole(catalogue: &Catalogue) -> Command {
    let (vendors, _) = catalogue.all();
    let width = vendors.iter().map(|vendor| vendor.name.len()).max().unwrap_or_default();
    let list = vendors
        .iter()
        .map(|vendor| format!("  {:width$}  {}\n", vendor.name, vendor.definition.about))
        .collect::<Vec<_>>()
        .concat();
    let template = format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\nVendors, each a command that prints a valid token:\n{list}\n\
         Commands:\n{{subcommands}}\n\nOptions:\n{{options}}\n\n\
         `tok VENDOR --help` lists a vendor's fields. Start with `tok demo`.\n"
    );
    let env = env().subcommands(vendors.iter().map(vendor_of_env));
    let login = login().subcommands(vendors.iter().map(vendor_of_login));
    root()
        .help_template(template)
        .subcommands(vendors.iter().map(|vendor| token(vendor).hide(true)))
        .subcommands([
            env,
            exec(),
            keep(),
            helper(),
            login,
            tokenless::logout(),
            tokenless::status(),
            tokenless::vendors(),
            tokenless::demo(),
            tokenless::completions(),
        ])
}

/// The one vendor's command that is asked for.
pub(crate) fn only(vendor: &Vendor, below: Option<&str>) -> Command {
    root().subcommand(match below {
        Some("env") => env().subcommand(vendor_of_env(vendor)),
        Some(_) => login().subcommand(vendor_of_login(vendor)),
        None => token(vendor),
    })
}

/// `tok completions` alone: it reads no vendor's file.
pub(crate) fn only_completions() -> Command {
    root().subcommand(tokenless::completions())
}

fn root() -> Command {
    Command::new("tok")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Get a valid API token from a vendor and hand it to a shell, a script or a program")
        .override_usage("tok VENDOR[@PROFILE] [FIELDS] [OPTIONS]\n       tok COMMAND …")
        .disable_help_subcommand(true)
        .next_line_help(false)
}

fn token(vendor: &Vendor) -> Command {
    let names = Format::ALL.iter().map(|format| format.name).collect();
    let note = formats(Format::ALL.iter().map(|format| (format.name, format.about)));
    of_vendor::command(vendor, "", args::format(Format::parse, names), &note)
}

fn formats<'a>(formats: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    format!("Formats:\n{}\n", entries(formats))
}

fn entries<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let lines = rows.map(|(name, about)| format!("  {name:15}{about}\n"));
    lines.collect::<Vec<_>>().concat()
}

fn env() -> Command {
    Command::new("env")
        .about("Print code that sets the vendor's variable, for `eval \"$(tok env VENDOR)\"`")
        .override_usage("tok env VENDOR[@PROFILE] [FIELDS] [OPTIONS]")
        .disable_help_subcommand(true)
}

fn vendor_of_env(vendor: &Vendor) -> Command {
    let names = EnvFormat::ALL.iter().map(|format| format.name).collect();
    let note = formats(EnvFormat::ALL.iter().map(|format| (format.name, format.about)));
    of_vendor::command(vendor, "env ", args::format(EnvFormat::parse, names), &note)
}

fn exec() -> Command {
    Command::new("exec")
        .about("Run a command with the vendors' variables set")
        .override_usage("tok exec VENDOR[@PROFILE]... [OPTIONS] -- COMMAND [ARGUMENTS]")
        .arg(
            Arg::new("vendors")
                .value_name("VENDOR")
                .required(true)
                .num_args(1..)
                .help("Get the tokens of these vendors, as VENDOR or VENDOR@PROFILE"),
        )
        .arg(
            Arg::new("command")
                .value_name("COMMAND")
                .required(true)
                .last(true)
                .num_args(1..)
                .value_parser(value_parser!(OsString))
                .help("The command and its arguments, behind --"),
        )
        .arg(args::keep())
        .args(args::of_call("the vendor's own"))
        .args(args::verbosity())
}

fn keep() -> Command {
    let names = Format::ALL.iter().map(|format| format.name);
    let names = names.chain(
        EnvFormat::ALL
            .iter()
            .filter(|format| format.is_text())
            .map(|format| format.name),
    );
    let mut known: Vec<&'static str> = Vec::new();
    for name in names {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    Command::new("keep")
        .about("Keep a file with valid tokens until it is ended, for programs that run longer than a token")
        .override_usage("tok keep VENDOR[@PROFILE]... --file PATH [OPTIONS]")
        .arg(
            Arg::new("vendors")
                .value_name("VENDOR")
                .required(true)
                .num_args(1..)
                .help("Keep the tokens of these vendors, as VENDOR or VENDOR@PROFILE"),
        )
        .args(args::of_keep())
        .arg(args::format(KeptAs::parse, known))
        .args(args::of_call("the vendor's own"))
        .args(args::verbosity())
}

/// `tok helper` alone: a program waits for its answer.
pub(crate) fn only_helper() -> Command {
    root().subcommand(helper())
}

fn helper() -> Command {
    let names: Vec<_> = Protocol::ALL.iter().map(|protocol| protocol.name).collect();
    let lines = Protocol::ALL.iter().map(|protocol| (protocol.name, protocol.about));
    Command::new("helper")
        .about("Answer git, docker, kubectl, cargo or bazel, or print the lines that have them ask")
        .override_usage("tok helper [PROTOCOL] [VENDOR[@PROFILE]] [OPERATION] [OPTIONS]")
        .before_long_help(format!("Protocols:\n{}", entries(lines)))
        .arg(
            Arg::new("protocol")
                .value_name("PROTOCOL")
                .help(format!("How the program asks: {}", names.join(", ")))
                .value_parser(Named {
                    find: Protocol::find,
                    names,
                })
                .hide_possible_values(true),
        )
        .arg(
            Arg::new("words")
                .value_name("VENDOR")
                .num_args(0..=2)
                .help("Whose token, as VENDOR or VENDOR@PROFILE; the program appends what it wants, as get"),
        )
        .args(args::of_helper())
        .args(args::verbosity())
}

fn login() -> Command {
    Command::new("login")
        .about("Ask for credentials, try them and keep them")
        .override_usage("tok login VENDOR[@PROFILE] [FIELDS] [OPTIONS]")
        .disable_help_subcommand(true)
}

fn vendor_of_login(vendor: &Vendor) -> Command {
    of_vendor::command(vendor, "login ", args::no_verify(), "")
}
