//! The tables in `completions/`, made from the command tree. `TOK_UPDATE=1 cargo test scripts` rewrites them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::Command;

use super::row::{self, Row};
use super::tree;
use crate::definition::Catalogue;

/// File, and how its shell quotes: what opens a text, what stands for `'` in it, and the words around a table.
const SCRIPTS: [(&str, &str, [&str; 2]); 5] = [
    ("tok.bash", r"'\''", ["NAME=(", ")"]),
    ("_tok", r"'\''", ["typeset -ga NAME=(", ")"]),
    ("tok.fish", r"\'", [r"set -g NAME \", ""]),
    ("tok.elv", "''", ["var NAME = [", "]"]),
    ("_tok.ps1", "''", ["$NAME = @(", ")"]),
];

const MARKS: [&str; 2] = [
    "# Made from the commands: TOK_UPDATE=1 cargo test scripts",
    "# Until here.",
];

/// Name and lines.
type Table = (&'static str, Vec<String>);

fn tables() -> [Table; 3] {
    let catalogue = Catalogue::new(None);
    let vendors = catalogue.names();
    let mut root = tree::whole(&catalogue);
    root.build();
    let about = |command: &&Command| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        format!("{}|{about}", command.get_name())
    };
    let (of_vendors, commands): (Vec<_>, Vec<_>) = root
        .get_subcommands()
        .partition(|command| vendors.iter().any(|name| name == command.get_name()));
    let mut found = Vec::new();
    gather(&root, "", &mut found);
    let mut rows: Vec<Row> = Vec::new();
    for (_, row) in &found {
        if !rows.contains(row) {
            rows.push(row.clone());
        }
    }
    let lines = rows.iter().map(|row| {
        let places = found.iter().filter(|(_, found)| found == row);
        format!(
            "{}|{row}",
            joined(places.map(|(place, _)| place.clone()).collect(), &vendors)
        )
    });
    [
        ("_tok_commands", commands.iter().map(about).collect()),
        ("_tok_vendors", of_vendors.iter().map(about).collect()),
        ("_tok_rows", lines.collect()),
    ]
}

/// The rows of every command, with the words that lead to it; a file of `tok vendors`, and what is shown
/// of it, stands behind `check` alone.
fn gather(command: &Command, place: &str, found: &mut Vec<(String, Row)>) {
    found.extend(row::of(command).into_iter().map(|row| match place {
        "vendors" if of_check(&row) => ("vendors check".to_owned(), row),
        _ => (place.to_owned(), row),
    }));
    for below in command.get_subcommands() {
        gather(below, format!("{place} {}", below.get_name()).trim(), found);
    }
}

fn of_check(row: &Row) -> bool {
    ["|file|", "--show|"]
        .iter()
        .any(|start| row.to_string().starts_with(start))
}

/// `,VENDOR,env VENDOR,exec,`: what holds for every vendor is said once.
fn joined(mut places: BTreeSet<String>, vendors: &[String]) -> String {
    for before in ["", "env ", "login "] {
        let each: Vec<String> = vendors.iter().map(|vendor| format!("{before}{vendor}")).collect();
        if each.iter().all(|place| places.contains(place)) {
            places.retain(|place| !each.contains(place));
            places.insert(format!("{before}VENDOR"));
        }
    }
    format!(",{},", places.into_iter().collect::<Vec<_>>().join(","))
}

fn rendered(tables: &[Table], quote: &str, around: [&str; 2]) -> String {
    let mut text = String::new();
    for (name, lines) in tables {
        text += &around[0].replace("NAME", name);
        // fish has no brackets around a list, so that its lines are continued.
        let end = if around[1].is_empty() { " \\" } else { "" };
        let escaped = |line: &String| match quote {
            r"\'" => line.replace('\\', r"\\").replace('\'', quote),
            _ => line.replace('\'', quote),
        };
        let lines: Vec<String> = lines.iter().map(|line| format!("\n    '{}'", escaped(line))).collect();
        text += &lines.join(end);
        text += "\n";
        text += around[1];
        text += if around[1].is_empty() { "" } else { "\n" };
    }
    text
}

#[test]
fn the_completion_scripts_are_current() {
    let tables = tables();
    for (file, quote, around) in SCRIPTS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(MARKS[0]).expect(MARKS[0]);
        let (_, after) = rest.split_once(MARKS[1]).expect(MARKS[1]);
        let made = rendered(&tables, quote, around);
        let wanted = format!("{before}{}\n{made}{}{after}", MARKS[0], MARKS[1]);
        if std::env::var_os("TOK_UPDATE").is_some() {
            fs::write(&path, &wanted).unwrap();
        }
        assert!(
            text == wanted || std::env::var_os("TOK_UPDATE").is_some(),
            "completions/{file} is stale: TOK_UPDATE=1 cargo test scripts"
        );
    }
}

#[test]
fn every_argument_has_a_help_and_the_tree_is_sound() {
    tree::whole(&Catalogue::new(None)).help_expected(true).debug_assert();
    tree::only_completions().help_expected(true).debug_assert();
}
