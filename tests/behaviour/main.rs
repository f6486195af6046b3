//! What tok promises, tried from outside: the real program against a real server.

// A test fails by panicking; helpers are part of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

#[cfg(target_os = "linux")]
mod comfort;
#[cfg(target_os = "linux")]
mod exec;
mod ground;
mod harness;
#[cfg(target_os = "linux")]
mod ring;
#[path = "../vendor-server/protocol.rs"]
mod protocol;
mod stand_in;
#[cfg(unix)]
mod terminal;

#[cfg(target_os = "linux")]
mod login;
#[cfg(target_os = "linux")]
mod logout;
mod server;
#[cfg(unix)]
mod idioms;
mod vendors;
