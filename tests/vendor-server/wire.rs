//! HTTP/1.1 by hand: requests are read as they come, answers are written as badly as a test wants.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use crate::desk::Shared;

const LIMIT: usize = 8 << 20;

/// A request, read whole.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// The target as sent.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    /// None where the header is absent or there twice.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        values.next().filter(|_| values.next().is_none())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(n, _)| n == name)
    }
}

/// An answer and how it is to be sent.
#[derive(Debug, Default)]
pub(crate) struct Sending {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) cut: Option<usize>,
    pub(crate) drip: Option<(usize, u64)>,
}

/// Answers the requests of one connection until the peer or a misbehaviour ends it.
pub(crate) fn serve(stream: &mut (impl Read + Write), shared: &Shared) {
    let mut ahead = Vec::new();
    while let Some(call) = read(stream, &mut ahead) {
        let last = call
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let Some(sending) = shared.answer(&call) else { return };
        if write(stream, &sending).is_none() || last || sending.cut.is_some() {
            return;
        }
    }
}

/// The next request; None where the peer has closed or does not speak HTTP.
pub(crate) fn read(stream: &mut impl Read, ahead: &mut Vec<u8>) -> Option<Call> {
    let mut more = |ahead: &mut Vec<u8>| -> Option<()> {
        let mut chunk = [0; 16384];
        let length = stream
            .read(&mut chunk)
            .ok()
            .filter(|length| *length > 0 && ahead.len() < LIMIT)?;
        ahead.extend_from_slice(&chunk[..length]);
        Some(())
    };
    let (mut call, head) = loop {
        if let Some(parsed) = head(ahead).ok()? {
            break parsed;
        }
        more(ahead)?;
    };
    let length = call
        .header("content-length")
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    while ahead.len() < head + length {
        more(ahead)?;
    }
    call.body = ahead[head..head + length].to_vec();
    ahead.drain(..head + length);
    Some(call)
}

/// The head and its length, once it is there whole.
fn head(bytes: &[u8]) -> Result<Option<(Call, usize)>, httparse::Error> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = request.parse(bytes)? else {
        return Ok(None);
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let call = Call {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        headers: request
            .headers
            .iter()
            .map(|h| (h.name.to_ascii_lowercase(), text(h.value)))
            .collect(),
        body: Vec::new(),
    };
    Ok(Some((call, length)))
}

/// None where the peer has gone.
pub(crate) fn write(stream: &mut impl Write, sending: &Sending) -> Option<()> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", sending.status, reason(sending.status));
    for (name, value) in &sending.headers {
        head.extend([name.as_str(), ": ", value, "\r\n"]);
    }
    if !sending
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-length"))
    {
        head.extend(["Content-Length: ", &sending.body.len().to_string(), "\r\n"]);
    }
    head += "\r\n";
    let body = &sending.body[..sending.cut.unwrap_or(usize::MAX).min(sending.body.len())];
    if let Some((size, pause)) = sending.drip {
        stream.write_all(head.as_bytes()).ok()?;
        for piece in body.chunks(size.max(1)) {
            stream.flush().ok()?;
            thread::sleep(Duration::from_millis(pause));
            stream.write_all(piece).ok()?;
        }
    } else {
        // In one piece, as a server does that answers at once.
        stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
    }
    stream.flush().ok()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    }
}
