//! `tok helper`: tokens for a program that asks in a protocol of its own.
//!
//! A token goes to an address that its profile serves, or to the profile's own origin where it does not say what it serves,
//! and to no other. What a program must do to ask is printed where no program asks.

mod serving;

use std::env;
use std::ffi::OsString;
use std::io::{self, BufReader, Read};

use super::App;
use super::call::{Prepared, obtain_chosen, store_of};
use crate::cli::{Call, Helper, Target};
use crate::error::{Error, Result};
use crate::helper::{Asked, Conversation, Credential, Place, Protocol, Tokens};
use crate::inputs::{Chosen, Session};
use crate::options::LIMIT;
use crate::origin::BaseUrl;
use crate::output::{Given, Stdout, Usage, authorization, print};
use crate::secret::Secret;
use crate::terminal::voice::Voice;
use crate::time::deadline::Deadline;
use crate::time::duration;
use crate::token::{Need, Principal};

pub(super) fn run(app: &App, helper: &Helper) -> Result<()> {
    let speaks = |protocol: &Protocol| {
        let variable = protocol.variable.is_some_and(|name| env::var_os(name).is_some());
        helper.operation.is_some() || variable
    };
    match helper.protocol {
        Some(protocol) if speaks(protocol) => (protocol.speak)(&mut Conversation {
            operation: helper.operation.as_deref().unwrap_or_default(),
            input: &mut BufReader::new(Question {
                deadline: (!protocol.goes_on).then(|| Deadline::after(helper.timeout.unwrap_or(LIMIT))),
            }),
            output: &mut Stdout,
            tokens: &Desk { app, helper },
        }),
        protocol => print(&lines(app, helper, protocol)?, &mut Stdout),
    }
}

/// Where the words are those of a program that reads standard output alone, it is told there what failed.
pub(super) fn told(protocol: Option<&Protocol>, error: Error) -> Error {
    match protocol.and_then(|protocol| protocol.line) {
        Some(line) if print(&format!("{}\n", line(&error)), &mut Stdout).is_ok() => Error::said_elsewhere(),
        _ => error,
    }
}

/// The protocol of a program that asks by these words.
pub(super) fn asking(words: &[OsString]) -> Option<&'static Protocol> {
    let word = |place: usize| words.get(place).and_then(|word| word.to_str());
    let protocol = word(1).filter(|_| word(0) == Some("helper")).and_then(Protocol::find)?;
    let last = words.last().and_then(|word| word.to_str())?;
    protocol.operations.contains(&last).then_some(protocol)
}

/// The lines to paste for one protocol, or for each.
fn lines(app: &App, helper: &Helper, only: Option<&Protocol>) -> Result<String> {
    let (target, addresses) = match &helper.target {
        None => ("VENDOR".to_owned(), Vec::new()),
        Some(target) => {
            let vendor = app.vendor(&target.vendor)?;
            let profile = app.profiles(&vendor)?.get(&vendor.name, target.profile.as_deref())?;
            let served: Vec<String> = profile.serves.iter().map(ToString::to_string).collect();
            let own = || profile.url.iter().filter_map(|url| BaseUrl::parse(url).ok());
            let addresses = if served.is_empty() {
                own().map(|base| base.origin()).collect()
            } else {
                served
            };
            (profile.target(&vendor.name), addresses)
        }
    };
    let addresses = if addresses.is_empty() {
        vec!["https://HOST".to_owned()]
    } else {
        addresses
    };
    let protocols = Protocol::ALL
        .iter()
        .filter(|protocol| only.is_none_or(|only| only.name == protocol.name));
    let blocks = protocols.map(|protocol| {
        let lines = (protocol.lines)(&target, &addresses);
        format!("# {}\n{lines}", protocol.about)
    });
    Ok(blocks.collect::<Vec<_>>().join("\n"))
}

/// Standard input, on which the question has to come in time.
struct Question {
    deadline: Option<Deadline>,
}

