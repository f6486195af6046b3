//! Bytes to and from the store, over TLS or to this machine.

use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use crate::inputs::shared::Address;
use crate::tls;

pub(super) trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// `idle` is how long nothing may happen on it.
pub(super) fn connect(address: &Address, limit: Duration, idle: Duration) -> io::Result<Box<dyn Stream>> {
    let end = Instant::now() + limit;
    let tcp = reach(address, end)?;
    tcp.set_nodelay(true)?;
    tcp.set_read_timeout(Some(idle))?;
    tcp.set_write_timeout(Some(idle))?;
    if !address.tls {
        return Ok(Box::new(tcp));
    }
    let config = tls::config().map_err(|error| Error::other(error.text().to_owned()))?;
    let name = ServerName::try_from(address.host.clone()).map_err(Error::other)?;
    let mut session = ClientConnection::new(config, name).map_err(Error::other)?;
    let mut tcp = tcp;
    while session.is_handshaking() {
        session.complete_io(&mut tcp)?;
    }
    Ok(Box::new(StreamOwned::new(session, tcp)))
}

/// The first of its addresses that answers.
fn reach(address: &Address, end: Instant) -> io::Result<TcpStream> {
    let mut last = Error::new(ErrorKind::NotFound, "there is no such host");
    for place in (address.host.as_str(), address.port).to_socket_addrs()? {
        let left = end
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1));
        match TcpStream::connect_timeout(&place, left) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = error,
        }
    }
    Err(last)
}
