//! A command's process on Unix.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process_group};

pub(super) fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command);
    shell
}

/// Whether what is started is a group of its own from now on. Where there is a terminal it is not: a command may ask there,
/// which only the group in the foreground can, and Ctrl-C is meant for it as well.
pub(super) fn set_apart(shell: &mut Command) -> bool {
    let apart = File::open("/dev/tty").is_err();
    if apart {
        shell.process_group(0);
    }
    apart
}

/// Ends a command that is not over, and all that it started where it is a group of its own.
pub(super) fn kill(child: &mut Child, apart: bool) {
    if apart {
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
}

/// The end of a pipe that is read only as far as something is there: whoever else has the other end may keep it open.
#[derive(Debug)]
pub(super) struct Pipe {
    stdout: ChildStdout,
    is_open: bool,
}

impl Pipe {
    pub(super) fn of(stdout: ChildStdout) -> io::Result<Self> {
        fcntl_setfl(&stdout, fcntl_getfl(&stdout)? | OFlags::NONBLOCK)?;
        Ok(Self { stdout, is_open: true })
    }

    /// Takes what is there, up to that many bytes.
    pub(super) fn take(&mut self, most: u64, into: &mut Vec<u8>) -> io::Result<()> {
        match self.stdout.by_ref().take(most).read_to_end(into) {
            Ok(_) => self.is_open = false,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Until something is there, but no longer than this.
    pub(super) fn wait(&self, limit: Duration) {
        let stdout = PollFd::new(&self.stdout, PollFlags::IN);
        let mut wanted = if self.is_open { vec![stdout] } else { Vec::new() };
        let _ = poll(&mut wanted, Timespec::try_from(limit).ok().as_ref());
    }
}
