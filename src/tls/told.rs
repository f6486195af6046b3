//! Why TLS failed, in words for a person.
//!
//! A name in brackets is the one that the web has answers for. Of a foreign certificate no text is shown.

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error};

/// A reason, and what to do about it.
type Told = (String, Option<Remedy>);

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// An authority is not known.
    Root,
    Signed,
    Clock,
    Host,
    Port,
}

impl Remedy {
    /// To one who asks by HTTP.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Root => {
                "a certificate authority that the system does not know can be given to it, or on Linux be named in SSL_CERT_FILE"
            }
            Self::Signed => {
                "it needs one that an authority has signed; an authority that the system does not know can be given to it, or on \
                 Linux be named in SSL_CERT_FILE"
            }
            Self::Clock => "it has to be renewed, unless it is the clock of this machine that is wrong",
            Self::Host => "look at the host in the URL",
            Self::Port => {
                "look at the port in the URL; plain http is for a server on this machine alone, as in http://localhost:8080"
            }
        }
    }
}

/// Behind "could not be reached: ".
pub(crate) fn told(error: &Error) -> Told {
    let (words, hint) = match error {
        Error::InvalidCertificate(fault) => return of_certificate(fault),
        Error::InvalidMessage(_) => ("what answers there does not speak TLS", Some(Remedy::Port)),
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            ("it wants a certificate of the client, which tok cannot give", None)
        }
        Error::General(why) => return (why.clone(), Some(Remedy::Root)),
        other => return (other.to_string(), None),
    };
    (words.to_owned(), hint)
}

fn of_certificate(fault: &CertificateError) -> Told {
    use CertificateError as E;
    let (words, hint) = match fault {
        E::UnknownIssuer => (
            "is self-signed or of an authority that is not known here (UnknownIssuer)".to_owned(),
            Some(Remedy::Root),
        ),
        E::Expired => ("has expired".to_owned(), Some(Remedy::Clock)),
        E::ExpiredContext { not_after, .. } => match date(*not_after) {
            Some(date) => (format!("expired on {date}"), Some(Remedy::Clock)),
            None => ("has expired".to_owned(), Some(Remedy::Clock)),
        },
        E::NotValidYet => ("is not valid yet".to_owned(), Some(Remedy::Clock)),
        E::NotValidYetContext { not_before, .. } => match date(*not_before) {
            Some(date) => (format!("is not valid before {date}"), Some(Remedy::Clock)),
            None => ("is not valid yet".to_owned(), Some(Remedy::Clock)),
        },
        E::NotValidForName => ("is for another name".to_owned(), Some(Remedy::Host)),
        E::NotValidForNameContext { expected, .. } => (
            format!("is for another name than {}", expected.to_str()),
            Some(Remedy::Host),
        ),
        E::Revoked => ("has been revoked".to_owned(), None),
        E::Other(other) if other.0.to_string() == "CaUsedAsEndEntity" => (
            "is self-signed, as only an authority's own may be (CaUsedAsEndEntity)".to_owned(),
            Some(Remedy::Signed),
        ),
        E::Other(other) => (format!("cannot be used ({})", other.0), None),
        other => {
            let text = format!("{other:?}");
            let name = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            (format!("cannot be used ({name})"), None)
        }
    };
    (format!("its certificate {words}"), hint)
}

/// `2026-01-31`, where the calendar has the day.
fn date(time: UnixTime) -> Option<String> {
    let seconds = i64::try_from(time.as_secs()).ok()?;
    let time = Timestamp::from_second(seconds).ok()?;
    Some(time.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use rustls::{InvalidMessage, OtherError};

    use super::*;

    fn day(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    #[test]
    fn each_fault_of_a_certificate_is_said_in_words() {
        let (time, name) = (day(0), "localhost".try_into().unwrap());
        let other = |text: &'static str| CertificateError::Other(OtherError(Arc::from(Box::from(text))));
        for (fault, said) in [
            (
                CertificateError::UnknownIssuer,
                "is self-signed or of an authority that is not known here (UnknownIssuer)",
            ),
            (
                CertificateError::ExpiredContext {
                    time,
                    not_after: day(1_705_309_200),
                },
                "expired on 2024-01-15",
            ),
            (
                CertificateError::ExpiredContext {
                    time,
                    not_after: day(u64::MAX),
                },
                "has expired",
            ),
            (
                CertificateError::NotValidYetContext {
                    time,
                    not_before: day(1_705_309_200),
                },
                "is not valid before 2024-01-15",
            ),
            (
                CertificateError::NotValidForNameContext {
                    expected: name,
                    presented: vec!["\u{1b}[2J".to_owned()],
                },
                "is for another name than localhost",
            ),
            (
                other("CaUsedAsEndEntity"),
                "is self-signed, as only an authority's own may be (CaUsedAsEndEntity)",
            ),
            (
                other("UnsupportedCertVersion"),
                "cannot be used (UnsupportedCertVersion)",
            ),
            (CertificateError::BadEncoding, "cannot be used (BadEncoding)"),
        ] {
            assert_eq!(
                told(&Error::InvalidCertificate(fault)).0,
                format!("its certificate {said}")
            );
        }
    }

    #[test]
    fn a_port_without_tls_brings_a_hint() {
        let (words, hint) = told(&Error::InvalidMessage(InvalidMessage::InvalidContentType));
        assert_eq!(words, "what answers there does not speak TLS");
        assert!(hint.unwrap().words().contains("http://localhost"));
    }
}
