//! `tok vendors check FILE`: reads a file as a vendor's, explains each mistake, and runs the examples in it.

use std::fs;
use std::path::Path;

use crate::definition::{lint, name};
use crate::error::{Error, Result};
use crate::output::{Stdout, print};
use crate::terminal::voice::{Verbosity, Voice};
use crate::text::lines::line_of;

pub(super) fn run(file: &Path) -> Result<()> {
    let shown = file.display();
    let voice = Voice(Verbosity::Normal);
    let text = text(file)?;
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
    for remark in lint::remarks(&definition) {
        voice.warn(&format!("{shown}: {remark}"));
    }
    let what = match definition.examples.len() {
        0 => "nothing is wrong".to_owned(),
        1 => "1 example is read as documented".to_owned(),
        count => format!("{count} examples are read as documented"),
    };
    print(&format!("{shown}: {what}\n"), &mut Stdout)
}

fn text(file: &Path) -> Result<String> {
    let shown = file.display();
    let bytes = fs::read(file).map_err(|error| Error::usage(format!("{shown}: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
        Error::usage(format!("{shown}:{}: it is not UTF-8", line_of(&before, valid)))
    })
}
