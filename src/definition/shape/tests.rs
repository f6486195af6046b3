//! What is written down of the keys is what can be read.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::keys::SECTIONS;
use super::*;
use crate::definition::schema::Definition;

fn tables() -> impl Iterator<Item = &'static str> {
    let tables = SECTIONS.iter().flat_map(|section| section.tables.iter().copied());
    tables.collect::<BTreeSet<_>>().into_iter()
}

/// Whether serde reads a file with what is needed and this change in one of its tables, and why not.
fn read(table: &str, change: impl FnOnce(&mut Table)) -> Result<(), String> {
    let mut file = least(TOP);
    if table == TOP {
        change(&mut file);
    } else {
        let mut inner = least(table);
        change(&mut inner);
        let one = Value::Table(inner);
        let several = of(TOP).any(|key| key.name == table && matches!(key.takes, Takes::Tables));
        let value = if several { Value::Array(vec![one]) } else { one };
        file.insert(table.to_owned(), value);
    }
    let text = toml::to_string(&file).unwrap();
    let read = toml::from_str::<Definition>(&text);
    read.map(|_| ()).map_err(|error| error.message().to_owned())
}

fn read_with(table: &str, key: &str, value: Value) -> Result<(), String> {
    read(table, |table| drop(table.insert(key.to_owned(), value)))
}

fn least(table: &str) -> Table {
    let needed = of(table).filter(|key| key.needed);
    needed.map(|key| (key.name.to_owned(), example(key))).collect()
}

fn example(key: &Key) -> Value {
    match &key.takes {
        Takes::Table | Takes::OneOrMore => Value::Table(least(key.name)),
        Takes::Number(least, _) => Value::Integer(*least),
        Takes::OneOf(words) => Value::String(words[0].to_owned()),
        _ => Value::String("x".to_owned()),
    }
}

/// What serde's words list.
fn listed(error: &str) -> BTreeSet<&str> {
    let (_, known) = error.split_once("expected ").unwrap_or_else(|| panic!("{error}"));
    known.split('`').skip(1).step_by(2).collect()
}

/// One of every type that TOML has, and such that are no less than they must be.
fn values() -> Vec<Value> {
    let texts = [
        "'x'",
        "''",
        "true",
        "0",
        "7",
        "100",
        "599",
        "1.5",
        "-1",
        "[]",
        "['x']",
        "[['x']]",
        "[1]",
        "[409]",
        "{}",
        "{ a = 'x' }",
        "{ a = 1 }",
        "{ a = ['x', { b = true }] }",
        "1979-05-27",
        "{ a = 1979-05-27 }",
    ];
    texts
        .iter()
        .map(|text| format!("v = {text}").parse::<Table>().unwrap().remove("v").unwrap())
        .collect()
}

fn fits(key: &Key, value: &Value) -> bool {
    let text = format!("v = {value}");
    let file = DeTable::parse(&text).unwrap();
    file.get_ref().values().all(|value| key.takes.fits(value.get_ref()))
}

#[test]
fn every_key_that_is_written_down_is_read_and_every_one_that_is_read_is_written_down() {
    for table in tables() {
        let error = read_with(table, "?", Value::Integer(0)).unwrap_err();
        let known: BTreeSet<&str> = of(table).map(|key| key.name).collect();
        assert_eq!(listed(&error), known, "[{table}]");
        assert_eq!(known.len(), of(table).count(), "[{table}] has a key twice");
    }
    for key in of(TOP).filter(|key| matches!(key.takes, Takes::Table | Takes::OneOrMore | Takes::Tables)) {
        assert!(of(key.name).next().is_some(), "[{}] has no keys", key.name);
    }
}

#[test]
fn every_word_that_a_key_takes_is_read_and_every_one_that_is_read_is_written_down() {
    for table in tables() {
        for key in of(table) {
            let Takes::OneOf(words) = &key.takes else { continue };
            let error = read_with(table, key.name, Value::String("?".to_owned())).unwrap_err();
            assert_eq!(
                listed(&error),
                words.iter().copied().collect(),
                "{} in [{table}]",
                key.name
            );
        }
    }
}

#[test]
fn what_is_needed_is_what_the_reader_misses() {
    for table in tables() {
        for key in of(table) {
            let read = read(table, |table| drop(table.remove(key.name)));
            assert_eq!(read.is_err(), key.needed, "{} in [{table}]", key.name);
        }
    }
}

#[test]
fn whatever_a_key_takes_can_be_read() {
    let is_table = |key: &&Key| matches!(key.takes, Takes::Table | Takes::OneOrMore | Takes::Tables);
    for table in tables() {
        for key in of(table).filter(|key| !is_table(key)) {
            let mut taken = 0;
            for value in values().into_iter().chain([example(key)]) {
                if fits(key, &value) {
                    taken += 1;
                    let read = read_with(table, key.name, value.clone());
                    assert_eq!(read, Ok(()), "{} = {value} in [{table}]", key.name);
                }
            }
            assert!(taken > 0, "{} in [{table}] takes nothing", key.name);
        }
    }
}
