//! `tok demo [VENDOR]`: the whole job against a stand-in on loopback, in a temporary folder and without an account.
//!
//! The stand-in answers as the definition's examples do; everything else is what every other command does.

mod person;
mod stand_in;
mod told;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::App;
use crate::cache::entry;
use crate::cache::store::Store;
use crate::cli::Target;
use crate::definition::approval::{self, Approval};
use crate::definition::schema::Field;
use crate::definition::{Vendor, example};
use crate::error::{Error, Result};
use crate::inputs::config::{Profile, Profiles};
use crate::inputs::{Flags, Session, Settings};
use crate::terminal::voice::{Verbosity, Voice};
use crate::time::clock::now_ms;
use crate::time::deadline::Deadline;
use crate::time::duration;
use crate::token::{self, Need, Obtained, Principal};
use person::Answer;
use stand_in::StandIn;
use told::{hidden, row, say};

const GOOD: &str = "the right secret";
const WRONG: &str = "a wrong secret";

/// All vendors where none is named.
pub(super) fn run(app: &App, target: Option<&Target>) -> Result<()> {
    let (vendors, broken) = app.vendors(target)?;
    let voice = Voice(Verbosity::Normal);
    for vendor in &vendors {
        let shown = Demo::of(app, vendor)?
            .run()
            .map_err(|error| error.of(format_args!("demo of {}", vendor.name)));
        match shown {
            // One of the user's own keeps nobody from the others.
            Err(error) if target.is_none() && vendor.path.is_some() && !error.is_silent() => voice.warn(error.text()),
            shown => shown?,
        }
    }
    for error in broken {
        voice.warn(error.text());
    }
    say("Nothing left this machine, and nothing of it is kept. `tok VENDOR --help` says what a real login needs.")
}

struct Demo<'a> {
    app: &'a App,
    vendor: &'a Vendor,
    stand_in: StandIn,
    folder: tempfile::TempDir,
}

impl<'a> Demo<'a> {
    fn of(app: &'a App, vendor: &'a Vendor) -> Result<Self> {
        let failed = |error: io::Error| Error::other(format!("demo: {error}"));
        let folder = tempfile::Builder::new().prefix("tok-demo-").tempdir().map_err(failed)?;
        fs::write(folder.path().join("good"), GOOD).map_err(failed)?;
        fs::write(folder.path().join("wrong"), WRONG).map_err(failed)?;
        for field in vendor.secret_fields() {
            if let Some(secret) = example::given(&vendor.definition, &field.name) {
                fs::write(folder.path().join(given(field)), secret.expose()).map_err(failed)?;
            }
        }
        Ok(Self {
            app,
            vendor,
            stand_in: StandIn::start().map_err(failed)?,
            folder,
        })
    }

    fn run(&self) -> Result<()> {
        let definition = &self.vendor.definition;
        say(&format!("{}: {}", self.vendor.name, definition.about))?;
        let way = definition.first_way();
        let login = definition.login(way);
        let good = example::answers(definition, &login, true).map_err(Error::usage)?;
        self.stand_in.answer_with(&good);
        if login.approval.is_some() {
            say(&format!("  {:18}a script approves in the place of a person", ""))?;
        }
        self.step("log in", &self.good())?;
        self.step("ask again", &self.good())?;
        let refresh = definition
            .refresh(way)
            .map(|plan| example::answers(definition, &plan, true));
        if let Some(Ok(answers)) = refresh {
            self.age()?;
            self.stand_in.answer_with(&answers);
            self.step("when it has ended", &self.good())?;
        }
        if let Some(Approval::Browser(_)) = login.approval {
            self.stand_in.answer_with(&good);
            self.refused("a person refuses")?;
        } else if self.vendor.secret_fields().next().is_some()
            && let Ok(refusal) = example::answers(definition, &login, false)
        {
            self.stand_in.answer_with(&refusal);
            self.refused("a wrong secret")?;
            self.refused("the same again")?;
        }
        say("")
    }

