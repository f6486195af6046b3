//! The manual in `man/`, made from the command tree, the formats and the texts beside this file.
//! `TOK_UPDATE=1 cargo test manual` rewrites it.

mod roff;
mod schema;
mod tests;

use std::collections::BTreeMap;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use roff::{ascii, body, escaped, formats, head, piece, see_also, title};

use super::shell::Shell;
use super::tree;
use super::vendor::OPTIONS;
use crate::definition::{Catalogue, Vendor};
use crate::inputs::config;
use crate::options::{CALL, LIMIT, VARIABLE};
use crate::output::Format;
use crate::output::env::EnvFormat;
use crate::time::duration;

const TOP: &str = include_str!("man/tok.roff");
const COMMANDS: &str = include_str!("man/commands.roff");

/// File and text of every page.
fn pages() -> BTreeMap<String, String> {
    let (vendors, _) = Catalogue::new(None).all();
    let mut root = tree::whole(&Catalogue::new(None));
    root.build();
    let mut pages = BTreeMap::from([
        ("tok.1".to_owned(), top(&root, &vendors)),
        ("tok-vendor.5".to_owned(), title("tok-vendor", "5") + &schema::text()),
    ]);
    for command in root.get_subcommands() {
        let text = match vendors.iter().find(|vendor| vendor.name == command.get_name()) {
            Some(vendor) => of_vendor(command, vendor),
            None => of_command(command),
        };
        pages.insert(format!("tok-{}.1", command.get_name()), text);
    }
    for text in pages.values_mut() {
        *text = ascii(text);
    }
    pages
}

fn top(root: &Command, vendors: &[Vendor]) -> String {
    let man = Man::new(root.clone());
    let (of_vendors, commands): (Vec<_>, Vec<_>) = root
        .get_subcommands()
        .partition(|command| vendors.iter().any(|vendor| vendor.name == command.get_name()));
    let mut roff = Roff::default();
    roff.control("PP", []).text([roman(
        "The token comes from the cache while it is valid, else from the vendor: tok logs in or refreshes, and keeps what it \
         got. Each vendor is a command of its own with its fields as flags; wherever VENDOR stands, VENDOR@PROFILE may \
         stand.",
    )]);
    let mut list = |heading: &str, commands: &[&Command]| {
        roff.control("SH", [heading]);
        for command in commands {
            roff.control("TP", []);
            roff.text([bold(format!("tok-{}", command.get_name())), roman("(1)")]);
            roff.text([roman(about(command))]);
        }
    };
    list("VENDORS", &of_vendors);
    list("COMMANDS", &commands);
    let options = piece(|out| man.render_options_section(out), false);
    let see = root
        .get_subcommands()
        .map(|command| (format!("tok-{}", command.get_name()), "1"));
    let see = see_also(see.chain([("tok-vendor".to_owned(), "5"), ("curl".to_owned(), "1")]));
    let top = TOP.replace("@VARIABLES@\n", &variables()).replace("@KEYS@\n", &keys());
    head(&man, "tok") + &body(&roff) + &options + &top + &see
}

/// The variables that say what an option says.
fn variables() -> String {
    let mut roff = Roff::default();
    for option in CALL {
        if let Some(variable) = option.variable {
            let help = option.help.replace("{}", &duration::words(LIMIT));
            let same = format!("{help}, as --{} does", option.name);
            roff.control("TP", []).text([bold(variable)]).text([roman(same)]);
        }
    }
    body(&roff)
}

/// The keys that a profile of every vendor may have.
fn keys() -> String {
    let keys: Vec<String> = config::own_keys().map(escaped).collect();
    let (last, others) = keys.split_last().unwrap();
    let others: Vec<String> = others.iter().map(|key| format!(".BR {key} ,\n")).collect();
    format!("{}and\n.BR {last} .\n", others.concat())
}

