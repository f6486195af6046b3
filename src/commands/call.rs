//! What `tok VENDOR` and `tok env` have in common: the profile, then the token.

use std::cell::OnceCell;
use std::time::Duration;

use super::Ground;
use crate::cache::store::Store;
use crate::cli::Call;
use crate::deadline::Deadline;
use crate::duration;
use crate::error::{Error, Result};
use crate::folders;
use crate::inputs::config::{Profile, Profiles};
use crate::inputs::{Sources, variable};
use crate::output::{Given, Source, Usage, mask};
use crate::token::{self, Need, TokenOrigin};
use crate::vendor::Vendor;
use crate::voice::Voice;

const LIMIT: Duration = Duration::from_secs(30);

/// A call with its profile.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) profile: Profile,
    named: bool,
    /// The variable that gets the token.
    pub(super) variable: String,
    limit: Duration,
    config_path: std::path::PathBuf,
}

impl Setting {
    /// Exit 2 for an unknown profile, a broken config file, a name that no variable can have.
    pub(super) fn of(ground: &Ground, call: &Call) -> Result<Self> {
        let vendor = &call.vendor;
        let profiles = Profiles::load(ground.config_folder.as_deref(), vendor, &ground.catalogue)?;
        let named = call.profile.is_some();
        let name = match &call.profile {
            Some(name) => Some(name.clone()),
            None => variable::read("TOK_PROFILE")?,
        };
        let profile = profiles.get(&vendor.name, name.as_deref())?;
        let variable = call.variable.clone().or_else(|| profile.variable.clone());
        let variable = variable.unwrap_or_else(|| vendor.token_variable());
        if !is_variable(&variable) {
            return Err(Error::usage(format!(
                "'{}' cannot be a variable: only letters, digits and '_', and no digit first",
                variable.escape_debug()
            )));
        }
        let from_variable = match variable::read("TOK_TIMEOUT")? {
            None => None,
            Some(text) => Some(duration::parse(&text).map_err(|reason| Error::usage(format!("TOK_TIMEOUT: {reason}")))?),
        };
        let named_limit = profile.timeout.filter(|_| named);
        let limit = call.timeout.or(named_limit).or(from_variable).or(profile.timeout);
        Ok(Self {
            profile,
            named,
            variable,
            limit: limit.unwrap_or(LIMIT),
            config_path: profiles.path,
        })
    }
}

/// `[A-Za-z_][A-Za-z0-9_]*`
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The token with all that is known about it. In a GitHub Actions job its mask has been written to standard error, unless
/// the format writes it elsewhere.
pub(super) fn obtain(ground: &Ground, call: &Call, setting: Setting, masks_itself: bool) -> Result<Given> {
    let vendor = &call.vendor;
    let voice = Voice(call.verbosity);
    let deadline = Deadline::after(setting.limit);
    let store = Store::open(folders::cache()?.unwrap_or_default(), voice);
    let min_ttl = call.min_ttl.or(setting.profile.min_ttl);
    let sources = Sources {
        vendor,
        catalogue: &ground.catalogue,
        flags: call.flags.clone(),
        profile: setting.profile,
        named: setting.named,
        config_path: setting.config_path,
        variables: true,
        keyring: std::env::var_os("TOK_KEYRING").is_none_or(|value| value != "off"),
        no_input: call.no_input || variable::is_on("TOK_NO_INPUT"),
        deadline: &deadline,
        voice,
        terminal: OnceCell::new(),
    };
    let chosen = sources.choose(true)?;
    let obtained = token::obtain(&Need {
        sources: &sources,
        chosen: &chosen,
        store: &store,
        began: ground.began,
        fresh: call.fresh,
        min_ttl,
        no_cache: call.no_cache,
    })?;
    if !masks_itself && variable::read("GITHUB_ACTIONS")?.as_deref() == Some("true") {
        voice.raw(&mask(obtained.token.expose()));
    }
    let expires_at = obtained.expires_at.map(|end| end.div_euclid(1000));
    let left = obtained.expires_at.map(|end| (end - crate::cache::clock::now_ms()).max(0) / 1000);
    Ok(Given {
        vendor: vendor.name.clone(),
        profile: sources.profile.name.clone(),
        usage: usage(vendor, obtained.token.expose()),
        token: obtained.token,
        expires_at,
        expires_in: left,
        source: match obtained.origin {
            TokenOrigin::Cache => Source::Cache,
            TokenOrigin::Login => Source::Login,
            TokenOrigin::Refresh => Source::Refresh,
        },
        variable: setting.variable,
        extras: obtained.extras,
    })
}

fn usage(vendor: &Vendor, token: &str) -> Usage {
    let usage = &vendor.definition.usage;
    match (&usage.query, &usage.header) {
        (Some(query), _) => Usage::Query(query.replace("{token}", token)),
        (None, Some(header)) => Usage::Header(header.replace("{token}", token)),
        (None, None) => Usage::Header(format!("Authorization: Bearer {token}")),
    }
}
