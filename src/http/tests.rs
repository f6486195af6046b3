#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod any;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Instant;

use super::message::{add_cookies, to_header};
use super::*;
use crate::error::{Error, Exit};
use crate::terminal::voice::Verbosity;

fn send(request: &Request, deadline: &Deadline, voice: Voice) -> Result<Answer> {
    Client::default().send(request, deadline, voice)
}

const QUIET: Voice = Voice(Verbosity::Quiet);

struct Vendor {
    address: String,
    connections: Arc<AtomicUsize>,
    requests: mpsc::Receiver<String>,
}

impl Vendor {
    /// Hands every connection, whose request has been read, to `answer`.
    fn start(answer: impl Fn(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let connections = Arc::new(AtomicUsize::new(0));
        let (sender, requests) = mpsc::channel();
        let counter = connections.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                counter.fetch_add(1, Ordering::SeqCst);
                let _ = sender.send(read_request(&stream));
                answer(stream);
            }
        });
        Self {
            address,
            connections,
            requests,
        }
    }

    fn saying(answer: &'static [u8]) -> Self {
        Self::start(move |mut stream| {
            let _ = stream.write_all(answer);
        })
    }

    fn get(&self) -> Request {
        Request {
            method: Method::Get,
            url: format!("http://{}/path?query=1", self.address),
            origin: format!("http://{}", self.address),
            loopback: true,
            headers: Vec::new(),
            body: None,
        }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn read_request(mut stream: &TcpStream) -> String {
    let mut request = Vec::new();
    let mut byte = [0];
    let whole = |request: &[u8]| {
        let text = String::from_utf8_lossy(request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return false;
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        body.len() >= length.map_or(0, |length| length.parse().unwrap())
    };
    while !whole(&request) && stream.read(&mut byte).is_ok_and(|read| read > 0) {
        request.push(byte[0]);
    }
    String::from_utf8(request).unwrap()
}

fn within(seconds: u64) -> Deadline {
    Deadline::after(Duration::from_secs(seconds))
}

fn failure(request: &Request, deadline: &Deadline) -> Error {
    send(request, deadline, QUIET).err().unwrap()
}

#[test]
fn a_get_is_sent_to_the_byte() {
    let vendor = Vendor::saying(
        b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok",
    );
    let mut request = vendor.get();
    request.headers.push(("X-Key".into(), Secret::new("s3cret")));
    let answer = send(&request, &within(5), QUIET).ok().unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, b"ok");
    assert_eq!(answer.header("date"), Some("Thu, 01 Jan 2026 00:00:00 GMT"));
    assert_eq!(answer.header("retry-after"), Some("7"));
    let expected = format!(
        "GET /path?query=1 HTTP/1.1\r\nuser-agent: tok/{}\r\naccept: application/json\r\nhost: {}\r\nx-key: s3cret\r\n\r\n",
        env!("CARGO_PKG_VERSION"),
        vendor.address
    );
    assert_eq!(vendor.requests.recv().unwrap(), expected);
}

#[test]
fn a_post_is_sent_to_the_byte() {
    let vendor = Vendor::saying(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nnope");
    let mut request = vendor.get();
    request.method = Method::Post;
    request.body = Some(Body {
        content_type: "application/x-www-form-urlencoded",
        bytes: Secret::new("password=a%26b"),
    });
    let answer = send(&request, &within(5), QUIET).ok().unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (401, b"nope".as_slice()));
    assert_eq!((answer.header("date"), answer.header("retry-after")), (None, None));
    let expected = format!(
        "POST /path?query=1 HTTP/1.1\r\ncontent-length: 14\r\nuser-agent: tok/{}\r\naccept: application/json\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\r\npassword=a%26b",
        env!("CARGO_PKG_VERSION"),
        vendor.address
    );
    assert_eq!(vendor.requests.recv().unwrap(), expected);
}

#[test]
fn a_post_without_a_body_says_that_it_is_empty() {
    let vendor = Vendor::saying(b"HTTP/1.1 204 No Content\r\n\r\n");
    let mut request = vendor.get();
    request.method = Method::Post;
    let answer = send(&request, &within(5), QUIET).ok().unwrap();
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert!(vendor.requests.recv().unwrap().contains("content-length: 0\r\n"));
}

#[test]
fn a_redirect_is_an_answer() {
    for head in [
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 4\r\n\r\nmove".as_slice(),
        b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 308 Permanent Redirect\r\nContent-Length: 0\r\n\r\n",
    ] {
        let vendor = Vendor::saying(head);
        let answer = send(&vendor.get(), &within(5), QUIET).ok().unwrap();
        assert_eq!(answer.status / 100, 3);
        assert_eq!(vendor.connections(), 1);
    }
}

#[test]
fn an_answer_of_one_mebibyte_is_taken_and_a_larger_one_is_not() {
    for framing in ["Content-Length: {length}", "Transfer-Encoding: chunked", "X: y"] {
        for (length, fits) in [(1_usize << 20, true), ((1 << 20) + 1, false)] {
            let head = framing.replace("{length}", &length.to_string());
            let vendor = Vendor::start(move |mut stream| {
                let chunked = head.contains("chunked");
                let _ = write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\n\r\n");
                if chunked {
                    let _ = write!(stream, "{length:x}\r\n");
                }
                let _ = stream.write_all(&vec![b'x'; length]);
                let _ = stream.write_all(if chunked { b"\r\n0\r\n\r\n" } else { b"" });
            });
            match send(&vendor.get(), &within(10), QUIET) {
                Ok(answer) => assert!(fits && answer.body.len() == length, "{framing}"),
                Err(error) => {
                    assert!(!fits, "{framing}: {error}");
                    assert_eq!(error.exit, Exit::Vendor);
                    assert!(error.text().ends_with("the answer is larger than 1 MiB"));
                }
            }
        }
    }
}

#[test]
fn an_answer_that_drips_ends_at_the_deadline() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Drip: ",
    ] {
        let vendor = Vendor::start(move |mut stream| {
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(50));
            }
        });
        let began = Instant::now();
        let error = failure(&vendor.get(), &within(1));
        assert!(began.elapsed() < Duration::from_secs(2));
        assert_eq!(error.exit, Exit::Unreachable);
        assert_eq!(
            error.text(),
            format!("{} could not be reached: no complete answer within 1 s", vendor.address)
        );
        assert_eq!(vendor.connections(), 1);
    }
}

