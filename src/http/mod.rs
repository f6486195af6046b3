//! One strict HTTP agent.
//!
//! [`send`] promises: one request and its answer, whatever the status, within the deadline. Certificates are checked against
//! the roots of the system; redirects are not followed; an answer is at most 1 MiB and is never unpacked. A request is sent
//! again only if no connection could be made, so that nothing reaches a vendor twice. Loopback is never asked through a
//! proxy. No error quotes a secret, or more of the URL than its host. What the status and the body mean is left to others,
//! and so is the choice of the URL: what is loopback was decided where it was parsed.

mod attempt;
mod failure;
mod proxy;
mod roots;
mod tls;

use std::thread;
use std::time::Duration;

use ureq::Proxy;
use ureq::http::uri::Scheme;
use ureq::http::{self, HeaderName, HeaderValue, Uri, header};
use ureq::tls::RootCerts;

use self::attempt::attempt;
use self::failure::Whom;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::terminal::voice::Voice;
use crate::time::deadline::Deadline;

/// Below the size of the client's buffer, which has to hold a header as a whole.
const LONGEST_HEADER: usize = 1 << 16;
const RETRIES: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

pub(crate) struct Request {
    pub(crate) method: Method,
    /// Percent-encoded, with its query.
    pub(crate) url: String,
    pub(crate) loopback: bool,
    pub(crate) headers: Vec<(String, Secret)>,
    pub(crate) body: Option<Body>,
}

pub(crate) struct Body {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Secret,
}

/// An answer may hold a token, so it has no `Debug`.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) date: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn send(request: &Request, deadline: &Deadline, voice: Voice) -> Result<Answer> {
    let call = request.to_call()?;
    let proxy = if request.loopback {
        None
    } else {
        proxy::for_host(call.uri().host().unwrap_or_default(), |name| std::env::var_os(name))?
    };
    send_through(proxy.as_ref(), &call, deadline, voice)
}

impl Request {
    /// What stands behind the scheme of an `Authorization` header.
    pub(crate) fn credentials(&self) -> Option<Secret> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
        value
            .expose()
            .split_once(' ')
            .map(|(_, credentials)| Secret::new(credentials))
    }
}

type Call = http::Request<Option<Vec<u8>>>;

impl Request {
    fn to_call(&self) -> Result<Call> {
        let url: Uri = self
            .url
            .parse()
            .map_err(|_| Error::usage("the request's URL is too long or holds a character that a URL cannot"))?;
        if !self.loopback && url.scheme() != Some(&Scheme::HTTPS) {
            return Err(Error::usage("a request to another machine goes over https only"));
        }
        let mut call = Call::new(None);
        *call.uri_mut() = url;
        if self.method == Method::Post {
            *call.method_mut() = http::Method::POST;
            *call.body_mut() = Some(Vec::new());
        }
        for (name, value) in &self.headers {
            let (name, value) = to_header(name, value)?;
            call.headers_mut().append(name, value);
        }
        if let Some(body) = &self.body {
            call.headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(body.content_type));
            *call.body_mut() = Some(body.bytes.expose().into());
        }
        Ok(call)
    }
}

/// Blanks at the ends and letters outside ASCII are refused as well: whoever reads a header takes them off or guesses.
fn to_header(name: &str, value: &Secret) -> Result<(HeaderName, HeaderValue)> {
    let fault = |why| Error::usage(format!("the header {name}: its {why}"));
    let value = value.expose();
    if value.len() > LONGEST_HEADER {
        return Err(fault("value is longer than 64 KiB"));
    }
    let key = name.parse().map_err(|_| fault("name is not one that HTTP can carry"))?;
    let mut value = HeaderValue::from_str(value)
        .ok()
        .filter(|header| header.to_str().is_ok() && value.trim_matches([' ', '\t']) == value)
        .ok_or_else(|| fault("value is not one that HTTP can carry"))?;
    value.set_sensitive(true);
    Ok((key, value))
}

fn send_through(proxy: Option<&Proxy>, call: &Call, deadline: &Deadline, voice: Voice) -> Result<Answer> {
    let whom = whom(call.uri(), proxy);
    let roots = if whom.plain {
        RootCerts::PlatformVerifier
    } else {
        roots::trusted()?
    };
    let mut retries = 0..RETRIES;
    loop {
        let failure = match attempt(proxy, &roots, call, deadline) {
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
