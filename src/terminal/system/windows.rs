//! The console on Windows, through `rpassword`: it reads UTF-16 from the console itself, restores its mode, and passes
//! Ctrl-C on.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::thread;
use std::time::Duration;

use rpassword::ConfigBuilder;

use crate::terminal::{Meanwhile, Screen};

#[derive(Debug)]
pub(super) struct Terminal;

impl Terminal {
    pub(super) fn open() -> Option<Self> {
        let console = |name| OpenOptions::new().read(true).write(true).open(name).ok();
        console("CONIN$").and(console("CONOUT$")).map(|_| Self)
    }

    pub(super) fn tell(&self, text: &str) -> io::Result<()> {
        let mut console = OpenOptions::new().write(true).open("CONOUT$")?;
        console.write_all(text.as_bytes())
    }

    pub(super) fn screen(&self) -> Screen {
        Screen::default()
    }

    /// `None` at Ctrl-Z, the end of input, here and below.
    pub(super) fn ask(&self, prompt: &str) -> io::Result<Option<Vec<u8>>> {
        // A mask that begins after the last character is an echo.
        let echo = ConfigBuilder::new().password_feedback_partial_mask('*', usize::MAX);
        answer(prompt, echo)
    }

    /// Nothing can be typed meanwhile.
    pub(super) fn ask_unless<T>(
        &self,
        prompt: &str,
        mut happened: impl FnMut() -> Option<T>,
    ) -> io::Result<Meanwhile<T>> {
        self.tell(&format!("{prompt}\n"))?;
        loop {
            if let Some(value) = happened() {
                return Ok(Meanwhile::Happened(value));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub(super) fn ask_hidden(&self, prompt: &str) -> io::Result<Option<Vec<u8>>> {
        answer(prompt, ConfigBuilder::new())
    }
}

/// There is no such limit.
pub(super) fn outlive_file_limit() {}

/// A console here need not know how to erase.
pub(super) fn owns_stderr() -> bool {
    false
}

fn answer(prompt: &str, config: ConfigBuilder) -> io::Result<Option<Vec<u8>>> {
    match rpassword::prompt_password_with_config(prompt, config.build()) {
        Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        answer => answer.map(|line| Some(line.into_bytes())),
    }
}
