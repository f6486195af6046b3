//! What a browser brings back: the query of the address that it was redirected to.
//!
//! Only one with the right `state` counts, which nobody knows but tok and whom the person logged in at. Nothing that comes
//! twice counts, since two readers could take it differently.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::secret::Secret;

/// What a redirect must carry to be the one.
pub(super) struct Expected {
    pub(super) state: Secret,
    /// Where it is known that the issuer names itself (RFC 9207).
    pub(super) iss: Option<String>,
}

#[derive(Debug)]
pub(super) enum Brought {
    Code(Secret),
    /// RFC 6749 section 4.1.2.1.
    Error {
        error: String,
        description: Option<String>,
    },
}

impl Expected {
    /// The error is why it is not the one, for the page.
    pub(super) fn read(&self, query: &str) -> Result<Brought, &'static str> {
        let one = |name: &str| one(query, name);
        let state = one("state")?.ok_or("it has no state")?;
        if !same(state.as_bytes(), self.state.expose().as_bytes()) {
            return Err("its state is not the one of this login");
        }
        if let Some(own) = &self.iss {
            let iss = one("iss")?.ok_or("it does not name its issuer")?;
            if !same(iss.as_bytes(), own.as_bytes()) {
                return Err("it comes from another issuer");
            }
        }
        match (one("code")?, one("error")?) {
            (Some(code), None) if !code.is_empty() => Ok(Brought::Code(Secret::new(code))),
            (None, Some(error)) if !error.is_empty() => Ok(Brought::Error {
                error: error.into_owned(),
                description: one("error_description")?.map(Cow::into_owned),
            }),
            _ => Err("it has neither a code nor an error"),
        }
    }
}

fn one<'a>(query: &'a str, name: &str) -> Result<Option<Cow<'a, str>>, &'static str> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    let first = values.next().map(decoded).transpose()?;
    match values.next() {
        None => Ok(first),
        Some(_) => Err("it says something twice"),
    }
}

fn decoded(text: &str) -> Result<Cow<'_, str>, &'static str> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = if text.contains('+') {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8()
            .map(|text| Cow::Owned(text.into_owned()))
    } else {
        decoded
    };
    decoded.map_err(|_| "it is not UTF-8")
}

/// In a time that tells nothing of where they differ.
fn same(given: &[u8], own: &[u8]) -> bool {
    let differences = given.iter().zip(own).fold(0, |found, (a, b)| found | (a ^ b));
    given.len() == own.len() && std::hint::black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str, iss: Option<&str>) -> Result<String, &'static str> {
        let expected = Expected {
            state: Secret::new("right+state"),
            iss: iss.map(str::to_owned),
        };
        expected.read(query).map(|brought| match brought {
            Brought::Code(code) => code.expose().to_owned(),
            Brought::Error { error, description } => format!("{error}: {}", description.unwrap_or_default()),
        })
    }

    #[test]
    fn a_code_or_an_error_comes_with_the_right_state() {
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(read("code=a%2Fb+c&state=right%2Bstate", None), ok("a/b c"));
        assert_eq!(read("state=right%2Bstate&x=&session_state=1&code=c", None), ok("c"));
        assert_eq!(
            read(
                "error=access_denied&error_description=not+now&state=right%2Bstate",
                None
            ),
            ok("access_denied: not now")
        );
        assert_eq!(read("state=right%2Bstate&error=x", None), ok("x: "));
    }

    #[test]
    fn nothing_else_counts() {
        for query in [
            "",
            "code=c",
            "code=c&state=",
            "code=c&state=right+state",
            "code=c&state=right%2Bstat",
            "code=c&state=right%2Bstatee",
            "code=c&state=right%2Bstate&state=right%2Bstate",
            "code=c&code=d&state=right%2Bstate",
            "code=c&error=access_denied&state=right%2Bstate",
            "code=&state=right%2Bstate",
            "code=%ff&state=right%2Bstate",
            "state=right%2Bstate",
            "codex=c&state=right%2Bstate",
        ] {
            assert!(read(query, None).is_err(), "{query}");
        }
    }

    #[test]
    fn an_issuer_that_names_itself_does_so_every_time() {
        let own = Some("https://id.example");
        let state = "&state=right%2Bstate";
        for what in ["code=c", "error=access_denied"] {
            assert!(read(&format!("{what}{state}&iss=https%3A%2F%2Fid.example"), own).is_ok());
            assert!(read(&format!("{what}{state}"), own).is_err());
            assert!(read(&format!("{what}{state}&iss=https%3A%2F%2Fid.example%2F"), own).is_err());
            assert!(read(&format!("{what}{state}&iss=https%3A%2F%2Fevil.example"), own).is_err());
            assert!(read(&format!("{what}{state}&iss=anything"), None).is_ok());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_be_the_one(query in ".*") {
            prop_assert!(read(&query, None).is_err());
        }
    }
}
