//! What a failed attempt means.
//!
//! The kind of the client's error does not say how far the request came, so a [`Failure`] carries the [`Stage`] as well. A
//! vendor that gave no answer was not reached; one that began an answer and did not bring it to an end was not understood.
//! Of the client's words only those are shown that cannot quote the request or the answer.

use std::io;
use std::time::Duration;

use ureq::Timeout;

use crate::error::Error;
use crate::text::words::reason;
use crate::time::duration;
use crate::tls;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// There was no connection yet, neither to the vendor nor to a proxy.
    Connecting,
    /// The request may have been sent, and the head of the answer has not come.
    Asking,
    /// The head of the answer has come.
    Answering,
}

/// Who was asked, as a message names it: host, port and proxy.
pub(super) struct Whom {
    pub(super) name: String,
    /// Without TLS.
    pub(super) plain: bool,
}

pub(super) struct Failure {
    pub(super) stage: Stage,
    pub(super) cause: ureq::Error,
}

impl Failure {
    /// Only then may the request be sent again.
    pub(super) fn sent_nothing(&self) -> bool {
        use ureq::Error as E;
        self.stage == Stage::Connecting
            && matches!(
                self.cause,
                E::Io(_) | E::HostNotFound | E::ConnectionFailed | E::Timeout(_)
            )
    }

    /// What is over is the call's `limit`, of which the vendor may have had only what was left: the time that it `took`.
    pub(super) fn into_error(self, whom: &Whom, limit: Duration, took: Duration) -> Error {
        use ureq::Error as E;
        let Whom { name, plain } = whom;
        let unreachable = |why: &str| Error::unreachable(format!("{name} could not be reached: {why}"));
        let vendor = |why: &str| Error::vendor(format!("{name}: the answer {why}"));
        let of_tls = |why: &rustls::Error| {
            let (words, remedy) = tls::told(why);
            remedy
                .into_iter()
                .fold(unreachable(&words), |error, remedy| error.with_hint(remedy.words()))
        };
        let perhaps_tls = |error: Error| if *plain { error.with_hint(TLS) } else { error };
        match self.cause {
            E::Timeout(Timeout::Connect) => unreachable("the connection timed out").within(took),
            E::Timeout(_) => unreachable(&format!("no complete answer within {}", duration::words(limit))).within(took),
            E::BodyExceedsLimit(_) => vendor("is larger than 1 MiB"),
            E::LargeResponseHeader(..) => vendor("has too long a head"),
            _ if self.stage == Stage::Answering => match self.cause {
                E::Protocol(why) => vendor(&format!("is not HTTP: {why}")),
                _ => vendor("was cut off"),
            },
            E::Protocol(why) if self.stage == Stage::Asking => perhaps_tls(vendor(&format!("is not HTTP: {why}"))),
            E::Io(why) if why.kind() == io::ErrorKind::UnexpectedEof => {
                perhaps_tls(unreachable("the connection was closed without an answer"))
            }
            E::Io(why) => match why.get_ref().and_then(|inner| inner.downcast_ref()) {
                Some(why) => of_tls(why),
                None => unreachable(&reason(&why.to_string())),
            },
            E::Rustls(why) => of_tls(&why),
            E::Tls(why) => unreachable(&reason(why)),
            E::HostNotFound => unreachable("there is no such host"),
            E::ConnectionFailed => unreachable("no connection could be made"),
            // The number of the status stands there twice, as in `407/407`.
            E::ConnectProxyFailed(why) => unreachable(why.split('/').next().unwrap_or_default()),
            // What is left is about a request that was never sent, and could quote it.
            _ => Error::other(format!("{name}: the request could not be made")),
        }
    }
}

const TLS: &str = "look at the URL; where the port is one for TLS, it begins with https://";
