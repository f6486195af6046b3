//! `tok exec --keep`: a command whose tokens are kept valid in files as long as it runs.
//!
//! tok stays its parent. Signals that another process sends to tok go on to the command; those of the terminal reach both by
//! themselves. A token that cannot be had any more ends nothing but its file. The exit status is the command's own.

mod folder;
#[cfg(unix)]
mod signals;

use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, Sender};
use std::thread;

use super::{command, not_started, prepare};
use crate::cli::Exec;
use crate::commands::App;
use crate::commands::call::Prepared;
use crate::commands::keep::KeptFile;
use crate::commands::keep::engine::{self, Event, Keeper, Next, Trouble};
use crate::error::{Error, Result};
use crate::output::Given;
use crate::terminal::voice::Voice;
use folder::Folder;

enum Happened {
    Signal {
        signal: i32,
        /// By another process, and so to tok alone.
        is_sent: bool,
    },
    /// The command could not be started.
    Nothing,
    Ended(std::io::Result<ExitStatus>),
}

/// App and request live as long as the process.
pub(in crate::commands) fn stay(app: App, exec: Exec) -> Result<()> {
    let (app, exec): (&'static App, &'static Exec) = (Box::leak(Box::new(app)), Box::leak(Box::new(exec)));
    let calls: &'static [Prepared] = Box::leak(prepare(app, exec)?.into_boxed_slice());
    let voice = Voice(exec.calls.first().map_or_else(Default::default, |call| call.verbosity));
    let folder = Folder::make()?;
    let (sender, events) = mpsc::channel();
    #[cfg(unix)]
    signals::hear(&sender)?;
    let files = calls
        .iter()
        .map(|call| KeptFile::at(&folder.path().join(&call.variable)));
    let mut beside = Beside {
        app,
        exec,
        calls,
        files: files.collect::<Result<_>>()?,
        tokens: vec![None; calls.len()],
        command: State::Waiting,
        voice,
        sender: sender.clone(),
    };
    let kept = engine::run(calls, voice, &mut beside, (&sender, &events));
    let removed = folder.remove();
    match beside.command {
        State::Waiting => kept.and(removed),
        State::Failed(error) => Err(error),
        State::Running(_) => removed,
        State::Ended(status) => {
            if let Err(error) = removed {
                voice.warn(error.text());
            }
            end_as(status)
        }
        #[cfg(unix)]
        State::EndedBy(signal) => {
            signals::end_by(signal);
            kept.and(removed)
        }
    }
}

enum State {
    /// For the tokens.
    Waiting,
    Running(u32),
    Failed(Error),
    Ended(ExitStatus),
    /// A signal ended tok before there was a command.
    #[cfg(unix)]
    EndedBy(i32),
}

struct Beside {
    app: &'static App,
    exec: &'static Exec,
    calls: &'static [Prepared<'static>],
    files: Vec<KeptFile>,
    /// The first ones, until the command has them.
    tokens: Vec<Option<Given>>,
    command: State,
    voice: Voice,
    sender: Sender<Event<Happened>>,
}

impl Keeper<Happened> for Beside {
    fn change(&mut self, place: usize, given: Option<&Given>) -> std::result::Result<(), Trouble> {
        let Some(file) = self.files.get(place) else {
            return Ok(());
        };
        let changed = match given {
            None => file.remove().map(drop),
            Some(given) => file.write(&format!("{}\n", given.token.expose())),
        };
        changed.map_err(|error| match self.command {
            State::Waiting => Trouble::ForGood(error),
            _ => Trouble::ForNow(error),
        })?;
        if let State::Waiting = self.command {
            if let Some(first) = self.tokens.get_mut(place) {
                *first = given.cloned();
            }
            if self.tokens.iter().all(Option::is_some) {
                self.start();
            }
        }
        Ok(())
    }

    fn other(&mut self, happened: Happened) -> Next {
        self.happen(happened);
        match self.command {
            State::Waiting | State::Running(_) => Next::GoOn,
            _ => Next::End,
        }
    }

    fn is_patient(&self) -> bool {
        !matches!(self.command, State::Waiting)
    }

    fn give_up(&mut self, error: Error) -> Result<()> {
        if let State::Waiting = self.command {
            return Err(error);
        }
        let text = error.text();
        self.voice
            .warn(&format!("{text}; the command goes on without a new token"));
        Ok(())
    }
}

impl Beside {
    fn start(&mut self) {
        let started = command(self.app, self.exec).and_then(|mut command| {
            for ((call, given), file) in self.calls.iter().zip(&self.tokens).zip(&self.files) {
                let Some(given) = given else { continue };
                command.env(&call.variable, given.token.expose());
                command.env(format!("TOK_{}_FILE", call.variable), file.path());
            }
            command.spawn().map_err(|error| not_started(self.exec, &error))
        });
        self.tokens.clear();
        self.command = match started.and_then(|child| self.watch(child)) {
            Ok(process) => State::Running(process),
            Err(error) => State::Failed(error),
        };
        if let State::Failed(_) = self.command {
            // Has the engine look at it.
            let _ = self.sender.send(Event::Other(Happened::Nothing));
        }
    }

    fn watch(&self, mut child: Child) -> Result<u32> {
        let (process, sender) = (child.id(), self.sender.clone());
        let waits = move || {
            let _ = sender.send(Event::Other(Happened::Ended(child.wait())));
        };
        let waiting = thread::Builder::new().spawn(waits);
        waiting.map_err(|error| Error::other(format!("exec: no thread can be made: {error}")))?;
        Ok(process)
    }

    fn happen(&mut self, happened: Happened) {
        match (happened, &self.command) {
            (Happened::Ended(Ok(status)), _) => self.command = State::Ended(status),
            (Happened::Ended(Err(error)), _) => {
                self.command = State::Failed(Error::other(format!("exec: the command is lost: {error}")));
            }
            #[cfg(unix)]
            (Happened::Signal { signal, is_sent: true }, State::Running(process)) => signals::pass_on(signal, *process),
            #[cfg(unix)]
            (Happened::Signal { signal, .. }, State::Waiting) if signals::ends(signal) => {
                self.command = State::EndedBy(signal);
            }
            (Happened::Signal { .. } | Happened::Nothing, _) => {}
        }
    }
}

/// With the command's exit code, or by the signal that it ended by.
#[allow(clippy::exit, reason = "the command's exit code is this process's")]
fn end_as(status: ExitStatus) -> ! {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        signals::end_by(signal);
    }
    std::process::exit(status.code().unwrap_or(1))
}
