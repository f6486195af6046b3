//! Which of a vendor's ways to log in is taken: the one that something is given for.

use super::Settings;
use crate::error::{Error, Result};

impl Settings<'_> {
    /// The way that has a value, else the profile's, else the first.
    pub(crate) fn way(&self) -> Result<Vec<String>> {
        let ways = &self.vendor.definition.ways;
        let mut given = Vec::new();
        for field in &self.vendor.definition.fields {
            if ways.iter().flatten().any(|name| *name == field.name) && self.is_given(field) {
                given.push(field.name.as_str());
            }
        }
        let fits = |way: &&Vec<String>| given.iter().all(|name| way.iter().any(|own| own == name));
        let candidates: Vec<&Vec<String>> = ways.iter().filter(fits).collect();
        if candidates.is_empty() && !ways.is_empty() {
            let ways = ways.iter().map(|way| way.join(" and "));
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
            let way = ways.iter().find(|way| way.join("+") == *named || way.contains(named));
            return way.cloned().ok_or_else(|| {
                let names = ways.iter().filter_map(|way| way.first().cloned()).collect::<Vec<_>>();
                self.wrong(
                    "way",
                    self.profile_source(),
                    &format!("there is no way '{}'", named.escape_debug()),
                )
                .with_hint(format!("the ways are: {}", names.join(", ")))
            });
        }
        Ok(candidates.first().map(|way| (*way).clone()).unwrap_or_default())
    }
}
