//! One short file per command; none knows a vendor's name.

mod call;
mod check;
mod completions;
mod demo;
mod env;
mod exec;
mod helper;
mod keep;
mod login;
mod logout;
mod status;
mod token;
mod vendors;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::{self, Invocation, Target};
use crate::definition::{Catalogue, Vendor};
use crate::error::{Error, Result};
use crate::inputs::config::Profiles;
use crate::inputs::{self, folders};
use crate::output::{Stdout, print};
use crate::terminal::outlive_file_limit;
use crate::terminal::voice::Voice;

/// What every command needs.
#[derive(Debug)]
struct App {
    catalogue: Catalogue,
    config_folder: Option<PathBuf>,
}

impl App {
    /// Exit 2 where there is no vendor of that name, with the nearest one.
    fn vendor(&self, name: &str) -> Result<Vendor> {
        let found = self.catalogue.find(name)?;
        found.ok_or_else(|| cli::unknown_vendor(name, &self.catalogue))
    }

    fn profiles(&self, vendor: &Vendor) -> Result<Profiles> {
        Profiles::load(self.config_folder.as_deref(), vendor, &self.catalogue)
    }

    /// What no program inherits that is run beside a token.
    fn hidden_variables(&self) -> Vec<String> {
        inputs::hidden_variables(&self.catalogue)
    }

    /// The one that is named, or all, and why a file gives none.
    fn vendors(&self, target: Option<&Target>) -> Result<(Vec<Vendor>, Vec<Error>)> {
        match target {
            None => Ok(self.catalogue.all()),
            Some(target) => Ok((vec![self.vendor(&target.vendor)?], Vec::new())),
        }
    }
}

/// Does what the program's name and the words behind it ask for.
pub(crate) fn run(words: Vec<OsString>) -> Result<()> {
    outlive_file_limit();
    let words = cli::words(words);
    if completions::is_asked_by_a_script(&words) {
        completions::run(&words);
        return Ok(());
    }
    let (failing, asking) = (env::failing_code(&words), helper::asking(&words));
    let mut folder = folders::config();
    let catalogue = Catalogue::new(folder.as_ref().ok().and_then(Option::as_deref));
    let parsed = cli::parse(words, &catalogue);
    if matches!(parsed, Ok(Invocation::Text(_) | Invocation::Completions(_))) {
        // These do without one.
        folder = Ok(None);
    }
    let (config_folder, invocation) = match folder.and_then(|folder| Ok((folder, parsed?))) {
        Ok(prepared) => prepared,
        Err(error) => {
            env::print_failing(failing);
            return Err(helper::told(asking, error));
        }
    };
    let app = App {
        catalogue,
        config_folder,
    };
    match invocation {
        Invocation::Token(call, format) => token::run(&app, &call, format),
        Invocation::Env(call, format) => env::run(&app, &call, format),
        Invocation::Login(call, verify) => login::run(&app, &call, verify),
        Invocation::Logout(logout) => logout::run(&app, &logout),
        Invocation::ForgetKey(verbosity) => logout::forget_key(Voice(verbosity)),
        Invocation::Exec(exec) if exec.keep => exec::stay(app, *exec),
        Invocation::Exec(exec) => exec::run(&app, &exec),
        Invocation::Keep(keep) => keep::run(app, *keep),
        Invocation::Status {
            target,
            json,
            verbosity,
        } => status::run(&app, target.as_ref(), json, verbosity),
        Invocation::Vendors { name } => vendors::run(&app, name.as_deref()),
        Invocation::Check { file, show } => check::run(&app, &file, show),
        Invocation::Helper(asked) => helper::run(&app, &asked),
        Invocation::Demo { target } => demo::run(&app, target.as_ref()),
        Invocation::Completions(shell) => print(shell.script, &mut Stdout),
        Invocation::Text(text) => print(&text, &mut Stdout),
    }
}
