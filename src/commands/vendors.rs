//! `tok vendors [NAME]`: the vendors, or the definition of one. Never reads the profiles.

use super::App;
use crate::cli::unknown_vendor;
use crate::error::{Error, Result};
use crate::output::{Stdout, print, table};
use crate::terminal::voice::{Verbosity, Voice};

pub(super) fn run(app: &App, name: Option<&str>) -> Result<()> {
    match name {
        Some(name) => one(app, name),
        None => all(app),
    }
}

fn one(app: &App, name: &str) -> Result<()> {
    let vendor = app.catalogue.find(name)?.ok_or_else(|| match name {
        "check" => Error::usage("vendors check: no file is given")
            .with_hint("name the vendor or its file, as in `tok vendors check acme.toml`"),
        _ => unknown_vendor(name, &app.catalogue),
    })?;
    print(&vendor.text, &mut Stdout)
}

/// Of a file that defines no vendor is said why, after all that are whole.
fn all(app: &App) -> Result<()> {
    let (vendors, broken) = app.catalogue.all();
    let rows = vendors.into_iter().map(|vendor| {
        let definition = vendor.definition;
        let whose = vendor
            .path
            .map_or_else(|| "built in".to_owned(), |path| path.display().to_string());
        let url = definition.url.unwrap_or_else(|| "given by --url".to_owned());
        [vendor.name, definition.about, url, whose]
    });
    print(&table(["VENDOR", "ABOUT", "URL", "FROM"], rows), &mut Stdout)?;
    let voice = Voice(Verbosity::Normal);
    for error in broken {
        voice.warn(error.text());
    }
    Ok(())
}
