//! Get a valid API token from a vendor and hand it to a shell, a script or a program.

mod approval;
mod cache;
mod cli;
mod commands;
mod definition;
mod disk;
mod error;
mod helper;
mod http;
mod inputs;
mod jwt;
mod made;
mod options;
mod origin;
mod output;
mod seal;
mod secret;
mod shared;
mod terminal;
mod text;
mod time;
mod tls;
mod token;

use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(std::env::args_os().collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::voice::say(&error);
            ExitCode::from(error.exit as u8)
        }
    }
}
