//! Base URLs.
