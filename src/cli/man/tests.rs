//! The manual is current and complete, and its example is sound.

use std::fs;
use std::path::Path;

use super::{ACME, SCHEMA, pages};
use crate::definition::schema::Definition;
use crate::definition::{catalogue, check, example};

#[test]
fn the_manual_is_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let update = std::env::var_os("TOK_UPDATE").is_some();
    let pages = pages();
    for (file, text) in &pages {
        let path = folder.join(file);
        if update {
            fs::write(&path, text).unwrap();
        }
        let current = fs::read_to_string(&path).unwrap_or_default();
        assert!(current == *text, "man/{file} is stale: TOK_UPDATE=1 cargo test manual");
    }
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(pages.contains_key(&name), "man/{name} is of no command: delete it");
    }
}

#[test]
fn the_manuals_own_vendor_is_sound() {
    let vendor = catalogue::read("acme", ACME.to_owned(), "acme.toml".into()).unwrap();
    assert_eq!(check::mistakes(&vendor.definition), []);
    for documented in &vendor.definition.examples {
        example::check(&vendor.definition, documented).unwrap();
    }
}

/// A key that is unknown makes the reader say which there are.
#[test]
fn the_manual_names_every_key_of_the_schema() {
    let least = "about = ''\n[login]\n[answer]\ntoken = ''\n";
    for table in [
        "",
        "[[field]]\n",
        "[refresh]\n",
        "[answer]\n",
        "[use]\n",
        "[[example]]\n",
    ] {
        let text = match table {
            "[answer]\n" => "about = ''\n[login]\n[answer]\nunknown = 1\n".to_owned(),
            "" => format!("unknown = 1\n{least}"),
            _ => format!("{least}{table}unknown = 1\n"),
        };
        let error = toml::from_str::<Definition>(&text).unwrap_err();
        let (_, known) = error.message().split_once("expected ").unwrap();
        let keys: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        assert!(keys.len() > 1, "{error}");
        for key in keys {
            let tables = ["field", "login", "refresh", "revoke", "answer", "use", "example"];
            let named = SCHEMA
                .lines()
                .any(|line| line.starts_with(".B") && line.split([' ', '"', ',']).any(|word| word == key));
            assert!(named || tables.contains(&key), "{key} is not in the manual");
        }
    }
}
