//! Private files in one folder: read with suspicion, replaced as a whole or not at all.
//!
//! A store can always be opened. Where the folder cannot be used, every read is a miss and every write says why; what
//! is wrong with the folder or a file is a warning that is given once, when it matters first. Nothing is made before the
//! first write. What the files mean is left to others.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::fs::{self, DirEntry, File};
use std::io::{ErrorKind, Read};
use std::path::PathBuf;

use super::folder;
use crate::disk::private;
use crate::disk::replace::{Temporary, replace};
use crate::seal::{Outlook, Seal};
use crate::terminal::voice::Voice;

/// Why something could not be written.
#[derive(Debug)]
pub(crate) struct Unkept {
    /// Names the path.
    pub(crate) reason: String,
    /// A warning has said so already; only what follows from it may still want saying.
    pub(crate) said: bool,
}

#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    voice: Voice,
    seal: Seal,
    /// Whether the folder can be used; not known while there is none.
    usable: OnceCell<Result<(), String>>,
    /// A waiting process looks again and again and shall not repeat itself.
    said: RefCell<BTreeSet<String>>,
}

impl Store {
    /// What is kept in it is kept in clear.
    pub(crate) fn open(folder: PathBuf, voice: Voice) -> Self {
        Self {
            folder,
            voice,
            seal: Seal::off(),
            usable: OnceCell::new(),
            said: RefCell::default(),
        }
    }

    pub(crate) fn sealed_by(self, seal: Seal) -> Self {
        Self { seal, ..self }
    }

    pub(crate) fn seal(&self) -> &Seal {
        &self.seal
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(super) fn voice(&self) -> Voice {
        self.voice
    }

    /// Says once that a file is not used, and why.
    pub(super) fn warn_of(&self, name: &str, reason: &str) {
        self.warn(format!("{} is not used: {reason}", self.path(name).display()));
    }

    pub(super) fn warn(&self, text: String) {
        self.once(text, Voice::warn);
    }

    /// How what is kept from now on is kept. Nothing is made to find out.
    pub(crate) fn outlook(&self) -> Outlook {
        let flaw = if self.is_readable() {
            None
        } else {
            let usable = self.usable.get().cloned();
            usable.unwrap_or_else(|| folder::can_be_made(&self.folder)).err()
        };
        flaw.map_or_else(
            || self.seal.outlook(),
            |cause| Outlook::Nothing(format!("the folder is not used: {cause}")),
        )
    }

    pub(crate) fn warn_of_keeping_nothing(&self, why: &str) {
        self.warn(format!("no token is kept, so every call logs in: {why}"));
    }

    /// Says once why something is as it is.
    pub(super) fn explain(&self, text: String) {
        self.once(text, Voice::explain);
    }

    fn once(&self, text: String, say: fn(Voice, &str)) {
        if !self.said.borrow().contains(&text) {
            say(self.voice, &text);
            self.said.borrow_mut().insert(text);
        }
    }

    /// The file's content. Nothing where there is no such file, and nothing but a warning where it cannot be trusted.
    pub(crate) fn read(&self, name: &str) -> Option<Vec<u8>> {
        if !self.is_readable() {
            return None;
        }
        self.read_quietly(name).unwrap_or_else(|reason| {
            self.warn_of(name, &reason);
            None
        })
    }

    pub(super) fn read_quietly(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let opened = private::open(&self.path(name), private::options().read(true))?;
        opened.map(|(file, length)| read_all(&file, length)).transpose()
    }

    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Unkept> {
        self.make()?;
        let path = self.path(name);
        let unkept = |cause: String| Unkept {
            reason: format!("{} cannot be written: {cause}", path.display()),
            said: false,
        };
        if u64::try_from(bytes.len()).is_ok_and(|len| len > private::MAX_LEN) {
            return Err(unkept("it would be larger than 1 MiB".into()));
        }
        replace(&path, Temporary::OWN, bytes, |_| Ok(())).map_err(|error| unkept(error.to_string()))
    }

    /// With what a killed process left of it. That there is no such file is as good as having removed it.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Unkept> {
        if !self.is_readable() {
            return Ok(());
        }
        let path = self.path(name);
        Temporary::OWN.remove_left_over(&path);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Unkept {
                reason: format!("{} cannot be removed: {error}", path.display()),
                said: false,
            }),
            _ => Ok(()),
        }
    }

    /// Every file in the folder, in no order.
    pub(super) fn files(&self) -> impl Iterator<Item = DirEntry> {
        let folder = self.is_readable().then(|| fs::read_dir(&self.folder).ok()).flatten();
        folder.into_iter().flatten().flatten()
    }

    fn is_readable(&self) -> bool {
        if self.usable.get().is_none() {
            match folder::inspect(&self.folder) {
                Some(found) => self.settle(found),
                None => return false,
            }
        }
        matches!(self.usable.get(), Some(Ok(())))
    }

    /// Sees to it that there is a folder to write to.
    pub(super) fn make(&self) -> Result<(), Unkept> {
        if self.is_readable() {
            return Ok(());
        }
        if self.usable.get().is_none() {
            self.settle(folder::make(&self.folder));
        }
        match self.usable.get() {
            Some(Err(cause)) => Err(Unkept {
                reason: format!("{} is not used: {cause}", self.folder.display()),
                said: true,
            }),
            _ => Ok(()),
        }
    }

    fn settle(&self, found: Result<(), String>) {
        if let Err(cause) = &found {
            let folder = format!("the cache folder {}", self.folder.display());
            self.warn(format!("{} is not used: {cause}", folder.trim_end()));
        }
        let _ = self.usable.set(found);
    }
}

/// Asks for no more than the length, so that one read is enough in the usual case. Files are replaced and do not grow.
fn read_all(file: &File, length: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(length)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
