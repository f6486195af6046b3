//! One strict HTTP agent.
//!
//! [`Client::send`] promises: one request and its answer, whatever the status, within the deadline. Certificates are checked
//! against the roots of the system; redirects are not followed; an answer is at most 1 MiB and is never unpacked. A request is
//! sent again only if no connection could be made, so that nothing reaches a vendor twice. Loopback is never asked through a
//! proxy. Requests of one client share connections and cookies. No error quotes a secret, or more of the URL than its host.
//! What the status and the body mean is left to others, and so is the choice of the URL: what is loopback was decided where it
//! was parsed.

mod attempt;
mod connection;
mod cookies;
mod failure;
mod message;
mod proxy;
mod room;
mod set_cookie;

pub(crate) use message::{Answer, Body, Method, Request, check_header};

use std::cell::{OnceCell, RefCell};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use ureq::Proxy;
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::tls::RootCerts;

use self::attempt::attempt;
use self::connection::Line;
use self::cookies::Jar;
use self::failure::Whom;
use self::message::{Call, add_cookies};
use self::room::expect_room;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::terminal::voice::Voice;
use crate::text::words::reason;
use crate::time::deadline::Deadline;
use crate::time::duration;
use crate::tls;

const RETRIES: usize = 2;

/// Sends the requests of one login, over one connection where the host is the same, and with the cookies that were set.
#[derive(Debug, Default)]
pub(crate) struct Client {
    plain: OnceCell<Line>,
    tls: OnceCell<Line>,
    jar: RefCell<Jar>,
}

impl Client {
    pub(crate) fn send(&self, request: &Request, deadline: &Deadline, voice: Voice) -> Result<Answer> {
        let mut call = request.to_call()?;
        if let Some(cookies) = self.jar.borrow().header(call.uri(), request.loopback) {
            add_cookies(&mut call, &cookies)?;
        }
        let proxy = if request.loopback {
            None
        } else {
            proxy::for_host(call.uri().host().unwrap_or_default(), |name| std::env::var_os(name))?
        };
        let answer = self.send_through(proxy.as_ref(), &call, deadline, voice)?;
        self.jar.borrow_mut().keep(call.uri(), &answer);
        Ok(answer)
    }

    /// With its cookies and without its connections, for one who comes back after a while: servers close what is idle, and
    /// nothing that was sent on such a connection is sent again.
    pub(crate) fn anew(self) -> Self {
        Self {
            jar: self.jar,
            ..Self::default()
        }
    }

    /// The values of the cookies that were set.
    pub(crate) fn cookies(&self) -> Vec<Secret> {
        self.jar.borrow().values().collect()
    }

    fn line(&self, plain: bool) -> Result<&Line> {
        if plain {
            return Ok(self.plain.get_or_init(|| Line::new(RootCerts::PlatformVerifier)));
        }
        if let Some(line) = self.tls.get() {
            return Ok(line);
        }
        let roots = tls::trusted()?;
        Ok(self.tls.get_or_init(|| Line::new(roots)))
    }

    fn send_through(&self, proxy: Option<&Proxy>, call: &Call, deadline: &Deadline, voice: Voice) -> Result<Answer> {
        let whom = whom(call.uri(), proxy);
        let lacking = |why: io::Error| {
            let why = reason(&why.to_string());
            Error::other(format!("{}: no request can be made: {why}", whom.name))
        };
        expect_room().map_err(lacking)?;
        let line = self.line(whom.plain)?;
        let mut retries = 0..RETRIES;
        loop {
            let asked_at = Instant::now();
            let failure = match attempt(line, proxy, call, deadline).map_err(lacking)? {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let unconnected = failure.sent_nothing();
            let error = failure.into_error(&whom, deadline.limit(), asked_at.elapsed());
            let error = if unconnected { error.unconnected() } else { error };
            let pause = Duration::from_millis(100 + u64::from(getrandom::u32().unwrap_or(0) % 201));
            if !unconnected || pause >= deadline.remaining() || retries.next().is_none() {
                return Err(error);
            }
            let words = duration::words(pause);
            voice.explain(&format!("{}; trying again in {words}", error.text()));
            thread::sleep(pause);
        }
    }
}

fn whom(url: &Uri, proxy: Option<&Proxy>) -> Whom {
    let plain = url.scheme() == Some(&Scheme::HTTP);
    let port = url.port_u16().unwrap_or(if plain { 80 } else { 443 });
    let name = format!("{}:{port}", url.host().unwrap_or("the vendor"));
    Whom {
        name: proxy.map_or(name.clone(), |proxy| {
            format!("{name} through the proxy {}:{}", proxy.host(), proxy.port())
        }),
        plain,
    }
}

#[cfg(test)]
mod tests;
