//! A token for this call alone.
//!
//! Where nothing can be kept, whoever waited for another's token would wait in vain. The first one's answer is waited for all the
//! same: a secret that is refused, and a pause, are found out once.

use super::{Need, Obtained};
use crate::cache::entry::{self, Entry};
use crate::error::Result;

impl Need<'_> {
    /// Logs in without waiting for anybody's token, and keeps nothing.
    pub(super) fn for_this_call(&self) -> Result<Obtained> {
        self.heeding(|| {
            self.keep_pause()?;
            let plan = self.principal.chosen.login_plan();
            let secrets = self.secrets(&plan)?;
            let approved = self.approve(&plan, &secrets)?;
            self.lasting(self.log_in(&secrets, approved, &self.session.deadline)?)
        })
    }

    /// Whether no more than that can be done: nothing can be kept, which is said, and there is nothing to refresh. Those who ask
    /// a person take turns in any case.
    pub(super) fn is_for_this_call(&self, cached: Option<&Entry>) -> bool {
        self.keeps_nothing()
            && !self.shared.is_on()
            && !cached.is_some_and(|entry| self.can_refresh(entry))
            && self.has_credentials_at_hand()
    }

    /// With a fresh token the OS keyring is asked only where the kernel's has no key and no room for one.
    fn keeps_nothing(&self) -> bool {
        let (store, identity) = (self.store, &self.principal.identity);
        if self.fresh && store.seal().needs_no_ring() {
            return false;
        }
        let hindrance = entry::hindrance(store, identity);
        if let Some(why) = &hindrance {
            store.warn_of_keeping_nothing(why);
        }
        hindrance.is_some()
    }

    pub(super) fn unkept(&self) -> Result<Obtained> {
        self.keeps_nothing.set(true);
        let obtained = self.for_this_call()?;
        entry::drop_clear(self.store, &self.principal.identity);
        Ok(obtained)
    }
}
