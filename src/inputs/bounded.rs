//! An end for a wait that has none of its own: opening a pipe that nobody writes to, a service that never answers.

use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// What `work` gives, or `None` if it gave nothing within `limit`. It is then left behind in its thread, to end with the
/// process.
pub(super) fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    try_within(limit, work).ok().flatten()
}

/// The same with the error where there is no room for a thread.
pub(super) fn try_within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Option<T>> {
    let (done, answer) = mpsc::channel();
    thread::Builder::new().spawn(move || done.send(work()))?;
    Ok(answer.recv_timeout(limit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_left_behind() {
        assert_eq!(within(Duration::from_secs(10), || 7), Some(7));
        let never = within(Duration::from_millis(10), || {
            loop {
                thread::park();
            }
        });
        assert_eq!(never, None::<()>);
    }
}