#[test]
fn an_answer_that_had_little_time_left_is_missed_only_by_those_who_have_no_more() {
    let vendor = Vendor::start(|_stream| thread::sleep(Duration::from_secs(3)));
    let deadline = within(2);
    thread::sleep(Duration::from_millis(1500));
    let error = failure(&vendor.get(), &deadline);
    assert!(error.holds_for(Duration::from_millis(300)));
    assert!(!error.holds_for(Duration::from_millis(1500)));
}

#[test]
fn a_deadline_that_is_over_sends_nothing() {
    let vendor = Vendor::saying(b"");
    assert_eq!(failure(&vendor.get(), &within(0)).exit, Exit::Unreachable);
    assert_eq!(vendor.connections(), 0);
}

#[test]
fn a_refused_connection_is_tried_again_twice() {
    let vendor = free_port();
    let began = Instant::now();
    let error = failure(&vendor, &within(5));
    let address = vendor.url.strip_prefix("http://").unwrap();
    assert_eq!(error.exit, Exit::Unreachable);
    assert_eq!(
        error.text(),
        format!("{address} could not be reached: connection refused")
    );
    let pauses = began.elapsed().as_millis();
    assert!((200..1500).contains(&pauses), "{pauses} ms");
}

#[test]
fn a_pause_that_the_deadline_does_not_allow_is_not_made() {
    let began = Instant::now();
    let error = failure(&free_port(), &Deadline::after(Duration::from_millis(90)));
    assert!(began.elapsed() < Duration::from_millis(95));
    assert!(error.text().ends_with("connection refused"));
}

#[test]
fn a_vendor_that_comes_up_in_between_is_found() {
    let request = free_port();
    let address = request.url.strip_prefix("http://").unwrap().to_owned();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        let (mut stream, _) = TcpListener::bind(address).unwrap().accept().unwrap();
        read_request(&stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    });
    assert_eq!(send(&request, &within(5), QUIET).ok().unwrap().status, 200);
}

fn free_port() -> Request {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    Request {
        method: Method::Get,
        url: format!("http://{}", listener.local_addr().unwrap()),
        origin: String::new(),
        loopback: true,
        headers: Vec::new(),
        body: None,
    }
}

