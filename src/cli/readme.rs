//! The tables of the README, made from the vendors' definitions, the formats and the help.
//!
//! Each stands between `<!-- NAME: generated -->` and `<!-- end -->`.

use std::fs;
use std::path::Path;

use super::shell::Shell;
use crate::cli::{self, Invocation};
use crate::definition::schema::Field;
use crate::definition::shape::keys::{Needed, SECTIONS, Section, header};
use crate::definition::value::Kind;
use crate::definition::{Catalogue, Vendor};
use crate::inputs::config;
use crate::output::Format;
use crate::output::env::EnvFormat;

const END: &str = "<!-- end -->";

#[test]
fn the_tables_of_the_readme_are_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let vendors = Catalogue::new(None).all().0;
    let mut wanted = text.clone();
    for (name, table) in [
        ("commands", commands()),
        (
            "vendors",
            table(&["vendor", "fields", "URL"], vendors.iter().map(fields)),
        ),
        (
            "variables",
            table(&["vendor", "sets", "reads"], vendors.iter().map(variables)),
        ),
        ("options", options()),
        ("completions", completions()),
        ("formats", formats()),
        ("env-formats", env_formats()),
        ("schema", schema()),
    ] {
        wanted = with(&wanted, name, &table);
    }
    if wanted == text {
        return;
    }
    if std::env::var_os("TOK_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, wanted).unwrap();
    } else {
        panic!("README.md is out of date; `TOK_UPDATE=1 cargo test readme` writes its tables anew");
    }
}

/// The text with this table between its markers.
fn with(text: &str, name: &str, table: &str) -> String {
    let begin = format!("<!-- {name}: generated -->\n");
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (_, after) = rest.split_once(END).unwrap_or_else(|| panic!("no {END} after {begin}"));
    format!("{before}{begin}{table}{END}{after}")
}

fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut table = line(head.iter().map(ToString::to_string).collect());
    table += &line(vec!["---".to_owned(); head.len()]);
    for row in rows {
        table += &line(row.into_iter().map(|cell| cell.replace('|', "\\|")).collect());
    }
    table
}

fn code(text: &str) -> String {
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

fn fields(vendor: &Vendor) -> Vec<String> {
    let definition = &vendor.definition;
    let in_a_way = |field: &&Field| {
        let mut ways = definition.ways();
        ways.any(|way| definition.fields_of_way(way).contains(&field.name.as_str()))
    };
    let mut parts: Vec<String> = definition.fields.iter().filter(|f| !in_a_way(f)).map(shown).collect();
    let named = |name: &str| definition.field(name).map_or_else(|| name.to_owned(), shown);
    let ways: Vec<String> = definition
        .ways()
        .map(|way| definition.fields_of_way(way).into_iter().map(named))
        .map(|way| way.collect::<Vec<_>>().join(" + "))
        .collect();
    if !ways.is_empty() {
        parts.push(format!("and one of: {}", ways.join(" · ")));
    }
    let url = definition.url.as_deref();
    vec![
        code(&vendor.name),
        parts.join(", "),
        url.map_or_else(|| "given by you".to_owned(), code),
    ]
}

fn shown(field: &Field) -> String {
    let mut text = field.name.clone();
    if field.secret {
        text = format!("**{text}**");
    }
    if field.kind == Kind::List {
        text.push('…');
    }
    if field.optional {
        text.push('?');
    }
    if let Some(default) = &field.default {
        text = format!("{text} ({default})");
    }
    text
}

fn variables(vendor: &Vendor) -> Vec<String> {
    let names = vendor.definition.fields.iter().map(|field| field.name.as_str());
    let read: Vec<String> = names
        .chain(["url"])
        .map(|name| code(&vendor.variable_of(name)))
        .collect();
    vec![code(&vendor.name), code(&vendor.token_variable()), read.join(", ")]
}

/// The pairs below a heading of a help: what is typed, and what it does.
fn of_help(words: &[&str], heading: &str) -> Vec<(String, String)> {
    let words = words.iter().map(Into::into).collect();
    let Ok(Invocation::Text(help)) = cli::parse(words, &Catalogue::new(None)) else {
        panic!("no help");
    };
    let pairs = help
        .lines()
        .skip_while(|line| *line != heading)
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.trim().split_once("  ").unwrap_or_else(|| panic!("{line}")))
        .map(|(typed, about)| (typed.to_owned(), about.trim().to_owned()));
    let pairs: Vec<_> = pairs.filter(|(typed, _)| !typed.ends_with("--help")).collect();
    assert!(!pairs.is_empty(), "nothing below {heading} in {help}");
    pairs
}

fn commands() -> String {
    let rows = of_help(&["--help"], "Commands:");
    let rows = rows
        .into_iter()
        .map(|(name, about)| vec![code(&format!("tok {name}")), about]);
    table(&["command", "what it does"], rows)
}

/// With the key of a profile that says the same.
fn options() -> String {
    let key = |typed: &str| {
        let (_, name) = typed.split_once("--").unwrap();
        let name = name.split(' ').next().unwrap();
        let known = config::own_keys().find(|key| *key == name);
        known.map(code).unwrap_or_default()
    };
    let rows = of_help(&["modulus", "--help"], "Options:").into_iter();
    table(
        &["option of `tok modulus`", "meaning", "key of a profile"],
        rows.map(|(typed, about)| vec![code(&typed), about, key(&typed)]),
    )
}

fn completions() -> String {
    let row = |shell: &Shell| vec![shell.name.to_owned(), code(shell.install), shell.place.to_owned()];
    table(&["shell", "line", "when or where"], Shell::ALL.iter().map(row))
}

fn formats() -> String {
    let row = |format: &Format| vec![code(format.name), format.about.to_owned()];
    table(&["`tok VENDOR -f`", "what is printed"], Format::ALL.iter().map(row))
}

fn env_formats() -> String {
    let row = |format: &EnvFormat| {
        let names: Vec<String> = [&[format.name], format.aliases]
            .concat()
            .into_iter()
            .map(code)
            .collect();
        let about = format.about;
        let about = if about.contains("tok env") {
            code(about)
        } else {
            about.to_owned()
        };
        vec![names.join(", "), about]
    };
    table(
        &["`tok env VENDOR -f`", "how it is used"],
        EnvFormat::ALL.iter().map(row),
    )
}

fn schema() -> String {
    let row = |section: &Section| {
        let headers: Vec<String> = section.tables.iter().map(|table| header(table)).collect();
        let keys = section.keys.iter().filter(|key| header(key.name).is_empty());
        let keys: Vec<String> = keys
            .map(|key| {
                if key.needed == Needed::No {
                    code(key.name)
                } else {
                    format!("**{}**", code(key.name))
                }
            })
            .collect();
        let part = match section.tables {
            [""] => "top".to_owned(),
            _ => headers.iter().map(|header| code(header)).collect::<Vec<_>>().join(", "),
        };
        vec![part, keys.join(", ")]
    };
    let rows = SECTIONS.iter().map(row).filter(|row| !row[1].is_empty());
    table(&["part", "keys, the needed ones **bold**"], rows)
}
