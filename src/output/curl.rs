//! A line for `curl -K`, which keeps the token out of curl's arguments.
//!
//! Inside the double quotes of curl's config file only `\` and `"` have a meaning. `url-query` (curl 7.87) encodes what
//! follows the first `=`, so the pair is given as it is.

use super::header::as_cookie;
use super::{Given, Usage};
use crate::error::Result;

pub(super) fn render(given: &Given) -> Result<String> {
    let (option, value) = match &given.usage {
        Usage::Header(line) => ("header", line),
        Usage::Query(pair) => ("url-query", pair),
        Usage::Cookie(pair) => ("cookie", as_cookie(pair)?),
    };
    let value = value.replace('\\', r"\\").replace('"', r#"\""#);
    Ok(format!("{option} = \"{value}\"\n"))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::process::{Command, Stdio};
    use std::thread;

    use super::super::env::tests::{VISIBLE, present};
    use super::super::tests::given;
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_escaped() {
        let header = given("", Usage::Header(r#"X: a"b\c"#.into()));
        assert_eq!(render(&header).unwrap(), "header = \"X: a\\\"b\\\\c\"\n");
        let query = given("", Usage::Query("token=a".into()));
        assert_eq!(render(&query).unwrap(), "url-query = \"token=a\"\n");
        let cookie = given("", Usage::Cookie("sid=a\\".into()));
        assert_eq!(render(&cookie).unwrap(), "cookie = \"sid=a\\\\\"\n");
    }

    /// The head of the request that curl sends with these lines.
    fn request(lines: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/path", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            stream.write_all(answer).unwrap();
            String::from_utf8(head).unwrap()
        });
        let mut curl = Command::new("curl")
            .args(["-q", "-sS", "--noproxy", "*", "-K", "-", &url])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        curl.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        assert!(curl.wait().unwrap().success());
        server.join().unwrap()
    }

    fn percent_decoded(text: &str) -> String {
        let mut parts = text.split('%');
        let mut decoded = parts.next().unwrap().to_string();
        for part in parts {
            decoded.push(u8::from_str_radix(&part[..2], 16).unwrap().into());
            decoded.push_str(&part[2..]);
        }
        decoded
    }

    #[test]
    fn curl_sends_every_visible_character_unchanged() {
        if !present("curl") {
            return;
        }
        for token in [
            VISIBLE,
            "@a",
            "=a",
            "+a",
            "a;",
            "\\",
            "\"",
            "\\n\\t\"",
            "{a,b}[1-3]",
            "%41",
        ] {
            let head = request(&render(&given("", Usage::Header(format!("X-Token: {token}")))).unwrap());
            assert!(head.contains(&format!("\r\nX-Token: {token}\r\n")), "{token}: {head}");

            let head = request(&render(&given("", Usage::Query(format!("token={token}")))).unwrap());
            let query = head.split(' ').nth(1).unwrap().strip_prefix("/path?token=").unwrap();
            assert!(!query.contains(['+', '&', '#']), "{query}");
            assert_eq!(percent_decoded(query), token);
        }
    }
}
