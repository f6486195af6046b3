//! What tok promises, tried from outside: the real program against a real server.

// A test fails by panicking; helpers are part of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

#[cfg(unix)]
mod browser;
mod completions;
mod ground;
mod harness;
mod kept;
mod lenient;
mod manual;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod names;
mod peer;
#[path = "../vendor-server/protocol.rs"]
mod protocol;
#[cfg(target_os = "linux")]
mod redis_server;
mod resealed;
#[cfg(target_os = "linux")]
mod ring;
mod stand_in;
#[cfg(unix)]
mod tenants;
mod terminal;

#[cfg(unix)]
mod approvals;
mod assertions;
mod clocks;
mod codes;
#[cfg(target_os = "linux")]
mod comfort;
#[cfg(unix)]
mod comings_back;
#[cfg(unix)]
mod commands;
#[cfg(target_os = "linux")]
mod custody;
mod damage;
#[cfg(unix)]
mod device;
mod disks;
#[cfg(target_os = "linux")]
mod exec;
mod exits;
mod failing_code;
#[cfg(target_os = "linux")]
mod fleet;
#[cfg(target_os = "linux")]
mod fleet_races;
mod fleet_refreshes;
#[cfg(target_os = "linux")]
mod fleet_scripts;
mod fleet_troubles;
mod folders;
mod formats;
mod freshness;
#[cfg(unix)]
mod helpers;
mod holds;
mod hostile;
mod identity;
#[cfg(unix)]
mod idioms;
mod in_need;
#[cfg(target_os = "linux")]
#[cfg(target_os = "linux")]
mod keep;
#[cfg(target_os = "linux")]
mod kept_how;
#[cfg(target_os = "linux")]
mod keyless;
mod keyring;
mod killed;
mod leaks;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod login;
#[cfg(target_os = "linux")]
mod logout;
#[cfg(unix)]
mod masks;
mod network;
#[cfg(unix)]
mod open_prompts;
mod origins;
mod own_failures;
mod own_vendors;
mod pauses;
mod persons;
#[cfg(target_os = "linux")]
mod places;
#[cfg(unix)]
mod polls;
mod profiles;
#[cfg(unix)]
#[cfg(target_os = "linux")]
mod programs;
mod prompts;
#[cfg(target_os = "linux")]
mod proxies;
#[cfg(unix)]
mod questions;
#[cfg(unix)]
mod real_approvals;
#[cfg(unix)]
mod real_devices;
mod real_servers;
mod refresh_ends;
mod refreshes;
mod sealed;
mod security;
mod server;
#[cfg(unix)]
mod shells;
mod signatures;
#[cfg(unix)]
mod sources;
mod status;
mod statuses;
mod steps;
#[cfg(unix)]
mod tabs;
#[cfg(target_os = "linux")]
mod tls;
mod tokens;
mod turns;
mod urls;
mod usage;
mod vendor_check;
mod vendors;
mod ways;
mod words;
