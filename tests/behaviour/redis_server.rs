//! A real redis-server for one test, on a free port of loopback, and machines that share it.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::harness::{Tok, until};

/// Of a fleet, in base64.
pub(crate) const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
pub(crate) const OTHER_KEY: &str = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

/// It is killed where the test forgets it.
#[derive(Debug)]
pub(crate) struct Redis {
    child: Child,
    pub(crate) port: u16,
    folder: TempDir,
    options: Vec<String>,
    password: Option<&'static str>,
    tls: bool,
}

impl Redis {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// With further options, as `--maxmemory 1mb`.
    pub(crate) fn with(options: &[&str]) -> Self {
        Self::new(options, None, false)
    }

    pub(crate) fn with_password(password: &'static str) -> Self {
        Self::new(&["--requirepass", password], Some(password), false)
    }

    /// Over TLS, with a certificate and its key in PEM files.
    pub(crate) fn tls(certificate: &str, key: &str) -> Self {
        let options = [
            "--tls-cert-file",
            certificate,
            "--tls-key-file",
            key,
            "--tls-auth-clients",
            "no",
        ];
        Self::new(&options, None, true)
    }

    fn new(options: &[&str], password: Option<&'static str>, tls: bool) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = TempDir::new().unwrap();
        let options: Vec<String> = options.iter().map(ToString::to_string).collect();
        let child = spawn(port, &folder, &options, tls);
        let redis = Self {
            child,
            port,
            folder,
            options,
            password,
            tls,
        };
        redis.await_start();
        redis
    }

    fn await_start(&self) {
        until("the store listens", || {
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        });
    }

    pub(crate) fn url(&self) -> String {
        if self.tls {
            format!("rediss://localhost:{}/0", self.port)
        } else {
            format!("redis://127.0.0.1:{}/0", self.port)
        }
    }

    /// Another machine of the fleet: a world of its own, but for the store.
    pub(crate) fn machine(&self) -> Tok {
        let tok = Tok::new().env("TOK_SHARED", self.url()).env("TOK_SHARED_KEY", KEY);
        match self.password {
            Some(password) => tok.env("TOK_SHARED_PASSWORD", password),
            None => tok,
        }
    }

    /// Has it do something, as `["FLUSHALL"]`.
    #[track_caller]
    pub(crate) fn tell(&self, words: &[&str]) -> redis::Value {
        let (first, rest) = words.split_first().unwrap();
        redis::cmd(first).arg(rest).query(&mut self.connection()).unwrap()
    }

    /// The same for what is one text.
    #[track_caller]
    pub(crate) fn text(&self, words: &[&str]) -> String {
        redis::from_redis_value(self.tell(words)).unwrap()
    }

    #[track_caller]
    pub(crate) fn names(&self) -> Vec<String> {
        redis::from_redis_value(self.tell(&["KEYS", "*"])).unwrap()
    }

    /// Those under which a value of this type lies, as `hash`.
    #[track_caller]
    pub(crate) fn names_of(&self, kind: &str) -> Vec<String> {
        let is_of_kind = |name: &String| self.text(&["TYPE", name]) == kind;
        self.names().into_iter().filter(is_of_kind).collect()
    }

    /// The locks that machines have.
    #[track_caller]
    pub(crate) fn locks(&self) -> Vec<String> {
        let is_lock = |name: &String| self.text(&["GET", name]).len() == 16;
        self.names_of("string").into_iter().filter(is_lock).collect()
    }

    fn connection(&self) -> redis::Connection {
        let url = match self.password {
            Some(password) => format!("redis://:{password}@127.0.0.1:{}/0", self.port),
            None => format!("redis://127.0.0.1:{}/0", self.port),
        };
        let limit = Duration::from_secs(20);
        let connection = redis::Client::open(url)
            .unwrap()
            .get_connection_with_timeout(limit)
            .unwrap();
        connection.set_read_timeout(Some(limit)).unwrap();
        connection
    }

    /// Everything that lies there, as a dump on disk has it.
    #[track_caller]
    pub(crate) fn dump(&self) -> Vec<u8> {
        self.tell(&["CONFIG", "SET", "rdbcompression", "no"]);
        self.tell(&["SAVE"]);
        std::fs::read(self.folder.path().join("dump.rdb")).unwrap()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Empty, where it did not save anything.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(self.port, &self.folder, &self.options, self.tls);
        self.await_start();
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(port: u16, folder: &TempDir, options: &[String], tls: bool) -> Child {
    let mut command = Command::new("redis-server");
    let port = port.to_string();
    let ports = if tls { ["0", &port] } else { [&port, "0"] };
    command
        .args(["--port", ports[0], "--tls-port", ports[1], "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(folder.path())
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}
