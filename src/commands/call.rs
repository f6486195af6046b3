//! What the commands that get a token have in common: what is set for a call, then the token.

use std::time::Duration;

use super::App;
use crate::cache::freshness::Demand;
use crate::cache::store::Store;
use crate::cli::Call;
use crate::definition::Vendor;
use crate::definition::template::{self, Part};
use crate::error::{Error, Result};
use crate::inputs::config::{Profile, Profiles};
use crate::inputs::{Chosen, Session, Settings, Sharing, folders, keyring_counts, variable};
use crate::options::PROFILE;
use crate::origin::served::Pattern;
use crate::output::{Given, Usage, authorization};
use crate::seal::{Policy, Seal};
use crate::terminal::voice::Voice;
use crate::time::clock::{between, now_ms};
use crate::token::{self, Need, Obtained, Principal};

/// A call with all that is set for it.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    pub(super) call: &'a Call,
    pub(super) settings: Settings<'a>,
    /// The variable that gets the token.
    pub(super) variable: String,
}

impl<'a> Prepared<'a> {
    /// Exit 2 for an unknown profile, a broken config file, a name that no variable can have.
    pub(super) fn of(app: &'a App, call: &'a Call) -> Result<Self> {
        Self::with(app, call, Profiles::get)
    }

    /// As above, for a profile that may be new.
    pub(super) fn of_new(app: &'a App, call: &'a Call) -> Result<Self> {
        Self::with(app, call, |profiles, _, name| profiles.get_or_new(&call.vendor, name))
    }

    /// For a profile that stands in no file.
    pub(super) fn of_profile(app: &'a App, call: &'a Call, profile: Profile) -> Result<Self> {
        Self::with(app, call, |_, _, _| Ok(profile))
    }

    fn with(
        app: &'a App,
        call: &'a Call,
        get: impl FnOnce(&Profiles, &str, Option<&str>) -> Result<Profile>,
    ) -> Result<Self> {
        let vendor = &call.vendor;
        let profiles = app.profiles(vendor)?;
        let name = profile_name(call.profile.as_deref())?;
        let profile = get(&profiles, &vendor.name, name.as_deref())?;
        let variable = call.variable.clone().or_else(|| profile.variable.clone());
        let variable = variable.unwrap_or_else(|| vendor.token_variable());
        variable::check_name(&variable).map_err(Error::usage)?;
        let mut settings = Settings::of(vendor, &app.catalogue, &profiles, profile)?;
        settings.flags = call.flags.clone();
        settings.named = call.profile.is_some();
        settings.no_input |= call.no_input;
        settings.sharing = Sharing::of(&profiles.top)?;
        Ok(Self {
            call,
            settings,
            variable,
        })
    }

    /// How a request carries this token.
    pub(super) fn usage(&self, token: &str) -> Usage {
        let profile = &self.settings.profile;
        match &profile.scheme {
            Some(scheme) => Usage::Header(authorization::line(scheme, profile.user(), token)),
            None => usage(&self.call.vendor, token),
        }
    }

    /// Its time counts from now.
    pub(super) fn session(&self) -> Result<Session<'_>> {
        let deadline = self.settings.deadline(self.call.timeout)?;
        Ok(Session::new(&self.settings, deadline, Voice(self.call.verbosity)))
    }
}

/// The one that is given, or else that of the variable; `None` is the vendor's default profile.
pub(super) fn profile_name(given: Option<&str>) -> Result<Option<String>> {
    match given {
        Some(name) => Ok(Some(name.to_owned())),
        None => variable::of(&PROFILE),
    }
}

/// Exit 2 where two tokens would have one variable.
pub(super) fn expect_different_variables(command: &str, calls: &[Prepared]) -> Result<()> {
    for (place, call) in calls.iter().enumerate() {
        if calls.iter().take(place).any(|other| other.variable == call.variable) {
            return Err(
                Error::usage(format!("{command}: two tokens for the variable {}", call.variable))
                    .with_hint("give one of the profiles another with the key `variable`"),
            );
        }
    }
    Ok(())
}

