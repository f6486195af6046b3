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
    /// How many lie there in clear now.
    in_clear: usize,
}

impl<'a> Keeping<'a> {
    pub(super) fn of(folder: &'a Path, outlook: &'a Outlook, in_clear: usize) -> Self {
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
            in_clear,
        }
    }
}

/// As people read it.
pub(super) fn line(folder: &Path, outlook: &Outlook, in_clear: usize, verbose: bool) -> String {
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
    let still = match (outlook, in_clear) {
        (Outlook::Clear(_), _) | (_, 0) => String::new(),
        (_, 1) => "; 1 still lies there in clear".to_owned(),
        (_, several) => format!("; {several} still lie there in clear"),
    };
    format!("\ntokens in {} are kept {kept}{still}\n", folder.display())
}