fn of_command(command: &Command) -> String {
    let name = command.get_name();
    let man = Man::new(own(command));
    let marker = format!(".\\\" {name}\n");
    let (_, more) = COMMANDS
        .split_once(&marker)
        .unwrap_or_else(|| panic!("no text for {name}"));
    let more = more.split(".\\\" ").next().unwrap();
    let (description, examples) = more.split_once(".SH EXAMPLES\n").unwrap();
    let mut text = head(&man, &format!("tok-{name}"));
    if !description.is_empty() {
        text += ".PP\n";
        text += description;
    }
    if command.has_subcommands() {
        text += ".PP\nThe fields of each vendor are flags here as well; its own page lists them.\n";
    }
    text += &piece(|out| man.render_options_section(out), false);
    if name == "env" {
        text += &formats(EnvFormat::ALL.iter().map(|format| {
            let aliases = format.aliases.iter().map(|alias| format!(", {alias}"));
            (format.name.to_owned() + &aliases.collect::<String>(), format.about)
        }));
    }
    let examples = examples.replace("@COMPLETIONS@\n", &completions());
    text + ".SH EXAMPLES\n" + &examples + &see_also([("tok".to_owned(), "1")])
}

/// How each shell is made to complete.
fn completions() -> String {
    let lines = Shell::ALL
        .iter()
        .map(|shell| format!("{}    # {}\n", shell.install, shell.place));
    escaped(&lines.collect::<String>())
}

/// Without the vendors below it, whose options it takes.
fn own(command: &Command) -> Command {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    let mut own = Command::new(command.get_name().to_owned())
        .about(about(command))
        .display_name(format!("tok-{}", command.get_name()))
        .bin_name(format!("tok {}", command.get_name()))
        .override_usage(usage)
        .disable_help_flag(true)
        .args(command.get_arguments().filter(|argument| argument.get_id() != "help"));
    let help = command.get_arguments().find(|argument| argument.get_id() == "help");
    if let Some(vendor) = command.get_subcommands().next() {
        let arguments = vendor
            .get_arguments()
            .filter(|argument| argument.get_help_heading() == Some(OPTIONS) && argument.get_id() != "help");
        own = own.args(arguments.map(|argument| argument.clone().help_heading(None::<&str>)));
        own = own.mut_arg(VARIABLE.name, |argument| argument.help(VARIABLE.help("VENDOR_TOKEN")));
    }
    own.args(help.map(|help| help.clone().display_order(usize::MAX)))
}

fn of_vendor(command: &Command, vendor: &Vendor) -> String {
    let name = &vendor.name;
    let usage = ["", "env ", "login "].map(|before| format!("tok {before}{name}[@PROFILE] [FIELDS] [OPTIONS]"));
    let man = Man::new(
        Command::new(name.clone())
            .about(about(command))
            .display_name(format!("tok-{name}"))
            .bin_name("tok")
            .override_usage(usage.join("\n"))
            .disable_help_flag(true)
            .args(command.get_arguments()),
    );
    let mut roff = Roff::default();
    roff.control("PP", []).text([roman(
        "Prints a valid token, sets a variable to it, or keeps the credentials for it.",
    )]);
    let after = command.get_after_help().unwrap().to_string();
    for line in after.lines().filter(|line| !line.is_empty()) {
        roff.control("PP", []).text([roman(line)]);
    }
    let options = piece(|out| man.render_options_section(out), false);
    let formats = formats(Format::ALL.iter().map(|format| (format.name.to_owned(), format.about)));
    let see = ["tok", "tok-env", "tok-login", "tok-status"].map(|page| (page.to_owned(), "1"));
    let examples = format!(
        ".SH EXAMPLES\n.EX\ntok login {name}\ntok {name}\ntok {name}@staging \\-\\-min\\-ttl 5m\neval \"$(tok env {name})\"\n\
         curl \\-K <(tok {name} \\-f curl) URL\n.EE\n"
    );
    head(&man, &format!("tok-{name}")) + &body(&roff) + &options + &formats + &examples + &see_also(see)
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}