/// `limit` is that of the whole call.
pub(super) fn store(voice: Voice, limit: Duration) -> Result<Store> {
    let seal = Seal::new(Policy::of_environment()?, keyring_counts()?, limit);
    Ok(Store::open(folders::cache()?.unwrap_or_default(), voice).sealed_by(seal))
}

pub(super) fn store_of(session: &Session) -> Result<Store> {
    store(session.voice, session.deadline.limit())
}

/// The token with all that is known about it. In a GitHub Actions job its mask has been written to standard error, unless
/// the format writes it elsewhere.
pub(super) fn obtain(prepared: &Prepared, masks_itself: bool) -> Result<Given> {
    let session = prepared.session()?;
    let chosen = session.choose(true)?;
    obtain_chosen(prepared, &session, &chosen, masks_itself)
}

/// The same where it has been decided whose token it is.
pub(super) fn obtain_chosen(
    prepared: &Prepared,
    session: &Session,
    chosen: &Chosen,
    masks_itself: bool,
) -> Result<Given> {
    let (call, profile) = (prepared.call, &prepared.settings.profile);
    let demand = Demand {
        another: call.fresh,
        min_ttl: call.min_ttl.or(profile.min_ttl),
    };
    obtain_such(prepared, session, chosen, demand, masks_itself)
}

/// The same with another demand than the call's own.
pub(super) fn obtain_such(
    prepared: &Prepared,
    session: &Session,
    chosen: &Chosen,
    demand: Demand,
    masks_itself: bool,
) -> Result<Given> {
    let (call, profile) = (prepared.call, &prepared.settings.profile);
    let store = store_of(session)?;
    let obtained = session.until_accepted(|| {
        token::obtain(&Need {
            fresh: demand.another,
            min_ttl: demand.min_ttl,
            no_cache: call.no_cache,
            ..Need::of(&Principal::identified(chosen.clone(), session)?, session, &store)
        })
    })?;
    if session.has_asked() && session.can_keep() {
        let target = profile.target(&call.vendor.name);
        session
            .voice
            .notice(&format!("`tok login {target}` keeps the answers for the next time"));
    }
    if !masks_itself {
        session.hide(&obtained.token)?;
    }
    Ok(given(prepared, chosen, obtained))
}

fn given(prepared: &Prepared, chosen: &Chosen, obtained: Obtained) -> Given {
    let left = |end| i64::try_from(between(now_ms(), end).as_secs()).unwrap_or(i64::MAX);
    let (vendor, profile) = (&prepared.call.vendor, &prepared.settings.profile);
    let token = obtained.token.expose();
    Given {
        vendor: vendor.name.clone(),
        profile: profile.name.clone(),
        usage: prepared.usage(token),
        hosts: hosts(chosen, profile),
        user: profile.user().to_owned(),
        token: obtained.token,
        expires_at: obtained.expires_at.map(|end| end.div_euclid(1000)),
        expires_in: obtained.expires_at.map(left),
        life: obtained.life,
        provenance: obtained.provenance,
        variable: prepared.variable.clone(),
        extras: obtained.extras,
    }
}

/// Each once; a pattern for many hosts is none.
fn hosts(chosen: &Chosen, profile: &Profile) -> Vec<String> {
    let served = profile.serves.iter().filter_map(Pattern::host);
    let mut hosts = vec![chosen.base.host().to_owned()];
    for host in served {
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    hosts
}

fn usage(vendor: &Vendor, token: &str) -> Usage {
    let usage = &vendor.definition.usage;
    let with_token = |template: &str| {
        let parts = template::parse(template).unwrap_or_default();
        let parts = parts.into_iter().map(|part| match part {
            Part::Text(text) => text,
            Part::Field(..) => token.to_owned(),
        });
        parts.collect::<String>()
    };
    match (&usage.query, &usage.cookie, &usage.header) {
        (Some(query), ..) => Usage::Query(with_token(query)),
        (None, Some(cookie), _) => Usage::Cookie(with_token(cookie)),
        (None, None, Some(header)) => Usage::Header(with_token(header)),
        (None, None, None) => Usage::Header(format!("Authorization: Bearer {token}")),
    }
}
