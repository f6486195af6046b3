//! Time: the wall clock, spans as people write them, and the limit for a whole call.

pub(crate) mod clock;
pub(crate) mod deadline;
pub(crate) mod duration;
