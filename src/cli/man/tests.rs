//! The manual is current and complete, and its example is sound.

use std::fs;
use std::path::Path;

use super::pages;
use super::schema::ACME;
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
