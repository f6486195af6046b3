//! `tok exec VENDOR... -- COMMAND`: run a command with the vendors' variables set.
//!
//! All tokens are there before anything runs, and nothing runs if one is missing. On Unix the command takes the place of
//! this process, so signals, the terminal and the exit code are its own; with `--keep` tok stays beside it.

mod stay;

pub(super) use stay::stay;

use std::io::{self, ErrorKind};
use std::process::Command;
use std::thread;

use super::App;
use super::call::{Prepared, expect_different_variables, obtain};
use crate::cli::Exec;
use crate::error::{Error, Exit, Result};
use crate::output::Given;
use crate::time::clock::now_ms;

/// How often tokens are obtained again.
const AGAIN: usize = 3;

pub(super) fn run(app: &App, exec: &Exec) -> Result<()> {
    let calls = prepare(app, exec)?;
    let mut command = command(app, exec)?;
    for given in obtain_all(&calls)? {
        command.env(given.variable, given.token.expose());
    }
    become_command(command).map_err(|error| not_started(exec, &error))
}

/// The calls, each with a variable of its own.
fn prepare<'a>(app: &'a App, exec: &'a Exec) -> Result<Vec<Prepared<'a>>> {
    let calls = exec.calls.iter().map(|call| Prepared::of(app, call));
    let calls = calls.collect::<Result<Vec<_>>>()?;
    expect_different_variables("exec", &calls)?;
    Ok(calls)
}

/// Without the variables that may hold secrets.
fn command(app: &App, exec: &Exec) -> Result<Command> {
    let Some((program, arguments)) = exec.command.split_first() else {
        return Err(Error::usage("exec: no command is given"));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    for variable in app.hidden_variables() {
        command.env_remove(variable);
    }
    Ok(command)
}

fn not_started(exec: &Exec, error: &io::Error) -> Error {
    let exit = match error.kind() {
        ErrorKind::NotFound => Exit::NotFound,
        _ => Exit::NotExecutable,
    };
    let program = exec
        .command
        .first()
        .map(|program| program.to_string_lossy().into_owned());
    Error::new(
        exit,
        format!("exec: {}: {error}", program.unwrap_or_default().escape_debug()),
    )
}

/// All at the same time. One that no longer lasts as long as it must, since another was waited for, is obtained again.
fn obtain_all(calls: &[Prepared]) -> Result<Vec<Given>> {
    let mut tokens = obtain_each(calls.iter())?;
    let mut again = 0..AGAIN;
    loop {
        let now = now_ms();
        let is_late = |given: &Given| given.life.is_some_and(|life| life.good_until < now);
        let late: Vec<_> = tokens
            .iter_mut()
            .zip(calls)
            .filter(|(given, _)| is_late(given))
            .collect();
        if late.is_empty() {
            return Ok(tokens);
        }
        if again.next().is_none() {
            return Err(Error::vendor(
                "exec: the tokens do not last until all of them are there",
            ));
        }
        let again = obtain_each(late.iter().map(|(_, call)| *call))?;
        for ((given, _), another) in late.into_iter().zip(again) {
            *given = another;
        }
    }
}

/// Of several failures the first in the order of the command line.
fn obtain_each<'a>(calls: impl Iterator<Item = &'a Prepared<'a>>) -> Result<Vec<Given>> {
    thread::scope(|scope| {
        let running: Vec<_> = calls
            .map(|call| thread::Builder::new().spawn_scoped(scope, move || obtain(call, false)))
            .collect();
        let ended = running.into_iter().map(|thread| {
            let outcome = thread.map_err(|error| Error::other(format!("exec: no thread can be made: {error}")))?;
            let outcome = outcome.join();
            outcome.unwrap_or_else(|_| Err(Error::other("exec: a thread ended without a token")))
        });
        ended.collect::<Vec<_>>().into_iter().collect()
    })
}

/// Comes back only with an error.
#[cfg(unix)]
fn become_command(mut command: Command) -> io::Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec())
}

#[cfg(not(unix))]
#[allow(clippy::exit, reason = "the command's exit code is this process's")]
fn become_command(mut command: Command) -> io::Result<()> {
    let status = command.status()?;
    std::process::exit(status.code().unwrap_or(1))
}
