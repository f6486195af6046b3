//! `tok logout --key`: drop the key of the cached tokens, and with it every token.

use crate::cache::entry;
use crate::cache::prune;
use crate::commands::call::store;
use crate::error::{Error, Result};
use crate::options::LIMIT;
use crate::seal::{Dropped, Lies, Outlook};
use crate::terminal::voice::Voice;
use crate::time::clock::now_ms;

/// What cannot be dropped keeps nothing else from being dropped.
pub(in crate::commands) fn forget_key(voice: Voice) -> Result<()> {
    let store = store(voice, LIMIT)?;
    let Dropped { places, mut failures } = store.seal().forget();
    let mut tokens = 0;
    for identity in entry::identities(&store, now_ms()) {
        match entry::forget(&store, &identity) {
            Ok(()) => tokens += 1,
            Err(unkept) => failures.push(unkept.reason),
        }
    }
    prune::remove_left_overs(&store);
    voice.notice(&words(&places, !failures.is_empty(), tokens));
    if let Outlook::Sealed(Lies::Given(variable)) = store.seal().outlook() {
        voice.notice(&format!("the key that {variable} names is not tok's to forget"));
    }
    let mut failures = failures.into_iter();
    let first = failures.next();
    failures.for_each(|failure| voice.warn(&failure));
    first.map_or(Ok(()), |failure| Err(Error::other(format!("logout: {failure}"))))
}

/// `failed` says whether something could not be dropped.
fn words(places: &[&str], failed: bool, tokens: usize) -> String {
    let tokens = match tokens {
        0 => "no token was kept".to_owned(),
        1 => "1 token is forgotten".to_owned(),
        several => format!("{several} tokens are forgotten"),
    };
    match places {
        [] if failed => format!("no key is forgotten; {tokens}"),
        [] => format!("there was no key to forget; {tokens}"),
        places => format!("forgot the key in {}; {tokens}", places.join(" and in ")),
    }
}
