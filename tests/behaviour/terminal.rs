//! A process on a terminal of its own, as a person would run it, with its output captured elsewhere as by `$(…)`.
//!
//!     let mut terminal = tok.terminal(["modulus"]);
//!     terminal.answer("modulus username: ", "api-user");
//!     let output = terminal.wait().ok();

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};

use crate::harness::{Output, Running, Tok, line, until};

pub(crate) struct Terminal {
    running: Running,
    keyboard: Arc<Pty>,
    /// The process's end, kept open so that its settings can be read afterwards.
    end: OwnedFd,
    screen: Arc<Mutex<Vec<u8>>>,
    /// How much of the screen has been looked at.
    seen: usize,
    status: Option<ExitStatus>,
    /// The settings before the process could change them.
    pub(crate) before: Modes,
}

/// The settings of a terminal, to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Modes {
    input: u64,
    output: u64,
    control: u64,
    local: u64,
}

impl Tok {
    /// Starts tok on a terminal: a session of its own, in the foreground; standard streams as in [`Tok::run`].
    #[track_caller]
    pub(crate) fn terminal<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Terminal {
        self.terminal_of(env!("CARGO_BIN_EXE_tok"), arguments)
    }

    #[track_caller]
    pub(crate) fn terminal_of<A: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Terminal {
        let (command, files) = self.command(program, arguments);
        let line = line(&command);
        let (pty, pts) = open().expect("a terminal");
        pty.resize(pty_process::Size::new(24, 200)).expect("a terminal's size");
        let end = pts.as_fd().try_clone_to_owned().unwrap();
        let before = modes(&end);
        let command = Command::from(command)
            .stdin(files.stdin())
            .stdout(files.stdout())
            .stderr(files.stderr());
        let child = command.spawn(pts);
        let child = child.unwrap_or_else(|error| panic!("{line}: {error}"));
        let keyboard = Arc::new(pty);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (reader, shown) = (Arc::clone(&keyboard), Arc::clone(&screen));
        // It ends when nobody has the process's end open any more.
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = (&*reader).read(&mut chunk) {
                shown.lock().unwrap().extend_from_slice(&chunk[..length]);
            }
        });
        Terminal {
            running: Running {
                child,
                began: Instant::now(),
                line,
                files,
                forbidden: self.forbidden(),
            },
            keyboard,
            end,
            screen,
            seen: 0,
            status: None,
            before,
        }
    }
}

fn modes(end: &OwnedFd) -> Modes {
    let modes = tcgetattr(end).unwrap();
    Modes {
        input: modes.input_modes.bits().into(),
        output: modes.output_modes.bits().into(),
        control: modes.control_modes.bits().into(),
        local: modes.local_modes.bits().into(),
    }
}

impl Terminal {
    /// What it has written to standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.running.stderr()
    }

    pub(crate) fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until this is shown, after what was waited for before.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let found = {
                let screen = self.screen.lock().unwrap();
                screen[self.seen..]
                    .windows(text.len())
                    .position(|window| window == text.as_bytes())
            };
            if let Some(place) = found {
                self.seen += place + text.len();
                return;
            }
            let over = Instant::now() > end || self.ended();
            if over && !self.screen()[self.seen.min(self.screen().len())..].contains(text) {
                let output = self
                    .running
                    .output(self.status.or(Some(ExitStatus::default())), self.screen());
                panic!("{text:?} was expected on the terminal\n{output}");
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Types this as it stands; `\n` is the return key, `\x03` Ctrl-C, `\x04` Ctrl-D.
    pub(crate) fn send(&self, keys: &str) {
        (&*self.keyboard).write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for a prompt and types a line.
    #[track_caller]
    pub(crate) fn answer(&mut self, prompt: &str, text: &str) {
        self.expect(prompt);
        self.send(&format!("{text}\n"));
    }

    /// The same where what is typed must not be shown: waits until the terminal echoes nothing. A prompt is what is shown last,
    /// so that a reason which begins like one is not answered.
    #[track_caller]
    pub(crate) fn answer_hidden(&mut self, prompt: &str, text: &str) {
        self.expect(prompt);
        until("the terminal hides what is typed", || {
            self.screen.lock().unwrap().ends_with(prompt.as_bytes()) && !self.echoes()
        });
        self.seen = self.screen.lock().unwrap().len();
        self.send(&format!("{text}\n"));
    }

    pub(crate) fn echoes(&self) -> bool {
        tcgetattr(&self.end).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    pub(crate) fn modes(&self) -> Modes {
        modes(&self.end)
    }

    /// Sends a signal to the process, not through the terminal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        self.running.signal(signal);
    }

    pub(crate) fn ended(&mut self) -> bool {
        self.status = self.status.or_else(|| self.running.child.try_wait().unwrap());
        self.status.is_some()
    }

    /// Waits for the end. The terminal stays, so that its settings can be read.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> Output {
        self.status = self.status.or_else(|| self.running.status());
        // What was written last takes a moment to come through.
        thread::sleep(Duration::from_millis(50));
        let screen = self.screen();
        self.running.output(self.status, screen)
    }
}
