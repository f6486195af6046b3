//! A command that the shell runs after each change.
//!
//! It runs beside tok, one at a time: where the file has changed again meanwhile, it is run once more. It inherits no variable
//! that may hold a secret, and not the service manager's attention, which is for tok.

use std::process::Stdio;
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::thread;

use crate::inputs::command::in_shell;
use crate::terminal::voice::Voice;

const OF_THE_SERVICE: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

#[derive(Debug)]
pub(super) struct Follower {
    changed: SyncSender<()>,
    voice: Voice,
}

impl Follower {
    pub(super) fn of(command: &'static str, hidden_variables: Vec<String>, voice: Voice) -> Self {
        let (changed, heard) = mpsc::sync_channel(1);
        let runs = move || heard.iter().for_each(|()| run(command, &hidden_variables, voice));
        if let Err(error) = thread::Builder::new().spawn(runs) {
            voice.warn(&format!("keep: the command of --exec is never run: {error}"));
        }
        Self { changed, voice }
    }

    pub(super) fn tell(&self) {
        match self.changed.try_send(()) {
            // One that is full is told already.
            Ok(()) | Err(TrySendError::Full(())) => {}
            Err(TrySendError::Disconnected(())) => self.voice.warn("keep: the command of --exec is not run"),
        }
    }
}

fn run(command: &str, hidden_variables: &[String], voice: Voice) {
    let mut shell = in_shell(command);
    shell.stdin(Stdio::null());
    for variable in hidden_variables.iter().map(String::as_str).chain(OF_THE_SERVICE) {
        shell.env_remove(variable);
    }
    match shell.status() {
        Ok(status) if status.success() => {}
        Ok(status) => voice.warn(&format!("keep: the command of --exec failed: {status}")),
        Err(error) => voice.warn(&format!("keep: the command of --exec cannot be started: {error}")),
    }
}
