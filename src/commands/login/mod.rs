//! `tok login VENDOR`: ask for credentials, try them and only then keep them.
//!
//! Plain fields go into the profile, secrets into the OS keyring, the token into the cache. A wrong password is never kept.
//! Holds are not looked at: whoever logs in knows better. Where one of them cannot be kept, all is left as it was.

mod change;
mod lasting;
mod place;
mod written;

use super::App;
use super::call::{Prepared, store_of};
use crate::cache::entry;
use crate::cli::{Call, Verify};
use crate::definition::schema::Field;
use crate::error::{Error, Exit, Result};
use crate::inputs::config::Profile;
use crate::inputs::config_edit::{self, Turn};
use crate::inputs::{Chosen, Session, stream};
use crate::time::clock;
use crate::time::duration;
use crate::token::{self, Need, Principal};
use change::change;
use lasting::{expect_to_keep, tell_how_long};
use place::{Places, Ring};
use written::Written;

pub(super) fn run(app: &App, call: &Call, verify: Verify) -> Result<()> {
    let vendor = &call.vendor;
    let mut prepared = Prepared::of_new(app, call)?;
    if app.config_folder.is_none() {
        return Err(Error::other("login: there is no home to keep a profile in").with_hint("set TOK_CONFIG_DIR"));
    }
    if !call.flags.stdin.is_empty() {
        stream::expect_no_terminal()?;
    }
    config_edit::expect_writable(&prepared.settings.config_path)?;
    leave_other_ways(&mut prepared.settings.profile, call);
    let session = prepared.session()?;
    let settings = &prepared.settings;
    let way = settings.way()?;
    // Before anything is asked, as far as can be said by then.
    let is_own_origin = session
        .choose(false)
        .map_or(true, |chosen| settings.is_own_origin(&chosen));
    let secrets: Vec<&Field> = vendor
        .secret_fields()
        .filter(|field| !vendor.is_in_another_way(&field.name, &way))
        .filter(|field| !field.optional || settings.is_given(field))
        .filter(|field| !settings.fetches(field, is_own_origin))
        .collect();
    let ring = Ring::of(&session);
    ring.places(&secrets, is_own_origin)?;
    if session.terminal().is_some() {
        let when = match verify {
            Verify::Yes => "once the vendor has accepted it",
            Verify::No => "without being tried",
        };
        let name = &vendor.name;
        session
            .voice
            .notice(&format!("{name}: what you enter is kept {when}; Ctrl-C keeps nothing"));
        if let Some(ways) = settings.other_ways() {
            let way = way.join(" and ");
            session.voice.notice(&format!("{name}: you log in with {way}; {ways}"));
        }
    }
    let chosen = session.choose(true)?;
    let places = ring.places(&secrets, settings.is_own_origin(&chosen))?;
    let store = store_of(&session)?;
    let fleeting = if verify == Verify::Yes && !call.no_cache {
        expect_to_keep(&session, &Principal::of(chosen.clone()), &store)?
    } else {
        None
    };
    let principal = session.until_accepted(|| {
        for field in &secrets {
            session.new_secret(field, &chosen)?;
        }
        let principal = Principal::identified(chosen.clone(), &session)?;
        if verify == Verify::Yes {
            try_them(&Need {
                fresh: true,
                // Nobody else's token and nobody else's failure says anything of what was entered here.
                alone: true,
                no_cache: call.no_cache,
                ..Need::of(&principal, &session, &store)
            })?;
        }
        Ok(principal)
    })?;
    keep(call, &session, &principal.chosen, &places).inspect_err(|_| {
        // A token without its secret would hide for a while that the login was not kept.
        let _ = entry::forget(&store, &principal.identity);
    })?;
    tell(&session, &principal.chosen, &places, verify);
    if let Some(why) = fleeting {
        tell_how_long(&session, &principal, &store, &why);
    }
    Ok(())
}

/// Secrets and profile, or neither.
fn keep(call: &Call, session: &Session, chosen: &Chosen, places: &Places) -> Result<()> {
    let (vendor, profile) = (&call.vendor.name, &session.settings.profile);
    let turn = Turn::take(&session.settings.config_path, &session.deadline)?;
    let secrets = places.keyring.iter().filter_map(|name| {
        let secret = session.known(name)?;
        Some((chosen.keyring_user(name), secret))
    });
    let written = Written::all(session, secrets.collect()).map_err(|error| error.of(vendor))?;
    let change = change(call, chosen, profile, &places.keyring);
    turn.write(vendor, profile.name.as_deref(), change)
        .inspect_err(|_| written.take_back())
}

/// A way that is named by a flag takes the place of the one that the profile had.
fn leave_other_ways(profile: &mut Profile, call: &Call) {
    let definition = &call.vendor.definition;
    let flagged = |name: &str| call.flags.names(name);
    let is_flagged = |way: &&[String]| definition.fields_of_way(way).into_iter().any(flagged);
    let Some(way) = definition.ways().find(is_flagged) else {
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

fn try_them(need: &Need) -> Result<()> {
    let obtained = token::obtain(need).map_err(|error| match error.exit {
        Exit::Refused => error.with_hint("nothing is kept; check what was given and log in again"),
        _ => error,
    })?;
    need.session.hide(&obtained.token)?;
    let (vendor, voice) = (need.principal.chosen.vendor, need.session.voice);
    let lasts = obtained.expires_at.map(|end| {
        let left = clock::between(clock::now_ms(), end);
        format!("; the token lasts {}", duration::words(left))
    });
    voice.notice(&format!(
        "{}: logged in at {}{}",
        vendor.name,
        need.principal.chosen.base.origin(),
        lasts.unwrap_or_default()
    ));
    if obtained.expires_at.is_none() {
        let remedy = vendor.path.as_ref().map(|path| {
            let path = path.display();
            format!("; 'lifetime' in [answer] of {path} can say it")
        });
        voice.warn(&format!(
            "{}: the vendor does not say how long the token lasts, so it is not kept, and every call logs in{}",
            vendor.name,
            remedy.unwrap_or_default()
        ));
    }
    Ok(())
}

fn tell(session: &Session, chosen: &Chosen, places: &Places, verify: Verify) {
    let (settings, voice) = (session.settings, session.voice);
    let vendor = &settings.vendor.name;
    let secrets = match places.keyring.as_slice() {
        [] => String::new(),
        names => format!(", {} in the OS keyring", names.join(" and ")),
    };
    let untried = match verify {
        Verify::Yes => "",
        Verify::No => "; not tried at the vendor",
    };
    let (header, path) = (settings.profile.header(vendor), settings.config_path.display());
    voice.notice(&format!("{vendor}: kept {header} in {path}{secrets}{untried}"));
    for name in &places.keyring {
        if settings.profile.commands.contains_key(*name) {
            voice.notice(&format!(
                "{vendor}: {name}-command is taken out of the profile, as the keyring has {name} now"
            ));
        }
    }
    for unkept in &places.unkept {
        voice.notice(unkept);
    }
    for token in chosen.fetched() {
        let field = &token.field;
        voice.notice(&format!(
            "{vendor}: {field} is not kept; each login has the job's identity token fetched anew"
        ));
    }
    let target = settings.profile.target(vendor);
    voice.notice(&format!(
        "next: `tok {target}` prints the token, `tok exec {target} -- COMMAND` runs a command with it"
    ));
}
