//! Look, lock, look again, keep.
