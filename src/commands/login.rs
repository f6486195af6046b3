//! `tok login VENDOR`: ask for credentials, try them and only then keep them.
//!
//! Plain fields go into the profile, secrets into the OS keyring, the token into the cache. A wrong password is never kept.
//! Holds are not looked at: whoever logs in knows better.

use std::path::Path;

use toml_edit::{Array, Value as Toml};

use super::Ground;
use super::call::{Setting, hide_in_job, keyring_counts, store};
use crate::cache::clock::{between, now_ms};
use crate::cli::{Call, Verify};
use crate::duration;
use crate::error::{Error, Exit, Result};
use crate::inputs::config::Profile;
use crate::inputs::config_edit::{self, Change};
use crate::inputs::plain::Chosen;
use crate::inputs::{Source, Sources, keyring};
use crate::token::{self, Need};
use crate::vendor::Vendor;
use crate::vendor::definition::Field;
use crate::vendor::value::Value;
use crate::voice::Voice;

pub(super) fn run(ground: &Ground, call: &Call, verify: Verify) -> Result<()> {
    let vendor = &call.vendor;
    let mut setting = Setting::of_new(ground, call)?;
    if ground.config_folder.is_none() {
        return Err(Error::other("login: there is no home to keep a profile in").with_hint("set TOK_CONFIG_DIR"));
    }
    leave_other_ways(&mut setting.profile, call);
    let deadline = setting.deadline();
    let sources = setting.sources(ground, call, &deadline);
    let way = sources.way()?;
    let secrets: Vec<&Field> = vendor
        .secret_fields()
        .filter(|field| !vendor.is_in_another_way(&field.name, &way))
        .filter(|field| !field.optional || sources.is_given(field))
        .collect();
    expect_keyring(&sources, &secrets)?;
    let chosen = sources.choose(true)?;
    let mut to_keep = Vec::new();
    for field in &secrets {
        let (secret, from_command) = sources.new_secret(field, &chosen)?;
        if !from_command {
            to_keep.push(field.name.as_str());
        }
        sources.known.borrow_mut().insert(field.name.clone(), secret);
    }
    if verify == Verify::Yes {
        try_them(ground, call, &sources, &chosen)?;
    }
    for name in &to_keep {
        if let Some(secret) = sources.known.borrow().get(*name) {
            let user = sources.keyring_user(name, &chosen);
            keyring::write(&user, secret, sources.can_show_dialog(), &deadline)
                .map_err(|error| error.of(&vendor.name))?;
        }
    }
    let change = change(call, &chosen, &setting.profile);
    config_edit::write(
        &setting.config_path,
        &vendor.name,
        setting.profile.name.as_deref(),
        change,
    )?;
    tell(call, &setting, &to_keep);
    Ok(())
}

/// A way that is named by a flag takes the place of the one that the profile had.
fn leave_other_ways(profile: &mut Profile, call: &Call) {
    let ways = &call.vendor.definition.ways;
    let flagged = |name: &String| {
        let flags = &call.flags;
        flags.plain.contains_key(name) || flags.stdin.contains(name) || flags.files.contains_key(name)
    };
    let Some(way) = ways.iter().find(|way| way.iter().any(flagged)) else {
        return;
    };
    profile.way = None;
    profile
        .plain
        .retain(|name, _| !call.vendor.is_in_another_way(name, way));
    profile
        .commands
        .retain(|name, _| !call.vendor.is_in_another_way(name, way));
}

