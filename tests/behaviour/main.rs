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
#[path = "../vendor-server/protocol.rs"]
mod protocol;
mod stand_in;
#[cfg(unix)]
mod terminal;

mod clocks;
mod damage;
mod disks;
mod folders;
mod freshness;
mod holds;
mod in_need;
mod killed;
mod pauses;
mod persons;
mod refreshes;
mod server;
mod turns;
mod vendors;
