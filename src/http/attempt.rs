//! One attempt to send a request, on a connection of its own.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use ureq::config::Config;
use ureq::http::{self, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector, RustlsConnector, SocksConnector, TcpConnector, Transport,
};
use ureq::{Agent, Proxy, ProxyProtocol, Timeout};

use super::failure::{Failure, Stage};
use super::{Answer, Call};
use crate::time::deadline::Deadline;

const LARGEST_BODY: u64 = 1 << 20;

type Outcome = Result<Answer, Failure>;

/// On a thread of its own, because the deadline of the client does not hold for a proxy that answers byte by byte.
pub(super) fn attempt(proxy: Option<&Proxy>, roots: &RootCerts, call: &Call, deadline: &Deadline) -> Outcome {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(proxy.cloned())
        .timeout_global(Some(deadline.remaining()))
        .user_agent(concat!("tok/", env!("CARGO_PKG_VERSION")))
        .accept("application/json")
        .accept_encoding("")
        .tls_config(TlsConfig::builder().root_certs(roots.clone()).build())
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

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<In>, ureq::Error> {
        if chained.is_some() {
            self.0.store(true, Ordering::Relaxed);
        }
        Ok(chained)
    }
}
