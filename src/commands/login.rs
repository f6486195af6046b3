//! `tok login VENDOR`: ask for credentials, try them and only then keep them.
//!
//! Plain fields go into the profile, secrets into the OS keyring, the token into the cache. A wrong password is never kept.
//! Holds are not looked at: whoever logs in knows better. Where the keyring does not take the secret, nothing is kept at all.

use toml_edit::{Array, Value as Toml};

use super::App;
use super::call::{Prepared, hide_in_job, store};
use crate::cache::entry;
use crate::cli::{Call, Verify};
use crate::definition::schema::Field;
use crate::definition::value::Value;
use crate::error::{Error, Exit, Result};
use crate::inputs::config::Profile;
use crate::inputs::config_edit::{self, Change};
use crate::inputs::{Chosen, Session, Source, first_line, keyring};
use crate::time::clock;
use crate::time::duration;
use crate::token::{self, Need, Principal};

pub(super) fn run(app: &App, call: &Call, verify: Verify) -> Result<()> {
    let vendor = &call.vendor;
    let mut prepared = Prepared::of_new(app, call)?;
    if app.config_folder.is_none() {
        return Err(Error::other("login: there is no home to keep a profile in").with_hint("set TOK_CONFIG_DIR"));
    }
    if !call.flags.stdin.is_empty() {
        first_line::expect_no_terminal()?;
    }
    config_edit::expect_writable(&prepared.settings.config_path)?;
    leave_other_ways(&mut prepared.settings.profile, call);
    let session = prepared.session()?;
    let settings = &prepared.settings;
    let way = settings.way()?;
    let secrets: Vec<&Field> = vendor
        .secret_fields()
        .filter(|field| !vendor.is_in_another_way(&field.name, &way))
        .filter(|field| !field.optional || settings.is_given(field))
        .collect();
    expect_keyring(&session, &secrets)?;
    if session.terminal().is_some() {
        let when = match verify {
            Verify::Yes => "once the vendor has accepted it",
            Verify::No => "without being tried",
        };
        let name = &vendor.name;
        session
            .voice
            .notice(&format!("{name}: what you enter is kept {when}; Ctrl-C keeps nothing"));
    }
    let chosen = session.choose(true)?;
    let mut to_keep = Vec::new();
    for field in &secrets {
        let (secret, from_command) = session.new_secret(field, &chosen)?;
        if !from_command {
            to_keep.push(field.name.as_str());
        }
        session.remember(&field.name, secret);
    }
    let principal = Principal::identified(chosen, &session)?;
    let need = Need {
        principal: &principal,
        session: &session,
        store: &store(session.voice)?,
        // Nobody else's token and nobody else's failure says anything of what was entered here.
        began: i64::MAX,
        fresh: true,
        min_ttl: None,
        no_cache: call.no_cache,
    };
    if verify == Verify::Yes {
        try_them(&need)?;
    }
    if let Err(error) = keep_secrets(&session, &principal.chosen, &to_keep) {
        // All or nothing: a token without its secret would hide for a while that the login was not kept.
        let _ = entry::forget(need.store, &principal.identity);
        return Err(error.of(&vendor.name));
    }
    let profile = &settings.profile;
    let change = change(call, &principal.chosen, profile, &to_keep);
    config_edit::write(&settings.config_path, &vendor.name, profile.name.as_deref(), change)?;
    tell(&session, &to_keep, verify);
    Ok(())
}

/// All of them or none.
fn keep_secrets(session: &Session, chosen: &Chosen, names: &[&str]) -> Result<()> {
    let ask = session.can_show_dialog();
    for (place, name) in names.iter().enumerate() {
        let Some(secret) = session.known(name) else {
            continue;
        };
        let kept = keyring::write(&chosen.keyring_user(name), &secret, ask, &session.deadline);
        if let Err(error) = kept {
            for name in names.iter().take(place) {
                let _ = keyring::delete(&chosen.keyring_user(name), ask, &session.deadline);
            }
            return Err(error);
        }
    }
    Ok(())
}

