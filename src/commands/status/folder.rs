//! How the cache folder is kept.

use std::path::Path;

use serde::Serialize;

use crate::seal::{Lies, Outlook};

/// As programs read it.
#[derive(Serialize)]
pub(super) struct Keeping<'a> {
    folder: &'a Path,
    /// `sealed`, `clear` or `nothing`.
    keeps: &'static str,
    /// `keyring`, `kernel`, or the variable that names it.
    key: Option<&'static str>,
    /// Why tokens are kept in clear or not at all.
    reason: Option<&'a str>,
}

impl<'a> Keeping<'a> {
    pub(super) fn of(folder: &'a Path, outlook: &'a Outlook) -> Self {
        let (keeps, key, reason) = match outlook {
            Outlook::Sealed(lies) => ("sealed", Some(lies.name()), None),
            Outlook::ToBeSealed(_) => ("sealed", None, None),
            Outlook::Clear(why) => ("clear", None, Some(why.as_str())),
            Outlook::Nothing(why) => ("nothing", None, Some(why.as_str())),
        };
        Self {
            folder,
            keeps,
            key,
            reason,
        }
    }
}

/// As people read it.
pub(super) fn line(folder: &Path, outlook: &Outlook, verbose: bool) -> String {
    let because = |why: &String| if verbose { format!(": {why}") } else { String::new() };
    let until = |lies: &Lies| match lies {
        Lies::Kernel => " until the machine restarts",
        Lies::Given(_) | Lies::Keyring => "",
    };
    let kept = match outlook {
        Outlook::Sealed(lies) => format!("sealed, the key is in {}{}", lies.words(), until(lies)),
        Outlook::ToBeSealed(lies) => format!("sealed, the key will be in {}{}", lies.words(), until(lies)),
        Outlook::Clear(why) => format!("in clear{}", because(why)),
        Outlook::Nothing(why) => format!("not at all{}", because(why)),
    };
    format!("\ntokens in {} are kept {kept}\n", folder.display())
}
