//! Files and folders of the user's alone, on which the cache, the profiles and the prompts stand.
//!
//! The room promises that a file is trusted only after it was opened, that it is replaced as a whole or not at all, and that
//! no wait for a lock is without an end. What the files mean, and what is said of those that cannot be used, is left to
//! others.

pub(crate) mod lock;
pub(crate) mod private;
pub(crate) mod replace;
