//! A token for this call alone.

use super::{Need, Obtained};
use crate::cache::entry;
use crate::error::Result;

impl Need<'_> {
    /// Logs in without waiting for anybody, and keeps nothing.
    pub(super) fn for_this_call(&self) -> Result<Obtained> {
        self.heeding(|| {
            self.keep_pause()?;
            let plan = self.principal.chosen.login_plan();
            let secrets = self.secrets(&plan)?;
            let approved = self.approve(&plan, &secrets)?;
            self.lasting(self.log_in(&secrets, approved, &self.session.deadline)?)
        })
    }

    /// The same where nothing can be kept, so that who waited would wait in vain.
    pub(super) fn unkept(&self) -> Result<Obtained> {
        let need = Self {
            fresh: self.fresh,
            alone: self.alone,
            min_ttl: self.min_ttl,
            no_cache: true,
            ..Self::of(self.principal, self.session, self.store)
        };
        let obtained = need.for_this_call()?;
        entry::forget_what_does_not_count(self.store, &self.principal.identity);
        Ok(obtained)
    }
}
