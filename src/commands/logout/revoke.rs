//! A token that the vendor is asked to end, where it can. One that has ended by itself may have a refresh token that has not.

use crate::cache::entry::Entry;
use crate::error::Result;
use crate::time::clock::now_ms;
use crate::token::{Need, Revoked};

pub(super) fn revoke(need: &Need, entry: &Entry) -> Result<()> {
    let vendor = need.principal.chosen.vendor;
    let voice = need.session.voice;
    let Some(plan) = need.principal.chosen.revoke_plan() else {
        return Ok(());
    };
    let renewable = entry.refresh_token.is_some() && plan.names().contains(&"refresh-token");
    if entry.expires_at <= now_ms() && !renewable {
        return Ok(());
    }
    let hint = "without --revoke it is forgotten here, and stays valid until it ends";
    let ended = need
        .revoke(&plan, entry)
        .map_err(|error| error.of("the token is not revoked").with_hint(hint))?;
    let what = plan.last.note.as_deref().unwrap_or("the token");
    voice.notice(&match ended {
        Revoked::Now => format!("{}: revoked {what}", vendor.name),
        Revoked::Before(words) => format!("{}: the vendor does not know the token any more: {words}", vendor.name),
    });
    Ok(())
}
