//! One prompt at a time on a terminal.
//!
//! Two processes that ask at once would share its settings: the first to end would show what is typed for the other. A lock
//! on the terminal's own device keeps them apart; nobody else can open that, and it leaves no file. The lock is not on
//! `/dev/tty`, which is the same file for all terminals. Where the device is not found there are no turns.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use crate::disk::lock::{self, Lock};

/// Longer than most answers take. Whoever stopped a prompt with Ctrl-Z would be waited for without end.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits while somebody is being asked. The turn ends where the file is closed.
pub(super) fn take() -> io::Result<Option<File>> {
    let Some(device) = open() else { return Ok(None) };
    let began = Instant::now();
    match lock::wait(&device, || (began.elapsed() > LIMIT).then_some(())) {
        Ok(Lock::Taken) => Ok(Some(device)),
        Ok(_) => Ok(None),
        Err(()) => Err(io::Error::other(
            "another tok has been asking on this terminal for a minute",
        )),
    }
}

fn open() -> Option<File> {
    let flags = OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(device()?)
        .ok()
}

/// By the number that the kernel gives: the seventh field of `proc_pid_stat(5)`, the fifth behind the program's name.
#[cfg(target_os = "linux")]
fn device() -> Option<PathBuf> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, behind_name) = stat.rsplit_once(')')?;
    let device: u64 = behind_name.split_whitespace().nth(4)?.parse().ok()?;
    match (rustix::fs::major(device), rustix::fs::minor(device)) {
        (major @ 136..=143, minor) => Some(format!("/dev/pts/{}", (major - 136) * 256 + minor).into()),
        (4, console @ 1..=63) => Some(format!("/dev/tty{console}").into()),
        _ => None,
    }
}

/// Whichever standard stream is the terminal knows its name.
#[cfg(not(target_os = "linux"))]
fn device() -> Option<PathBuf> {
    use std::ffi::OsString;
    use std::io::{stderr, stdin, stdout};
    use std::os::fd::AsFd;
    use std::os::unix::ffi::OsStringExt;

    let (stdin, stdout, stderr) = (stdin(), stdout(), stderr());
    [stdin.as_fd(), stdout.as_fd(), stderr.as_fd()]
        .into_iter()
        .find_map(|stream| rustix::termios::ttyname(stream, Vec::new()).ok())
        .map(|name| OsString::from_vec(name.into_bytes()).into())
}
