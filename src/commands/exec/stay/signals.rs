//! Signals that come while the command runs.

use std::sync::mpsc::Sender;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::low_level::emulate_default_handler;

use super::Happened;
use crate::commands::keep::engine::Event;
use crate::error::{Error, Result};
use crate::terminal;

/// Those that end a tok that has not started the command yet.
const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

pub(super) fn hear(sender: &Sender<Event<Happened>>) -> Result<()> {
    let sender = sender.clone();
    let tell = move |signal, is_sent| {
        let _ = sender.send(Event::Other(Happened::Signal { signal, is_sent }));
    };
    terminal::tell_signals(&ENDING, &[SIGUSR1, SIGUSR2], tell)
        .map_err(|error| Error::other(format!("exec: signals cannot be heard: {error}")))
}

pub(super) fn ends(signal: i32) -> bool {
    ENDING.contains(&signal)
}

pub(super) fn pass_on(signal: i32, process: u32) {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    if let (Some(process), Some(signal)) = (process, Signal::from_named_raw(signal)) {
        // A command that has just ended needs it no more.
        let _ = kill_process(process, signal);
    }
}

/// As if it had not been heard.
pub(super) fn end_by(signal: i32) {
    let _ = emulate_default_handler(signal);
}
