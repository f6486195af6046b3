//! Get a valid API token from a vendor and hand it to a shell, a script or a program.

#![allow(dead_code)]

mod cache;
mod deadline;
mod error;
mod http;
mod inputs;
mod jwt;
mod origin;
mod output;
mod secret;
mod terminal;
mod voice;

fn main() {}