/// A way that is named by a flag takes the place of the one that the profile had.
fn leave_other_ways(profile: &mut Profile, call: &Call) {
    let ways = &call.vendor.definition.ways;
    let flagged = |name: &String| call.flags.names(name);
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
fn expect_keyring(session: &Session, secrets: &[&Field]) -> Result<()> {
    let settings = session.settings;
    let elsewhere = session
        .choose(false)
        .is_ok_and(|chosen| !settings.is_own_origin(&chosen));
    let homeless: Vec<&str> = secrets
        .iter()
        .map(|field| field.name.as_str())
        .filter(|name| elsewhere || settings.flags.names(name) || !settings.profile.commands.contains_key(*name))
        .collect();
    let Some(name) = homeless.first() else {
        return Ok(());
    };
    let why = if settings.keyring {
        keyring::is_there(session.can_show_dialog(), &session.deadline).err()
    } else {
        Some("TOK_KEYRING is off".to_owned())
    };
    let Some(why) = why else { return Ok(()) };
    let vendor = settings.vendor;
    Err(Error::new(
        Exit::Other,
        format!("{}: {} cannot be kept here: {why}", vendor.name, homeless.join(" and ")),
    )
    .with_hint(format!(
        "`tok login` keeps secrets in the OS keyring only; without one put {name}-command, a command that prints it, into {} \
         of {}, or set {}, or give --{name}-stdin or --{name}-file with each call",
        settings.profile.header(&vendor.name),
        settings.config_path.display(),
        vendor.variable_of(name)
    )))
}

fn try_them(need: &Need) -> Result<()> {
    let obtained = token::obtain(need).map_err(|error| match error.exit {
        Exit::Refused => error.with_hint("nothing is kept; check what was given and log in again"),
        _ => error,
    })?;
    hide_in_job(&obtained.token, need.session.voice)?;
    let lasts = obtained.expires_at.map(|end| {
        let left = clock::between(clock::now_ms(), end);
        format!("; the token lasts {}", duration::words(left))
    });
    need.session.voice.notice(&format!(
        "{}: logged in at {}{}",
        need.principal.chosen.vendor.name,
        need.principal.chosen.base.origin(),
        lasts.unwrap_or_default()
    ));
    Ok(())
}

/// What the profile says from now on: every value that was given, nothing of a way that is not taken, and no command that
/// would go before a secret kept in the keyring.
fn change(call: &Call, chosen: &Chosen, profile: &Profile, kept: &[&str]) -> Change {
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
    let is_secret = |name: &String| vendor.definition.field(name).is_some_and(|field| field.secret);
    // A plain field shows by itself which way is taken.
    match chosen.way.first().filter(|_| chosen.way.iter().all(is_secret)) {
        Some(first) => change.set.push(("way".to_owned(), first.into())),
        None if profile.way.as_ref().is_none_or(|way| !chosen.way.contains(way)) => {
            change.remove.push("way".to_owned());
        }
        None => {}
    }
    for name in vendor.definition.ways.iter().flatten() {
        if vendor.is_in_another_way(name, &chosen.way) {
            change.remove.extend([name.clone(), format!("{name}-command")]);
        }
    }
    change.remove.extend(kept.iter().map(|name| format!("{name}-command")));
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

fn tell(session: &Session, kept: &[&str], verify: Verify) {
    let (settings, voice) = (session.settings, session.voice);
    let vendor = &settings.vendor.name;
    let secrets = match kept {
        [] => String::new(),
        names => format!(", {} in the OS keyring", names.join(" and ")),
    };
    let untried = match verify {
        Verify::Yes => "",
        Verify::No => "; not tried at the vendor",
    };
    let (header, path) = (settings.profile.header(vendor), settings.config_path.display());
    voice.notice(&format!("{vendor}: kept {header} in {path}{secrets}{untried}"));
    for name in kept {
        if settings.profile.commands.contains_key(*name) {
            voice.notice(&format!(
                "{vendor}: {name}-command is taken out of the profile, as the keyring has {name} now"
            ));
        }
    }
    let target = settings.profile.target(vendor);
    voice.notice(&format!(
        "next: `tok {target}` prints the token, `tok exec {target} -- COMMAND` runs a command with it"
    ));
}
