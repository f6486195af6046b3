//! What a person sees and types: prompts, the voice on standard error, the sign of life while waiting, colours.
//!
//! Who may be asked for what, and what is worth saying, is left to others.

pub(crate) mod browser;
pub(crate) mod paint;
mod person;
mod prompt;
mod screen;
#[cfg_attr(unix, path = "system/unix.rs")]
#[cfg_attr(windows, path = "system/windows.rs")]
mod system;
pub(crate) mod voice;
mod waiting;
mod watched;

pub(crate) use person::Person;
pub(crate) use prompt::{Meanwhile, Question, TIMES, Terminal};
pub(crate) use screen::{Screen, has_unicode};

/// Has signals told, with whether another process sent them, instead of ending the process, whatever is being asked. Those
/// that are ignored stay so.
#[cfg(unix)]
pub(crate) fn tell_signals(
    ending: &'static [i32],
    others: &[i32],
    tell: impl Fn(i32, bool) + Send + 'static,
) -> std::io::Result<()> {
    system::tell_signals(ending, others, tell)
}

/// Has a write that goes past the limit of a file fail, instead of ending the process.
pub(crate) fn outlive_file_limit() {
    system::outlive_file_limit();
}
