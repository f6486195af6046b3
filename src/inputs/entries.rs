//! Under which names a login's secrets lie in the keyring.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{Chosen, Flags, Session, Settings};
use crate::time::deadline::Deadline;

impl Chosen<'_> {
    /// The user of an entry: vendor, origin, the login's plain fields, the secret field's name, as a JSON array. Where only
    /// secrets tell persons apart, a profile with a name has an entry of its own, with that name in it.
    pub(crate) fn keyring_user(&self, name: &str) -> String {
        let profile = self.profile.as_deref().filter(|_| self.is_told_by_secrets());
        self.user_with(profile, name)
    }

    fn user_with(&self, profile: Option<&str>, name: &str) -> String {
        let mut parts = vec![Json::from(self.vendor.name.as_str()), self.base.origin().into()];
        parts.extend(self.login().into_iter().map(|(_, value)| value.into()));
        // Not a text, so that no login's value reads the same.
        parts.extend(profile.map(|profile| json!({ "profile": profile })));
        parts.push(name.into());
        Json::from(parts).to_string()
    }
}

impl Session<'_> {
    /// The entries that a secret may be found under, the login's own first.
    pub(crate) fn keyring_users(&self, name: &str, chosen: &Chosen) -> Vec<String> {
        let own = chosen.keyring_user(name);
        [own].into_iter().chain(self.shared_entry(name, chosen)).collect()
    }

    /// The entry of a built-in vendor from before profiles with a name had their own, unless it is the default profile's.
    fn shared_entry(&self, name: &str, chosen: &Chosen) -> Option<String> {
        chosen.profile.as_ref()?;
        let settings = self.settings;
        if settings.vendor.path.is_some() || !chosen.is_told_by_secrets() {
            return None;
        }
        let shared = chosen.user_with(None, name);
        let is_of_default = settings.default_profile.as_ref().is_some_and(|default| {
            let settings = Settings {
                profile: default.clone(),
                named: false,
                flags: Flags::default(),
                ..settings.clone()
            };
            let session = Session::new(&settings, Deadline::after(Duration::ZERO), self.voice);
            session
                .choose(false)
                .is_ok_and(|chosen| chosen.keyring_user(name) == shared)
        });
        (!is_of_default).then_some(shared)
    }
}
