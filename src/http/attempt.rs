//! One attempt to send a request.

use std::io::{self, Read as _};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ureq::http;
use ureq::{Agent, AsSendBody, Proxy, Timeout};

use super::connection::Line;
use super::failure::{Failure, Stage};
use super::message::{Answer, Call};
use crate::time::deadline::Deadline;

const LARGEST_BODY: u64 = 1 << 20;

pub(super) type Outcome = Result<Answer, Failure>;

/// On a thread of its own, because the deadline of the client does not hold for a proxy that answers byte by byte. The outer
/// error is that of this machine.
pub(super) fn attempt(line: &Line, proxy: Option<&Proxy>, call: &Call, deadline: &Deadline) -> io::Result<Outcome> {
    line.begin(proxy);
    let (line, proxy, call, limit) = (line.clone(), proxy.cloned(), call.clone(), deadline.remaining());
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().spawn(move || sender.send(exchange(&line, proxy, call, limit)))?;
    let late = |_| {
        Err(Failure {
            stage: Stage::Asking,
            cause: ureq::Error::Timeout(Timeout::Global),
        })
    };
    Ok(receiver.recv_timeout(deadline.remaining()).unwrap_or_else(late))
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
) -> Result<http::Response<ureq::Body>, ureq::Error> {
    let request = agent.configure_request(request).proxy(proxy);
    agent.run(request.timeout_global(Some(limit)).build())
}
