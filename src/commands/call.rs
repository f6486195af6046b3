//! What the commands that get a token have in common: the profile, then the token.

use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::time::Duration;

use super::Ground;
use crate::cache::store::Store;
use crate::cli::Call;
use crate::definition::Vendor;
use crate::definition::template::{self, Part};
use crate::error::{Error, Result};
use crate::inputs::config::{Profile, Profiles};
use crate::inputs::folders;
use crate::inputs::{Sources, variable};
use crate::output::{Given, Source, Usage, mask};
use crate::secret::Secret;
use crate::terminal::voice::Voice;
use crate::time::clock::{between, now_ms};
use crate::time::deadline::Deadline;
use crate::time::duration;
use crate::token::{self, Need, Obtained, TokenOrigin};

const LIMIT: Duration = Duration::from_secs(30);

/// A call with its profile.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) profile: Profile,
    /// The profile was named by `@` or `-p`.
    pub(super) named: bool,
    /// The variable that gets the token.
    pub(super) variable: String,
    pub(super) config_path: PathBuf,
    /// What the command line says of it.
    limit: Option<Duration>,
}

impl Setting {
    /// Exit 2 for an unknown profile, a broken config file, a name that no variable can have.
    pub(super) fn of(ground: &Ground, call: &Call) -> Result<Self> {
        Self::with(ground, call, Profiles::get)
    }

    /// As above, for a profile that may be new.
    pub(super) fn of_new(ground: &Ground, call: &Call) -> Result<Self> {
        Self::with(ground, call, |profiles, _, name| {
            profiles.get_or_new(&call.vendor, name)
        })
    }

    /// For a profile that stands in no file.
    pub(super) fn of_profile(ground: &Ground, call: &Call, profile: Profile) -> Result<Self> {
        Self::with(ground, call, |_, _, _| Ok(profile))
    }

    fn with(
        ground: &Ground,
        call: &Call,
        get: impl FnOnce(&Profiles, &str, Option<&str>) -> Result<Profile>,
    ) -> Result<Self> {
        let vendor = &call.vendor;
        let profiles = Profiles::load(ground.config_folder.as_deref(), vendor, &ground.catalogue)?;
        let named = call.profile.is_some();
        let name = match &call.profile {
            Some(name) => Some(name.clone()),
            None => variable::read("TOK_PROFILE")?,
        };
        let profile = get(&profiles, &vendor.name, name.as_deref())?;
        let variable = call.variable.clone().or_else(|| profile.variable.clone());
        let variable = variable.unwrap_or_else(|| vendor.token_variable());
        if !is_variable(&variable) {
            return Err(Error::usage(format!(
                "'{}' cannot be a variable: only letters, digits and '_', and no digit first",
                variable.escape_debug()
            )));
        }
        Ok(Self {
            profile,
            named,
            variable,
            config_path: profiles.path,
            limit: call.timeout,
        })
    }

    /// Counts from now. Exit 2 where the variable says no duration.
    pub(super) fn deadline(&self) -> Result<Deadline> {
        let of_profile = self.profile.timeout;
        let limit = match self.limit.or(of_profile.filter(|_| self.named)) {
            Some(limit) => Some(limit),
            None => limit_of_variable()?.or(of_profile),
        };
        Ok(Deadline::after(limit.unwrap_or(LIMIT)))
    }

    pub(super) fn sources<'a>(&self, ground: &'a Ground, call: &'a Call, deadline: &'a Deadline) -> Sources<'a> {
        Sources {
            vendor: &call.vendor,
            catalogue: &ground.catalogue,
            flags: call.flags.clone(),
            profile: self.profile.clone(),
            named: self.named,
            config_path: self.config_path.clone(),
            variables: true,
            keyring: keyring_counts(),
            no_input: call.no_input || variable::is_on("TOK_NO_INPUT"),
            deadline,
            voice: Voice(call.verbosity),
            terminal: OnceCell::new(),
            asked: Cell::new(false),
            known: RefCell::default(),
        }
    }
}

fn limit_of_variable() -> Result<Option<Duration>> {
    let Some(text) = variable::read("TOK_TIMEOUT")? else {
        return Ok(None);
    };
    let limit = duration::parse(&text).map_err(|reason| Error::usage(format!("TOK_TIMEOUT: {reason}")))?;
    Ok(Some(limit))
}

pub(super) fn keyring_counts() -> bool {
    std::env::var_os("TOK_KEYRING").is_none_or(|value| value != "off")
}

pub(super) fn store(voice: Voice) -> Result<Store> {
    Ok(Store::open(folders::cache()?.unwrap_or_default(), voice))
}

/// `[A-Za-z_][A-Za-z0-9_]*`
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The token with all that is known about it. In a GitHub Actions job its mask has been written to standard error, unless
/// the format writes it elsewhere.
pub(super) fn obtain(ground: &Ground, call: &Call, setting: &Setting, masks_itself: bool) -> Result<Given> {
    let voice = Voice(call.verbosity);
    let deadline = setting.deadline()?;
    let store = store(voice)?;
    let sources = setting.sources(ground, call, &deadline);
    let chosen = sources.choose(true)?;
    let obtained = token::obtain(&Need {
        sources: &sources,
        chosen: &chosen,
        store: &store,
        began: ground.began,
        fresh: call.fresh,
        min_ttl: call.min_ttl.or(setting.profile.min_ttl),
        no_cache: call.no_cache,
    })?;
    if sources.asked.get() && sources.can_keep() {
        let target = setting.profile.target(&call.vendor.name);
        voice.notice(&format!("`tok login {target}` keeps the answers for the next time"));
    }
    if !masks_itself {
        hide_in_job(&obtained.token, voice)?;
    }
    Ok(given(&call.vendor, setting, obtained))
}

/// In a GitHub Actions job has the runner, which reads standard error too, hide the token from then on.
pub(super) fn hide_in_job(token: &Secret, voice: Voice) -> Result<()> {
    if variable::read("GITHUB_ACTIONS")?.as_deref() == Some("true") {
        voice.raw(&mask(token.expose()));
    }
    Ok(())
}

fn given(vendor: &Vendor, setting: &Setting, obtained: Obtained) -> Given {
    let left = |end| i64::try_from(between(now_ms(), end).as_secs()).unwrap_or(i64::MAX);
    Given {
        vendor: vendor.name.clone(),
        profile: setting.profile.name.clone(),
        usage: usage(vendor, obtained.token.expose()),
        token: obtained.token,
        expires_at: obtained.expires_at.map(|end| end.div_euclid(1000)),
        expires_in: obtained.expires_at.map(left),
        source: match obtained.origin {
            TokenOrigin::Cache => Source::Cache,
            TokenOrigin::Login => Source::Login,
            TokenOrigin::Refresh => Source::Refresh,
        },
        variable: setting.variable.clone(),
        extras: obtained.extras,
    }
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
    match (&usage.query, &usage.header) {
        (Some(query), _) => Usage::Query(with_token(query)),
        (None, Some(header)) => Usage::Header(with_token(header)),
        (None, None) => Usage::Header(format!("Authorization: Bearer {token}")),
    }
}
