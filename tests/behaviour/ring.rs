//! A keyring of the test's own: gnome-keyring on a session bus that ends with it.
//!
//!     let Some(keyring) = Keyring::unlocked() else { return };
//!     let tok = keyring.of(Tok::new());
//!     assert_eq!(keyring.entries(), [("[\"modulus\",…]".to_owned(), "secret".to_owned())]);

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::harness::{Tok, need, until};

#[derive(Debug)]
pub(crate) struct Keyring {
    folder: TempDir,
    bus: Child,
    /// The bus ends when this closes.
    stdin: Option<ChildStdin>,
    address: String,
}

impl Keyring {
    /// `None`, visibly, where a tool is missing.
    pub(crate) fn unlocked() -> Option<Self> {
        let keyring = Self::with("printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; ")?;
        // It lets its starter go before it is there for all.
        until("the keyring is on the bus", || keyring.process().is_some());
        Some(keyring)
    }

    /// A bus on which nothing has been unlocked, and no collection was ever made.
    pub(crate) fn empty() -> Option<Self> {
        Self::with("")
    }

    fn with(before: &str) -> Option<Self> {
        if !["dbus-run-session", "dbus-send", "gnome-keyring-daemon", "secret-tool"]
            .into_iter()
            .all(need)
        {
            return None;
        }
        let folder = TempDir::new().unwrap();
        let script = format!("{before}echo \"$DBUS_SESSION_BUS_ADDRESS\"; exec cat >/dev/null");
        let mut bus = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", &script])
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("DISPLAY")
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_RUNTIME_DIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        assert!(!address.trim().is_empty(), "the session bus says where it is");
        Some(Self {
            folder,
            stdin: bus.stdin.take(),
            bus,
            address: address.trim().to_owned(),
        })
    }

    /// The program with this keyring.
    pub(crate) fn of(&self, tok: Tok) -> Tok {
        tok.without("TOK_KEYRING")
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("XDG_RUNTIME_DIR", self.folder.path())
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("XDG_RUNTIME_DIR", self.folder.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .concat()
    }

    /// The users of tok's entries with what is kept for them, sorted.
    pub(crate) fn entries(&self) -> Vec<(String, String)> {
        let said = self.tool("secret-tool", &["search", "--all", "--unlock", "service", "tok"]);
        let all = |name: &str| -> Vec<String> {
            let lines = said.lines().filter_map(|line| line.strip_prefix(name));
            lines.map(|value| value.trim_start_matches(" = ").to_owned()).collect()
        };
        let (users, secrets) = (all("attribute.username"), all("secret"));
        assert_eq!(users.len(), secrets.len(), "{said}");
        let mut entries: Vec<_> = users.into_iter().zip(secrets).collect();
        entries.sort();
        entries
    }

    /// What is kept, without the users.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.entries().into_iter().map(|(_, secret)| secret).collect()
    }

    /// Keeps a secret as tok would for this user.
    pub(crate) fn put(&self, user: &str, secret: &str) {
        let mut child = Command::new("secret-tool")
            .args(["store", "--label=tok", "service", "tok", "username", user])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }

    pub(crate) fn lock(&self) {
        self.tool("secret-tool", &["lock"]);
    }

    /// From now on it takes calls and never answers.
    pub(crate) fn silence(&self) {
        self.signal("-STOP");
    }

    fn signal(&self, signal: &str) {
        let Some(process) = self.process() else { return };
        let sent = Command::new("kill").args([signal, &process]).status().unwrap();
        assert!(sent.success(), "the keyring takes the signal {signal}");
    }

    /// The daemon's, if it is there.
    fn process(&self) -> Option<String> {
        let said = self.tool(
            "dbus-send",
            &[
                "--session",
                "--print-reply=literal",
                "--dest=org.freedesktop.DBus",
                "/",
                "org.freedesktop.DBus.GetConnectionUnixProcessID",
                "string:org.freedesktop.secrets",
            ],
        );
        Some(said.trim().strip_prefix("uint32 ")?.to_owned())
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        self.signal("-KILL");
        drop(self.stdin.take());
        let _ = self.bus.wait();
    }
}
