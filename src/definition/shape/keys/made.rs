//! The values that tok makes itself.

use super::{Section, Takes, may, must};

const ENCODINGS: &[&str] = &["hex", "HEX", "base64", "base64url"];
const KEYED: &[&str] = &["sha1", "sha256", "sha384", "sha512"];

pub(super) const LET: Section = Section {
    tables: &[super::LET],
    keys: &[
        may("jwt", Takes::Table, "A signed JWT (RFC 7519)"),
        may("hmac", Takes::Table, "An HMAC (RFC 2104)"),
        may("digest", Takes::Table, "A digest without a key"),
        may(
            "totp",
            Takes::Table,
            "A one-time code by the clock (RFC 6238). No code is sent twice for one login: the next login waits for the next \
             code",
        ),
        may("random", Takes::Table, "Random bytes or a UUID"),
        may("time", Takes::Table, "The moment at which the request is made"),
    ],
};

pub(super) const JWT: Section = Section {
    tables: &["jwt"],
    keys: &[
        must(
            "alg",
            Takes::OneOf(&[
                "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512",
            ]),
            "How it is signed; it becomes the header's `alg`",
        ),
        must(
            "key",
            Takes::Text,
            "Template of the private key, as PEM (PKCS#8, PKCS#1, SEC1) or JWK; for HS256, HS384 and HS512 of the shared \
             secret",
        ),
        may(
            "header",
            Takes::NamedValues,
            "Further members of the header, such as `kid`; `typ` is `JWT` where nothing is said",
        ),
        may(
            "claims",
            Takes::NamedValues,
            "The claims, filled as `json` is. A secret may stand here by a pointer only, as `{key:/client_email}`",
        ),
    ],
};

pub(super) const HMAC: Section = Section {
    tables: &["hmac"],
    keys: &[
        must("hash", Takes::OneOf(KEYED), "What it is made with"),
        must("key", Takes::Text, "Template of the key"),
        must(
            "of",
            Takes::Text,
            "Template of the text; `{body}` is the request's body as it is sent",
        ),
        must("as", Takes::OneOf(ENCODINGS), "How it is written"),
    ],
};

pub(super) const DIGEST: Section = Section {
    tables: &["digest"],
    keys: &[
        must(
            "hash",
            Takes::OneOf(&["md5", "sha1", "sha256", "sha384", "sha512"]),
            "What it is made with",
        ),
        must("of", Takes::Text, "Template of the text, as for an HMAC"),
        must("as", Takes::OneOf(ENCODINGS), "How it is written"),
    ],
};

pub(super) const TOTP: Section = Section {
    tables: &["totp"],
    keys: &[
        must(
            "seed",
            Takes::Text,
            "Template of the seed, in base32 or as an `otpauth://totp/` URL, whose own settings count first",
        ),
        may("digits", Takes::Number(6, 8), "6 where nothing is said"),
        may("period", Takes::Number(1, 3600), "Seconds, 30 where nothing is said"),
        may("hash", Takes::OneOf(KEYED), "`sha1` where nothing is said"),
    ],
};

pub(super) const RANDOM: Section = Section {
    tables: &["random"],
    keys: &[
        may("bytes", Takes::Number(1, 1024), "How many, unless it is a UUID"),
        must(
            "as",
            Takes::OneOf(&["hex", "HEX", "base64", "base64url", "uuid"]),
            "How they are written; `uuid` is one of version 4",
        ),
    ],
};

pub(super) const TIME: Section = Section {
    tables: &["time"],
    keys: &[
        must(
            "as",
            Takes::OneOf(&["unix", "unix-ms", "rfc3339", "http"]),
            "Seconds or milliseconds since 1970, which are numbers, `2026-01-31T10:00:00Z`, or as in a `Date` header",
        ),
        may(
            "plus",
            Takes::Text,
            "A duration to be added, as `10m`, or `{field}` of kind duration",
        ),
        may("minus", Takes::Text, "A duration to be taken away, as `1m`"),
    ],
};
