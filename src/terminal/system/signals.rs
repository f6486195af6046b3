//! The signals that end or stop a process: while something hidden is asked, and where files may not grow.
//!
//! A thread takes those that end it: it restores the terminal and lets the signal do what it does by default. It stays for the rest of the
//! process, because a signal that was once taken never gets its default back. One that is ignored is left alone, since the
//! command of `tok exec` shall find it ignored as well, as `nohup` means it. What is ignored is known on Linux alone.

use std::fs;
use std::io;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Signal, getrlimit, kill_current_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

static WATCHED: OnceLock<()> = OnceLock::new();

/// From the first call on. `restore` is what comes before the end.
pub(super) fn watch(restore: fn()) -> io::Result<()> {
    if WATCHED.set(()).is_err() {
        return Ok(());
    }
    take(&[SIGHUP, SIGINT, SIGQUIT, SIGTERM], move |signal| {
        restore();
        let _ = emulate_default_handler(signal);
    })
}

/// From now on these signals are told to `tell` and end nothing, whatever is asked at the time. `restore` comes before.
pub(super) fn tell(signals: &[i32], restore: fn(), tell: impl Fn(i32) + Send + 'static) -> io::Result<()> {
    let _ = WATCHED.set(());
    take(signals, move |signal| {
        restore();
        tell(signal);
    })
}

fn take(signals: &[i32], told: impl Fn(i32) + Send + 'static) -> io::Result<()> {
    let ignored = ignored();
    let heard = signals.iter().filter(|signal| ignored >> (*signal - 1) & 1 == 0);
    let mut signals = Signals::new(heard)?;
    thread::Builder::new().spawn(move || signals.forever().for_each(told))?;
    Ok(())
}

/// Stops the whole process group, as the terminal itself does at its key, until somebody lets it go on. Where that signal
/// is ignored, or no shell is there that could let it go on, nothing stops.
pub(super) fn suspend() {
    let _ = kill_current_process_group(Signal::TSTP);
    // Time for another thread that took the signal to stop this one as well.
    thread::sleep(Duration::from_millis(100));
}

/// Has a write fail that would take a file past the limit of `ulimit -f`, instead of ending the process. For the command of
/// `tok exec` that is as it was: what is taken here has its default there, and what is ignored is left alone.
pub(crate) fn outlive_file_limit() {
    if getrlimit(Resource::Fsize).current.is_some() && ignored() >> (SIGXFSZ - 1) & 1 == 0 {
        // Where it cannot be taken, it is as it always was.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    }
}

/// One bit for each, the lowest for signal 1, as in `proc_pid_status(5)`.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
