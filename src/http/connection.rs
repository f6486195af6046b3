//! Connections that are used again, and whether anything was sent over one.
//!
//! The kind of an error does not prove that nothing reached the vendor: a link between the connection and TLS remembers
//! whether a byte was handed over since the attempt began, on a new connection or on one from before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector, SocksConnector,
    TcpConnector, Transport,
};
use ureq::{Agent, Error, Proxy, ProxyProtocol};

use super::failure::Stage;
use super::room::OnThisThread;

/// An agent for one request after the other.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) agent: Agent,
    sent: Arc<AtomicBool>,
}

impl Line {
    pub(super) fn new(roots: RootCerts) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("tok/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .accept_encoding("")
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        let sent = Arc::new(AtomicBool::new(false));
        let connector =
            ().chain(SocksConnector::default())
                .chain(ConnectProxyConnector::default())
                .chain(TcpConnector::default())
                .chain(Watch(Arc::clone(&sent)))
                .chain(RustlsConnector::default());
        Self {
            agent: Agent::with_parts(config, connector, OnThisThread),
            sent,
        }
    }

    /// A SOCKS proxy connects on its own, so what has happened behind it is not known.
    pub(super) fn begin(&self, proxy: Option<&Proxy>) {
        let direct_or_connect =
            proxy.is_none_or(|proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https));
        self.sent.store(!direct_or_connect, Ordering::Relaxed);
    }

    pub(super) fn stage(&self) -> Stage {
        if self.sent.load(Ordering::Relaxed) {
            Stage::Asking
        } else {
            Stage::Connecting
        }
    }
}

#[derive(Debug)]
struct Watch(Arc<AtomicBool>);

impl<In: Transport> Connector<In> for Watch {
    type Out = Watched<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Watched<In>>, Error> {
        Ok(chained.map(|inner| {
            self.0.store(true, Ordering::Relaxed);
            Watched {
                inner,
                sent: Arc::clone(&self.0),
            }
        }))
    }
}

#[derive(Debug)]
struct Watched<T> {
    inner: T,
    sent: Arc<AtomicBool>,
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.sent.store(true, Ordering::Relaxed);
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
