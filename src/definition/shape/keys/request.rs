//! The requests.

use super::{Section, Takes, may};

pub(super) const WHERE: Section = Section {
    tables: &["step", "login", "refresh", "revoke", "device", "browser"],
    keys: &[
        may(
            "path",
            Takes::Text,
            "Appended to the base URL; values are percent-encoded",
        ),
        may(
            "url",
            Takes::Text,
            "An absolute address in the place of base URL and `path`, or `{name}` of one that a step takes. Where the user \
             gives the URL, it keeps its path and gets the origin that was given",
        ),
        may("query", Takes::NamedTexts, "The URL's query: names and templates"),
    ],
};

pub(super) const REQUEST: Section = Section {
    tables: &["step", "login", "refresh", "revoke", "device"],
    keys: &[
        may(
            "method",
            Takes::OneOf(&["GET", "POST", "PUT", "PATCH", "DELETE"]),
            "`POST` where nothing is said",
        ),
        may("headers", Takes::NamedTexts, "Further headers: names and templates"),
        may(
            "basic",
            Takes::Text,
            "Template of `user:password`, sent as `Authorization: Basic`",
        ),
        may(
            "json",
            Takes::Json,
            "The body as JSON; a string that is one placeholder takes the field's type, a member whose field is absent drops \
             out",
        ),
        may(
            "form",
            Takes::NamedValues,
            "The body as a form; there is one body at most",
        ),
        may(
            "success",
            Takes::NamedValues,
            "As in `[answer]`, in its place for this request",
        ),
        may("error", Takes::Texts, "As in `[answer]`, in its place for this request"),
        may("status", Takes::Statuses, "What is a success beside 2xx"),
    ],
};

pub(super) const OF_ONE: Section = Section {
    tables: &["step", "login", "refresh", "revoke"],
    keys: &[
        may(
            "take",
            Takes::NamedTexts,
            "In `[[step]]`: names and where in its answer to read what later requests lay in as `{name}`. It is secret; where \
             nothing is found, what it would stand in drops out, and a path or an address fails (exit 6)",
        ),
        may(
            "again",
            Takes::TrueOrFalse,
            "In `[[step]]`, `true`: it runs before a refresh and a revocation as well",
        ),
        may(
            "discovery",
            Takes::TrueOrFalse,
            "In `[[step]]`, `true`: its `/issuer` must be the base URL, and then the addresses that it takes may lead elsewhere; \
             without it they may not leave the base URL's origin",
        ),
        may(
            "way",
            Takes::Text,
            "In `[[login]]`: a field of the way that it is for, or `browser` or `device`",
        ),
        may(
            "reusable",
            Takes::TrueOrFalse,
            "In `[refresh]`, `true`: a refresh token stays valid after it was sent, so that it may be sent again where nobody \
             knows what became of it",
        ),
        may(
            "note",
            Takes::Text,
            "In `[revoke]`: what it ends, where that is more than this token",
        ),
    ],
};
