//! Standard output, with every failure said.
//!
//! The standard library's own takes a write that the system refuses, because nothing is open there or only for reading, for
//! one that was made. Before `main` it also opens /dev/null in the place of what is closed, for reading and writing, just as
//! some programs open it for those that they start; so whether it was closed is looked at earlier still.

use std::io::{self, Write};

#[derive(Debug)]
pub(crate) struct Stdout;

#[cfg(unix)]
impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if at_start::was_closed() {
            return Err(rustix::io::Errno::BADF.into());
        }
        Ok(rustix::io::write(rustix::stdio::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
mod at_start {
    use std::sync::atomic::{AtomicBool, Ordering};

    static CLOSED: AtomicBool = AtomicBool::new(false);

    #[ctor::ctor]
    fn look() {
        let closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err();
        CLOSED.store(closed, Ordering::Relaxed);
    }

    pub(super) fn was_closed() -> bool {
        CLOSED.load(Ordering::Relaxed)
    }
}

/// A console takes text and no bytes, which the standard library sees to.
#[cfg(not(unix))]
impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}
