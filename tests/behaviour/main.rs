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
mod lenient;
#[path = "../vendor-server/protocol.rs"]
mod protocol;
mod stand_in;
#[cfg(unix)]
mod terminal;

#[cfg(unix)]
mod commands;
mod failing_code;
#[cfg(target_os = "linux")]
mod keyring;
mod own_vendors;
mod profiles;
#[cfg(unix)]
mod prompts;
mod server;
#[cfg(unix)]
mod sources;
mod status;
mod urls;
mod usage;
mod vendors;
mod ways;
