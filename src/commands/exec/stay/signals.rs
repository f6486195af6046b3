//! Signals that come while the command runs.

use std::sync::mpsc::Sender;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::low_level::emulate_default_handler;

use super::Happened;
use crate::commands::keep::engine::Event;
use crate::error::{Error, Result};
use crate::terminal;

/// Those of the terminal's keys, which reach everybody in its foreground.
const KEYS: [i32; 2] = [SIGINT, SIGQUIT];

pub(super) fn hear(sender: &Sender<Event<Happened>>) -> Result<()> {
    let sender = sender.clone();
    let heard = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];
    let tell = move |signal| {
        let _ = sender.send(Event::Other(Happened::Signal(signal)));
    };
    terminal::tell_signals(&heard, tell)
        .map_err(|error| Error::other(format!("exec: signals cannot be heard: {error}")))
}

/// Whether it ends a tok that has not started the command yet.
pub(super) fn ends(signal: i32) -> bool {
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM].contains(&signal)
}

pub(super) fn pass_on(signal: i32, process: u32) {
    if KEYS.contains(&signal) && terminal::is_in_foreground() {
        return;
    }
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
