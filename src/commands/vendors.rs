//! `tok vendors [NAME]`: the vendors, or the definition of one. Never reads the profiles.

use std::io;

use super::Ground;
use crate::cli::unknown_vendor;
use crate::error::Result;
use crate::output::{print, table};
use crate::voice::{Verbosity, Voice};

pub(super) fn run(ground: &Ground, name: Option<&str>) -> Result<()> {
    match name {
        Some(name) => one(ground, name),
        None => all(ground),
    }
}

fn one(ground: &Ground, name: &str) -> Result<()> {
    let vendor = ground
        .catalogue
        .find(name)?
        .ok_or_else(|| unknown_vendor(name, &ground.catalogue))?;
    print(&vendor.text, &mut io::stdout())
}

/// A broken file is told of and breaks nothing else.
fn all(ground: &Ground) -> Result<()> {
    let (vendors, broken) = ground.catalogue.all();
    let rows = vendors.into_iter().map(|vendor| {
        let definition = vendor.definition;
        let whose = vendor
            .path
            .map_or_else(|| "built in".to_owned(), |path| path.display().to_string());
        let url = definition.url.unwrap_or_else(|| "given by --url".to_owned());
        [vendor.name, definition.about, url, whose]
    });
    for error in broken {
        Voice(Verbosity::Normal).warn(error.text());
    }
    print(&table(["VENDOR", "ABOUT", "URL", "FROM"], rows), &mut io::stdout())
}
