//! `tok VENDOR`: print a valid token.

use std::io;

use super::Ground;
use super::call::{Setting, obtain};
use crate::cli::Call;
use crate::error::Result;
use crate::output::{Format, print};

pub(super) fn run(ground: &Ground, call: &Call, format: &Format) -> Result<()> {
    format.check(&call.vendor.name, call.vendor.definition.usage.query.is_some())?;
    let setting = Setting::of(ground, call)?;
    let given = obtain(ground, call, &setting, false)?;
    print(&format.render(&given)?, &mut io::stdout())
}
