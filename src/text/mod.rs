//! Words: made safe to show, written for a URL, found in a text, suggested. Stands on nothing but itself.

pub(crate) mod encode;
pub(crate) mod file;
pub(crate) mod lines;
pub(crate) mod mask;
pub(crate) mod redact;
pub(crate) mod suggest;
pub(crate) mod words;
