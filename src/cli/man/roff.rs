//! The pieces that a page is put together from.

use std::fmt::Write as _;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

/// What `clap_mangen` puts before every piece.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// Not every formatter reads UTF-8.
pub(super) fn ascii(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars() {
        if character.is_ascii() {
            plain.push(character);
        } else {
            write!(plain, "\\[u{:04X}]", u32::from(character)).unwrap();
        }
    }
    plain
}

pub(super) fn title(name: &str, section: &str) -> String {
    let version = concat!("tok ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(Command::new("tok"));
    let man = man
        .title(name.to_uppercase())
        .section(section)
        .source(version)
        .manual("tok manual");
    piece(|out| man.render_title(out), true)
}

pub(super) fn piece(render: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>, first: bool) -> String {
    let mut out = Vec::new();
    render(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    if first {
        text
    } else {
        text.strip_prefix(PREAMBLE).unwrap().to_owned()
    }
}

pub(super) fn body(roff: &Roff) -> String {
    piece(|out| roff.to_writer(out), false)
}

/// Title, name, synopsis and the begin of the description.
pub(super) fn head(man: &Man, name: &str) -> String {
    let mut text = title(name, "1");
    text += &piece(|out| man.render_name_section(out), false);
    text += &piece(|out| man.render_synopsis_section(out), false);
    text + &piece(|out| man.render_description_section(out), false)
}

pub(super) fn formats(formats: impl Iterator<Item = (String, &'static str)>) -> String {
    let mut roff = Roff::default();
    roff.control("SH", ["FORMATS"]);
    for (names, about) in formats {
        roff.control("TP", []).text([bold(names)]).text([roman(about)]);
    }
    body(&roff)
}

pub(super) fn see_also(pages: impl IntoIterator<Item = (String, &'static str)>) -> String {
    let pages = pages.into_iter();
    let lines: Vec<String> = pages
        .map(|(name, section)| format!(".BR {} ({section})", escaped(&name)))
        .collect();
    format!(".SH SEE ALSO\n{}\n", lines.join(",\n"))
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq")
}
