//! A token that the vendor is asked to end, where it can. One that has ended by itself may have a refresh token that has not.
//!
//! Nothing is sent that would name no token to end.

use crate::cache::entry::Entry;
use crate::definition::request::LASTING_TOKEN;
use crate::error::{Error, Result};
use crate::time::clock::now_ms;
use crate::token::{Need, Revoked};

pub(super) fn revoke(need: &Need, entry: &Entry) -> Result<()> {
    let vendor = need.principal.chosen.vendor;
    let voice = need.session.voice;
    let Some(plan) = need.principal.chosen.revoke_plan() else {
        return Ok(());
    };
    let names = plan.names();
    let takes = |name| names.contains(&name);
    let is_renewable = entry.refresh_token.is_some();
    let renewable = is_renewable && (takes("refresh-token") || takes(LASTING_TOKEN));
    if entry.expires_at <= now_ms() && !renewable {
        return Ok(());
    }
    let hint = "without --revoke it is forgotten here, and stays valid until it ends";
    let failed = |error: Error| error.of("the token is not revoked").with_hint(hint);
    if takes("refresh-token") && !is_renewable && !takes("token") && !takes(LASTING_TOKEN) {
        let why = "the vendor ends refresh tokens alone, and gave none";
        return Err(failed(Error::vendor(format!("{}: {why}", vendor.name))));
    }
    let ended = need.revoke(&plan, entry).map_err(failed)?;
    let note = plan.last.note.as_deref();
    // It tells of the refresh token.
    let note = note.filter(|_| is_renewable || !takes(LASTING_TOKEN));
    let what = note.unwrap_or("the token");
    voice.notice(&match ended {
        Revoked::Now => format!("{}: revoked {what}", vendor.name),
        Revoked::Before(words) => format!("{}: the vendor does not know the token any more: {words}", vendor.name),
    });
    Ok(())
}
