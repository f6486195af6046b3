//! Get a valid API token from a vendor and hand it to a shell, a script or a program.

mod cache;
mod cli;
mod commands;
mod deadline;
mod duration;
mod encode;
mod error;
mod folders;
mod http;
mod inputs;
mod jwt;
mod lines;
mod origin;
mod output;
mod paint;
#[cfg(test)]
mod readme;
mod redact;
mod secret;
mod suggest;
mod terminal;
mod text_file;
mod token;
mod vendor;
mod voice;
mod waiting;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(std::env::args_os().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            voice::say(&error);
            ExitCode::from(error.exit as u8)
        }
    }
}
