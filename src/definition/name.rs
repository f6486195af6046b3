//! Which names a vendor may have, and so its file.

use std::path::Path;

use super::built_in;
use super::check::{RESERVED_VENDORS, is_vendor_name};

/// The commands, in the order of the help.
pub(crate) const COMMANDS: [&str; 10] = [
    "env",
    "exec",
    "keep",
    "helper",
    "login",
    "logout",
    "status",
    "vendors",
    "demo",
    "completions",
];

/// Whether a name can be no vendor's, since it is a command or, as `help`, would be taken for one.
pub(crate) fn is_command(name: &str) -> bool {
    name == "help" || COMMANDS.contains(&name)
}

/// Why no file can define a vendor of this name; `None` where one can.
pub(crate) fn refusal(name: &str) -> Option<String> {
    if !is_vendor_name(name) {
        return Some(format!(
            "'{name}' cannot be a vendor's name, which is a small letter and then small letters and digits"
        ));
    }
    if is_command(name) {
        return Some(format!("'{name}' is a command; give the file another name"));
    }
    if RESERVED_VENDORS.contains(&name) {
        let prefix = name.to_ascii_uppercase();
        return Some(format!(
            "'{name}' is reserved, since variables of tok's own begin with TOK_{prefix}; give the file another name"
        ));
    }
    if built_in::find(name).is_some() {
        return Some(format!("'{name}' is built in; give the file another name"));
    }
    None
}

/// The name of the vendor that a file defines, or why it can define none.
pub(crate) fn of_file(path: &Path) -> Result<String, String> {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(name) = file.strip_suffix(".toml") else {
        return Err("a vendor's file is called NAME.toml".to_owned());
    };
    match refusal(name) {
        Some(refusal) => Err(refusal),
        None => Ok(name.to_owned()),
    }
}
