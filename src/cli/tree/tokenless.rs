//! The commands that get no token.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use crate::cli::args;
use crate::cli::named::Named;
use crate::cli::shell::Shell;
use crate::options::KEY;

pub(super) fn logout() -> Command {
    Command::new("logout")
        .about("Forget a profile's secret, its tokens and its hold; its plain fields stay")
        .override_usage("tok logout VENDOR[@PROFILE] [OPTIONS]\n       tok logout --key")
        .arg(target().required_unless_present(KEY.name))
        .args(args::of_logout())
        .args(args::verbosity())
}

pub(super) fn status() -> Command {
    Command::new("status")
        .about("Show what is configured and cached, and how long it still lasts")
        .arg(target())
        .arg(args::report())
        .args(args::verbosity())
}

pub(super) fn vendors() -> Command {
    Command::new("vendors")
        .about("List the vendors, print the definition of one, or check a file of your own")
        .override_usage("tok vendors [NAME]\n       tok vendors check [--show] FILE|NAME [FIELDS]")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .help("Print this vendor's definition"),
        )
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Behind `check`: read this file, or this vendor's, explain each mistake and run its examples"),
        )
        .arg(Arg::new("show").long("show").action(ArgAction::SetTrue).help(
            "Behind `check`: print each request as it would be sent, with *** for what is secret, and send nothing",
        ))
        .arg(
            Arg::new("fields")
                .value_name("FIELDS")
                .num_args(1..)
                .trailing_var_arg(true)
                .allow_hyphen_values(true)
                .value_parser(value_parser!(OsString))
                // They are the file's, so that nothing can be said of them here.
                .hide(true)
                .help("Behind `check --show FILE`: the vendor's fields and --url, as a call takes them"),
        )
}

pub(super) fn demo() -> Command {
    Command::new("demo")
        .about("Show the whole job against a stand-in on this machine, without an account")
        .arg(target())
}

pub(super) fn completions() -> Command {
    let names: Vec<_> = Shell::ALL.iter().map(|shell| shell.name).collect();
    let lines = Shell::ALL
        .iter()
        .map(|shell| format!("  {}  # {}\n", shell.install, shell.place));
    Command::new("completions")
        .about("Print the script that completes tok's command lines in a shell")
        .after_help(format!(
            "To have it read by every new shell:\n{}",
            lines.collect::<Vec<_>>().concat()
        ))
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .help(format!("Print the script for {}", names.join(", ")))
                .value_parser(Named {
                    find: Shell::parse,
                    names,
                })
                .hide_possible_values(true),
        )
}

fn target() -> Arg {
    Arg::new("vendor")
        .value_name("VENDOR")
        .help("Only this vendor, as VENDOR or VENDOR@PROFILE")
}
