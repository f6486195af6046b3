//! What was meant by a command line that another program would understand: the line to type here.
//!
//! Of what was typed only names that tok knows are repeated, and that of a program for `tok exec`: all else may be a secret.

use super::typed::{Typed, is_plain};
use crate::definition::Vendor;
use crate::definition::name::is_command;
use crate::options::{BESIDE, CALL, Opt};

/// What other programs call it, the line where a vendor is named, and the one where none is.
const ELSEWHERE: [(&[&str], &str, &str); 10] = [
    (&["help"], "tok VENDOR --help", "tok --help"),
    (&["version"], "tok --version", "tok --version"),
    (&["list", "ls"], "tok status VENDOR", "tok vendors"),
    (&["whoami", "info", "show"], "tok status VENDOR", "tok status"),
    (&["get", "token", "print", "fetch"], "tok VENDOR", "tok VENDOR"),
    (
        &["auth", "signin", "authenticate", "configure", "setup", "init", "add"],
        LOGIN,
        LOGIN,
    ),
    (
        &["signout", "forget", "remove", "rm", "delete"],
        "tok logout VENDOR",
        "tok logout VENDOR",
    ),
    (
        &["run", "exec"],
        "tok exec VENDOR -- COMMAND",
        "tok exec VENDOR -- COMMAND",
    ),
    (&["export"], "tok env VENDOR", "tok env VENDOR"),
    (
        &["check", "lint", "validate"],
        "tok vendors check FILE",
        "tok vendors check FILE",
    ),
];

const LOGIN: &str = "tok login VENDOR";

/// How other programs are asked for JSON, or for a format that is named behind it.
const FORMATS_ELSEWHERE: [&str; 5] = ["--json", "-j", "--output", "-o", "--out"];

impl Typed<'_> {
    /// What to do where a command takes the fields from elsewhere.
    pub(super) fn instead_of_field(&self, name: &str) -> Option<String> {
        let vendor = self.vendor()?;
        let field = name.strip_prefix("--").filter(|name| has(vendor, name))?;
        let command = self.command()?;
        Some(format!(
            "`tok {command}` takes no fields; set {}, or put {field} into a profile",
            vendor.variable_of(field)
        ))
    }

    /// The line that begins with this word elsewhere, or has it behind the vendor.
    pub(super) fn verb(&self, word: &str) -> Option<String> {
        let next = || self.words.iter().copied().skip_while(|typed| *typed != word).nth(1);
        if word == "auth"
            && let Some(line) = next().filter(|next| *next != word).and_then(|next| self.verb(next))
        {
            return Some(line);
        }
        if word == "help"
            && let Some(command) = next().filter(|next| *next != word && is_command(next))
        {
            let target = self.target.iter().map(|target| format!(" {target}"));
            return Some(format!("tok {command}{} --help", target.collect::<String>()));
        }
        let known = ELSEWHERE.iter().find(|(words, ..)| words.contains(&word));
        if let Some((_, with_vendor, alone)) = known {
            let line = if self.target.is_some() { with_vendor } else { alone };
            return Some(line.replace("VENDOR", self.target()));
        }
        match word {
            "status" | "vendors" | "demo" if self.target.is_none() => Some(format!("tok {word}")),
            "completions" => None,
            _ => is_command(word).then(|| format!("tok {word} {}", self.target())),
        }
    }

    /// The line where a word stands behind a vendor that takes none.
    pub(super) fn behind(&self, word: &str) -> Option<String> {
        if word.strip_prefix('@').is_some_and(is_plain) {
            return Some(format!("{}{word}", self.place()?));
        }
        if self.has_format(word) {
            return Some(format!("{} -f {word}", self.place()?));
        }
        let begins_with_vendor = self.command().is_none();
        begins_with_vendor.then(|| self.verb(word)).flatten()
    }

    /// The line where an option is another program's.
    pub(super) fn option(&self, name: &str) -> Option<String> {
        if ["--version", "-V"].contains(&name) {
            return Some("tok --version".to_owned());
        }
        if !FORMATS_ELSEWHERE.contains(&name) || !self.has_format("json") {
            return None;
        }
        let place = self
            .words
            .iter()
            .position(|word| word.split('=').next() == Some(name))?;
        let word = self.words.get(place)?;
        let value = word.split_once('=').map(|(_, value)| value);
        let value = value.or_else(|| self.words.get(place + 1).copied());
        let format = value.filter(|value| self.has_format(value)).unwrap_or("json");
        Some(format!("{} -f {format}", self.place()?))
    }

    /// The line where an option of tok's own, or a field's, stands before the vendor.
    pub(super) fn too_early(&self, name: &str) -> Option<String> {
        let place = self.place()?;
        if let Some(option) = options().find(|option| is_called(option, name)) {
            let value = option.value_name().map(|value| format!(" {value}")).unwrap_or_default();
            return Some(format!("{place} {name}{value}"));
        }
        let vendor = self.vendor()?;
        let field = name.strip_prefix("--").filter(|name| has(vendor, name))?;
        Some(format!("{place} --{field} VALUE"))
    }

    /// The line where `tok exec` has a program and no `--` before it.
    pub(super) fn exec(&self) -> Option<String> {
        let mut line = "tok exec".to_owned();
        let mut words = self.words.iter().skip(1);
        while let Some(word) = words.next() {
            if word.starts_with('-') {
                let (name, value) = word.split_once('=').unzip();
                // Behind one that is not known may be anything.
                let option = options().find(|option| is_called(option, name.unwrap_or(word)))?;
                if option.value_name().is_some() && value.is_none() {
                    words.next();
                }
            } else if let Some(target) = self.target_of(word) {
                line.extend([" ", &target]);
            } else {
                return (self.vendor().is_some() && is_plain(word)).then(|| format!("{line} -- {word}"));
            }
        }
        None
    }
}

fn options() -> impl Iterator<Item = &'static Opt> {
    CALL.into_iter().chain(BESIDE)
}

/// Whether a vendor takes this plain field, or its URL.
fn has(vendor: &Vendor, name: &str) -> bool {
    name == "url" || vendor.plain_fields().any(|field| field.name == name)
}

/// `--name` or `-n`.
fn is_called(option: &Opt, word: &str) -> bool {
    let short = option.short.map(|short| format!("-{short}"));
    word.strip_prefix("--") == Some(option.name) || short.as_deref() == Some(word)
}
