//! The signals that end or stop a process: while something hidden is asked, and where files may not grow.
//!
//! A thread takes those that end it: it restores the terminal and lets the signal do what it does by default. It stays for the rest of the
//! process, because a signal that was once taken never gets its default back. One that is ignored is left alone, since the
//! command of `tok exec` shall find it ignored as well, as `nohup` means it. What is ignored is known on Linux alone.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Signal, getrlimit, kill_current_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::emulate_default_handler;
use signal_hook::low_level::siginfo::Cause;

/// Signals that are taken already, a bit for each as in [`ignored`].
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// From the first call on, unless somebody is told of them. `restore` is what comes before the end.
pub(super) fn watch(restore: fn()) -> io::Result<()> {
    take(&[SIGHUP, SIGINT, SIGQUIT, SIGTERM], move |signal, _| {
        restore();
        let _ = emulate_default_handler(signal);
    })
}

/// From now on these signals are told, and whether another process sent them, instead of ending the process. Before those
/// that end what is done, whatever is asked at the time, comes `restore`.
pub(super) fn tell(
    ending: &'static [i32],
    others: &[i32],
    restore: fn(),
    tell: impl Fn(i32, bool) + Send + 'static,
) -> io::Result<()> {
    take(&[ending, others].concat(), move |signal, is_sent| {
        if ending.contains(&signal) {
            restore();
        }
        tell(signal, is_sent);
    })
}

fn take(signals: &[i32], told: impl Fn(i32, bool) + Send + 'static) -> io::Result<()> {
    let bit = |signal: i32| 1_u64 << (signal - 1);
    let left_alone = ignored() | TAKEN.load(Ordering::SeqCst);
    let heard: Vec<i32> = signals
        .iter()
        .copied()
        .filter(|signal| left_alone & bit(*signal) == 0)
        .collect();
    if heard.is_empty() {
        return Ok(());
    }
    let mut origins = SignalsInfo::<WithOrigin>::new(&heard)?;
    TAKEN.fetch_or(
        heard.into_iter().map(bit).fold(0, |all, bit| all | bit),
        Ordering::SeqCst,
    );
    let tells = move || {
        for origin in origins.forever() {
            told(origin.signal, matches!(origin.cause, Cause::Sent(_)));
        }
    };
    thread::Builder::new().spawn(tells)?;
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
