//! One strict HTTP agent.
//!
//! [`send`] promises: one request and its answer, whatever the status, within the deadline. Certificates are checked against
//! the roots of the system; redirects are not followed; an answer is at most 1 MiB and is never unpacked. A request is sent
//! again only if no connection could be made, so that nothing reaches a vendor twice. Loopback is never asked through a
//! proxy. No error quotes a secret, or more of the URL than its host. What the status and the body mean is left to others,
//! and so is the choice of the URL: what is loopback was decided where it was parsed.

mod failure;
mod proxy;

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::uri::Scheme;
use ureq::http::{self, HeaderName, HeaderValue, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector, RustlsConnector, SocksConnector, TcpConnector, Transport,
};
use ureq::{Agent, Proxy, ProxyProtocol, Timeout};

use self::failure::{Failure, Stage};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::terminal::voice::Voice;
use crate::time::deadline::Deadline;

const LARGEST_BODY: u64 = 1 << 20;
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
type Outcome = std::result::Result<Answer, Failure>;

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
    let host = call.uri().host().unwrap_or("the vendor");
    let whom = proxy.map_or(host.into(), |proxy| {
        format!("{host} through the proxy {}", proxy.host())
    });
    let mut retries = 0..RETRIES;
    loop {
        let failure = match attempt(proxy, call, deadline) {
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

/// On a thread of its own, because the deadline of the client does not hold for a proxy that answers byte by byte.
fn attempt(proxy: Option<&Proxy>, call: &Call, deadline: &Deadline) -> Outcome {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(proxy.cloned())
        .timeout_global(Some(deadline.remaining()))
        .user_agent(concat!("tok/", env!("CARGO_PKG_VERSION")))
        .accept("application/json")
        .accept_encoding("")
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .build();
    let call = call.clone();
    let (sender, receiver) = mpsc::channel();
    let asking = thread::Builder::new().spawn(move || sender.send(exchange(config, call)));
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

fn exchange(config: Config, call: Call) -> Outcome {
    let connected = Connected::new(config.proxy());
    let connector =
        ().chain(SocksConnector::default())
            .chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(connected.clone())
            .chain(RustlsConnector::default());
    let agent = Agent::with_parts(config, connector, DefaultResolver::default());
    let (head, body) = call.into_parts();
    let response = match body {
        Some(bytes) => agent.run(http::Request::from_parts(head, bytes)),
        None => agent.run(http::Request::from_parts(head, ())),
    };
    let mut response = response.map_err(|cause| Failure {
        stage: connected.stage(),
        cause,
    })?;
    let text = |name| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
    let (date, retry_after) = (text(header::DATE), text(header::RETRY_AFTER));
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
            date,
            retry_after,
            body,
        }),
    }
}

/// A link between the connection and TLS that remembers whether there was a connection: the kind of an error does not
/// prove it.
#[derive(Debug, Clone)]
struct Connected(Arc<AtomicBool>);

impl Connected {
    /// A SOCKS proxy connects on its own, so what has happened behind it is not known.
    fn new(proxy: Option<&Proxy>) -> Self {
        let direct_or_connect =
            proxy.is_none_or(|proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https));
        Self(Arc::new(AtomicBool::new(!direct_or_connect)))
    }

    fn stage(&self) -> Stage {
        if self.0.load(Ordering::Relaxed) {
            Stage::Asking
        } else {
            Stage::Connecting
        }
    }
}

impl<In: Transport> Connector<In> for Connected {
    type Out = In;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> std::result::Result<Option<In>, ureq::Error> {
        if chained.is_some() {
            self.0.store(true, Ordering::Relaxed);
        }
        Ok(chained)
    }
}

#[cfg(test)]
mod tests;
