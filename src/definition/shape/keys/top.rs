//! The top of the file, and the fields.

use super::{Key, Section, Takes, may, must};

pub(super) const TOP: Section = Section {
    tables: &[super::TOP],
    keys: &[
        must("about", Takes::Text, "One line for the help"),
        may("docs", Takes::Text, "Address of the vendor's own page"),
        may(
            "url",
            Takes::Text,
            "Base URL, with fields in its host at most; where it is absent, the user gives it. A field that stands only here \
             is not asked for when the URL is given",
        ),
        may(
            "ways",
            Takes::ListsOfTexts,
            "Exactly one of these lists is taken, whole; `[]` is none of them. `[browser]` and `[device]` are ways as well, behind \
             these unless they are named here",
        ),
        may(
            "field",
            Takes::Tables,
            "A value that the requests are made with: a flag, a variable, a key of a profile",
        ),
        may(
            "step",
            Takes::Tables,
            "A request before the login, in the order of the file. One that lays in fields of other ways alone is left out",
        ),
        may(
            "browser",
            Takes::Table,
            "Where a person's browser is sent to approve the login, which makes `browser` a way to log in. It comes back with a \
             code: `query` lays in `{redirect-uri}`, `{state}` and `{code-challenge}`, and its `[[login]]` `{code}`, \
             `{code-verifier}` and `{redirect-uri}`",
        ),
        may(
            "device",
            Takes::Table,
            "The request for a code that a person types elsewhere, which makes `device` a way to log in. Its `[[login]]` lays in \
             `{device-code}` and is sent again and again until the person has approved",
        ),
        must(
            "login",
            Takes::OneOrMore,
            "The request that logs in; of several each names its way",
        ),
        may(
            "refresh",
            Takes::Table,
            "The request that gets a new token without a secret",
        ),
        may("revoke", Takes::Table, "The request that ends a token"),
        may(
            super::LET,
            Takes::Values,
            "A value that tok makes itself, for each request anew and where one needs it; `{NAME}` stands for it",
        ),
        must("answer", Takes::Table, "Where in the answer things stand"),
        may("use", Takes::Table, "How the token is used"),
        may(
            "example",
            Takes::Tables,
            "An answer that the vendor documents, and what must be read from it; `tok demo NAME` plays the first of each kind",
        ),
    ],
};

pub(super) const FIELD: Section = Section {
    tables: &["field"],
    keys: FIELD_KEYS,
};

const FIELD_KEYS: &[Key] = &[
    must(
        "name",
        Takes::Text,
        "Flag, variable, profile key, prompt and placeholder: lower case letters, digits and `-`",
    ),
    must("help", Takes::Text, "One line for the help"),
    may(
        "secret",
        Takes::TrueOrFalse,
        "`true`: it comes from standard input, a file, a variable, a command, the keyring or a prompt, never from a flag",
    ),
    may(
        "optional",
        Takes::TrueOrFalse,
        "`true`: it is never asked for; absent, it drops out of the request",
    ),
    may(
        "person",
        Takes::TrueOrFalse,
        "`true`: it names who logs in, as a user name, an e-mail address or a client id do and a tenant, a site or a scope do \
         not. A login none of whose required plain fields says so is told apart by its secrets: they are looked up for every \
         call, a cached token serves only who has the same secret, and a profile with a name has an entry of its own in the \
         keyring. `tok vendors check` remarks on it",
    ),
    may("default", Takes::Text, "Its value where nobody gives one"),
    may(
        "kind",
        Takes::OneOf(&[
            "text", "integer", "list", "duration", "uuid", "ip", "url", "pem", "json",
        ]),
        "What its values look like, `text` where nothing is said. Only a secret can be `pem`, a private key, or `json`: such a \
         document is taken whole, not its first line, and is never typed",
    ),
    may(
        "identity-token",
        Takes::Text,
        "Of a secret: template of an audience, of needed plain fields and `{url}`. In a GitHub Actions job the secret is then, \
         after the variable and before the keyring, the job's identity token for that audience, fetched anew for each request \
         and never kept",
    ),
];
