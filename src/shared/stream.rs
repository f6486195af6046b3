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

/// The first of its addresses that answers; each has its part of the time.
fn reach(address: &Address, end: Instant) -> io::Result<TcpStream> {
    let places: Vec<_> = (address.host.as_str(), address.port).to_socket_addrs()?.collect();
    let mut last = Error::new(ErrorKind::NotFound, "there is no such host");
    for (place, left) in places.iter().zip((1..=places.len()).rev()) {
        let time = end.saturating_duration_since(Instant::now());
        let part = time / u32::try_from(left).unwrap_or(u32::MAX);
        match TcpStream::connect_timeout(place, part.max(Duration::from_millis(1))) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// One answer, of which no more is read than this many bytes. It remembers why reading failed.
pub(super) struct Answer<'a> {
    stream: &'a mut dyn Stream,
    left: usize,
    broken: Option<Error>,
}

impl<'a> Answer<'a> {
    pub(super) fn of(stream: &'a mut impl Stream, most: usize) -> Self {
        Self {
            stream,
            left: most,
            broken: None,
        }
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.left == 0
    }

    pub(super) fn broken(&mut self) -> Option<Error> {
        self.broken.take()
    }
}

impl Read for Answer<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left);
        let Some(part) = buffer.get_mut(..most) else {
            return Ok(0);
        };
        let read = self.stream.read(part);
        match read {
            Ok(count) => {
                self.left -= count.min(self.left);
                Ok(count)
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                self.broken = Some(error);
                Err(kind.into())
            }
        }
    }
}
