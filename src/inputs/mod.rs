//! Where a field's value comes from.
