//! The requests.

use super::{Section, Takes, may};

pub(super) const REQUEST: Section = Section {
    tables: &["login", "refresh", "revoke"],
    keys: &[
        may("method", Takes::OneOf(&["GET", "POST"]), "`POST` where nothing is said"),
        may(
            "path",
            Takes::Text,
            "Appended to the base URL; values are percent-encoded",
        ),
        may("query", Takes::NamedTexts, "The URL's query: names and templates"),
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
            "note",
            Takes::Text,
            "In `[revoke]`: what it ends, where that is more than this token",
        ),
    ],
};