#[test]
fn an_unknown_host_is_not_reached() {
    let mut request = free_port();
    request.loopback = false;
    request.url = "https://tok-test.invalid/?password=s3cret".into();
    let call = request.to_call().unwrap();
    let error = Client::default()
        .send_through(None, &call, &within(20), QUIET)
        .err()
        .unwrap();
    assert_eq!(error.exit, Exit::Unreachable);
    assert!(
        error.text().starts_with("tok-test.invalid:443 could not be reached: "),
        "{error}"
    );
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn a_connection_that_was_made_is_never_made_again() {
    let silent = Vendor::saying(b"");
    let error = failure(&silent.get(), &within(5));
    assert_eq!(error.exit, Exit::Unreachable);
    assert_eq!(
        error.text(),
        format!(
            "{} could not be reached: the connection was closed without an answer",
            silent.address
        )
    );

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut request = free_port();
    request.url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, connections) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            drop(stream);
            sender.send(()).unwrap();
        }
    });
    assert_eq!(failure(&request, &within(5)).exit, Exit::Unreachable);
    thread::sleep(Duration::from_millis(400));
    assert_eq!(connections.try_iter().count(), 1);
    assert_eq!(silent.connections(), 1);
}

#[test]
fn a_server_without_tls_is_not_reached_and_not_asked_again() {
    let mut request = free_port();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    request.url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let error = failure(&request, &within(5));
    assert_eq!(error.exit, Exit::Unreachable, "{error}");
    let address = request.url.strip_prefix("https://").unwrap();
    assert_eq!(
        error.text(),
        format!("{address} could not be reached: what answers there does not speak TLS")
    );
    assert!(error.hint().unwrap().starts_with("look at the port"), "{error}");
}

#[test]
fn an_answer_that_is_cut_off_or_not_http_is_not_understood() {
    for (answer, expected) in [
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort".as_slice(),
            "was cut off",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "was cut off",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
            "is not HTTP",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\nshort", "is not HTTP"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "is not HTTP"),
        (b"garbage", "is not HTTP"),
    ] {
        let vendor = Vendor::saying(answer);
        let error = failure(&vendor.get(), &within(5));
        let told = String::from_utf8_lossy(answer);
        assert_eq!(error.exit, Exit::Vendor, "{told}: {error}");
        assert!(error.text().contains(expected), "{told}: {error}");
        assert_eq!(vendor.connections(), 1);
    }
}

#[test]
fn a_head_without_end_is_not_understood() {
    let vendor = Vendor::start(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    assert_eq!(failure(&vendor.get(), &within(5)).exit, Exit::Vendor);
}

#[test]
fn what_a_header_cannot_carry_is_refused_without_showing_it() {
    for value in [
        "s3cret\n",
        "s3cret\r\nX: y",
        " s3cret",
        "s3cret\t",
        "s3cr\u{e9}t",
        "s3cret\0",
        &"s3cret".repeat(20_000),
    ] {
        let error = to_header("X-Key", &Secret::new(value)).err().unwrap();
        assert_eq!(error.exit, Exit::Usage);
        assert!(error.text().starts_with("the header X-Key: "));
        assert!(!error.to_string().contains("s3cr"));
    }
    assert!(to_header("X Key", &Secret::new("value")).is_err());
    let (_, value) = to_header("X-Key", &Secret::new("s3cret")).unwrap();
    assert!(!format!("{value:?}").contains("s3cret"));
}

#[test]
fn more_cookies_than_a_header_carries_are_the_vendors_fault() {
    let mut call = free_port().to_call().unwrap();
    assert!(add_cookies(&mut call, &"c".repeat(60_000)).is_ok());
    assert_eq!(
        add_cookies(&mut call, &"c".repeat(60_000)).unwrap_err().exit,
        Exit::Vendor
    );
}

#[test]
fn http_to_another_machine_is_not_sent() {
    let mut request = free_port();
    request.loopback = false;
    assert_eq!(failure(&request, &within(5)).exit, Exit::Usage);
}

fn through(proxy: &str) -> Error {
    let mut request = free_port();
    request.url = "https://api.example.com/?password=s3cret".into();
    let call = request.to_call().unwrap();
    let proxy = Proxy::new(proxy).unwrap();
    Client::default()
        .send_through(Some(&proxy), &call, &within(1), QUIET)
        .err()
        .unwrap()
}

#[test]
fn a_proxy_that_refuses_is_asked_once() {
    let proxy = Vendor::saying(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let error = through(&format!("http://user:p4ss@{}", proxy.address));
    assert_eq!(error.exit, Exit::Unreachable);
    assert!(
        error.text().starts_with(&format!(
            "api.example.com:443 through the proxy {} could not be reached: proxy server responded 407",
            proxy.address
        )),
        "{error}"
    );
    assert!(
        proxy
            .requests
            .recv()
            .unwrap()
            .starts_with("CONNECT api.example.com:443 HTTP/1.1\r\n")
    );
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn a_proxy_that_drips_ends_at_the_deadline() {
    let proxy = Vendor::start(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-Drip: ");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let began = Instant::now();
    let error = through(&format!("http://{}", proxy.address));
    assert!(began.elapsed() < Duration::from_secs(2));
    assert!(error.text().ends_with("no complete answer within 1 s"), "{error}");
}

#[test]
fn a_socks_proxy_that_fails_is_asked_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, connections) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            sender.send(()).unwrap();
            let mut stream = stream.unwrap();
            stream.read_exact(&mut [0; 3]).unwrap();
            stream.write_all(&[5, 0xff]).unwrap();
        }
    });
    assert_eq!(through(&format!("socks5h://{address}")).exit, Exit::Unreachable);
    assert_eq!(connections.try_iter().count(), 1);
}

