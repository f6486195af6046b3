//! The options of tok's own, as arguments of a command.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ValueHint, value_parser};

use super::named::Named;
use crate::definition::schema::Definition;
use crate::options::{
    ALL, BROWSER, CALL, DEVICE, EXEC, FILE, FORMAT, KEEP, KEY, LIMIT, NO_INPUT, NO_VERIFY, Opt, QUIET, REPORT, REVOKE,
    TIMEOUT, Takes, VARIABLE, VERBOSE,
};
use crate::time::duration;

/// What every command that gets a token takes; `variable` is the name of the variable that is set by default.
pub(super) fn of_call(variable: &str) -> impl Iterator<Item = Arg> {
    CALL.into_iter().map(move |option| match option.name {
        name if name == VARIABLE.name => filled(option, variable),
        name if name == TIMEOUT.name => filled(option, &duration::words(LIMIT)),
        _ => filled(option, ""),
    })
}

/// What a command takes that a program starts.
pub(super) fn of_helper() -> [Arg; 2] {
    [filled(&NO_INPUT, ""), filled(&TIMEOUT, &duration::words(LIMIT))]
}

pub(super) fn format<T: Copy + Send + Sync + 'static>(find: fn(&str) -> Option<T>, names: Vec<&'static str>) -> Arg {
    let filling = format!("{}; {} by default", names.join(", "), names.first().unwrap_or(&""));
    filled(&FORMAT, &filling)
        .value_parser(Named { find, names })
        .hide_possible_values(true)
}

pub(super) fn keep() -> Arg {
    filled(&KEEP, "")
}

pub(super) fn of_keep() -> [Arg; 2] {
    let file = filled(&FILE, "").value_hint(ValueHint::AnyPath).required(true);
    [file.value_parser(value_parser!(PathBuf)), filled(&EXEC, "")]
}

pub(super) fn report() -> Arg {
    filled(&REPORT, "").value_parser(["table", "json"])
}

/// For the ways of a vendor that a person approves.
pub(super) fn approvals(definition: &Definition) -> impl Iterator<Item = Arg> {
    let all = [&BROWSER, &DEVICE];
    let is_way = |option: &&Opt| definition.ways().any(|way| way.iter().any(|name| name == option.name));
    let there: Vec<&Opt> = all.into_iter().filter(is_way).collect();
    let others = there.clone();
    there.into_iter().map(move |option| {
        let others = others.iter().filter(|other| other.name != option.name);
        filled(option, "").conflicts_with_all(others.map(|other| other.name))
    })
}

pub(super) fn no_verify() -> Arg {
    filled(&NO_VERIFY, "")
}

pub(super) fn of_logout() -> [Arg; 3] {
    let key = filled(&KEY, "").conflicts_with_all(["vendor", ALL.name, REVOKE.name]);
    [filled(&ALL, ""), filled(&REVOKE, ""), key]
}

pub(super) fn verbosity() -> [Arg; 2] {
    [filled(&VERBOSE, ""), filled(&QUIET, "").conflicts_with(VERBOSE.name)]
}

fn filled(option: &Opt, filling: &str) -> Arg {
    let mut arg = Arg::new(option.name).long(option.name).help(option.help(filling));
    if let Some(short) = option.short {
        arg = arg.short(short);
    }
    if let Some(name) = option.value_name() {
        arg = arg.value_name(name);
    }
    match option.takes {
        Takes::Nothing => arg.action(ArgAction::SetTrue),
        Takes::Text(_) => arg,
        // `-5m` is refused as a span, not as an option.
        Takes::Span(read) => arg.allow_hyphen_values(true).value_parser(move |text: &str| read(text)),
    }
}
