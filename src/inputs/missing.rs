//! What is said of values that are missing where nobody can be asked: every way that would work here.

use super::{Chosen, Session, variable};
use crate::definition::schema::Field;
use crate::error::{Error, Result};
use crate::terminal::Person;
use crate::text::suggest;

impl Session<'_> {
    /// Of plain fields and the URL.
    pub(super) fn missing(&self, names: &[&str]) -> Error {
        let settings = self.settings;
        let vendor = settings.vendor;
        let (are, them) = if names.len() == 1 {
            ("is", "it")
        } else {
            ("are", "them")
        };
        let slips = names.iter().filter_map(|name| self.slip(name));
        let target = settings.profile.target(&vendor.name);
        let login = format!("`tok login {target}` asks for {them} on a terminal and keeps {them}");
        let ways = names.iter().map(|name| {
            let variable = vendor.variable_of(name);
            let header = settings.profile.header(&vendor.name);
            let flag = if settings.flags.accepted {
                format!("--{name}, ")
            } else {
                String::new()
            };
            format!(
                "{name}: {flag}{variable}, or {name} in {header} of {}",
                settings.config_path.display()
            )
        });
        let hints: Vec<String> = slips.chain([login]).chain(ways).chain(settings.other_ways()).collect();
        Error::missing(format!("{}: {} {are} missing", vendor.name, names.join(" and "))).with_hint(hints.join("; "))
    }

    /// Who approves a login, or exit 3 with every way that works without a person.
    pub(crate) fn person(&self, chosen: &Chosen) -> Result<Person<'_>> {
        if let Some(script) = self.script {
            return Ok(script);
        }
        self.terminal()
            .map(Person::At)
            .ok_or_else(|| self.nobody_approves(chosen))
    }

    fn nobody_approves(&self, chosen: &Chosen) -> Error {
        let settings = self.settings;
        let vendor = &settings.vendor.name;
        let login = format!(
            "`tok login {}` on a terminal asks once, and calls like this one take its token and refresh it",
            settings.profile.target(vendor)
        );
        let ways = settings.vendor.definition.ways();
        let ways = ways.filter(|way| **way != *chosen.way && settings.vendor.definition.approval(way).is_none());
        let others: Vec<String> = ways.filter_map(|way| settings.words_of_way(way)).collect();
        let others = match others.as_slice() {
            [] => String::new(),
            others => format!("; other ways to log in: {}", others.join("; ")),
        };
        Error::missing(format!(
            "{vendor}: a person has to approve the login, and nobody can be asked"
        ))
        .with_hint(login + &others)
    }

    /// `keeping` says whether `tok login` is a way out.
    pub(super) fn missing_secret(&self, field: &Field, chosen: &Chosen, keeping: bool) -> Error {
        let settings = self.settings;
        let name = &field.name;
        let skipped = if settings.profile.commands.contains_key(name) && !settings.is_own_origin(chosen) {
            let origin = chosen.base.origin();
            format!("the profile's {name}-command is not run, since it does not belong to {origin}; ")
        } else {
            String::new()
        };
        let slip = self.slip(name).map(|slip| slip + "; ").unwrap_or_default();
        let flags = if settings.flags.accepted {
            format!("pipe it to --{name}-stdin, name a file with --{name}-file, ")
        } else {
            String::new()
        };
        let vendor = &settings.vendor.name;
        let header = settings.profile.header(vendor);
        let (why, flag) = if field.kind.is_document() {
            ("a whole document cannot be typed", format!(" --{name}-file PATH"))
        } else {
            ("nobody can be asked", String::new())
        };
        let login = if keeping {
            format!("keep it with `tok login {}{flag}`, ", settings.profile.target(vendor))
        } else {
            String::new()
        };
        let job = if settings.would_do_with_job(field) && variable::is_github().is_ok_and(|is_github| is_github) {
            "give the job `permissions: id-token: write`, so that it has an identity token of its own, "
        } else {
            ""
        };
        let others = settings
            .other_ways()
            .map(|ways| format!("; {ways}"))
            .unwrap_or_default();
        Error::missing(format!("{vendor}: {name} is missing, and {why}")).with_hint(format!(
            "{slip}{skipped}{job}{login}{flags}set {}, or put a command that prints it into \
             {name}-command in {header} of {}{others}",
            settings.vendor.variable_of(name),
            settings.config_path.display()
        ))
    }

    /// A variable that is set, nearly has the right name, and is nothing else. Its value is not looked at.
    fn slip(&self, field: &str) -> Option<String> {
        if !self.settings.variables {
            return None;
        }
        let vendor = self.settings.vendor;
        let prefix = vendor.variable_of("");
        let right = vendor.variable_of(field);
        let fields = vendor.definition.fields.iter().map(|field| field.name.as_str());
        let known: Vec<String> = fields.chain(["url"]).map(|name| vendor.variable_of(name)).collect();
        let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let strays: Vec<String> = set
            .filter(|name| !known.contains(name))
            .filter_map(|name| Some(name.strip_prefix(&prefix)?.to_owned()))
            .collect();
        let near = suggest::nearest(right.strip_prefix(&prefix)?, strays.iter().map(String::as_str))?;
        Some(format!("{prefix}{} is set, did you mean {right}?", near.escape_debug()))
    }
}
