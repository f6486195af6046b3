//! `tok status`
use super::Ground;
use crate::cli::Target;
use crate::error::Result;
use crate::voice::Verbosity;
pub(super) fn run(_ground: &Ground, _target: Option<Target>, _json: bool, _verbosity: Verbosity) -> Result<()> { Ok(()) }
