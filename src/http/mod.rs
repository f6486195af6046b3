//! One strict HTTP agent.
//!
//! [`Client::send`] promises: one request and its answer, whatever the status, within the deadline. Certificates are checked
//! against the roots of the system; redirects are not followed; an answer is at most 1 MiB and is never unpacked. A request is
//! sent again only if no connection could be made, so that nothing reaches a vendor twice. Loopback is never asked through a
//! proxy. Requests of one client share connections and cookies. No error quotes a secret, or more of the URL than its host.
//! What the status and the body mean is left to others, and so is the choice of the URL: what is loopback was decided where it
//! was parsed.

mod connection;
mod cookies;
mod failure;
mod message;
mod proxy;
mod set_cookie;

pub(crate) use message::{Answer, Body, Method, Request};

use std::cell::{OnceCell, RefCell};
use std::io::Read;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ureq::http;
use ureq::{Agent, AsSendBody, Proxy, Timeout};

use self::connection::Line;
use self::cookies::Jar;
use self::failure::{Failure, Stage};
use self::message::{Call, add_cookies};
use crate::error::Result;
use crate::secret::Secret;
use crate::terminal::voice::Voice;
use crate::time::deadline::Deadline;

const LARGEST_BODY: u64 = 1 << 20;
const RETRIES: usize = 2;

/// Sends the requests of one login, over one connection where the host is the same, and with the cookies that were set.
#[derive(Debug, Default)]
pub(crate) struct Client {
    line: OnceCell<Line>,
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

    /// The values of the cookies that were set.
    pub(crate) fn cookies(&self) -> Vec<Secret> {
        self.jar.borrow().values().collect()
    }

    fn send_through(&self, proxy: Option<&Proxy>, call: &Call, deadline: &Deadline, voice: Voice) -> Result<Answer> {
        let host = call.uri().host().unwrap_or("the vendor");
        let whom = proxy.map_or(host.into(), |proxy| {
            format!("{host} through the proxy {}", proxy.host())
        });
        let line = self.line.get_or_init(Line::new);
        let mut retries = 0..RETRIES;
        loop {
            let failure = match attempt(line, proxy, call, deadline) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let unconnected = failure.sent_nothing();
            let error = failure.into_error(&whom, deadline.limit());
            let error = if unconnected { error.unconnected() } else { error };
            let pause = Duration::from_millis(100 + u64::from(getrandom::u32().unwrap_or(0) % 201));
            if !unconnected || pause >= deadline.remaining() || retries.next().is_none() {
                return Err(error);
            }
            voice.explain(&format!("{}; trying again in {pause:?}", error.text()));
            thread::sleep(pause);
        }
    }
}

type Outcome = std::result::Result<Answer, Failure>;

/// On a thread of its own, because the deadline of the client does not hold for a proxy that answers byte by byte.
fn attempt(line: &Line, proxy: Option<&Proxy>, call: &Call, deadline: &Deadline) -> Outcome {
    line.begin(proxy);
    let (line, proxy, call, limit) = (line.clone(), proxy.cloned(), call.clone(), deadline.remaining());
    let (sender, receiver) = mpsc::channel();
    let asking = thread::Builder::new().spawn(move || sender.send(exchange(&line, proxy, call, limit)));
    if let Err(error) = asking {
        return Err(Failure {
            stage: Stage::Asking,
            cause: ureq::Error::Io(error),
        });
    }
    receiver.recv_timeout(deadline.remaining()).unwrap_or_else(|_| {
        Err(Failure {
            stage: Stage::Asking,
            cause: ureq::Error::Timeout(Timeout::Global),
        })
    })
}

fn exchange(line: &Line, proxy: Option<Proxy>, call: Call, limit: Duration) -> Outcome {
    let (head, body) = call.into_parts();
    let response = match body {
        Some(bytes) => run(&line.agent, http::Request::from_parts(head, bytes), proxy, limit),
        None => run(&line.agent, http::Request::from_parts(head, ()), proxy, limit),
    };
    let mut response = response.map_err(|cause| Failure {
        stage: line.stage(),
        cause,
    })?;
    let headers = response.headers().iter();
    let headers = headers
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let mut body = Vec::new();
    let read = response
        .body_mut()
        .as_reader()
        .take(LARGEST_BODY + 1)
        .read_to_end(&mut body);
    let failed = match read {
        Err(error) => Some(error.into()),
        Ok(_) if body.len() as u64 > LARGEST_BODY => Some(ureq::Error::BodyExceedsLimit(LARGEST_BODY)),
        Ok(_) => None,
    };
    match failed {
        Some(cause) => Err(Failure {
            stage: Stage::Answering,
            cause,
        }),
        None => Ok(Answer {
            status: response.status().as_u16(),
            headers,
            body,
        }),
    }
}

fn run(
    agent: &Agent,
    request: http::Request<impl AsSendBody>,
    proxy: Option<Proxy>,
    limit: Duration,
) -> std::result::Result<http::Response<ureq::Body>, ureq::Error> {
    let request = agent.configure_request(request).proxy(proxy);
    agent.run(request.timeout_global(Some(limit)).build())
}

#[cfg(test)]
mod tests;
