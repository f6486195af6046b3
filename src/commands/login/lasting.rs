//! What a login kept shall outlive the machine's next start.

use crate::cache::entry;
use crate::cache::store::Store;
use crate::inputs::Session;
use crate::seal::{Lies, Outlook};
use crate::time::clock::now_ms;
use crate::token::Principal;

/// Sees to it where it can. Where it cannot, and it was a person who approved, it is said.
pub(super) fn make_last(session: &Session, principal: &Principal, store: &Store) {
    let Err(why) = store.seal().make_lasting() else { return };
    if !principal.chosen.is_approved() || store.seal().outlook() != Outlook::Sealed(Lies::Kernel) {
        return;
    }
    let kept = entry::look_quietly(store, &principal.identity, now_ms());
    if kept.is_some_and(|entry| entry.refresh_token.is_some()) {
        session.voice.notice(&format!(
            "{}: the login is kept until the machine restarts, since the key of what is cached lies in the kernel's keyring \
             alone: {why}",
            principal.chosen.vendor.name
        ));
    }
}
