//! The handle of the vendors' stand-in, `tests/vendor-server`.
//!
//!     let server = Server::start();
//!     server.behave(refuse("wrong: {secret}").on("/auth/login").once());
//!     …
//!     server.expect(&["POST /auth/login"]);
//!
//! When it is dropped, the test fails if the server had to complain about a request, unless [`Server::tolerate`] was said.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};
use std::{fs, thread};

use serde_json::Value;
use tempfile::TempDir;

use crate::protocol::{Behaviour, Fixed, Log, Ports, Recorded, RetryAfter, account};

#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// The server ends when this closes.
    stdin: Option<ChildStdin>,
    ports: Ports,
    /// Where `ca.pem` lies.
    tls: Option<TempDir>,
    tolerant: AtomicBool,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(None, &[])
    }

    /// Over TLS, with a root of its own: [`Server::ca`].
    pub(crate) fn tls() -> Self {
        Self::with(Some(TempDir::new().unwrap()), &[])
    }

    /// Over TLS with a certificate that nobody should accept: `expired`, `untrusted` or `wrong-name`.
    pub(crate) fn tls_with(fault: &str) -> Self {
        Self::with(Some(TempDir::new().unwrap()), &[fault])
    }

    fn with(tls: Option<TempDir>, more: &[&str]) -> Self {
        let mut command = Command::new(program());
        if let Some(folder) = &tls {
            command.arg("--tls").arg(folder.path()).args(more);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the stand-in starts");
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().unwrap();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = sender.send(line);
        });
        let line = receiver
            .recv_timeout(Duration::from_secs(20))
            .expect("the stand-in says its ports");
        Self {
            child,
            stdin,
            ports: serde_json::from_str(&line).expect("the stand-in says its ports"),
            tls,
            tolerant: AtomicBool::new(false),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.ports.port
    }

    /// Scheme, host and port.
    pub(crate) fn url(&self) -> String {
        let (scheme, host) = if self.tls.is_some() {
            ("https", "localhost")
        } else {
            ("http", "127.0.0.1")
        };
        format!("{scheme}://{host}:{}", self.ports.port)
    }

    /// What a user would give as the vendor's URL.
    pub(crate) fn url_of(&self, vendor: &str) -> String {
        let path = match vendor {
            "crmcom" => "/crmapi/rest/v2",
            "oauth2" => account::OAUTH2_PATH,
            _ => "",
        };
        self.url() + path
    }

    /// The root certificate to trust.
    pub(crate) fn ca(&self) -> PathBuf {
        self.tls.as_ref().expect("a server over TLS").path().join("ca.pem")
    }

    // By value, so that a test says it in one line without an ampersand.
    #[allow(clippy::needless_pass_by_value)]
    #[track_caller]
    pub(crate) fn behave(&self, behaviour: Behaviour) {
        self.control("POST", "/behaviour", &serde_json::to_string(&behaviour).unwrap());
    }

    /// Forgets requests and behaviours. Tokens that were issued stay known to the vendor.
    pub(crate) fn reset(&self) {
        self.control("POST", "/reset", "");
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.log().requests
    }

    /// The one request that came.
    #[track_caller]
    pub(crate) fn only(&self) -> Recorded {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "one request was expected: {requests:#?}");
        requests.remove(0)
    }

    pub(crate) fn log(&self) -> Log {
        serde_json::from_str(&self.control("GET", "/requests", "")).unwrap()
    }

    /// These requests came, as `POST /auth/login`, in this order, and no others.
    #[track_caller]
    pub(crate) fn expect(&self, wanted: &[&str]) {
        let requests = self.requests();
        let came: Vec<String> = requests.iter().map(|r| format!("{} {}", r.method, r.path)).collect();
        assert_eq!(came, wanted, "the requests that came: {requests:#?}");
    }

    /// Nobody even connected.
    #[track_caller]
    pub(crate) fn untouched(&self) {
        let log = self.log();
        assert!(
            log.requests.is_empty() && log.connections == 0,
            "nobody should have connected: {log:#?}"
        );
    }

    /// Requests that a vendor would not understand are meant in this test.
    pub(crate) fn tolerate(&self) {
        self.tolerant.store(true, Ordering::Relaxed);
    }

    #[track_caller]
    fn control(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.ports.control)).expect("the control port");
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: control\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("an answer from the control port");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer from the control port");
        assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {body}");
        body.to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let complaints: Vec<Recorded> = if thread::panicking() || *self.tolerant.get_mut() {
            Vec::new()
        } else {
            self.requests()
                .into_iter()
                .filter(|request| request.complaint.is_some())
                .collect()
        };
        drop(self.stdin.take());
        let end = Instant::now() + Duration::from_secs(10);
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > end {
                let _ = self.child.kill();
                let _ = self.child.wait();
                assert!(thread::panicking(), "the stand-in did not end with its standard input");
            }
            thread::sleep(Duration::from_millis(2));
        }
        assert!(
            complaints.is_empty(),
            "the vendor would not have understood: {complaints:#?}"
        );
    }
}