#[cfg(unix)]
impl Read for Question {
    /// Past the standard library's buffer, of which nobody can tell whether something is left in it.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let stdin = rustix::stdio::stdin();
        if let Some(deadline) = &self.deadline {
            let left = Timespec::try_from(deadline.remaining()).map_err(io::Error::other)?;
            if poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&left))? == 0 {
                let limit = duration::words(deadline.limit());
                return Err(io::Error::other(format!("the question did not end within {limit}")));
            }
        }
        Ok(rustix::io::read(stdin, bytes)?)
    }
}

#[cfg(not(unix))]
impl Read for Question {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        io::stdin().read(bytes)
    }
}

/// Where a program is served.
struct Desk<'a> {
    app: &'a App,
    helper: &'a Helper,
}

impl Tokens for Desk<'_> {
    fn get(&self, asked: &Asked) -> Result<Option<Credential>> {
        let obtained = self.serve(asked, |prepared, session, chosen| {
            obtain_chosen(prepared, session, chosen, false)
        })?;
        Ok(obtained.map(|given| credential(&given, asked)))
    }

    fn forget(&self, asked: &Asked, token: Option<&Secret>) -> Result<()> {
        // Nobody is asked whose token it is that shall go.
        let asked = Asked {
            may_ask: false,
            ..asked.clone()
        };
        let forgotten = self.serve(&asked, |_, session, chosen| {
            let store = store_of(session)?;
            Need::of(&Principal::of(chosen.clone()), session, &store).forget(token)
        });
        match forgotten {
            // Where it is not known whose token it is there is none.
            Err(error) if error.is_missing() => Ok(()),
            outcome => outcome.map(drop),
        }
    }
}

impl Desk<'_> {
    /// `None` where nobody serves the place, or serves it for another user.
    fn serve<T>(
        &self,
        asked: &Asked,
        work: impl FnOnce(&Prepared, &Session, &Chosen) -> Result<T>,
    ) -> Result<Option<T>> {
        let target = match &asked.target {
            Some(text) => Some(Target::parse(text)?),
            None => self.helper.target.clone(),
        };
        let found = serving::find(self.app, target.as_ref(), &asked.place, Voice(self.helper.verbosity))?;
        let Some((vendor, profile)) = found else {
            return Ok(None);
        };
        if let (Some(own), Some(user)) = (&profile.user, &asked.user)
            && own != user
        {
            return Ok(None);
        }
        let call = Call {
            profile: profile.name.clone(),
            no_input: self.helper.no_input || !asked.may_ask,
            timeout: self.helper.timeout,
            verbosity: self.helper.verbosity,
            ..Call::of(vendor)
        };
        let prepared = Prepared::of_profile(self.app, &call, profile)?;
        let session = prepared.session()?;
        let chosen = session.choose(true)?;
        match &asked.place {
            Place::At(addresses) if prepared.settings.profile.serves.is_empty() => {
                let own = chosen.base.origin();
                if !addresses.iter().any(|address| address.origin() == own) {
                    session
                        .voice
                        .explain(&format!("only {own} is served, since serves says nothing else"));
                    return Ok(None);
                }
            }
            _ => {}
        }
        work(&prepared, &session, &chosen).map(Some)
    }
}

fn credential(given: &Given, asked: &Asked) -> Credential {
    let token = given.token.expose();
    let in_header = match &given.usage {
        Usage::Header(line) => line.split_once(": "),
        Usage::Query(_) | Usage::Cookie(_) => None,
    };
    let bearer = authorization::line("Bearer", &given.user, token);
    let line = in_header.or_else(|| bearer.split_once(": ")).unwrap_or_default();
    let (name, value) = line;
    // What is neither a word before the token nor the token alone is no scheme.
    let scheme = match value.split_once(' ') {
        _ if !name.eq_ignore_ascii_case("Authorization") => "Bearer",
        _ if value == token => "",
        Some((scheme, rest)) if rest == token || scheme.eq_ignore_ascii_case("basic") => scheme,
        _ => "Bearer",
    };
    Credential {
        token: given.token.clone(),
        expires_at: given.expires_at,
        user: asked.user.clone().unwrap_or_else(|| given.user.clone()),
        scheme: scheme.to_owned(),
        header: (name.to_owned(), Secret::new(value)),
    }
}
