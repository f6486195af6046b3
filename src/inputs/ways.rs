//! Which of a vendor's ways to log in is taken: the one that a flag names, or that something is given for.

use super::Settings;
use crate::definition::approval::{BROWSER, DEVICE, is_way};
use crate::definition::schema::Field;
use crate::error::{Error, Result};
use crate::terminal::browser;

impl Settings<'_> {
    /// The approval that a flag names, else the way that has a value, else the profile's, else the first. Of browser and
    /// device it is the browser where one can be opened.
    pub(crate) fn way(&self) -> Result<Vec<String>> {
        let ways: Vec<&[String]> = self.vendor.definition.ways().collect();
        let given = self.given_of_ways();
        let definition = &self.vendor.definition;
        let fits = |way: &&&[String]| {
            let fields = definition.fields_of_way(way);
            given.iter().all(|name| fields.contains(name))
        };
        let candidates: Vec<&[String]> = ways.iter().filter(fits).copied().collect();
        if candidates.is_empty() && !ways.is_empty() {
            let ways = ways.iter().map(|way| definition.fields_of_way(way).join(" and "));
            return Err(Error::usage(format!(
                "{}: {} belong to different ways to log in",
                self.vendor.name,
                given.join(" and ")
            ))
            .with_hint(format!(
                "give one way alone: {}",
                ways.collect::<Vec<_>>().join("; or ")
            )));
        }
        if !given.is_empty()
            && let Some(way) = candidates.first()
        {
            return Ok(way.to_vec());
        }
        if let Some(named) = &self.profile.way {
            let is_it = |way: &&&[String]| {
                let fields = definition.fields_of_way(way);
                fields.join("+") == *named || fields.contains(&named.as_str())
            };
            return ways.iter().find(is_it).map(|way| way.to_vec()).ok_or_else(|| {
                let names = ways
                    .iter()
                    .filter_map(|way| definition.fields_of_way(way).first().copied());
                let names = names.collect::<Vec<_>>();
                self.wrong(
                    "way",
                    self.profile_source(),
                    &format!("there is no way '{}'", named.escape_debug()),
                )
                .with_hint(format!("the ways are: {}", names.join(", ")))
            });
        }
        let offered = candidates.iter().find(|way| self.is_offered(way)).copied();
        let way = offered.or_else(|| self.unnamed(&candidates));
        Ok(way.map(<[String]>::to_vec).unwrap_or_default())
    }

    /// Whether all that a way is of is a CI job's identity token, which is there.
    fn is_offered(&self, way: &[String]) -> bool {
        self.is_of_job(way, |field| self.has_identity_token(field))
    }

    fn is_of_job(&self, way: &[String], is_of_job: impl Fn(&Field) -> bool) -> bool {
        let mut fields = way.iter().map(|name| self.vendor.definition.field(name));
        !way.is_empty() && fields.all(|field| field.is_some_and(&is_of_job))
    }

    /// Whether a job that has an identity token would need no other secret in the place of this one.
    pub(super) fn would_do_with_job(&self, field: &Field) -> bool {
        let can_be = |field: &Field| field.identity_token.is_some();
        let mut ways = self.vendor.definition.ways();
        can_be(field)
            || self.profile.way.is_none()
                && self.given_of_ways().is_empty()
                && ways.any(|way| self.is_of_job(way, can_be))
    }

    /// What is given of ways. An approval that a flag names goes before what a profile or a variable says of others.
    fn given_of_ways(&self) -> Vec<&str> {
        let definition = &self.vendor.definition;
        let of_ways: Vec<&str> = definition
            .ways()
            .flat_map(|way| definition.fields_of_way(way))
            .collect();
        let approval = self.flags.approval;
        let is_given = |field: &Field| match approval {
            Some(_) => self.flags.names(&field.name),
            None => self.is_given(field),
        };
        let fields = definition.fields.iter();
        let fields = fields.filter(|field| of_ways.contains(&field.name.as_str()) && is_given(field));
        approval
            .into_iter()
            .chain(fields.map(|field| field.name.as_str()))
            .collect()
    }

    /// Where the first way is taken because nothing names one: the others, each with what would name it. A first way that lists
    /// nothing is the usual one, and the others are for who asks for them.
    pub(crate) fn other_ways(&self) -> Option<String> {
        let ways: Vec<&[String]> = self.vendor.definition.ways().collect();
        let first = ways.first().copied().unwrap_or_default();
        if self.profile.way.is_some() || first.is_empty() || !self.given_of_ways().is_empty() {
            return None;
        }
        let taken = self.unnamed(&ways);
        let others = ways.into_iter().filter(|way| Some(*way) != taken);
        let others: Vec<String> = others.filter_map(|way| self.words_of_way(way)).collect();
        (!others.is_empty()).then(|| format!("other ways to log in: {}", others.join("; ")))
    }

    pub(super) fn words_of_way(&self, way: &[String]) -> Option<String> {
        let is_plain = |name: &&String| self.vendor.plain_fields().any(|field| field.name == **name);
        let plain = way.iter().find(is_plain);
        let approval = way.iter().find(|name| is_way(name));
        let name = approval.or(plain).or(way.first())?;
        let by_name = format!("way = \"{name}\"");
        let (flags, key) = match (approval, plain) {
            (Some(name), _) => (format!("--{name}, "), by_name),
            (None, Some(name)) => (format!("--{name}, "), name.clone()),
            (None, None) => (format!("--{name}-stdin, --{name}-file, "), by_name),
        };
        let flags = if self.flags.accepted { flags } else { String::new() };
        let variable = if approval.is_some() {
            String::new()
        } else {
            format!("{}, ", self.vendor.variable_of(name))
        };
        let before = flags + &variable;
        let or = if before.is_empty() { "" } else { "or " };
        Some(format!(
            "{} ({before}{or}{key} in {} of {})",
            way.join(" and "),
            self.profile.header(&self.vendor.name),
            self.config_path.display()
        ))
    }

    /// The one that is taken where nothing names one.
    fn unnamed<'w>(&self, ways: &[&'w [String]]) -> Option<&'w [String]> {
        let first = *ways.first()?;
        let of = |name: &str| {
            let mut ways = ways.iter();
            ways.find(|way| way.iter().any(|own| own == name)).copied()
        };
        if self.variables
            && first.iter().any(|name| is_way(name))
            && let (Some(browser), Some(device)) = (of(BROWSER), of(DEVICE))
        {
            return Some(if browser::can_open() { browser } else { device });
        }
        Some(first)
    }
}
