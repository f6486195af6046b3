//! What tok promises, tried from outside: the real program against a real server.

// A test fails by panicking; helpers are part of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod ground;
mod harness;
#[path = "../vendor-server/protocol.rs"]
mod protocol;
mod stand_in;
#[cfg(unix)]
mod terminal;

mod own_vendors;
mod own_vendors_real;
mod server;
mod vendors;
