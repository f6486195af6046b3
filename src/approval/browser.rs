//! Approval in a browser: an authorization code with PKCE (RFC 6749 section 4.1, RFC 7636, RFC 8252).
//!
//! The person's browser is sent to the vendor's page and comes back to a listener on loopback. The address is shown as well,
//! and where the browser is on another machine, the one that it ended at may be pasted.

use std::thread;
use std::time::{Duration, Instant};

use super::Names;
use super::listener::Listener;
use super::page;
use super::redirect::{Brought, Expected};
use crate::definition::approval::{Browser, CODE, CODE_CHALLENGE, CODE_VERIFIER, REDIRECT_URI, STATE};
use crate::error::{Error, Result};
use crate::made::encoding::Encoding;
use crate::made::hash::Plain;
use crate::made::random;
use crate::origin::address::Address;
use crate::secret::Secret;
use crate::terminal::{Meanwhile, Person, browser};
use crate::text::redact::Redactor;
use crate::time::duration;

/// How long a person has.
const LIFE: Duration = Duration::from_secs(300);

/// Between two looks where no terminal is read meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// Bytes of what nobody must guess.
const STRENGTH: usize = 32;

/// A browser that is about to be sent away, and the listener that it comes back to.
pub(crate) struct Visit<'a> {
    browser: &'a Browser,
    listener: Listener,
    redirect_uri: String,
    state: Secret,
    verifier: Secret,
}

/// How it is sent.
pub(crate) struct Browsing<'a> {
    pub(crate) vendor: &'a str,
    pub(crate) person: Person<'a>,
    pub(crate) address: &'a Address,
    /// What every answer names, where the vendor says that it does.
    pub(crate) iss: Option<String>,
    /// Variables that no program may inherit.
    pub(crate) dropped: &'a [String],
    /// Of what must not be shown.
    pub(crate) redactor: &'a Redactor,
}

impl<'a> Visit<'a> {
    /// Listens from now on.
    pub(crate) fn begin(browser: &'a Browser) -> Result<Self> {
        let (host, port) = (browser.redirect_host.name(), browser.port);
        let failed = |error| Error::other(format!("the browser cannot come back to {host}:{port}: {error}"));
        let listener = Listener::bind(port).map_err(failed)?;
        let port = listener.port().map_err(failed)?;
        Ok(Self {
            browser,
            listener,
            redirect_uri: format!("http://{host}:{port}{}", browser.redirect_path),
            state: drawn()?,
            verifier: drawn()?,
        })
    }

    /// What stands in the address that the browser is sent to.
    pub(crate) fn of_address(&self) -> Names {
        Names::from([
            (REDIRECT_URI, Secret::new(&*self.redirect_uri)),
            (STATE, self.state.clone()),
            (CODE_CHALLENGE, Secret::new(challenge(self.verifier.expose()))),
        ])
    }

    /// What stands in the login. Exit 4 where the person refuses, 6 where the vendor fails, 3 where nobody comes back in time.
    pub(crate) fn approve(self, browsing: &Browsing) -> Result<Names> {
        let expected = Expected {
            state: self.state,
            iss: browsing.iss.clone(),
        };
        let brought = wait(self.listener, &self.browser.redirect_path, &expected, browsing, LIFE)?;
        match outcome(&brought, browsing) {
            Some(error) => Err(error),
            None => Ok(match brought {
                Brought::Code(code) => Names::from([
                    (CODE, code),
                    (CODE_VERIFIER, self.verifier),
                    (REDIRECT_URI, Secret::new(self.redirect_uri)),
                ]),
                Brought::Error { .. } => Names::new(),
            }),
        }
    }
}

