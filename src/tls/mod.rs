//! TLS for whoever speaks over it: whom to trust, and in words why it failed.
//!
//! Certificates are checked against the roots of the system. What is said over it is left to others.

mod roots;
mod told;

pub(crate) use roots::trusted;
pub(crate) use told::told;