/// Exit 1, before anything is asked, where a secret would have no place.
fn expect_keyring(sources: &Sources, secrets: &[&Field]) -> Result<()> {
    let homeless: Vec<&str> = secrets
        .iter()
        .map(|field| field.name.as_str())
        .filter(|name| !sources.profile.commands.contains_key(*name))
        .collect();
    let Some(name) = homeless.first() else {
        return Ok(());
    };
    let why = if keyring_counts() {
        keyring::is_there(sources.can_show_dialog(), sources.deadline).err()
    } else {
        Some("TOK_KEYRING is off".to_owned())
    };
    let Some(why) = why else { return Ok(()) };
    let vendor = sources.vendor;
    Err(Error::new(
        Exit::Other,
        format!("{}: there is no keyring to keep {} in: {why}", vendor.name, homeless.join(" and ")),
    )
    .with_hint(format!(
        "put {name}-command, a command that prints it, into {} of {}, or set {}, or give --{name}-stdin or --{name}-file \
         with each call",
        sources.profile.header(&vendor.name),
        sources.config_path.display(),
        vendor.variable_of(name)
    )))
}

fn try_them(ground: &Ground, call: &Call, sources: &Sources, chosen: &Chosen) -> Result<()> {
    let obtained = token::obtain(&Need {
        sources,
        chosen,
        store: &store(sources.voice)?,
        began: ground.began,
        fresh: true,
        min_ttl: None,
        no_cache: call.no_cache,
    })?;
    hide_in_job(&obtained.token, sources.voice)?;
    let lasts = obtained
        .expires_at
        .map(|end| format!("; the token lasts {}", duration::words(between(now_ms(), end))));
    let lasts = lasts.unwrap_or_default();
    sources.voice.notice(&format!(
        "{}: logged in at {}{lasts}",
        call.vendor.name,
        chosen.base.origin()
    ));
    Ok(())
}

/// What the profile says from now on: every value that was given, and nothing of a way that is not taken.
fn change(call: &Call, chosen: &Chosen, profile: &Profile) -> Change {
    let vendor = &call.vendor;
    let mut change = Change::default();
    for (name, value) in &chosen.plain {
        if chosen.sources.get(name) != Some(&Source::Default) {
            change.set.push((name.clone(), toml_of(value)));
        }
    }
    if chosen.url.is_some() {
        change.set.push(("url".to_owned(), chosen.base.as_str().into()));
    }
    if let Some(variable) = &call.variable {
        change.set.push(("variable".to_owned(), variable.into()));
    }
    for (key, span) in [("min-ttl", call.min_ttl), ("timeout", call.timeout)] {
        change
            .set
            .extend(span.map(|span| (key.to_owned(), format!("{}s", span.as_secs()).into())));
    }
    match chosen.way.first().filter(|_| chosen.is_told_by_secret_alone(vendor)) {
        Some(first) => change.set.push(("way".to_owned(), first.into())),
        None if profile.way.as_ref().is_none_or(|way| !chosen.way.contains(way)) => {
            change.remove.push("way".to_owned())
        }
        None => {}
    }
    for name in vendor.definition.ways.iter().flatten() {
        if vendor.is_in_another_way(name, &chosen.way) {
            change.remove.extend([name.clone(), format!("{name}-command")]);
        }
    }
    change
}

fn toml_of(value: &Value) -> Toml {
    match value {
        Value::Text(text) => text.into(),
        Value::Integer(number) => (*number).into(),
        Value::List(items) => Toml::Array(items.iter().collect::<Array>()),
        Value::Duration(span) => format!("{}s", span.as_secs()).into(),
    }
}

fn tell(call: &Call, setting: &Setting, kept: &[&str]) {
    let vendor: &Vendor = &call.vendor;
    let voice = Voice(call.verbosity);
    let secrets = if kept.is_empty() {
        String::new()
    } else {
        format!(", {} in the OS keyring", kept.join(" and "))
    };
    let path: &Path = &setting.config_path;
    let header = setting.profile.header(&vendor.name);
    voice.notice(&format!(
        "{}: kept {header} in {}{secrets}",
        vendor.name,
        path.display()
    ));
    let name = setting
        .profile
        .name
        .as_ref()
        .map(|name| format!("@{name}"))
        .unwrap_or_default();
    voice.notice(&format!(
        "next: `tok {0}{name}` prints the token, `tok exec {0}{name} -- COMMAND` runs with it",
        vendor.name
    ));
}