fn wait(
    mut listener: Listener,
    path: &str,
    expected: &Expected,
    browsing: &Browsing,
    life: Duration,
) -> Result<Brought> {
    let end = Instant::now() + life;
    let mut look = || {
        let brought = listener.look(path, expected, |brought| page_of(brought, browsing));
        let over = || (Instant::now() > end).then(|| Err(too_late(browsing.vendor)));
        brought.map(Ok).or_else(over)
    };
    let url = browsing.address.url();
    let terminal = match browsing.person {
        Person::At(terminal) => terminal,
        Person::Script(script) => {
            script(&url);
            loop {
                if let Some(brought) = look() {
                    return brought;
                }
                thread::sleep(PAUSE);
            }
        }
    };
    let vendor = browsing.vendor;
    let at = if browser::open(browsing.address, browsing.dropped) {
        "in the browser that opens, or at this address"
    } else {
        "in a browser, at this address"
    };
    let mut about = format!(
        "{vendor}: approve the login {at}, within {}:\n\n{url}\n\nWhere that browser is on another machine, paste the address \
         that it ends at; it is not shown",
        duration::words(LIFE)
    );
    loop {
        let prompt = format!("{about}\n{vendor} address: ");
        let answer = terminal.ask_unless(&prompt, &mut look);
        match answer.map_err(|why| Error::credential(format!("{vendor}: the terminal: {why}")))? {
            Meanwhile::Happened(brought) => return brought,
            Meanwhile::Typed(None) => return Err(Error::credential(format!("{vendor}: the login was given up"))),
            Meanwhile::Typed(Some(address)) => match pasted(&address, expected) {
                Ok(brought) => return Ok(brought),
                Err(why) => about = format!("{vendor}: that is not the address that the browser ended at: {why}"),
            },
        }
    }
}

/// As it stands in the browser, with whatever blanks a terminal added.
fn pasted(line: &[u8], expected: &Expected) -> std::result::Result<Brought, &'static str> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8")?;
    let text = text.split('#').next().unwrap_or_default().trim();
    let (_, query) = text.split_once('?').ok_or("it has no state")?;
    expected.read(query)
}

fn page_of(brought: &Brought, browsing: &Browsing) -> Vec<u8> {
    let close = "You can close this tab and go back to the terminal.";
    match outcome(brought, browsing) {
        None => page::answer(
            "200 OK",
            "The login is approved",
            &format!("tok goes on by itself. {close}"),
        ),
        Some(error) => page::answer("200 OK", "The login has failed", &format!("{}. {close}", error.text())),
    }
}

/// The error that it brings.
fn outcome(brought: &Brought, browsing: &Browsing) -> Option<Error> {
    let Brought::Error { error, description } = brought else {
        return None;
    };
    let words = match description.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(description) => format!("{error}: {description}"),
        None => error.clone(),
    };
    let (vendor, words) = (browsing.vendor, browsing.redactor.one_line(&words));
    Some(if error == "access_denied" {
        Error::refused(format!("{vendor}: the login was not approved: {words}"))
    } else {
        Error::vendor(format!("{vendor}: the vendor's page failed: {words}"))
    })
}

fn too_late(vendor: &str) -> Error {
    let life = duration::words(LIFE);
    Error::credential(format!("{vendor}: nobody approved the login within {life}"))
        .with_hint("call again and approve it in the browser")
        .of_person()
}

fn drawn() -> Result<Secret> {
    Ok(Secret::new(Encoding::Base64Url.encode(random::bytes(STRENGTH)?)))
}

/// RFC 7636 section 4.2.
fn challenge(verifier: &str) -> String {
    Encoding::Base64Url.encode(Plain::Sha256.digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_never_comes_back_is_waited_for_as_long_as_there_is_time() {
        let address = Address::parse("https://id.example/authorize").unwrap();
        let browsing = Browsing {
            vendor: "acme",
            person: Person::Script(&|_| {}),
            address: &address,
            iss: None,
            dropped: &[],
            redactor: &Redactor::default(),
        };
        let expected = Expected {
            state: Secret::new("state"),
            iss: None,
        };
        let began = Instant::now();
        let life = Duration::from_millis(100);
        let error = wait(Listener::bind(0).unwrap(), "/", &expected, &browsing, life).unwrap_err();
        assert!(began.elapsed() >= life);
        assert_eq!(error.text(), "acme: nobody approved the login within 5 min");
        assert_eq!(error.exit, crate::error::Exit::Credential);
        assert!(error.holds_for(Duration::ZERO), "those who wait share it");
    }

    /// RFC 7636 appendix B.
    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_eq!(drawn().unwrap().expose().len(), 43);
    }
}
