//! A value that must not be shown.
//!
//! `Secret` promises that no formatting, comparison or serialization gives the value away. The one way out is
//! [`Secret::expose`], so that a search for `expose` lists every place where a secret is used. It does not wipe memory:
//! the process is short and the value has been in the buffers of the kernel and of TLS anyway.

use std::fmt;

/// The variable that may hold the key of what is kept.
pub(crate) const SEAL_KEY: &str = "TOK_SEAL_KEY";

/// Of a store that other machines share, and the key of what lies there.
pub(crate) const SHARED_PASSWORD: &str = "TOK_SHARED_PASSWORD";
pub(crate) const SHARED_KEY: &str = "TOK_SHARED_KEY";

/// The variables of tok's own that hold secrets, whatever the vendor.
pub(crate) const VARIABLES: [&str; 3] = [SEAL_KEY, SHARED_PASSWORD, SHARED_KEY];

/// A password, a client secret, a refresh token: UTF-8 text that is never empty.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}