impl Recorded {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("not JSON: {error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A fixed answer; the body is sent as `application/json`, right or wrong, unless [`Behaviour::header`] says otherwise.
pub(crate) fn answer(status: u16, body: impl Into<Vec<u8>>) -> Behaviour {
    Behaviour {
        answer: Some(Fixed {
            status,
            headers: Vec::new(),
            body: body.into(),
        }),
        ..Behaviour::default()
    }
}

pub(crate) fn redirect(status: u16, location: &str) -> Behaviour {
    answer(status, "").header("Location", location)
}

/// The vendor's refusal, saying this. `{secret}`, `{secret:url}` and `{body}` stand for what was sent.
pub(crate) fn refuse(text: &str) -> Behaviour {
    Behaviour {
        refuse: Some(text.to_owned()),
        ..Behaviour::default()
    }
}

/// The vendor's 429 without `Retry-After`.
pub(crate) fn too_many() -> Behaviour {
    Behaviour {
        too_many: Some(RetryAfter::Absent),
        ..Behaviour::default()
    }
}

/// The vendor's 429 with this `Retry-After`.
pub(crate) fn retry_after(text: &str) -> Behaviour {
    Behaviour {
        too_many: Some(RetryAfter::Text(text.to_owned())),
        ..Behaviour::default()
    }
}

/// The vendor's 429 with a date so many seconds from now by the vendor's clock.
pub(crate) fn retry_after_date(seconds: i64) -> Behaviour {
    Behaviour {
        too_many: Some(RetryAfter::DateIn(seconds)),
        ..Behaviour::default()
    }
}

/// What stands in the token's place, `null` as well.
pub(crate) fn token(value: impl Into<Value>) -> Behaviour {
    Behaviour {
        token: Some(value.into()),
        ..Behaviour::default()
    }
}

/// What stands in the refresh token's place; `null` leaves it out.
pub(crate) fn refresh_token(value: impl Into<Value>) -> Behaviour {
    Behaviour {
        refresh_token: Some(value.into()),
        ..Behaviour::default()
    }
}

/// Issued tokens last so many seconds.
pub(crate) fn lifetime(seconds: i64) -> Behaviour {
    Behaviour {
        lifetime: Some(seconds),
        ..Behaviour::default()
    }
}

/// The vendor's clock is ahead by so many seconds.
pub(crate) fn clock(seconds: i64) -> Behaviour {
    Behaviour {
        clock: Some(seconds),
        ..Behaviour::default()
    }
}

/// No `Date` header.
pub(crate) fn undated() -> Behaviour {
    Behaviour {
        undated: Some(true),
        ..Behaviour::default()
    }
}

/// Milliseconds before the answer.
pub(crate) fn delay(milliseconds: u64) -> Behaviour {
    Behaviour {
        delay: Some(milliseconds),
        ..Behaviour::default()
    }
}

/// The connection ends after so many bytes of the body.
pub(crate) fn cut(bytes: usize) -> Behaviour {
    Behaviour {
        cut: Some(bytes),
        ..Behaviour::default()
    }
}

/// So many bytes of the body every so many milliseconds.
pub(crate) fn drip(bytes: usize, milliseconds: u64) -> Behaviour {
    Behaviour {
        drip: Some((bytes, milliseconds)),
        ..Behaviour::default()
    }
}

/// The connection ends without an answer.
pub(crate) fn close() -> Behaviour {
    Behaviour {
        close: Some(true),
        ..Behaviour::default()
    }
}

/// The body is filled up with blanks to so many bytes; it stays what it was as JSON.
pub(crate) fn size(bytes: usize) -> Behaviour {
    Behaviour {
        size: Some(bytes),
        ..Behaviour::default()
    }
}

impl Behaviour {
    pub(crate) fn once(self) -> Self {
        self.times(1)
    }

    /// Only the next so many requests. Behaviours so limited are taken one after the other.
    pub(crate) fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Only requests whose path begins so.
    pub(crate) fn on(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Both for the same request.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.lay(other);
        self
    }

    /// A header of a fixed answer.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let answer = self.answer.as_mut().expect("a fixed answer");
        answer.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The server program, beside tok. `cargo test` builds it; where only this test was built, it is built here.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let beside = Path::new(env!("CARGO_BIN_EXE_tok")).parent().unwrap();
        let program = beside
            .join("examples")
            .join(format!("vendor-server{}", std::env::consts::EXE_SUFFIX));
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vendor-server");
        let built = fs::metadata(&program).and_then(|data| data.modified());
        if built.is_ok_and(|built| newest(&sources) <= built) {
            return program;
        }
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["build", "--quiet", "--example", "vendor-server"]);
        let profile = beside.file_name().unwrap();
        if profile != "debug" {
            cargo.arg("--profile").arg(profile);
        }
        // target/PROFILE or target/TRIPLE/PROFILE.
        let above = beside.parent().unwrap();
        let target = if above.join("CACHEDIR.TAG").exists() {
            above
        } else {
            cargo.arg("--target").arg(above.file_name().unwrap());
            above.parent().unwrap()
        };
        let status = cargo.arg("--target-dir").arg(target).status().expect("cargo runs");
        assert!(
            status.success() && program.exists(),
            "the stand-in could not be built: {}",
            program.display()
        );
        program
    })
}

/// When a file in the folder was last changed.
fn newest(folder: &Path) -> SystemTime {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let changed = if path.is_dir() {
            Ok(self::newest(&path))
        } else {
            fs::metadata(&path).and_then(|d| d.modified())
        };
        newest = newest.max(changed.unwrap_or(SystemTime::UNIX_EPOCH));
    }
    newest
}
