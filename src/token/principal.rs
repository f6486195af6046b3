//! Who logs in where: what the person and the machine say of it, gathered once, before anything is looked for or asked.

use crate::cache::entry::Entry;
use crate::cache::fingerprint::{Fingerprint, Fingerprints};
use crate::cache::identity::{Identity, Login};
use crate::error::Result;
use crate::inputs::{Chosen, Session};
use crate::shared::{Spot, Whose};

#[derive(Debug)]
pub(crate) struct Principal<'a> {
    pub(crate) chosen: Chosen<'a>,
    /// What a token was or will be asked for with.
    pub(crate) identity: Identity,
    /// What a refused secret is held back for.
    pub(crate) login: Login,
    /// Of the secrets, where they alone tell one person from another.
    fingerprints: Option<Fingerprints>,
}

impl<'a> Principal<'a> {
    /// As far as plain values tell.
    pub(crate) fn of(chosen: Chosen<'a>) -> Self {
        let vendor = &chosen.vendor.name;
        Self {
            identity: Identity {
                vendor: vendor.clone(),
                url: chosen.base.as_str().to_owned(),
                way: chosen.way_of_tokens(),
                profile: chosen.profile.clone().filter(|_| chosen.is_approved()),
                fields: chosen.laid_in(),
            },
            login: Login {
                vendor: vendor.clone(),
                origin: chosen.base.origin(),
                fields: chosen.login(),
            },
            chosen,
            fingerprints: None,
        }
    }

    /// The same with the secrets, which are looked up only where plain values do not tell.
    pub(crate) fn identified(chosen: Chosen<'a>, session: &Session) -> Result<Self> {
        let fingerprints = if chosen.is_told_by_secrets() {
            let fields = chosen.secrets(&chosen.login_plan());
            let secrets = fields
                .into_iter()
                .filter_map(|field| session.secret(field, &chosen).transpose());
            let secrets: Vec<_> = secrets.collect::<Result<_>>()?;
            // Nobody is told by what nobody gave, and by what is another at every call.
            let is_told = !secrets.is_empty() || chosen.fetched().next().is_none();
            is_told.then(|| Fingerprints::of(secrets))
        } else {
            None
        };
        Ok(Self {
            fingerprints,
            ..Self::of(chosen)
        })
    }

    /// Where its token lies in the shared store.
    pub(crate) fn spot(&self) -> Spot<'_> {
        self.spot_of(&self.identity)
    }

    /// The same of another token of this login.
    pub(super) fn spot_of<'i>(&self, identity: &'i Identity) -> Spot<'i> {
        Spot {
            whose: Whose::of(identity.digest(), &self.login, &self.chosen.base.origin()),
            identity,
        }
    }

    /// Whether a cached token of this identity was given to this person.
    pub(super) fn owns(&self, entry: &Entry) -> bool {
        match (&entry.fingerprint, &self.fingerprints) {
            (Some(fingerprint), Some(own)) => own.contain(fingerprint),
            (None, None) => true,
            _ => false,
        }
    }

    pub(super) fn is_told_by_secrets(&self) -> bool {
        self.fingerprints.is_some()
    }

    /// Whether a fingerprint is that of this person's secrets.
    pub(super) fn has(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprints.as_ref().is_some_and(|own| own.contain(fingerprint))
    }

    /// By which this person's token is recognized, where plain values do not tell.
    pub(super) fn fingerprint(&self) -> Result<Option<Fingerprint>> {
        self.fingerprints.as_ref().map(Fingerprints::latest).transpose()
    }
}
