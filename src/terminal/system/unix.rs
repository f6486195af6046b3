//! The terminal on Unix: `/dev/tty`.
//!
//! A visible line is edited by the terminal itself, and Ctrl-C and Ctrl-Z do what they always do. A hidden one is read
//! character by character, since the terminal's own lines end at 4096 bytes. Ctrl-C still reaches the whole foreground group,
//! so a script around tok ends as well. Ctrl-Z stops it as ever, but only once the shell has its echo back; the question is
//! asked again when the group goes on, so that a line meant for the shell is never taken for a password. (`rpassword` turns
//! both off, signals only its own process, drops control characters and takes a lost terminal for Enter.)
//!
//! Whatever ends the process while something hidden is asked, the terminal is restored.

mod signals;
mod turn;
mod typed;
mod unless;

pub(super) use signals::outlive_file_limit;

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
};

use self::typed::{NO_KEY, Typed, read_hidden};
use self::unless::Unless;
use crate::terminal::paint::has_colours;
use crate::terminal::{Meanwhile, Screen};

#[derive(Debug)]
pub(super) struct Terminal {
    tty: File,
}

impl Terminal {
    pub(super) fn open() -> Option<Self> {
        let tty = OpenOptions::new().read(true).write(true).open("/dev/tty").ok()?;
        in_foreground(&tty).then_some(Self { tty })
    }

    pub(super) fn tell(&self, text: &str) -> io::Result<()> {
        (&self.tty).write_all(text.as_bytes())
    }

    pub(super) fn screen(&self) -> Screen {
        let (columns, rows) = tcgetwinsize(&self.tty).map_or((0, 0), |size| (size.ws_col, size.ws_row));
        Screen {
            columns,
            rows,
            colours: has_colours(&self.tty),
        }
    }

    /// `None` at Ctrl-D, here and below.
    pub(super) fn ask(&self, prompt: &str) -> io::Result<Option<Vec<u8>>> {
        let _turn = turn::take()?;
        self.expect_foreground()?;
        (&self.tty).write_all(prompt.as_bytes())?;
        let mut line = Vec::new();
        // One byte at a time: what was typed ahead belongs to the next question.
        BufReader::with_capacity(1, &self.tty).read_until(b'\n', &mut line)?;
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(line));
        }
        // Ctrl-D leaves the cursor behind the prompt.
        (&self.tty).write_all(b"\n")?;
        Ok(Some(line).filter(|line| !line.is_empty()))
    }

    pub(super) fn ask_hidden(&self, prompt: &str) -> io::Result<Option<Vec<u8>>> {
        loop {
            match self.ask_hidden_once(prompt)? {
                Typed::Line(line) => return Ok(Some(line)),
                Typed::End => return Ok(None),
                Typed::Suspend => signals::suspend(),
            }
        }
    }

    fn ask_hidden_once(&self, prompt: &str) -> io::Result<Typed> {
        let _turn = turn::take()?;
        self.expect_foreground()?;
        signals::watch(close_prompt)?;
        let suspend_key = tcgetattr(&self.tty)?.special_codes[SpecialCodeIndex::VSUSP];
        let _hidden = Hidden::begin(&self.tty, Patience::Endless)?;
        (&self.tty).write_all(prompt.as_bytes())?;
        read_hidden(BufReader::with_capacity(1, &self.tty), suspend_key)
    }

    pub(super) fn ask_unless<T>(
        &self,
        prompt: &str,
        mut happened: impl FnMut() -> Option<T>,
    ) -> io::Result<Meanwhile<T>> {
        loop {
            let mut input = Unless::new(&self.tty, &mut happened);
            if let Some(value) = input.until_foreground()? {
                return Ok(Meanwhile::Happened(value));
            }
            let typed = self.ask_hidden_unless(prompt, &mut input);
            if let Some(value) = input.value {
                return Ok(Meanwhile::Happened(value));
            }
            match typed? {
                Typed::Line(line) => return Ok(Meanwhile::Typed(Some(line))),
                Typed::End => return Ok(Meanwhile::Typed(None)),
                Typed::Suspend => signals::suspend(),
            }
        }
    }

    fn ask_hidden_unless(&self, prompt: &str, input: impl Read) -> io::Result<Typed> {
        let _turn = turn::take()?;
        signals::watch(close_prompt)?;
        let suspend_key = tcgetattr(&self.tty)?.special_codes[SpecialCodeIndex::VSUSP];
        let _hidden = Hidden::begin(&self.tty, Patience::Short)?;
        (&self.tty).write_all(prompt.as_bytes())?;
        read_hidden(BufReader::with_capacity(1, input), suspend_key)
    }

    fn expect_foreground(&self) -> io::Result<()> {
        if in_foreground(&self.tty) {
            return Ok(());
        }
        Err(io::Error::other("nobody answers a background process"))
    }
}

/// Only a process in the foreground may touch its terminal; another would be stopped.
fn in_foreground(tty: impl AsFd) -> bool {
    tcgetpgrp(tty).is_ok_and(|group| group == getpgrp())
}

/// A prompt that is open is closed before an ending signal is told.
pub(super) fn tell_signals(
    ending: &'static [i32],
    others: &[i32],
    tell: impl Fn(i32, bool) + Send + 'static,
) -> io::Result<()> {
    signals::tell(ending, others, close_prompt, tell)
}

pub(super) fn owns_stderr() -> bool {
    in_foreground(io::stderr())
}

/// The hidden prompt that is open. A process has one terminal, so it has one of these.
static OPEN: Mutex<Option<Prompt>> = Mutex::new(None);

fn open_prompt() -> MutexGuard<'static, Option<Prompt>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Prompt {
    tty: File,
    before: Termios,
}

impl Prompt {
    /// A terminal that cannot be restored has gone, or is the shell's by now.
    fn restore(&self) {
        if in_foreground(&self.tty) {
            let _ = tcsetattr(&self.tty, OptionalActions::Now, &self.before);
            let _ = (&self.tty).write_all(b"\n");
        }
    }
}

/// How long a character is waited for.
#[derive(Debug, Clone, Copy)]
enum Patience {
    Endless,
    /// A tenth of a second, after which nothing was typed.
    Short,
}

/// Keeps the input hidden until it is dropped.
struct Hidden;

impl Hidden {
    fn begin(tty: &File, patience: Patience) -> io::Result<Self> {
        let before = tcgetattr(tty)?;
        let mut modes = before.clone();
        let off = LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON;
        modes.local_modes.remove(off);
        let (least, tenths) = match patience {
            Patience::Endless => (1, 0),
            Patience::Short => (0, 1),
        };
        modes.special_codes[SpecialCodeIndex::VMIN] = least;
        modes.special_codes[SpecialCodeIndex::VTIME] = tenths;
        modes.special_codes[SpecialCodeIndex::VSUSP] = NO_KEY;
        let tty = tty.try_clone()?;
        let mut open = open_prompt();
        tcsetattr(&tty, OptionalActions::Now, &modes)?;
        *open = Some(Prompt { tty, before });
        Ok(Self)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        close_prompt();
    }
}

fn close_prompt() {
    if let Some(prompt) = open_prompt().take() {
        prompt.restore();
    }
}
