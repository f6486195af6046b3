//! What clap refuses, in tok's own form: one line, and a hint.

use clap::Error as ClapError;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::typed::Typed;
use crate::definition::name::COMMANDS;
use crate::definition::{Catalogue, Vendor};
use crate::error::Error;
use crate::text::suggest;

pub(super) fn explain(error: &ClapError, vendor: Option<&Vendor>, typed: &Typed, catalogue: &Catalogue) -> Error {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let name = bare(&argument);
    match error.kind() {
        ErrorKind::UnknownArgument => unknown(name, &context(ContextKind::SuggestedArg), vendor, typed),
        ErrorKind::InvalidSubcommand => {
            let word = context(ContextKind::InvalidSubcommand);
            let names = catalogue.names();
            let near = suggest::nearest(&word, names.iter().map(String::as_str).chain(COMMANDS));
            let error = Error::usage(format!("'{}' is neither a vendor nor a command", word.escape_debug()));
            match (typed.verb(&word).filter(|_| typed.is_first(&word)), near) {
                (Some(line), _) => error.with_hint(format!("did you mean `{line}`?")),
                (None, Some(near)) => error.with_hint(format!("did you mean {near}?")),
                (None, None) => error.with_hint("`tok vendors` lists the vendors, `tok --help` the commands"),
            }
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Error::usage("a vendor is missing").with_hint("`tok vendors` lists them")
        }
        ErrorKind::ArgumentConflict => {
            let prior = context(ContextKind::PriorArg);
            let prior = bare(&prior);
            Error::usage(if prior == name {
                format!("{name}: it is given twice")
            } else {
                format!("{name} and {prior} exclude each other")
            })
        }
        // What stands there may be a secret.
        ErrorKind::TooManyValues => Error::usage(format!("{name}: it takes no value")),
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue).is_empty() => {
            Error::usage(format!("{name}: it needs a value"))
        }
        ErrorKind::InvalidValue => Error::usage(format!(
            "{name}: '{}' is not one of {}",
            context(ContextKind::InvalidValue).escape_debug(),
            context(ContextKind::ValidValue)
        )),
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error).map(ToString::to_string);
            Error::usage(format!(
                "{name}: {}",
                reason.unwrap_or_else(|| "its value is wrong".to_owned())
            ))
        }
        ErrorKind::MissingRequiredArgument if argument.contains("COMMAND") => {
            let line = typed.exec();
            let line = line.as_deref().unwrap_or("tok exec VENDOR -- COMMAND");
            Error::usage("exec: no command is given").with_hint(format!("write it behind --, as in `{line}`"))
        }
        ErrorKind::MissingRequiredArgument => {
            Error::usage(format!("{name} is missing")).with_hint(match typed.command() {
                Some(command) if name != "VENDOR" => format!("`tok {command} --help` names those that there are"),
                _ => "`tok vendors` lists them".to_owned(),
            })
        }
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            Error::usage(line.strip_prefix("error: ").unwrap_or(line))
        }
    }
}

/// `--min-ttl <DURATION>` → `--min-ttl`, `<VENDOR>` and `[VENDOR]` → `VENDOR`
fn bare(argument: &str) -> &str {
    let argument = argument.trim_start_matches(['<', '[']);
    argument.split([' ', '=', '>', ']', ',']).next().unwrap_or_default()
}

/// Exit 2, with the nearest name.
pub(crate) fn unknown_vendor(name: &str, catalogue: &Catalogue) -> Error {
    let names = catalogue.names();
    let near = suggest::nearest(name, names.iter().map(String::as_str));
    Error::usage(format!("there is no vendor '{}'", name.escape_debug())).with_hint(match near {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are: {}", names.join(", ")),
    })
}

fn unknown(name: &str, suggested: &str, vendor: Option<&Vendor>, typed: &Typed) -> Error {
    let field = name.trim_start_matches('-');
    if let Some(vendor) = typed.vendor()
        && typed.may_name_fields()
        && vendor.secret_fields().any(|secret| secret.name == field)
    {
        let flags = format!("pipe it to --{field}-stdin, name a file with --{field}-file, or ");
        let flags = if typed.command() == Some("exec") { "" } else { &flags };
        return Error::usage(format!(
            "{name}: no flag takes a secret's value, since other users can read it"
        ))
        .with_hint(format!("{flags}set {}", vendor.variable_of(field)));
    }
    let error = Error::usage(format!("unexpected argument '{}'", name.escape_debug()));
    error.with_hint(hint(name, suggested, vendor, typed))
}

fn hint(name: &str, suggested: &str, vendor: Option<&Vendor>, typed: &Typed) -> String {
    let behind = || vendor.and_then(|_| typed.behind(name));
    if let Some(line) = typed.option(name).or_else(behind) {
        return format!("did you mean `{line}`?");
    }
    if !suggested.is_empty() {
        return format!("did you mean {suggested}?");
    }
    if let Some(vendor) = vendor {
        let below = typed.command().map(|command| format!("{command} ")).unwrap_or_default();
        return format!("`tok {below}{} --help` lists its fields and options", vendor.name);
    }
    match typed.command() {
        Some("exec") => typed.instead_of_field(name).unwrap_or_else(|| match typed.exec() {
            Some(line) => format!("write the command behind --, as in `{line}`"),
            None => "`tok exec --help` lists its options".to_owned(),
        }),
        Some(command) if !typed.may_name_fields() => format!("`tok {command} --help` lists its options"),
        _ => match typed.too_early(name) {
            Some(line) => format!("options follow the vendor, as in `{line}`"),
            None if name.starts_with('-') => {
                "`tok --help` lists vendors and commands; options follow the vendor, as in `tok VENDOR -v`".to_owned()
            }
            None => "`tok --help` lists vendors and commands".to_owned(),
        },
    }
}
