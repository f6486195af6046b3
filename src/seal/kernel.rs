//! The kernel's own keyring, where a key is read with a few system calls.
//!
//! It is gone when the user's last session ends or the machine restarts. On systems that have none every call says so.

use super::key::Key;

#[cfg_attr(target_os = "linux", path = "kernel/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "kernel/none.rs")]
mod system;

pub(super) use system::{forget, has_room, read, write};

/// The key as it lies there.
#[derive(Debug, Clone)]
pub(super) struct Copy {
    pub(super) key: Key,
    /// The OS keyring has it too, so that it outlives the machine's next start.
    pub(super) is_lasting: bool,
    /// The one that was in use before.
    pub(super) former: Option<Key>,
}
