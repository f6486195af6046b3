//! One connection to the listener, which nobody waits for: what has come by now is read, for a short while and up to a limit.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::peer;

/// From the connection to the end of the request's head.
const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_HEAD: usize = 64 * 1024;
const MOST_HEADERS: usize = 100;

pub(super) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    end: Instant,
}

/// What there is of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Unfinished,
    /// The other end has gone, or took too long.
    Over,
    /// No request that could bring anything back.
    Wrong,
    /// A GET that no page's script made.
    Target(String),
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        Some(Self {
            stream,
            received: Vec::new(),
            end: Instant::now() + PATIENCE,
        })
    }

    pub(super) fn is_of_this_user(&self) -> bool {
        peer::is_of_this_user(&self.stream)
    }

    pub(super) fn progress(&mut self) -> Progress {
        let mut chunk = [0; 4096];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return Progress::Over,
                Ok(length) => self.received.extend(chunk.iter().take(length)),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => return Progress::Over,
            }
            match progress(&self.received) {
                Progress::Unfinished if self.received.len() > LONGEST_HEAD => return Progress::Wrong,
                Progress::Unfinished => {}
                progress => return progress,
            }
        }
        if Instant::now() > self.end {
            return Progress::Over;
        }
        Progress::Unfinished
    }

    /// A page has room in the buffers of a connection on which nothing was sent.
    pub(super) fn answer(mut self, answer: &[u8]) {
        let _ = self.stream.write_all(answer);
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

fn progress(received: &[u8]) -> Progress {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(received) {
        Err(_) => return Progress::Wrong,
        Ok(httparse::Status::Partial) => return Progress::Unfinished,
        Ok(httparse::Status::Complete(_)) => {}
    }
    // A browser that follows a redirect says none; a page that makes a request by itself does.
    let from_page = request
        .headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case("origin"));
    match (request.method, request.path) {
        (Some("GET"), Some(target)) if !from_page => Progress::Target(target.to_owned()),
        _ => Progress::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_request_as_a_browser_makes_it_by_itself_has_a_target() {
        assert_eq!(
            progress(b"GET /?code=a&state=b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
            Progress::Target("/?code=a&state=b".into())
        );
        for (request, wanted) in [
            ("", Progress::Unfinished),
            ("GET /?code=a HTTP/1.1\r\nHost: 127.0.0.1\r\n", Progress::Unfinished),
            ("POST / HTTP/1.1\r\n\r\n", Progress::Wrong),
            ("HEAD / HTTP/1.1\r\n\r\n", Progress::Wrong),
            ("GET / HTTP/1.1\r\nORIGIN: null\r\n\r\n", Progress::Wrong),
            ("\u{16}\u{3}\u{1}", Progress::Wrong),
            ("SSH-2.0-x\r\n\r\n", Progress::Wrong),
        ] {
            assert_eq!(progress(request.as_bytes()), wanted, "{request:?}");
        }
    }
}