    /// One call that gives a token.
    fn step(&self, what: &str, flags: &Flags) -> Result<()> {
        let began = Instant::now();
        let (obtained, requests) = self.call(flags.clone(), false);
        let obtained = obtained?;
        let how = requests.unwrap_or_else(|| "from the cache, no request".to_owned());
        let lasts = obtained.expires_at.map_or_else(
            || "for how long the vendor does not say".to_owned(),
            |end| {
                format!(
                    "for {}",
                    duration::words(Duration::from_millis((end - now_ms() + 500).max(0).unsigned_abs()))
                )
            },
        );
        row(what, &how, began)?;
        say(&format!(
            "  {:18}token {}, valid {lasts}",
            "",
            hidden(obtained.token.expose())
        ))
    }

    /// One call that the vendor or the hold refuses.
    fn refused(&self, what: &str) -> Result<()> {
        let began = Instant::now();
        let (refused, requests) = self.call(self.flags("wrong"), true);
        let Err(error) = refused else {
            return Err(Error::other("a token was given where the example refuses it"));
        };
        row(
            what,
            &requests.unwrap_or_else(|| "held back, no request".to_owned()),
            began,
        )?;
        let code = error.exit as u8;
        say(&format!("  {:18}exit {code}: {}", "", error.text()))
    }

    fn call(&self, flags: Flags, no_cache: bool) -> (Result<Obtained>, Option<String>) {
        let obtained = self.with_need(flags, no_cache, token::obtain);
        let requests = self.stand_in.take_requests();
        (obtained, (!requests.is_empty()).then(|| requests.join(", ")))
    }

    fn with_need<T>(&self, flags: Flags, no_cache: bool, work: impl FnOnce(&Need) -> Result<T>) -> Result<T> {
        let voice = Voice(Verbosity::Normal);
        // Apart, so that no one-time code of a login is waited for.
        let cache = if no_cache { "cache-of-refusals" } else { "cache" };
        let store = Store::open(self.folder.path().join(cache), voice);
        let nowhere = Profiles {
            path: PathBuf::from("config.toml"),
            ..Profiles::default()
        };
        let settings = Settings {
            flags,
            variables: false,
            keyring: false,
            no_input: true,
            ..Settings::of(self.vendor, &self.app.catalogue, &nowhere, Profile::default())?
        };
        let issuer = self.stand_in.url();
        let answer = if no_cache { Answer::Refuse } else { Answer::Approve };
        let script = |address: &str| person::answer(address, &issuer, answer);
        let session = Session::new(&settings, Deadline::after(Duration::from_secs(30)), voice).with_script(&script);
        let principal = Principal::identified(session.choose(false)?, &session)?;
        work(&Need {
            no_cache,
            ..Need::of(&principal, &session, &store)
        })
    }

    /// Lets the cached token end, as time would.
    fn age(&self) -> Result<()> {
        self.with_need(self.good(), false, |need| {
            let now = now_ms();
            let Some(mut entry) = entry::look(need.store, &need.principal.identity, now) else {
                return Err(Error::other("the token was not kept"));
            };
            entry.asked_at = now - 3_600_000;
            entry.expires_at = now - 1;
            entry::keep(need.store, &entry).map_err(|unkept| Error::other(unkept.reason))
        })
    }

    fn good(&self) -> Flags {
        self.flags("good")
    }

    /// A value for every field that the first way needs; the secrets from this file of the demo's folder, but those that must
    /// be of some shape from what the examples give.
    fn flags(&self, file: &str) -> Flags {
        let definition = &self.vendor.definition;
        let way = definition.first_way();
        let mut flags = Flags {
            url: Some(self.stand_in.url()),
            approval: way.iter().find_map(|name| approval::named(name)),
            ..Flags::default()
        };
        let path: &Path = self.folder.path();
        for field in &definition.fields {
            let name = field.name.clone();
            if field.optional || field.default.is_some() || self.vendor.is_in_another_way(&name, way) {
                continue;
            }
            if field.secret {
                let own = path.join(given(field));
                flags
                    .files
                    .insert(name, if own.exists() { own } else { path.join(file) });
            } else {
                flags.plain.insert(name, example::sample(field));
            }
        }
        flags
    }
}

/// The file of a secret that the examples give.
fn given(field: &Field) -> String {
    format!("given-{}", field.name)
}
