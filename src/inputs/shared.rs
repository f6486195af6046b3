//! Whether a store is shared with other machines, which one that is, and what opens it.
//!
//! The address is read before anything else, since reading it costs nothing; password and keys are looked for when the store
//! is needed. A value that cannot be is exit 2, a source that is broken exit 3.

mod address;

pub(crate) use address::Address;

use std::collections::BTreeMap;
use std::path::Path;

use super::extent::Extent;
use super::{command, stream, variable};
use crate::error::{Error, Result};
use crate::secret::{SHARED_KEY as KEY, SHARED_PASSWORD as PASSWORD, Secret};
use crate::time::deadline::Deadline;

pub(crate) const ADDRESS: &str = "TOK_SHARED";
pub(crate) const REQUIRED: &str = "TOK_SHARED_REQUIRED";

/// In the place of an address: nothing is shared, whatever the config file says.
const OFF: &str = "off";

/// What may stand in the config file before all tables: the address, and where its secrets come from.
pub(super) const KEYS: [&str; 5] = [
    "shared",
    "shared-password-file",
    "shared-password-command",
    "shared-key-file",
    "shared-key-command",
];

#[derive(Debug, Clone)]
pub(crate) struct Sharing {
    pub(crate) address: Address,
    /// A store that cannot be used is a failure and not a warning.
    pub(crate) required: bool,
    /// What the config file says.
    file: BTreeMap<String, String>,
}

impl Sharing {
    /// `None` where nothing is shared. Exit 2 where it must be.
    pub(crate) fn of(file: &BTreeMap<String, String>) -> Result<Option<Self>> {
        let required = variable::is_on(REQUIRED);
        let (text, source) = match (variable::read(ADDRESS)?, file.get("shared")) {
            (Some(text), _) => (text, ADDRESS),
            (None, Some(text)) => (text.clone(), "shared in the config file"),
            (None, None) => (OFF.to_owned(), ADDRESS),
        };
        if text == OFF {
            return if required {
                Err(Error::usage(format!("{REQUIRED} is set, and {ADDRESS} names no store")))
            } else {
                Ok(None)
            };
        }
        Ok(Some(Self {
            address: Address::parse(&text).map_err(|error| error.of(source))?,
            required,
            file: file.clone(),
        }))
    }

    pub(crate) fn password(&self, dropped: &[String], deadline: &Deadline) -> Result<Option<Secret>> {
        self.secret(PASSWORD, "shared-password", dropped, deadline)
    }

    /// One key or two, as text.
    pub(crate) fn keys(&self, dropped: &[String], deadline: &Deadline) -> Result<Secret> {
        self.secret(KEY, "shared-key", dropped, deadline)?.ok_or_else(|| {
            Error::usage(format!("{KEY}: it is not set")).with_hint(
                "it seals what is shared: 32 random bytes in base64, as `openssl rand -base64 32` prints them, the same on \
                 every machine",
            )
        })
    }

    /// From the variable, or from the file or the command that a variable or else the config file names.
    fn secret(&self, name: &str, key: &str, dropped: &[String], deadline: &Deadline) -> Result<Option<Secret>> {
        if let Some(value) = variable::read(name)? {
            return Ok(Some(Secret::new(value)));
        }
        for (variable, key) in [
            (format!("{name}_FILE"), format!("{key}-file")),
            (format!("{name}_COMMAND"), format!("{key}-command")),
        ] {
            let (value, source) = match (variable::read(&variable)?, self.file.get(&key)) {
                (Some(value), _) => (value, variable),
                (None, Some(value)) => (value.clone(), key),
                (None, None) => continue,
            };
            let secret = if source.ends_with("-file") || source.ends_with("_FILE") {
                stream::from_file(Path::new(&value), Extent::FirstLine, deadline).map_err(|error| error.of(&source))?
            } else {
                command::run(&value, &source, Extent::FirstLine, dropped, deadline)?
            };
            return Ok(Some(secret));
        }
        Ok(None)
    }
}
