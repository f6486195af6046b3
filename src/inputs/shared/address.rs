//! The address of a shared store: `rediss://user@host:6379/0`.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;

use crate::error::{Error, Result};

const PORT: u16 = 6379;

/// Where a store listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) tls: bool,
    pub(crate) user: Option<String>,
    /// Without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: i64,
}

impl Address {
    /// Exit 2 with the reason, which does not quote the text: a password may stand in it.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::usage(format!("it {why}")).with_hint("an address is as rediss://user@redis.example.com:6379/0")
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("is no address"))?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "rediss" => true,
            "redis" => false,
            _ => {
                return Err(wrong(
                    "does not begin with rediss://, or with redis:// for a store on this machine",
                ));
            }
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err(Error::usage("a password does not belong into the address").with_hint(
                "give it in TOK_SHARED_PASSWORD, or name a file or a command in TOK_SHARED_PASSWORD_FILE or \
                 TOK_SHARED_PASSWORD_COMMAND",
            ));
        }
        let user = user.filter(|user| !user.is_empty()).map(|user| {
            let decoded = percent_decode_str(user).decode_utf8();
            decoded
                .map(String::from)
                .map_err(|_| wrong("has a user that is not UTF-8"))
        });
        let (host, port) = split(place).ok_or_else(|| wrong("has no port from 1 to 65535 behind its ':'"))?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_ip = host.parse::<IpAddr>().is_ok();
        if host.is_empty() || !(is_ip || host.bytes().all(is_name)) {
            return Err(wrong("has no host that a server can have"));
        }
        let database = if path.is_empty() { Ok(0) } else { path.parse::<u16>() };
        let address = Self {
            tls,
            user: user.transpose()?,
            host: host.to_ascii_lowercase(),
            port,
            database: database
                .map_err(|_| wrong("ends in something else than the number of a database"))?
                .into(),
        };
        if !tls && !address.is_loopback() {
            return Err(Error::usage("plain redis:// is for a server on this machine alone")
                .with_hint("rediss:// goes over TLS, so that nobody on the way learns the password"));
        }
        Ok(address)
    }

    fn is_loopback(&self) -> bool {
        let ip = self.host.parse::<IpAddr>();
        self.host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }
}

/// Host and port.
fn split(place: &str) -> Option<(&str, u16)> {
    let (host, port) = if let Some(rest) = place.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        (
            host,
            if port.is_empty() {
                None
            } else {
                Some(port.strip_prefix(':')?)
            },
        )
    } else {
        match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        }
    };
    let port = port.map_or(Some(PORT), |port| port.parse().ok().filter(|port| *port > 0))?;
    Some((host, port))
}

/// Without the user.
impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "rediss" } else { "redis" };
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        write!(
            formatter,
            "{scheme}://{open}{}{close}:{}/{}",
            self.host, self.port, self.database
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn an_address_says_where_and_as_whom() {
        for (text, shown, user) in [
            ("rediss://h.example", "rediss://h.example:6379/0", None),
            ("rediss://h.example/", "rediss://h.example:6379/0", None),
            ("REDISS://me@H.example:1/15", "rediss://h.example:1/15", Some("me")),
            (
                "rediss://a%40b@[2001:db8::1]:7/2",
                "rediss://[2001:db8::1]:7/2",
                Some("a@b"),
            ),
            ("redis://localhost", "redis://localhost:6379/0", None),
            ("redis://127.0.0.7:9", "redis://127.0.0.7:9/0", None),
            ("redis://[::1]", "redis://[::1]:6379/0", None),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(
                (address.to_string().as_str(), address.user.as_deref()),
                (shown, user),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_exit_2_and_is_not_shown() {
        for text in [
            "",
            "h.example",
            "https://h.example",
            "redis://h.example",
            "redis://10.0.0.1",
            "rediss://",
            "rediss://user@",
            "rediss://h.example:0",
            "rediss://h.example:x",
            "rediss://h.example:70000",
            "rediss://[::1",
            "rediss://[::1]x",
            "rediss://h.example/x",
            "rediss://h.example/0/1",
            "rediss://h.example/-1",
            "rediss://h.example?x=1",
            "rediss://h example",
            "rediss://user:hunter2@h.example",
            "rediss://:hunter2@h.example",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error.exit, Exit::Usage, "{text}");
            assert!(error.hint().is_some() && !error.text().contains("hunter2"), "{text}");
        }
    }
}
