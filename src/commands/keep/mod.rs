//! `tok keep VENDOR... --file PATH`: a file that has valid tokens as long as tok runs.
//!
//! The file is replaced as a whole and only its owner can read it. It is there from the first moment at which every token is
//! there, and not once one has ended or tok has. One process keeps a file.

pub(super) mod engine;
mod file;
mod follower;
mod schedule;
mod service;

use std::sync::mpsc;
use std::time::Duration;

use super::App;
use super::call::{Prepared, expect_different_variables, store};
use crate::cache::lock;
use crate::cli::{Keep, KeptAs};
use crate::error::{Error, Result};
use crate::options::LIMIT;
use crate::output::Given;
use crate::terminal::voice::Voice;
use crate::time::clock::dated;
use engine::{Event, Keeper, Next, Trouble};
pub(super) use file::KeptFile;
use follower::Follower;

/// App and request live as long as the process, so that what is being fetched at the end need not be waited for.
pub(super) fn run(app: App, keep: Keep) -> Result<()> {
    let (app, keep): (&'static App, &'static Keep) = (Box::leak(Box::new(app)), Box::leak(Box::new(keep)));
    let calls = keep.calls.iter().map(|call| Prepared::of(app, call));
    let calls: &'static [Prepared] = Box::leak(calls.collect::<Result<Vec<_>>>()?.into_boxed_slice());
    for prepared in calls {
        if let KeptAs::Token(format) = keep.format {
            format.check(&prepared.call.vendor.name, &prepared.usage(""))?;
        }
    }
    if let KeptAs::Env(_) = keep.format {
        expect_different_variables("keep", calls)?;
    }
    let voice = Voice(keep.calls.first().map_or_else(Default::default, |call| call.verbosity));
    let file = KeptFile::at(&keep.file)?;
    let store = store(voice, LIMIT)?;
    let name = file.path().to_string_lossy();
    let alone = lock::alone(&store, "file", &name)
        .map_err(|process| Error::other(format!("keep: {name}: another tok keeps it (process {process})")))?;
    // One that was killed left its lock, and its file.
    file.own(alone.is_left);
    let (sender, events) = mpsc::channel();
    #[cfg(unix)]
    hear_signals(&sender)?;
    let mut keeper = InFile {
        format: keep.format,
        follower: keep
            .command
            .as_deref()
            .map(|command| Follower::of(command, app.hidden_variables(), voice)),
        texts: vec![None; calls.len()],
        file,
        voice,
    };
    let outcome = engine::run(calls, voice, &mut keeper, (&sender, &events));
    service::stopping();
    let removed = keeper.file.remove();
    if removed.is_ok() {
        alone.guard.remove();
    }
    outcome.and(removed.map(drop))
}

#[cfg(unix)]
fn hear_signals(sender: &mpsc::Sender<Event<Next>>) -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let sender = sender.clone();
    let tell = move |signal, _| {
        let next = if signal == SIGHUP { Next::FetchAnew } else { Next::End };
        let _ = sender.send(Event::Other(next));
    };
    crate::terminal::tell_signals(&[SIGINT, SIGTERM], &[SIGHUP], tell)
        .map_err(|error| Error::other(format!("keep: signals cannot be heard: {error}")))
}

struct InFile {
    format: KeptAs,
    follower: Option<Follower>,
    /// As they stand in the file; `None` while there is no valid token.
    texts: Vec<Option<String>>,
    file: KeptFile,
    voice: Voice,
}

impl Keeper<Next> for InFile {
    fn change(&mut self, place: usize, given: Option<&Given>) -> std::result::Result<(), Trouble> {
        let text = given.map(|given| render(self.format, given)).transpose();
        let text = text.map_err(Trouble::ForGood)?;
        if let Some(own) = self.texts.get_mut(place) {
            *own = text;
        }
        let Some(texts) = self.texts.iter().map(Option::as_deref).collect::<Option<Vec<_>>>() else {
            if given.is_some() {
                return Ok(());
            }
            let file = &self.file;
            if file.remove().map_err(Trouble::ForNow)? {
                self.voice
                    .warn(&format!("keep: {file}: a token has ended, so the file is removed"));
            }
            return Ok(());
        };
        self.file.write(&texts.concat()).map_err(Trouble::ForNow)?;
        if let Some(given) = given {
            let end = given.life.map(|life| dated(life.ends_at / 1000 * 1000));
            let until = end.map(|end| format!(", valid until {end}")).unwrap_or_default();
            self.voice
                .notice(&format!("keep: {}: a token of {}{until}", self.file, given.vendor));
        }
        service::ready();
        if let Some(follower) = &self.follower {
            follower.tell();
        }
        Ok(())
    }

    fn other(&mut self, next: Next) -> Next {
        next
    }

    fn is_patient(&self) -> bool {
        true
    }

    fn pulse(&mut self) -> Option<Duration> {
        service::alive()
    }
}

fn render(format: KeptAs, given: &Given) -> Result<String> {
    match format {
        KeptAs::Token(format) => format.render(given),
        KeptAs::Env(format) => format.text(&given.variable, given.token.expose()),
    }
}
