//! What a person approves.

use super::{Section, Takes, may};

pub(super) const BROWSER: Section = Section {
    tables: &["browser"],
    keys: &[
        may(
            "redirect-host",
            Takes::OneOf(&["127.0.0.1", "localhost"]),
            "As it stands in `{redirect-uri}`, `127.0.0.1` where nothing is said; tok listens on 127.0.0.1 in any case",
        ),
        may(
            "port",
            Takes::Number(0, 65535),
            "The port in `{redirect-uri}`; any that is free where nothing is said, as RFC 8252 wants vendors to take it",
        ),
        may(
            "redirect-path",
            Takes::Text,
            "The path in `{redirect-uri}`, `/` where nothing is said",
        ),
        may(
            "iss",
            Takes::Text,
            "The issuer that every answer names, where the vendor documents that it does (RFC 9207); a discovery document that \
             says so needs no key",
        ),
    ],
};

pub(super) const DEVICE: Section = Section {
    tables: &["device"],
    keys: &[
        may(
            "device_code",
            Takes::Pointers,
            "Where in its answer the code is that the login lays in as `{device-code}`. This and the keys below are as RFC 8628 \
             has them where nothing is said",
        ),
        may("user_code", Takes::Pointers, "The code that a person types"),
        may("verification_uri", Takes::Pointers, "The address where that is typed"),
        may(
            "verification_uri_complete",
            Takes::Pointers,
            "The same with the code in it",
        ),
        may("expires_in", Takes::Pointers, "How many seconds the codes last"),
        may(
            "interval",
            Takes::Pointers,
            "How many seconds lie between two requests of the login, 5 where there is none",
        ),
    ],
};
