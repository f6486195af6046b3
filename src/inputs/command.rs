//! Secrets that a command prints, such as a password manager's.
//!
//! The command runs through the shell with nothing on standard input, its messages on tok's own standard error, and without
//! the variables that may hold secrets. It has to exit with 0; its first line is the secret, or all that it prints where a document
//! is wanted. It stays in tok's process group,
//! so that it can ask on the terminal and Ctrl-C reaches it. At the deadline it is killed and not waited for any longer; what
//! it started itself is beyond tok's reach and may live on. An error names where the command was configured, not the command:
//! a password may stand in it.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use super::bounded;
use super::extent::{Extent, LIMIT};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::time::deadline::Deadline;

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
    let mut child = shell
        .spawn()
        .map_err(|why| Error::credential(format!("{source}: the command cannot be started: {why}")))?;
    let outcome = outcome(&mut child, deadline);
    // Neither does anything to a command that is over.
    let _ = child.kill();
    let _ = child.wait();
    outcome
        .map_err(|why| Error::credential(why).of(source))
        .and_then(|output| extent.secret(output, source))
}

/// All that the command prints, or what went wrong.
fn outcome(child: &mut Child, deadline: &Deadline) -> std::result::Result<Vec<u8>, String> {
    let late = || {
        let limit = deadline.limit().as_secs_f32();
        format!("the command did not end within {limit} s")
    };
    let stdout = child.stdout.take();
    let read = move || -> io::Result<Vec<u8>> {
        let mut output = Vec::new();
        if let Some(stdout) = stdout {
            stdout.take(LIMIT + 1).read_to_end(&mut output)?;
        }
        Ok(output)
    };
    let output = bounded::within(deadline.remaining(), read)
        .ok_or_else(late)?
        .map_err(|why| format!("the command's output cannot be read: {why}"))?;
    if output.len() as u64 > LIMIT {
        return Err("the command printed more than 1 MiB".into());
    }
    let status = wait(child, deadline).ok_or_else(late)?;
    match status.code() {
        Some(0) => Ok(output),
        Some(code) => Err(format!("the command failed with exit status {code}")),
        None => Err(format!("the command failed with {status}")),
    }
}

/// Waits for the end of a command whose output has ended, which is as a rule at once.
fn wait(child: &mut Child, deadline: &Deadline) -> Option<ExitStatus> {
    let mut pause = Duration::from_micros(200);
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if deadline.is_over() {
            return None;
        }
        thread::sleep(pause.min(deadline.remaining()));
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

#[cfg(not(windows))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command);
    shell
}

/// `/S` makes `cmd` take off the outer quotation marks and leave the rest as it is.
#[cfg(windows)]
fn shell(command: &str) -> Command {
    use std::os::windows::process::CommandExt;
    let mut shell = Command::new("cmd");
    shell.raw_arg(format!("/S /C \"{command}\""));
    shell
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
    fn the_deadline_holds_whatever_keeps_the_pipe_open() {
        let late = Err("here: the command did not end within 0.2 s".to_owned());
        for command in ["sleep 9", "sleep 9 & echo pw", "exec >&-; sleep 9"] {
            let began = Instant::now();
            assert_eq!(limited(command, Duration::from_millis(200)), late);
            assert!(began.elapsed() < Duration::from_secs(5), "{command}");
        }
    }
}
