//! The answer, what becomes of its token, and what the vendor documents.

use super::{Key, Needed, Section, Takes, may, must};

pub(super) const ANSWER: Section = Section {
    tables: &["answer"],
    keys: &[
        may(
            "success",
            Takes::NamedValues,
            "Pointers and the value that each has in a success; another value is a refusal",
        ),
        must(
            "token",
            Takes::Pointers,
            "Where the token is; of several the first that is there counts",
        ),
        may(
            "refresh_token",
            Takes::Pointers,
            "Where the token is that gets the next one; of several the first that is there counts",
        ),
        may(
            "refresh_expires_at",
            Takes::Text,
            "Pointer to the time when the refresh token ends; from then on it is not sent",
        ),
        may(
            "refresh_expires_in",
            Takes::Text,
            "Pointer to the seconds for which the refresh token lasts; where they are 0, nobody knows",
        ),
        may(
            "expires_at",
            Takes::Text,
            "Pointer to the time when the token ends: RFC 3339, or seconds or milliseconds since 1970",
        ),
        may("expires_in", Takes::Text, "Pointer to a number of seconds"),
        may("expires_in_ms", Takes::Text, "Pointer to a number of milliseconds"),
        may(
            "lifetime",
            Takes::Text,
            "How long a token lasts by the vendor's page, as `15m`, or `{field}` of kind duration",
        ),
        may("extras", Takes::NamedTexts, "Names and pointers; shown by `-f json`"),
        may(
            "error",
            Takes::Texts,
            "Pointers to the vendor's reason for a refusal; the first that finds a text counts",
        ),
    ],
};

pub(super) const USE: Section = Section {
    tables: &["use"],
    keys: &[
        may(
            "header",
            Takes::Text,
            "A whole header line with `{token}`; `Authorization: Bearer {token}` where nothing is said",
        ),
        may("query", Takes::Text, "For the URL's query, as `NAME={token}`"),
        may("cookie", Takes::Text, "As a cookie, `NAME={token}`"),
    ],
};

pub(super) const EXAMPLE: Section = Section {
    tables: &["example"],
    keys: &[
        may(
            "of",
            Takes::OneOf(&["step", "device", "login", "refresh", "revoke", super::LET]),
            "The request that it answers, `login` where nothing is said, or `let` for a value that the vendor documents",
        ),
        may(
            "nth",
            Takes::Number(1, 99),
            "Which of several steps or logins, 1 where nothing is said",
        ),
        Key {
            needed: Needed::Unless("of", super::LET),
            ..must(
                "status",
                Takes::Number(100, 599),
                "The answer's status, where there is an answer",
            )
        },
        may("body", Takes::Text, "The answer's body"),
        may(
            "headers",
            Takes::NamedTexts,
            "The answer's headers, as far as they are read",
        ),
        may("date", Takes::Text, "Its `Date` header, against which times count"),
        may("token", Takes::Text, "The token that must be read"),
        may("lifetime", Takes::Text, "How long it must last, as `1h`"),
        may("error", Takes::Text, "The reason that must be read"),
        may(
            "exit",
            Takes::Number(0, 7),
            "The exit status that must come of it, 0 where nothing is said",
        ),
        may("name", Takes::Text, "Of `let`: the value's name"),
        may("at", Takes::Text, "Of `let`: the moment, as `2026-01-31T10:00:00Z`"),
        may(
            "given",
            Takes::NamedValues,
            "Of `let`: fields and what they hold, and other values, such as random ones",
        ),
        may(
            "value",
            Takes::Json,
            "Of `let`: what must come of it. PS256, ES256 and ES384 never sign alike, so that of such a JWT header and \
             claims count",
        ),
    ],
};
