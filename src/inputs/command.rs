//! Secrets that a command prints, such as a password manager's.
//!
//! The command runs through the shell with nothing on standard input, its messages on tok's own standard error, and without
//! the variables that may hold secrets. It has to exit with 0; its first line is the secret, or all that it prints where a
//! document is wanted. What it leaves running is not waited for, though it keeps the pipe open. With a terminal it stays in
//! tok's process group, so that it can ask there and Ctrl-C reaches it; without one it has a group of its own. At the deadline
//! it is killed, with its group if it has one, and not waited for any longer. An error names where the command was
//! configured, not the command: a password may stand in it.

use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use super::extent::{Extent, LIMIT};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::time::deadline::Deadline;
use crate::time::duration;

#[cfg_attr(unix, path = "command/unix.rs")]
#[cfg_attr(windows, path = "command/windows.rs")]
mod system;

use system::{Pipe, kill, set_apart, shell};

/// The platform's shell, to run a command that the user wrote.
pub(crate) fn in_shell(command: &str) -> std::process::Command {
    shell(command)
}

/// `source` says where the command comes from, such as `password-command of [VENDOR.PROFILE]`.
pub(crate) fn run(
    command: &str,
    source: &str,
    extent: Extent,
    drop_variables: &[String],
    deadline: &Deadline,
) -> Result<Secret> {
    let mut shell = shell(command);
    shell.stdin(Stdio::null()).stdout(Stdio::piped());
    for variable in drop_variables {
        shell.env_remove(variable);
    }
    let is_apart = set_apart(&mut shell);
    let mut child = shell.spawn().map_err(|why| {
        Error::credential(format!("{source}: the command cannot be started: {why}")).unless_lacking(Some(&why))
    })?;
    let ended = until_end(&mut child, deadline).inspect_err(|_| {
        kill(&mut child, is_apart);
        let _ = child.wait();
    });
    ended
        .and_then(|(status, output)| of_success(status).map(|()| output))
        .map_err(|why| Error::credential(why).of(source))
        .and_then(|output| extent.secret(output, source))
}

/// All that the command printed until it ended; the error says why it is not over.
fn until_end(child: &mut Child, deadline: &Deadline) -> std::result::Result<(ExitStatus, Vec<u8>), String> {
    let unreadable = |why| format!("the command's output cannot be read: {why}");
    let stdout = child.stdout.take().ok_or("the command has no output")?;
    let mut pipe = Pipe::of(stdout).map_err(unreadable)?;
    let mut output = Vec::new();
    let mut pause = Duration::from_micros(200);
    loop {
        // Before the pipe is looked at: what a command that is over has printed is there.
        let status = child.try_wait().unwrap_or_default();
        let most = LIMIT + 1 - output.len() as u64;
        pipe.take(most, &mut output).map_err(unreadable)?;
        if output.len() as u64 > LIMIT {
            return Err("the command printed more than 1 MiB".into());
        }
        if let Some(status) = status {
            return Ok((status, output));
        }
        if deadline.is_over() {
            let limit = duration::words(deadline.limit());
            return Err(format!("the command did not end within {limit}"));
        }
        pipe.wait(pause.min(deadline.remaining()));
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn of_success(status: ExitStatus) -> std::result::Result<(), String> {
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(format!("the command failed with exit status {code}")),
        None => Err(format!("the command failed with {status}")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::error::Exit;

    fn limited(command: &str, limit: Duration) -> std::result::Result<String, String> {
        run(
            command,
            "here",
            Extent::FirstLine,
            &["HOME".into()],
            &Deadline::after(limit),
        )
        .map(|secret| secret.expose().to_owned())
        .map_err(|error| {
            assert_eq!(error.exit, Exit::Credential);
            error.text().to_owned()
        })
    }

    fn said(command: &str) -> std::result::Result<String, String> {
        limited(command, Duration::from_secs(30))
    }

    #[test]
    fn the_first_line_is_the_secret() {
        assert_eq!(said("printf ' p w \\r\\nmore'"), Ok(" p w ".into()));
        assert_eq!(said("cat; echo pw"), Ok("pw".into()));
        assert_eq!(said("echo \"<$HOME>\""), Ok("<>".into()));
    }

    #[test]
    fn a_command_that_fails_gives_nothing() {
        let failed = |why: &str| Err(format!("here: the command {why}"));
        assert_eq!(said("echo pw; exit 3"), failed("failed with exit status 3"));
        let killed = failed("failed with signal: 9 (SIGKILL)");
        assert_eq!(said("echo pw; kill -9 $$"), killed);
        assert_eq!(said("yes"), failed("printed more than 1 MiB"));
        assert_eq!(said("true"), Err("here: the first line is empty".into()));
    }

    #[test]
    fn what_a_command_leaves_running_is_not_waited_for() {
        for command in [
            "sleep 9 & echo pw",
            "sleep 9 & printf pw",
            "(sleep 0.1; echo late; sleep 9) & echo pw",
        ] {
            let began = Instant::now();
            assert_eq!(said(command), Ok("pw".into()));
            assert!(began.elapsed() < Duration::from_secs(5), "{command}");
        }
        let long = "x".repeat(200_000);
        assert_eq!(said("sleep 9 & head -c 200000 /dev/zero | tr '\\0' x"), Ok(long));
    }

    #[test]
    fn the_deadline_holds_whatever_becomes_of_the_pipe() {
        let late = Err("here: the command did not end within 0.2 s".to_owned());
        for command in ["sleep 9", "echo pw; sleep 9", "exec >&-; sleep 9"] {
            let began = Instant::now();
            assert_eq!(limited(command, Duration::from_millis(200)), late);
            assert!(began.elapsed() < Duration::from_secs(5), "{command}");
        }
    }
}
