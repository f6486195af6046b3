//! The man pages, read by the programs that show them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Tok, need};

fn pages() -> Vec<PathBuf> {
    let folder = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("man")).unwrap();
    let pages: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    assert!(pages.len() > 8, "{pages:?}");
    pages
}

#[test]
fn groff_has_nothing_to_warn_of() {
    if !need("groff") {
        return;
    }
    let tok = Tok::new();
    let flags = ["-man", "-ww", "-Tutf8", "-z"].map(PathBuf::from);
    tok.program("groff", flags.into_iter().chain(pages())).ok().quiet();
}

#[test]
fn man_shows_every_page_without_a_warning() {
    if !need("man") {
        return;
    }
    let tok = Tok::new().env("LC_ALL", "C.UTF-8").env("MANWIDTH", "100");
    for page in pages() {
        let name = page.file_stem().unwrap().to_str().unwrap();
        let options = ["--warnings", "--no-hyphenation", "-l"].map(PathBuf::from);
        let shown = tok
            .program("man", options.into_iter().chain([page.clone()]))
            .ok()
            .quiet();
        assert!(shown.stdout.contains(&name.to_uppercase()), "{shown}");
        assert!(
            shown.stdout.contains(concat!("tok ", env!("CARGO_PKG_VERSION"))),
            "{shown}"
        );
    }
}
