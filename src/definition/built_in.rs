//! The files of the built-in vendors.

/// A vendor's file, embedded by `build.rs`.
pub(super) struct BuiltIn {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    /// What the text says. JSON is read many times quicker than TOML, and it is read at every start.
    pub(super) json: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

pub(super) fn find(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|built_in| built_in.name == name)
}
