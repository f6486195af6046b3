//! `tok VENDOR`: print a valid token.

use super::App;
use super::call::{Prepared, obtain};
use crate::cli::Call;
use crate::error::Result;
use crate::output::{Format, Stdout, print};

pub(super) fn run(app: &App, call: &Call, format: &Format) -> Result<()> {
    let prepared = Prepared::of(app, call)?;
    format.check(&call.vendor.name, &prepared.usage(""))?;
    let given = obtain(&prepared, false)?;
    print(&format.render(&given)?, &mut Stdout)
}
