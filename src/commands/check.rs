//! `tok vendors check FILE`: reads a file as a vendor's, explains each mistake, and runs the examples in it.

use std::io;
use std::path::Path;

use crate::definition::{lint, name};
use crate::error::{Error, Result};
use crate::output::print;
use crate::terminal::voice::{Verbosity, Voice};
use crate::text;
use crate::text::file::Unread;

pub(super) fn run(file: &Path) -> Result<()> {
    let shown = file.display();
    let voice = Voice(Verbosity::Normal);
    let text = text::file::read(file).map_err(|unread| of_unread(&unread, file))?;
    let mut mistakes: Vec<String> = name::of_file(file)
        .err()
        .into_iter()
        .map(|refusal| format!("{shown}: {refusal}"))
        .collect();
    let proven = lint::prove(&text);
    let faults = proven.as_ref().err().into_iter().flatten();
    mistakes.extend(faults.map(|fault| format!("{shown}:{}: {}", fault.line, fault.words)));
    // The last one is said with the exit status.
    if let Some(last) = mistakes.pop() {
        for mistake in &mistakes {
            voice.notice(mistake);
        }
        return Err(Error::usage(last));
    }
    let Ok(definition) = proven else { return Ok(()) };
    if let Some(remark) = lint::remark(&definition) {
        voice.warn(&format!("{shown}: {remark}"));
    }
    let what = match definition.examples.len() {
        0 => "nothing is wrong".to_owned(),
        1 => "1 example is read as documented".to_owned(),
        count => format!("{count} examples are read as documented"),
    };
    print(&format!("{shown}: {what}\n"), &mut io::stdout())
}

fn of_unread(unread: &Unread, file: &Path) -> Error {
    let error = Error::usage(unread.at(file));
    match unread {
        Unread::NotRegular => error.with_hint("a vendor's file is called by the vendor's name: give it as NAME.toml"),
        _ => error,
    }
}
