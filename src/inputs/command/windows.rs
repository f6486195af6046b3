//! A command's process on Windows.

use std::io::{self, Read};
use std::os::windows::process::CommandExt;
use std::process::{Child, ChildStdout, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// `/S` makes `cmd` take off the outer quotation marks and leave the rest as it is.
pub(super) fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.raw_arg(format!("/S /C \"{command}\""));
    shell
}

/// There are no groups that could be ended as a whole.
pub(super) fn set_apart(_shell: &mut Command) -> bool {
    false
}

pub(super) fn kill(child: &mut Child, _apart: bool) {
    let _ = child.kill();
}

/// The end of a pipe that is read only as far as something is there: whoever else has the other end may keep it open. A pipe
/// is read by a thread here, and what has not come out of it for a moment is not there.
#[derive(Debug)]
pub(super) struct Pipe {
    chunks: Receiver<io::Result<Vec<u8>>>,
    is_open: bool,
}

const MOMENT: Duration = Duration::from_millis(50);

impl Pipe {
    pub(super) fn of(mut stdout: ChildStdout) -> io::Result<Self> {
        let (send, chunks) = mpsc::sync_channel(1);
        thread::Builder::new().spawn(move || {
            let mut chunk = vec![0; 4096];
            loop {
                let read = stdout.read(&mut chunk);
                let is_last = !matches!(read, Ok(1..));
                let read = read.map(|length| chunk.iter().take(length).copied().collect());
                if send.send(read).is_err() || is_last {
                    break;
                }
            }
        })?;
        Ok(Self { chunks, is_open: true })
    }

    /// Takes what is there, up to about that many bytes.
    pub(super) fn take(&mut self, most: u64, into: &mut Vec<u8>) -> io::Result<()> {
        let end = into.len() as u64 + most;
        while (into.len() as u64) < end {
            match self.chunks.recv_timeout(MOMENT) {
                Ok(chunk) => into.extend(chunk?),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    self.is_open = false;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Until something is there, but no longer than this. While the pipe is open [`Pipe::take`] waits itself.
    pub(super) fn wait(&self, limit: Duration) {
        if !self.is_open {
            thread::sleep(limit);
        }
    }
}
