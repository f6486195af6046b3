//! What is typed on a terminal that says every now and then that nothing was, until something else happens.

use std::fs::File;
use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;

/// What is typed, until something else happens, which is an error of the reading.
pub(super) struct Unless<'a, T, F> {
    tty: &'a File,
    happened: &'a mut F,
    /// What happened.
    pub(super) value: Option<T>,
}

impl<'a, T, F: FnMut() -> Option<T>> Unless<'a, T, F> {
    pub(super) fn new(tty: &'a File, happened: &'a mut F) -> Self {
        Self {
            tty,
            happened,
            value: None,
        }
    }

    /// Nobody types for a process in the background, but something may happen meanwhile.
    pub(super) fn until_foreground(&mut self) -> io::Result<Option<T>> {
        while tcgetpgrp(self.tty)? != getpgrp() {
            if let Some(value) = (self.happened)() {
                return Ok(Some(value));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(None)
    }
}

impl<T, F: FnMut() -> Option<T>> Read for &mut Unless<'_, T, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.value = (self.happened)();
            if self.value.is_none() {
                self.value = self.until_foreground()?;
            }
            if self.value.is_some() {
                return Err(io::Error::other("something else happened"));
            }
            match (&mut &*self.tty).read(buffer) {
                Ok(0) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}
