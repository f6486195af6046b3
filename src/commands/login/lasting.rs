//! Where a login that a person approves lasts, and whether it is kept at all.

use crate::cache::entry;
use crate::cache::sealing;
use crate::cache::store::Store;
use crate::error::{Error, Result};
use crate::inputs::{Chosen, Session};
use crate::seal::{Lies, Outlook};
use crate::time::clock::now_ms;
use crate::token::Principal;

/// Exit 1 where a person would approve what nobody could keep.
pub(super) fn expect_to_keep(session: &Session, chosen: &Chosen, store: &Store) -> Result<()> {
    if !chosen.is_approved() || session.settings.sharing.is_some() {
        return Ok(());
    }
    match sealing::hindrance(store) {
        None => Ok(()),
        Some(why) => Err(
            Error::other(format!("{}: the login cannot be kept: {why}", chosen.vendor.name)).with_hint(
                "TOK_SEAL_KEY_FILE names a file with a key, as `openssl rand -base64 32` prints one; TOK_SEAL=off keeps \
                 the login in clear",
            ),
        ),
    }
}

/// Has what was kept outlive the machine's next start. Where that cannot be, and it was a person who approved, it is said.
pub(super) fn make_last(session: &Session, principal: &Principal, store: &Store) {
    let Err(why) = store.seal().make_lasting() else { return };
    let is_in_kernel = || matches!(store.seal().outlook(), Outlook::Sealed(Lies::Kernel(_)));
    if !principal.chosen.is_approved() || !is_in_kernel() {
        return;
    }
    let kept = entry::look_quietly(store, &principal.identity, now_ms());
    if kept.is_some_and(|entry| entry.refresh_token.is_some()) {
        session.voice.notice(&format!(
            "{}: the login is kept until the last session ends or the machine restarts, since the key of what is cached lies \
             in the kernel's keyring alone: {why}",
            principal.chosen.vendor.name
        ));
    }
}
