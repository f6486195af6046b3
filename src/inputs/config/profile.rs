//! One profile, as it stands in the file.

use std::collections::BTreeMap;
use std::time::Duration;

/// What one table says, texts unchecked.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    /// `None` for the vendor's default profile.
    pub(crate) name: Option<String>,
    /// Texts of the plain fields; several for a list.
    pub(crate) plain: BTreeMap<String, Vec<String>>,
    /// Commands that print the secret fields.
    pub(crate) commands: BTreeMap<String, String>,
    pub(crate) url: Option<String>,
    pub(crate) variable: Option<String>,
    pub(crate) way: Option<String>,
    pub(crate) min_ttl: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
}

impl Profile {
    /// `[VENDOR]` or `[VENDOR.PROFILE]`, as it stands in the file.
    pub(crate) fn header(&self, vendor: &str) -> String {
        match &self.name {
            None => format!("[{vendor}]"),
            Some(name) if is_bare(name) => format!("[{vendor}.{name}]"),
            Some(name) => format!("[{vendor}.\"{}\"]", name.escape_debug()),
        }
    }

    /// `VENDOR` or `VENDOR@PROFILE`, as on the command line.
    pub(crate) fn target(&self, vendor: &str) -> String {
        match &self.name {
            None => vendor.to_owned(),
            Some(name) => format!("{vendor}@{name}"),
        }
    }
}

/// Whether TOML takes a key without quotes.
fn is_bare(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
