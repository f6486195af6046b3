//! What a service manager is told (`sd_notify(3)`): that the file is there, and that tok is alive. Nothing where none asks.

use std::time::Duration;

#[cfg(target_os = "linux")]
use sd_notify::{NotifyState, notify, watchdog_enabled};

#[cfg(target_os = "linux")]
pub(super) fn ready() {
    // A manager that does not listen is no reason to stop.
    let _ = notify(&[NotifyState::Ready]);
}

#[cfg(target_os = "linux")]
pub(super) fn stopping() {
    let _ = notify(&[NotifyState::Stopping]);
}

/// Says so, and how soon it must be said again.
#[cfg(target_os = "linux")]
pub(super) fn alive() -> Option<Duration> {
    let span = watchdog_enabled()?;
    let _ = notify(&[NotifyState::Watchdog]);
    Some(span / 2)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn ready() {}

#[cfg(not(target_os = "linux"))]
pub(super) fn stopping() {}

#[cfg(not(target_os = "linux"))]
pub(super) fn alive() -> Option<Duration> {
    None
}