/// One request after the other on each connection, as long as `keeps` says for its number that it stays.
fn lasting(keeps: impl Fn(usize) -> bool + Send + 'static, head: &'static str) -> Vendor {
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        let mut answered = 0;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            loop {
                let request = read_request(&stream);
                if request.is_empty() {
                    break;
                }
                let _ = sender.send(request);
                answered += 1;
                if !keeps(answered) {
                    break;
                }
                let _ = write!(stream, "HTTP/1.1 200 OK\r\n{head}Content-Length: 2\r\n\r\nok");
            }
        }
    });
    Vendor {
        address,
        connections,
        requests,
    }
}

#[test]
fn a_clients_requests_share_a_connection() {
    let vendor = lasting(|_| true, "");
    let client = Client::default();
    for _ in 0..3 {
        assert_eq!(client.send(&vendor.get(), &within(5), QUIET).ok().unwrap().status, 200);
    }
    assert_eq!(vendor.connections(), 1);
}

#[test]
fn what_was_sent_on_an_old_connection_is_not_sent_again() {
    let vendor = lasting(|answered| answered < 2, "");
    let client = Client::default();
    assert!(client.send(&vendor.get(), &within(5), QUIET).is_ok());
    let error = client.send(&vendor.get(), &within(5), QUIET).err().unwrap();
    assert_eq!(error.exit, Exit::Unreachable);
    assert_eq!((vendor.requests.try_iter().count(), vendor.connections()), (2, 1));
}

#[test]
fn cookies_go_back_behind_those_that_the_request_names() {
    let vendor = lasting(
        |_| true,
        "Set-Cookie: sid=s3cret; Path=/; HttpOnly\r\nSet-Cookie: other=1; Path=/nowhere\r\n",
    );
    let client = Client::default();
    let mut request = vendor.get();
    assert!(client.send(&request, &within(5), QUIET).is_ok());
    request.headers.push(("Cookie".into(), Secret::new("lang=en")));
    assert!(client.send(&request, &within(5), QUIET).is_ok());
    let requests: Vec<String> = vendor.requests.try_iter().collect();
    assert!(!requests[0].contains("cookie"), "{}", requests[0]);
    assert!(
        requests[1].contains("\r\ncookie: lang=en; sid=s3cret\r\n"),
        "{}",
        requests[1]
    );
    assert_eq!(client.cookies().len(), 2);
}

#[test]
fn every_method_is_sent_by_its_name() {
    let vendor = lasting(|_| true, "");
    let client = Client::default();
    for (method, name) in [
        (Method::Get, "GET"),
        (Method::Post, "POST"),
        (Method::Put, "PUT"),
        (Method::Patch, "PATCH"),
        (Method::Delete, "DELETE"),
    ] {
        for has_body in [false, method != Method::Get] {
            let mut request = vendor.get();
            request.method = method;
            request.body = has_body.then(|| Body {
                content_type: "application/json",
                bytes: Secret::new("{}"),
            });
            assert!(client.send(&request, &within(5), QUIET).is_ok(), "{name}");
            let sent = vendor.requests.recv().unwrap();
            assert!(
                sent.starts_with(&format!("{name} /path?query=1 HTTP/1.1\r\n")),
                "{sent}"
            );
            assert_eq!(sent.ends_with("{}"), has_body, "{sent}");
        }
    }
}
