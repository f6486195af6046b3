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
    /// Why tokens are kept in clear or not at all, or the key in the kernel's keyring alone.
    reason: Option<&'a str>,
    /// How many lie there in clear now.
    in_clear: usize,
}

impl<'a> Keeping<'a> {
    pub(super) fn of(folder: &'a Path, outlook: &'a Outlook, in_clear: usize) -> Self {
        let (keeps, key) = match outlook {
            Outlook::Sealed(lies) => ("sealed", Some(lies.name())),
            Outlook::ToBeSealed(_) => ("sealed", None),
            Outlook::Clear(_) => ("clear", None),
            Outlook::Nothing(_) => ("nothing", None),
        };
        Self {
            folder,
            keeps,
            key,
            reason: reason(outlook),
            in_clear,
        }
    }
}

/// Why it is no better.
fn reason(outlook: &Outlook) -> Option<&str> {
    match outlook {
        Outlook::Sealed(Lies::Kernel(why))
        | Outlook::ToBeSealed(Lies::Kernel(why))
        | Outlook::Clear(why)
        | Outlook::Nothing(why) => Some(why),
        Outlook::Sealed(_) | Outlook::ToBeSealed(_) => None,
    }
}

/// As people read it.
pub(super) fn line(folder: &Path, outlook: &Outlook, in_clear: usize, verbose: bool) -> String {
    let because = reason(outlook).filter(|_| verbose).map(|why| format!(": {why}"));
    let because = because.unwrap_or_default();
    let kept = match outlook {
        Outlook::Sealed(lies) => format!("sealed, the key is in {}", lies.words()),
        Outlook::ToBeSealed(lies) => format!("sealed, the key will be in {}", lies.words()),
        Outlook::Clear(_) => "in clear".to_owned(),
        Outlook::Nothing(_) => "not at all".to_owned(),
    };
    let still = match (outlook, in_clear) {
        (Outlook::Clear(_), _) | (_, 0) => String::new(),
        (_, 1) => "; 1 still lies there in clear".to_owned(),
        (_, several) => format!("; {several} still lie there in clear"),
    };
    format!("\ntokens in {} are kept {kept}{because}{still}\n", folder.display())
}
