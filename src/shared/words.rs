//! Why the store cannot be used, in words that say what to do where tok can know.
//!
//! A server may quote what it was sent: of what it says to the password nothing is shown but its code, and of a script nothing.

use std::io;

use redis::RedisError;

use super::line::{Asked, Failure};
use super::shelf::Trouble;
use crate::inputs::shared::Address;
use crate::secret::SHARED_PASSWORD;
use crate::text::words::{one_line, reason};
use crate::tls::{self, Remedy};

pub(super) fn strange() -> Trouble {
    Trouble::Strange("what lies there is not tok's".to_owned())
}

pub(super) fn trouble(address: &Address, failure: Failure) -> Trouble {
    let late = "it does not answer in time";
    Trouble::Away(match failure {
        Failure::Unmet if address.tls => format!("{late}, as a port without TLS does not"),
        Failure::Unmet | Failure::Late => late.to_owned(),
        Failure::Strange => "what answers there is no Redis".to_owned(),
        Failure::Lacking(why) => format!("no thread can be made to ask it: {why}"),
        Failure::Broken(why) => broken(address, &why),
        Failure::Refused(Asked::Script, error) => return refused(&error),
        Failure::Refused(Asked::Database, error)
            if error.detail().is_some_and(|detail| detail.contains("out of range")) =>
        {
            format!("it has no database {}", address.database)
        }
        Failure::Refused(Asked::Database, error) => {
            format!(
                "it does not let this user have database {} ({})",
                address.database,
                code(&error)
            )
        }
        Failure::Refused(Asked::Entry { password: true }, error) => unwelcome(address, &error),
        Failure::Refused(Asked::Entry { password: false }, error) => without_password(code(&error)),
    })
}

fn broken(address: &Address, why: &io::Error) -> String {
    if let Some(of_tls) = why.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        let (words, remedy) = tls::told(of_tls);
        return match remedy {
            Some(remedy @ (Remedy::Root | Remedy::Signed | Remedy::Clock)) => format!("{words}; {}", remedy.words()),
            _ => words,
        };
    }
    match why.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "it does not answer in time".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            let hint = if address.tls {
                "tok has no certificate of its own, which tls-auth-clients would want"
            } else {
                "where its port is one for TLS, the address begins with rediss://"
            };
            format!("the connection was closed without an answer; {hint}")
        }
        io::ErrorKind::Other => one_line(&why.to_string()),
        _ => one_line(&reason(&why.to_string())),
    }
}

fn code(error: &RedisError) -> &str {
    error.code().unwrap_or("ERR")
}

fn without_password(code: &str) -> String {
    format!("it refuses the user or the password ({code}); {SHARED_PASSWORD} is not set")
}

fn unwelcome(address: &Address, error: &RedisError) -> String {
    let detail = error.detail().unwrap_or_default();
    if detail.contains("without any password configured") {
        return format!("it wants no password, and {SHARED_PASSWORD} gives one");
    }
    let words = format!("it refuses the user or the password ({})", code(error));
    match &address.user {
        Some(user) => format!("{words}; the user is {user}"),
        None => words,
    }
}

/// Which words the server says to whom is another in each of its versions.
fn refused(error: &RedisError) -> Trouble {
    let words = one_line(&format!("{} {}", code(error), error.detail().unwrap_or_default()));
    let words = words.split(", with args").next().unwrap_or_default();
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if has(&["WRONGTYPE", "wrong kind of value"]) {
        return strange();
    }
    Trouble::Away(if has(&["NOAUTH", "unauthenticated"]) {
        without_password("NOAUTH")
    } else if has(&[
        "NOPERM",
        "ACL",
        "no permissions",
        "unknown command",
        "can't run this command",
    ]) {
        format!("it does not let this user run tok's scripts ({words})")
    } else if has(&["OOM"]) {
        "it is full".to_owned()
    } else if has(&["READONLY", "read only replica"]) {
        "it is read-only".to_owned()
    } else {
        words.to_owned()
    })
}
