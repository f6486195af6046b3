//! The flags of a vendor's command, made from its definition, and the options of every call.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use super::named::Named;
use crate::definition::Vendor;
use crate::definition::schema::Field;
use crate::definition::value::Kind;
use crate::time::duration;

const FIELDS: &str = "Fields";

/// A vendor's fields, the options of every call, and what this command has of its own: an argument and a note for the help.
pub(super) fn vendor_command(vendor: &Vendor, own: Arg, note: &str) -> Command {
    let definition = &vendor.definition;
    Command::new(vendor.name.clone())
        .about(definition.about.clone())
        .after_help(after_help(vendor, note))
        .args(definition.fields.iter().flat_map(|field| flags(vendor, field)))
        .arg(url(vendor))
        .args(options(&vendor.token_variable()))
        .arg(own)
        .args(verbosity())
}

fn after_help(vendor: &Vendor, note: &str) -> String {
    let secrets = vendor.secret_fields().map(|field| {
        let name = &field.name;
        let variable = vendor.variable_of(name);
        format!(
            "{name} comes from --{name}-stdin, --{name}-file, {variable}, {name}-command in the profile, the OS keyring or a \
             prompt; no flag takes it.\n"
        )
    });
    let docs = vendor.definition.docs.iter();
    let plain = "A plain field comes from the first that has it: the flag, the profile named by @ or -p, the variable, the \
                 vendor's default profile, a default, a prompt.\n";
    [note.to_owned(), plain.to_owned()]
        .into_iter()
        .chain(secrets)
        .chain(docs.map(|docs| format!("The vendor's own page: {docs}\n")))
        .collect()
}

fn flags(vendor: &Vendor, field: &Field) -> Vec<Arg> {
    let name = &field.name;
    let variable = vendor.variable_of(name);
    if !field.secret {
        let default = field
            .default
            .as_ref()
            .map(|default| format!(", {default} by default"))
            .unwrap_or_default();
        return vec![
            Arg::new(name.clone())
                .long(name.clone())
                .value_name(value_name(field.kind))
                .help_heading(FIELDS)
                .allow_hyphen_values(true)
                .action(if field.kind == Kind::List {
                    ArgAction::Append
                } else {
                    ArgAction::Set
                })
                .help(format!("{}{default} [{variable}]", field.help)),
        ];
    }
    let stdin = format!("{name}-stdin");
    let file = format!("{name}-file");
    let others = vendor.secret_fields().filter(|other| other.name != *name);
    vec![
        Arg::new(stdin.clone())
            .long(stdin.clone())
            .help_heading(FIELDS)
            .action(ArgAction::SetTrue)
            .conflicts_with_all(others.map(|other| format!("{}-stdin", other.name)))
            .help(format!("{}: the first line of standard input [{variable}]", field.help)),
        Arg::new(file.clone())
            .long(file)
            .value_name("PATH")
            .help_heading(FIELDS)
            .conflicts_with(stdin)
            .value_parser(value_parser!(PathBuf))
            .help(format!("{}: the first line of a file", field.help)),
    ]
}

fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::List => "VALUE",
        Kind::Integer => "NUMBER",
        Kind::Duration => "DURATION",
        Kind::Uuid => "UUID",
        Kind::Ip => "ADDRESS",
        Kind::Url => "URL",
    }
}

fn url(vendor: &Vendor) -> Arg {
    let what = if vendor.definition.login().is_whole_url() {
        "Address that logins are sent to"
    } else {
        "Base URL of the API"
    };
    let own = vendor
        .definition
        .url
        .as_ref()
        .map(|url| format!(", {url} by default"))
        .unwrap_or_default();
    Arg::new("url")
        .long("url")
        .value_name("URL")
        .help_heading(FIELDS)
        .help(format!("{what}{own} [{}]", vendor.variable_of("url")))
}

pub(super) fn options(variable: &str) -> Vec<Arg> {
    let duration = |text: &str| duration::parse(text);
    vec![
        Arg::new("profile")
            .short('p')
            .long("profile")
            .value_name("NAME")
            .help("Use this profile of the config file [TOK_PROFILE]"),
        Arg::new("fresh")
            .long("fresh")
            .action(ArgAction::SetTrue)
            .help("Log in anew, whatever is cached"),
        Arg::new("min-ttl")
            .long("min-ttl")
            .value_name("DURATION")
            .allow_hyphen_values(true)
            .value_parser(duration)
            .help("Give no token that ends sooner than this, as 90s, 15m or 1h30m"),
        Arg::new("no-cache")
            .long("no-cache")
            .action(ArgAction::SetTrue)
            .help("Neither read nor keep a token"),
        Arg::new("no-input")
            .long("no-input")
            .action(ArgAction::SetTrue)
            .help("Never ask, never open a dialog [TOK_NO_INPUT]"),
        Arg::new("timeout")
            .long("timeout")
            .value_name("DURATION")
            .allow_hyphen_values(true)
            .value_parser(duration)
            .help("Limit for the whole call, 30s by default [TOK_TIMEOUT]"),
        Arg::new("variable")
            .long("variable")
            .value_name("NAME")
            .help(format!("Name of the variable, {variable} by default")),
    ]
}

pub(super) fn format_arg<T: Copy + Send + Sync + 'static>(
    find: fn(&str) -> Option<T>,
    names: Vec<&'static str>,
) -> Arg {
    let help = format!(
        "Print it as {}; {} by default",
        names.join(", "),
        names.first().unwrap_or(&"")
    );
    Arg::new("format")
        .short('f')
        .long("format")
        .value_name("FORMAT")
        .value_parser(Named { find, names })
        .hide_possible_values(true)
        .help(help)
}

pub(super) fn verbosity() -> [Arg; 2] {
    [
        Arg::new("verbose")
            .short('v')
            .long("verbose")
            .action(ArgAction::SetTrue)
            .help("Say why each step is taken, on standard error"),
        Arg::new("quiet")
            .short('q')
            .long("quiet")
            .action(ArgAction::SetTrue)
            .conflicts_with("verbose")
            .help("Say only errors"),
    ]
}
