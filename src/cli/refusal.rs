//! What clap refuses, in tok's own form: one line, and a hint.

use clap::Error as ClapError;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::definition::catalogue::COMMANDS;
use crate::definition::{Catalogue, Vendor};
use crate::error::Error;
use crate::text::suggest;

pub(super) fn explain(error: &ClapError, vendor: Option<&Vendor>, catalogue: &Catalogue) -> Error {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    // `--min-ttl <DURATION>` → `--min-ttl`, `<VENDOR>` → `VENDOR`
    let argument = argument.trim_start_matches('<');
    let name = argument.split([' ', '=', '>']).next().unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => unknown(name, &context(ContextKind::SuggestedArg), vendor),
        ErrorKind::InvalidSubcommand => {
            let typed = context(ContextKind::InvalidSubcommand);
            let names = catalogue.names();
            let near = suggest::nearest(&typed, names.iter().map(String::as_str).chain(COMMANDS));
            Error::usage(format!("'{}' is neither a vendor nor a command", typed.escape_debug())).with_hint(
                match near {
                    Some(near) => format!("did you mean {near}?"),
                    None => "`tok vendors` lists the vendors, `tok --help` the commands".to_owned(),
                },
            )
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Error::usage("a vendor is missing").with_hint("`tok vendors` lists them")
        }
        ErrorKind::ArgumentConflict => {
            let prior = context(ContextKind::PriorArg);
            let prior = prior.split([' ', '=']).next().unwrap_or_default();
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
        ErrorKind::MissingRequiredArgument if argument.contains("COMMAND") => Error::usage("exec: no command is given")
            .with_hint("write it behind --, as in `tok exec VENDOR -- COMMAND`"),
        ErrorKind::MissingRequiredArgument => Error::usage(format!("{name} is missing")),
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            Error::usage(line.strip_prefix("error: ").unwrap_or(line))
        }
    }
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

fn unknown(name: &str, suggested: &str, vendor: Option<&Vendor>) -> Error {
    let field = name.trim_start_matches('-');
    if let Some(vendor) = vendor
        && vendor.secret_fields().any(|secret| secret.name == field)
    {
        return Error::usage(format!(
            "{name}: no flag takes a secret's value, since other users can read it"
        ))
        .with_hint(format!(
            "pipe it to --{field}-stdin, name a file with --{field}-file, or set {}",
            vendor.variable_of(field)
        ));
    }
    let error = Error::usage(format!("unexpected argument '{}'", name.escape_debug()));
    match (suggested, vendor) {
        ("", Some(vendor)) => error.with_hint(format!("`tok {} --help` lists its fields and options", vendor.name)),
        ("", None) if name.starts_with('-') => {
            error.with_hint("options follow the vendor, as in `tok VENDOR -v`; `tok --help` lists vendors and commands")
        }
        ("", None) => error.with_hint("`tok --help` lists vendors and commands"),
        (near, _) => error.with_hint(format!("did you mean {near}?")),
    }
}
