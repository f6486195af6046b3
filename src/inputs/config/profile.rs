//! One profile, as it stands in the file.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::origin::served::Pattern;

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
    /// The addresses whose programs may be given the token.
    pub(crate) serves: Vec<Pattern>,
    /// For programs that want a name beside the token; no colon.
    pub(crate) user: Option<String>,
    /// What stands before the token in `Authorization`; empty for nothing.
    pub(crate) scheme: Option<String>,
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

    /// The name beside the token. A vendor's field of that name is one as well.
    pub(crate) fn user(&self) -> &str {
        let field = || match self.plain.get("user")?.as_slice() {
            [user] if !user.contains(':') => Some(user),
            _ => None,
        };
        self.user.as_ref().or_else(field).map_or("oauth2", String::as_str)
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
