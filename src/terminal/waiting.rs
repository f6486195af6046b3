//! A sign of life while a vendor is waited for: one line on standard error, after half a second, where a person looks.
//!
//! It is gone before anything else is written there and while a question is open. Of several waits one is shown at a time.

use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use super::watched::is_watched;
use crate::time::duration;

const PATIENCE: Duration = Duration::from_millis(500);
const STEP: Duration = Duration::from_millis(100);
const FRAMES: [char; 4] = ['|', '/', '-', '\\'];
const ERASE: &[u8] = b"\r\x1b[K";

/// The line, of which there is one.
struct Line {
    /// Whose wait is shown.
    of: Option<ThreadId>,
    /// A question is open.
    hushed: bool,
}

static LINE: Mutex<Line> = Mutex::new(Line {
    of: None,
    hushed: false,
});

fn line() -> MutexGuard<'static, Line> {
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    fn erase(&mut self) {
        if self.of.take().is_some() {
            let _ = io::stderr().write_all(ERASE);
        }
    }

    fn draw(&mut self, text: &str) {
        let own = thread::current().id();
        // Looked at each time: the shell may have put the process into the background.
        if !self.hushed && is_watched() && *self.of.get_or_insert(own) == own {
            let _ = write!(io::stderr(), "\r{text}\x1b[K");
        }
    }
}

/// Shown until it is dropped.
#[derive(Debug)]
pub(crate) struct Waiting {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Waiting {
    /// `None` where nobody looks.
    pub(crate) fn begin(what: &str) -> Option<Self> {
        if !is_watched() {
            return None;
        }
        let what = what.to_owned();
        let (stop, stopped) = mpsc::channel();
        let turn = move || {
            let began = Instant::now();
            let mut pause = PATIENCE;
            for frame in FRAMES.iter().cycle() {
                if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                let text = format!("{frame} {what}, {}", duration::words(began.elapsed()));
                line().draw(&text);
                pause = STEP;
            }
            let mut line = line();
            if line.of == Some(thread::current().id()) {
                line.erase();
            }
        };
        Some(Self {
            stop: Some(stop),
            thread: Some(thread::Builder::new().spawn(turn).ok()?),
        })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Writes to standard error where the line may stand.
pub(crate) fn write_instead(text: &str) {
    let mut line = line();
    line.erase();
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Keeps the line away.
pub(crate) fn hushed<T>(question: impl FnOnce() -> T) -> T {
    let set = |hushed| {
        let mut line = line();
        line.erase();
        line.hushed = hushed;
    };
    set(true);
    let answer = question();
    set(false);
    answer
}
