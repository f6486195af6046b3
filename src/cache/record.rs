//! How the small records beside the tokens are written: JSON with a schema number, and where it is not understood,
//! nothing.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::store::{Store, Unkept};

/// Of all files. A later one may mean something else by the same keys.
pub(super) const SCHEMA: u32 = 1;

/// Only the number, which is read where the rest was not understood.
#[derive(Deserialize)]
struct Number {
    schema: u64,
}

/// What is wrong with a file that cannot be read as what it should be.
pub(super) fn flaw(bytes: &[u8]) -> &'static str {
    match serde_json::from_slice(bytes) {
        Ok(Number { schema }) if schema > SCHEMA.into() => "a later version of tok wrote it",
        _ => "it is damaged",
    }
}

#[derive(Serialize, Deserialize)]
struct Record<T> {
    schema: u32,
    #[serde(flatten)]
    content: T,
}

pub(super) fn read<T: DeserializeOwned>(store: &Store, name: &str) -> Option<T> {
    let bytes = store.read(name)?;
    let record: Option<Record<T>> = serde_json::from_slice(&bytes).ok();
    let content = record
        .filter(|record| record.schema == SCHEMA)
        .map(|record| record.content);
    if content.is_none() {
        store.warn_of(name, flaw(&bytes));
    }
    content
}

pub(super) fn write<T: Serialize>(store: &Store, name: &str, content: &T) -> Result<(), Unkept> {
    let record = Record {
        schema: SCHEMA,
        content,
    };
    let bytes = serde_json::to_vec(&record).map_err(|error| Unkept {
        reason: format!("{} cannot be written: {error}", store.path(name).display()),
        said: false,
    })?;
    store.replace(name, &bytes)
}
