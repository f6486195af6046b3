//! The key that a file or a variable names, as a CI job has it.

use std::env;
use std::path::PathBuf;

use super::key::Key;
use crate::inputs::variable;
use crate::secret::SEAL_KEY;
use crate::text::file;

const FILE: &str = "TOK_SEAL_KEY_FILE";

/// The key and the variable that names it.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) variable: &'static str,
    /// The error says what is wrong, with the place and without the key.
    pub(super) key: Result<Key, String>,
}

/// Nothing where neither is set.
pub(super) fn find() -> Option<Given> {
    let file = env::var_os(FILE).filter(|path| !path.is_empty()).map(PathBuf::from);
    let (variable, key) = if let Some(path) = file {
        let text = file::read(&path).map_err(|why| why.to_string());
        let key = text.and_then(|text| Key::parse(text.trim_ascii().lines().next().unwrap_or_default()));
        (FILE, key.map_err(|why| format!("{FILE}: {}: {why}", path.display())))
    } else {
        let text = variable::read(SEAL_KEY).transpose()?;
        let key = match &text {
            Ok(text) => Key::parse(text).map_err(|why| format!("{SEAL_KEY}: {why}")),
            Err(error) => Err(error.text().to_owned()),
        };
        (SEAL_KEY, key)
    };
    Some(Given { variable, key })
}
