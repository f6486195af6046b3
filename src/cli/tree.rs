//! The clap tree. Parser, help, man pages and completions are all made from it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use super::named::Named;
use super::shell::Shell;
use crate::duration;
use crate::output::Format;
use crate::output::env::EnvFormat;
use crate::vendor::definition::Field;
use crate::vendor::value::Kind;
use crate::vendor::{Catalogue, Vendor};

const FIELDS: &str = "Fields";

/// Every command and every vendor.
pub(crate) fn whole(catalogue: &Catalogue) -> Command {
    let (vendors, _) = catalogue.all();
    let width = vendors.iter().map(|vendor| vendor.name.len()).max().unwrap_or_default();
    let list: String = vendors
        .iter()
        .map(|vendor| format!("  {:width$}  {}\n", vendor.name, vendor.definition.about))
        .collect();
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
            login,
            logout(),
            status(),
            vendors_command(),
            demo(),
            completions(),
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
    root().subcommand(completions())
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
    vendor_command(vendor, format_arg(Format::parse, names))
}

fn env() -> Command {
    Command::new("env")
        .about("Print code that sets the vendor's variable, for `eval \"$(tok env VENDOR)\"`")
        .override_usage("tok env VENDOR[@PROFILE] [FIELDS] [OPTIONS]")
        .disable_help_subcommand(true)
}

fn vendor_of_env(vendor: &Vendor) -> Command {
    let names = EnvFormat::ALL.iter().map(|format| format.name).collect();
    vendor_command(vendor, format_arg(EnvFormat::parse, names))
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
        .args(options("the vendor's own"))
        .args(verbosity())
}

fn login() -> Command {
    Command::new("login")
        .about("Ask for credentials, try them and keep them")
        .override_usage("tok login VENDOR[@PROFILE] [FIELDS] [OPTIONS]")
        .disable_help_subcommand(true)
}

fn vendor_of_login(vendor: &Vendor) -> Command {
    let no_verify = Arg::new("no-verify")
        .long("no-verify")
        .action(ArgAction::SetTrue)
        .help("Keep the credentials without trying them");
    vendor_command(vendor, no_verify)
}

fn logout() -> Command {
    Command::new("logout")
        .about("Forget a profile's secret, its tokens and its hold; its plain fields stay")
        .arg(target().required(true))
        .arg(
            Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .help("Forget every profile and every token of the vendor"),
        )
        .arg(
            Arg::new("revoke")
                .long("revoke")
                .action(ArgAction::SetTrue)
                .help("Have the vendor end the tokens first, where it can"),
        )
        .args(verbosity())
}

fn status() -> Command {
    Command::new("status")
        .about("Show what is configured and cached, and how long it still lasts")
        .arg(target())
        .arg(
            Arg::new("format")
                .short('f')
                .long("format")
                .value_name("FORMAT")
                .value_parser(["table", "json"])
                .help("Print a table for people or JSON for programs"),
        )
        .args(verbosity())
}

fn vendors_command() -> Command {
    Command::new("vendors")
        .about("List the vendors, print the definition of one, or check a file of your own")
        .override_usage("tok vendors [NAME]\n       tok vendors check FILE")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .help("Print this vendor's definition"),
        )
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Behind `check`: read this file as a vendor's, explain each mistake and run its examples"),
        )
}

fn demo() -> Command {
    Command::new("demo")
        .about("Show the whole job against a stand-in on this machine, without an account")
        .arg(target())
}

fn completions() -> Command {
    let names: Vec<_> = Shell::ALL.iter().map(|shell| shell.name).collect();
    Command::new("completions")
        .about("Print the script that completes tok's command lines in a shell")
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

fn vendor_command(vendor: &Vendor, own: Arg) -> Command {
    let definition = &vendor.definition;
    let mut after = String::from(
        "A plain field comes from the first that has it: the flag, the profile named by @ or -p, the variable, the \
         vendor's default profile, a default, a prompt.\n",
    );
    for field in vendor.secret_fields() {
        let name = &field.name;
        after.push_str(&format!(
            "{name} comes from --{name}-stdin, --{name}-file, {}, {name}-command in the profile, the OS keyring or a prompt; \
             no flag takes it.\n",
            vendor.variable_of(name)
        ));
    }
    if let Some(docs) = &definition.docs {
        after.push_str(&format!("The vendor's own page: {docs}\n"));
    }
    Command::new(vendor.name.clone())
        .about(definition.about.clone())
        .after_help(after)
        .args(definition.fields.iter().flat_map(|field| flags(vendor, field)))
        .arg(url(vendor))
        .args(options(&vendor.token_variable()))
        .arg(own)
        .args(verbosity())
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
        .help(format!("Base URL of the API{own} [{}]", vendor.variable_of("url")))
}

fn options(variable: &str) -> Vec<Arg> {
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
            .value_parser(duration)
            .help("Limit for the whole call, 30s by default [TOK_TIMEOUT]"),
        Arg::new("variable")
            .long("variable")
            .value_name("NAME")
            .help(format!("Name of the variable, {variable} by default")),
    ]
}

fn format_arg<T: Copy + Send + Sync + 'static>(find: fn(&str) -> Option<T>, names: Vec<&'static str>) -> Arg {
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

fn verbosity() -> [Arg; 2] {
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
