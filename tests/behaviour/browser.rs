//! A person's browser, played by the test: it notes down the address that tok opens, and comes back to tok's listener.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::harness::{Tok, mode, until};

/// What came back from tok's listener.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) text: String,
}

/// An address that tok sent the browser to.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) url: String,
}

impl Tok {
    /// `BROWSER` notes down every address that it is given.
    pub(crate) fn with_browser(self) -> Self {
        let script = "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" >>\"$HOME/opened\"\n";
        let program = self.home().join("browser");
        let tok = self.write("home/browser", script).env("BROWSER", &program);
        mode(&program, 0o700);
        tok
    }

    /// The addresses that were opened so far.
    pub(crate) fn opened(&self) -> Vec<Visit> {
        let text = fs::read_to_string(self.home().join("opened")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let calls = lines.chunks_exact(2);
        calls
            .map(|call| {
                assert_eq!(call[0], "1", "one argument was expected: {text}");
                Visit {
                    url: call[1].to_owned(),
                }
            })
            .collect()
    }

    /// Waits until one is.
    #[track_caller]
    pub(crate) fn visit(&self) -> Visit {
        until("a browser is opened", || !self.opened().is_empty());
        self.opened().pop().unwrap()
    }
}

impl Visit {
    /// What its query says, decoded.
    #[track_caller]
    pub(crate) fn says(&self, name: &str) -> String {
        let (_, query) = self.url.split_once('?').unwrap();
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
        let value = value.unwrap_or_else(|| panic!("no {name} in {}", self.url));
        percent_decode_str(&value.replace('+', " "))
            .decode_utf8()
            .unwrap()
            .into_owned()
    }

    pub(crate) fn port(&self) -> u16 {
        let uri = self.says("redirect_uri");
        let (_, rest) = uri.split_once("://").unwrap();
        let authority = rest.split('/').next().unwrap();
        authority.split_once(':').unwrap().1.parse().unwrap()
    }

    /// The address that the vendor's page would send the browser back to, with these members and the right state.
    pub(crate) fn back(&self, members: &[(&str, &str)]) -> String {
        let state = self.says("state");
        let members = members.iter().copied().chain([("state", state.as_str())]);
        self.back_with(&members.collect::<Vec<_>>())
    }

    /// The same with these members alone.
    pub(crate) fn back_with(&self, members: &[(&str, &str)]) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let members = members.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        format!(
            "{}?{}",
            self.says("redirect_uri"),
            members.collect::<Vec<_>>().join("&")
        )
    }

    /// Follows such an address.
    #[track_caller]
    pub(crate) fn follow(&self, address: &str) -> Page {
        self.send(&format!(
            "GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n",
            target(address),
            self.port()
        ))
        .unwrap_or_else(|| panic!("nobody answers at {address}"))
    }

    /// Sends this as it stands. Nothing where nobody listens or answers.
    pub(crate) fn send(&self, bytes: &str) -> Option<Page> {
        let mut stream = self.connect()?;
        stream.write_all(bytes.as_bytes()).ok()?;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let status = answer.split(' ').nth(1)?.parse().unwrap();
        Some(Page { status, text: answer })
    }

    pub(crate) fn connect(&self) -> Option<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", self.port())).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Some(stream)
    }
}

/// Path and query.
pub(crate) fn target(address: &str) -> &str {
    let (_, rest) = address.split_once("://").unwrap();
    &rest[rest.find('/').unwrap()..]
}
