//! A vendor's command: the flags of its fields, the options of every call, and what its help says of where they come from.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use super::args;
use crate::definition::Vendor;
use crate::definition::schema::Field;
use crate::definition::value::Kind;

/// The heading of the fields, which the help shows first, and that of all else.
const FIELDS: &str = "Fields";
pub(super) const OPTIONS: &str = "Options";

/// `before` are the words that lead to it. `own` is what this command alone has: an argument and a note for the help.
pub(super) fn command(vendor: &Vendor, before: &str, own: Arg, note: &str) -> Command {
    let definition = &vendor.definition;
    let name = &vendor.name;
    Command::new(name.clone())
        .about(definition.about.clone())
        .override_usage(format!("tok {before}{name}[@PROFILE] [FIELDS] [OPTIONS]"))
        .after_help(after_help(vendor, note))
        .next_help_heading(FIELDS)
        .args(definition.fields.iter().flat_map(|field| flags(vendor, field)))
        .arg(url(vendor))
        .disable_help_flag(true)
        .next_help_heading(OPTIONS)
        .args(args::of_call(&vendor.token_variable()))
        .args(args::approvals(definition))
        .arg(own)
        .args(args::verbosity())
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help("Print help"),
        )
}

fn after_help(vendor: &Vendor, note: &str) -> String {
    let secrets = vendor.secret_fields().map(|field| {
        let name = &field.name;
        let variable = vendor.variable_of(name);
        let last = match field.kind {
            _ if field.identity_token.is_some() => {
                ", a GitHub Actions job's identity token, the OS keyring or a prompt"
            }
            kind if kind.is_document() => " or the OS keyring, whole",
            _ => ", the OS keyring or a prompt",
        };
        format!(
            "{name} comes from --{name}-stdin, --{name}-file, {variable}, {name}-command in the profile{last}; no flag takes \
             it.\n"
        )
    });
    let docs = vendor.definition.docs.iter();
    let plain = "A plain field comes from the first that has it: the flag, the profile named by @ or -p, the variable, the \
                 vendor's default profile, a default, a prompt.\n";
    [ways(vendor), note.to_owned(), plain.to_owned()]
        .into_iter()
        .chain(secrets)
        .chain(docs.map(|docs| format!("The vendor's own page: {docs}\n")))
        .collect()
}

/// What one may log in with, where there is a choice.
fn ways(vendor: &Vendor) -> String {
    let definition = &vendor.definition;
    let ways: Vec<&[String]> = definition.ways().collect();
    let Some(last) = ways.last() else {
        return String::new();
    };
    let (approved, given): (Vec<&[String]>, Vec<&[String]>) =
        ways.iter().partition(|way| definition.approval(way).is_some());
    let lines = ways
        .iter()
        .map(|way| format!("  {}\n", definition.fields_of_way(way).join(" and ")));
    let flags: Vec<String> = approved.iter().map(|way| format!("--{}", way.join(" and "))).collect();
    let flagged = match flags.as_slice() {
        [] => String::new(),
        flags => format!("what {} says, else ", flags.join(" or ")),
    };
    let given = if given.is_empty() {
        ""
    } else {
        "the one that a flag, a variable or the profile gives something of, else "
    };
    let between = if approved.len() > 1 {
        "Of browser and device it is the browser where one can be opened, which over SSH it cannot unless BROWSER says how, \
         else the device.\n"
    } else {
        ""
    };
    format!(
        "Ways to log in, of which one is taken:\n{}It is {flagged}{given}the profile's `way`, as in `way = \"{}\"`, else the \
         first.\n{between}\n",
        lines.collect::<String>(),
        definition.fields_of_way(last).first().copied().unwrap_or_default()
    )
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
    let extent = if field.kind.is_document() {
        "all"
    } else {
        "the first line"
    };
    let others = vendor.secret_fields().filter(|other| other.name != *name);
    vec![
        Arg::new(stdin.clone())
            .long(stdin.clone())
            .action(ArgAction::SetTrue)
            .conflicts_with_all(others.map(|other| format!("{}-stdin", other.name)))
            .help(format!("{}: {extent} of standard input [{variable}]", field.help)),
        Arg::new(file.clone())
            .long(file)
            .value_name("PATH")
            .conflicts_with(stdin)
            .value_parser(value_parser!(PathBuf))
            .help(format!("{}: {extent} of a file", field.help)),
    ]
}

fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::List | Kind::Pem | Kind::Json => "VALUE",
        Kind::Integer => "NUMBER",
        Kind::Duration => "DURATION",
        Kind::Uuid => "UUID",
        Kind::Ip => "ADDRESS",
        Kind::Url => "URL",
    }
}

fn url(vendor: &Vendor) -> Arg {
    let help = vendor.url_help();
    Arg::new("url")
        .long("url")
        .value_name("URL")
        .help(format!("{help} [{}]", vendor.variable_of("url")))
}
