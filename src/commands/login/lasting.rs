//! Where a login that a person approves lasts, and whether it is kept at all.

use crate::cache::entry;
use crate::cache::store::Store;
use crate::error::{Error, Result};
use crate::inputs::Session;
use crate::seal::{Lies, Outlook};
use crate::time::clock::now_ms;
use crate::token::Principal;

/// Has the key outlive the machine's next start, before anything is sealed with it; nothing, or why it does not. Exit 1 where a
/// person would approve what nobody could keep.
pub(super) fn expect_to_keep(session: &Session, principal: &Principal, store: &Store) -> Result<Option<String>> {
    // The first key is made here.
    let hindrance = entry::hindrance(store, &principal.identity);
    if principal.chosen.is_approved() && session.settings.sharing.is_none() {
        let folder = || match store.outlook() {
            Outlook::Nothing(why) => Some(why),
            _ => None,
        };
        if let Some(why) = hindrance.or_else(folder) {
            let text = format!("{}: the login cannot be kept: {why}", principal.chosen.vendor.name);
            return Err(Error::other(text).with_hint(
                "TOK_SEAL_KEY_FILE names a file with a key, as `openssl rand -base64 32` prints one; TOK_SEAL=off keeps \
                 the login in clear",
            ));
        }
    }
    Ok(store.seal().make_lasting().err())
}

/// Where it was a person who approved, and what was kept does not outlive the machine's next start for this reason, it is said.
pub(super) fn tell_how_long(session: &Session, principal: &Principal, store: &Store, why: &str) {
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
