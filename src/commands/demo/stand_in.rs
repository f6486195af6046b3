//! A stand-in for a vendor on loopback: it gives the answer that was laid out for the next request.
//!
//! For the demo alone. It reads what tok sends, so it has no limits and no time-outs of its own.

use std::collections::VecDeque;
use std::io::{Read as _, Result, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::definition::schema::Example;
use crate::time::clock;

#[derive(Debug, Clone)]
struct Reply {
    status: u16,
    /// With their lines' ends.
    headers: String,
    body: String,
}

#[derive(Debug, Default)]
struct Desk {
    /// One for each request of a call, over and over.
    replies: VecDeque<Reply>,
    /// Method and path of every request.
    requests: Vec<String>,
}

#[derive(Debug)]
pub(super) struct StandIn {
    port: u16,
    desk: Arc<Mutex<Desk>>,
}

impl StandIn {
    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let desk = Arc::new(Mutex::new(Desk::default()));
        let served = Arc::clone(&desk);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, &served);
            }
        });
        Ok(Self { port, desk })
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Answers the requests of a call from now on as these examples document it, one after the other.
    pub(super) fn answer_with(&self, examples: &[&Example]) {
        let replies = examples.iter().map(|example| self.reply(example)).collect();
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).replies = replies;
    }

    fn reply(&self, example: &Example) -> Reply {
        let date = example.date.clone().unwrap_or_else(now);
        let more = example
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        Reply {
            status: example.status,
            headers: [format!("Date: {date}\r\n")].into_iter().chain(more).collect(),
            body: self.as_own(&example.body),
        }
    }

    /// A discovery document with the stand-in as its issuer.
    fn as_own(&self, body: &str) -> String {
        let json: Option<serde_json::Value> = serde_json::from_str(body).ok();
        let issuer = json.as_ref().and_then(|json| json.get("issuer")?.as_str());
        issuer.map_or_else(
            || body.to_owned(),
            |issuer| body.replace(issuer.trim_end_matches('/'), &self.url()),
        )
    }

    /// Method and path of what came since this was last asked.
    pub(super) fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.desk.lock().unwrap_or_else(PoisonError::into_inner).requests)
    }
}

fn now() -> String {
    clock::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn serve(mut stream: TcpStream, desk: &Mutex<Desk>) -> Result<()> {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    let request = loop {
        if let Some(request) = request_line(&received) {
            break request;
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => received.extend(buffer.iter().take(read)),
        }
    };
    let reply = {
        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.requests.push(request);
        let reply = desk.replies.pop_front();
        desk.replies.extend(reply.clone());
        reply
    };
    let Some(Reply { status, headers, body }) = reply else {
        return Ok(());
    };
    write!(
        stream,
        "HTTP/1.1 {status} As documented\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// `POST /path`, once the request is there whole.
fn request_line(received: &[u8]) -> Option<String> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let head = request
        .parse(received)
        .ok()
        .filter(httparse::Status::is_complete)?
        .unwrap();
    let length = request
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok())
        .unwrap_or(0_usize);
    (received.len() >= head + length)
        .then(|| format!("{} {}", request.method.unwrap_or(""), request.path.unwrap_or("")))
}
