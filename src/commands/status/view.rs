//! The lines as a table for people, or as JSON for programs.

use std::io;

use serde::Serialize;

use super::folder::Keeping;
use super::row::{Row, State};
use super::there::Reach;
use crate::error::{Error, Result};
use crate::output::table;
use crate::terminal::paint::{Paint, has_colours};
use crate::terminal::voice::{Verbosity, Voice};
use crate::time::clock::now_ms;

/// Stands where the profile of a token would.
const NO_PROFILE: &str = "(no profile)";

#[derive(Serialize)]
struct Report<'a> {
    schema: u8,
    tokens: &'a [Row],
    cache: &'a Keeping<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shared: Option<Reach>,
}

pub(super) fn in_json(rows: &[Row], cache: &Keeping, shared: Option<Reach>) -> Result<String> {
    let report = Report {
        schema: 1,
        tokens: rows,
        cache,
        shared,
    };
    let text = serde_json::to_string(&report).map_err(|error| Error::other(format!("status: {error}")))?;
    Ok(text + "\n")
}

pub(super) fn in_table(rows: &[Row], voice: Voice) -> String {
    if rows.is_empty() {
        voice.notice(
            "nothing is configured and nothing is cached; `tok demo` shows how it works, `tok login VENDOR` begins",
        );
        return String::new();
    }
    let colours = has_colours(&io::stdout());
    let now = now_ms();
    let cells = rows.iter().map(|row| {
        let login = row.login.values().cloned().collect::<Vec<_>>().join(" ");
        let expires = row
            .expires_at
            .as_deref()
            .map(|at| format!("{at} ({})", row.distance(now)));
        let (paint, state) = match (row.state, &row.reason) {
            (State::Valid, _) => (Paint::Good, "valid"),
            (State::Ending, _) => (Paint::Warning, "ends soon"),
            (State::Expired, _) => (Paint::Warning, "expired"),
            (State::None, _) => (Paint::Plain, "no token"),
            (_, reason) => (Paint::Bad, reason.as_deref().unwrap_or_default()),
        };
        [
            row.vendor.clone(),
            if row.ad_hoc {
                NO_PROFILE
            } else {
                row.profile.as_deref().unwrap_or_default()
            }
            .to_owned(),
            login,
            expires.unwrap_or_default(),
            paint.of(&(state.to_owned() + &refresh(row)), colours),
        ]
    });
    let mut text = table(["VENDOR", "PROFILE", "LOGIN", "EXPIRES", "STATE"], cells);
    if voice.0 == Verbosity::Verbose {
        for row in rows {
            let profile = match &row.profile {
                Some(profile) => format!("@{profile}"),
                None if row.ad_hoc => format!(" {NO_PROFILE}"),
                None => String::new(),
            };
            text.extend(["\n", &row.vendor, &profile, "\n"]);
            text.extend(row.fields.iter().map(|line| format!("  {line}\n")));
        }
    }
    text
}

/// Behind the state: where it matters, that the token can be had anew, and where the vendor says it, until when.
fn refresh(row: &Row) -> String {
    match &row.refresh_expires_at {
        _ if !row.can_refresh => String::new(),
        Some(at) => format!(", can be refreshed until {at}"),
        None if row.state == State::Expired => ", can be refreshed".to_owned(),
        None => String::new(),
    }
}
