//! What may follow on a command line, as lines that the completion scripts read: `NAMES|VALUE|HELP`.
//!
//! NAMES are those of a flag, parted by blanks, or empty for what stands there without one. VALUE says what follows:
//! nothing (empty), `any` text, a `file`, a `profile` of the vendor, a `vendor` or the word `check`, a `target` (VENDOR or
//! VENDOR@PROFILE), `targets`, a `command` or a target, or `=` and the words there are.

use std::fmt;

use clap::{Arg, ArgAction, Command, ValueHint};

use super::tree;
use crate::definition::Vendor;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    names: String,
    value: String,
    help: String,
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A user's own definition may say anything.
        let help = self.help.replace(char::is_control, " ");
        write!(formatter, "{}|{}|{help}", self.names, self.value)
    }
}

/// What may follow `tok VENDOR`, or `tok env VENDOR` where `below` says so.
pub(crate) fn rows(vendor: &Vendor, below: Option<&str>) -> Vec<Row> {
    let mut root = tree::only(vendor, below);
    root.build();
    let mut command = &root;
    while let Some(next) = command.get_subcommands().next() {
        command = next;
    }
    of(command)
}

/// What may follow a command that is built.
pub(super) fn of(command: &Command) -> Vec<Row> {
    let below = command.has_subcommands().then(|| Row {
        names: String::new(),
        value: if command.get_name() == "tok" {
            "command"
        } else {
            "target"
        }
        .to_owned(),
        help: String::new(),
    });
    let arguments = command.get_arguments();
    // The shell completes another program's words by its own means.
    let own = arguments.filter(|argument| !argument.is_hide_set() && !argument.is_last_set());
    below.into_iter().chain(own.map(row)).collect()
}

fn row(argument: &Arg) -> Row {
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    Row {
        names: short.into_iter().chain(long).collect::<Vec<_>>().join(" "),
        value: value(argument),
        help: argument.get_help().map(ToString::to_string).unwrap_or_default(),
    }
}

fn value(argument: &Arg) -> String {
    let words = argument.get_possible_values();
    let several = argument.get_num_args().is_some_and(|range| range.max_values() > 1);
    let name = argument.get_id().as_str();
    let takes = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    match name {
        _ if !takes => "",
        _ if !words.is_empty() => {
            let words: Vec<&str> = words.iter().map(clap::builder::PossibleValue::get_name).collect();
            return format!("={}", words.join(" "));
        }
        _ if argument.get_value_hint() == ValueHint::AnyPath => "file",
        _ if argument.is_positional() && several => "targets",
        "vendor" if argument.is_positional() => "target",
        _ if argument.is_positional() => "vendor",
        "profile" => "profile",
        _ => "any",
    }
    .to_owned()
}
