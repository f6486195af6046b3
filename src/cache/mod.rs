//! What tok remembers between two calls, in one private folder: tokens, refused secrets, pauses, spent one-time codes, and who is
//! asking now.
//!
//! The room promises that it never stands in the way: whatever is wrong with the folder or with a file in it is a miss and
//! a warning. It takes the time as an argument and knows nothing of vendors' definitions, shells or HTTP; when to look, to
//! ask and to keep is decided by whoever uses it.

pub(crate) mod absence;
pub(crate) mod code;
pub(crate) mod entry;
pub(crate) mod fingerprint;
mod folder;
pub(crate) mod freshness;
pub(crate) mod guard;
pub(crate) mod hold;
pub(crate) mod identity;
pub(crate) mod lock;
pub(crate) mod pause;
pub(crate) mod prune;
mod record;
pub(crate) mod sealing;
pub(crate) mod store;
