//! Which of a vendor's ways to log in is taken: the one that something is given for.

use super::Settings;
use crate::definition::schema::Field;
use crate::error::{Error, Result};

impl Settings<'_> {
    /// The way that has a value, else the profile's, else the first.
    pub(crate) fn way(&self) -> Result<Vec<String>> {
        let ways = &self.vendor.definition.ways;
        let given = self.given_of_ways();
        let definition = &self.vendor.definition;
        let fits = |way: &&Vec<String>| given.iter().all(|name| definition.fields_of_way(way).contains(name));
        let candidates: Vec<&Vec<String>> = ways.iter().filter(fits).collect();
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
            return Ok((*way).clone());
        }
        if let Some(named) = &self.profile.way {
            let is_it = |way: &&Vec<String>| {
                definition.fields_of_way(way).join("+") == *named
                    || definition.fields_of_way(way).contains(&named.as_str())
            };
            return ways.iter().find(is_it).cloned().ok_or_else(|| {
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
        let offered = candidates.iter().find(|way| self.is_offered(way));
        let way = offered.or(candidates.first());
        Ok(way.map(|way| (*way).clone()).unwrap_or_default())
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
        let mut ways = self.vendor.definition.ways.iter();
        can_be(field)
            || self.profile.way.is_none()
                && self.given_of_ways().is_empty()
                && ways.any(|way| self.is_of_job(way, can_be))
    }

    fn given_of_ways(&self) -> Vec<&str> {
        let definition = &self.vendor.definition;
        let ways = definition.ways.iter();
        let of_ways: Vec<&str> = ways.flat_map(|way| definition.fields_of_way(way)).collect();
        let fields = definition.fields.iter();
        fields
            .filter(|field| of_ways.contains(&field.name.as_str()) && self.is_given(field))
            .map(|field| field.name.as_str())
            .collect()
    }

    /// Where the first way is taken because nothing names one: the others, each with what would name it. A first way that lists
    /// nothing is the usual one, and the others are for who asks for them.
    pub(crate) fn other_ways(&self) -> Option<String> {
        let ways = &self.vendor.definition.ways;
        if self.profile.way.is_some() || ways.first().is_none_or(Vec::is_empty) || !self.given_of_ways().is_empty() {
            return None;
        }
        let others = ways.iter().skip(1);
        let others: Vec<String> = others.filter_map(|way| self.words_of_way(way)).collect();
        (!others.is_empty()).then(|| format!("other ways to log in: {}", others.join("; ")))
    }

    fn words_of_way(&self, way: &[String]) -> Option<String> {
        let is_plain = |name: &&String| self.vendor.plain_fields().any(|field| field.name == **name);
        let plain = way.iter().find(is_plain);
        let name = plain.or(way.first())?;
        let (flags, key) = match plain {
            Some(name) => (format!("--{name}, "), name.clone()),
            None => (format!("--{name}-stdin, --{name}-file, "), format!("way = \"{name}\"")),
        };
        let flags = if self.flags.accepted { flags } else { String::new() };
        Some(format!(
            "{} ({flags}{}, or {key} in {} of {})",
            way.join(" and "),
            self.vendor.variable_of(name),
            self.profile.header(&self.vendor.name),
            self.config_path.display()
        ))
    }
}
