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
mod kept;
mod lenient;
#[path = "../vendor-server/protocol.rs"]
mod protocol;
mod stand_in;
#[cfg(unix)]
mod terminal;

mod clocks;
#[cfg(unix)]
mod commands;
mod damage;
mod disks;
mod failing_code;
mod folders;
mod freshness;
mod holds;
mod in_need;
#[cfg(target_os = "linux")]
mod keyring;
mod killed;
mod own_vendors;
mod pauses;
mod persons;
mod profiles;
#[cfg(unix)]
mod prompts;
mod real_servers;
mod refreshes;
mod server;
#[cfg(unix)]
mod sources;
mod status;
mod turns;
mod urls;
mod usage;
mod vendor_check;
mod vendors;
mod ways;
