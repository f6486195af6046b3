//! Systems whose kernel keeps no keys.

use super::Copy;

const WHY: &str = "this system's kernel keeps no keys";

pub(in crate::seal) fn read() -> Result<Option<Copy>, String> {
    Err(WHY.to_owned())
}

pub(in crate::seal) fn write(_copy: &Copy) -> Result<(), String> {
    Err(WHY.to_owned())
}

pub(in crate::seal) fn has_room() -> Result<(), String> {
    Err(WHY.to_owned())
}

pub(in crate::seal) fn forget() -> Result<bool, String> {
    Ok(false)
}
