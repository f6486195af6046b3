//! Takes the secrets that were sent out of the words that come back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::encode;
use crate::secret::Secret;
use crate::words;

/// Knows every form in which a secret may be echoed.
#[derive(Default)]
pub(crate) struct Redactor {
    /// Longest first, so that a secret that is part of another leaves nothing of it.
    forms: Vec<Secret>,
}

impl Redactor {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut forms: Vec<String> = secrets
            .into_iter()
            .map(Secret::expose)
            .flat_map(|secret| {
                [
                    secret,
                    secret.split_once(' ').map_or("", |(_, credentials)| credentials),
                ]
            })
            .filter(|secret| !secret.is_empty())
            .flat_map(forms)
            .collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Self {
            forms: forms.into_iter().map(Secret::new).collect(),
        }
    }

    /// Somebody else's words in one line, with `***` for every secret that was sent.
    pub(crate) fn one_line(&self, words: &str) -> String {
        let shown = self
            .forms
            .iter()
            .fold(words.to_owned(), |words, form| words.replace(form.expose(), "***"));
        words::one_line(&shown)
    }
}

/// As it is, JSON-escaped, URL-encoded in either case of its digits, form-encoded, and in base64.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let percent = encode::percent(secret);
    vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        json.trim_matches('"').replace('/', "\\/"),
        lower_case_escapes(&percent),
        percent,
        encode::form(secret),
        STANDARD.encode(secret),
    ]
}

/// `%2F` as `%2f`.
fn lower_case_escapes(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_of_a_sent_secret_is_shown() {
        let redactor = Redactor::new([&Secret::new("p\"a/s s+")]);
        for echo in [
            "p\"a/s s+",
            "p\\\"a/s s+",
            "p\\\"a\\/s s+",
            "p%22a%2Fs%20s%2B",
            "p%22a%2fs%20s%2b",
            "p%22a%2Fs+s%2B",
            "cCJhL3Mgcys=",
        ] {
            let shown = redactor.one_line(&format!("wrong: {echo}."));
            assert_eq!(shown, "wrong: ***.");
        }
    }

    #[test]
    fn a_secret_that_is_part_of_another_leaves_nothing_of_it() {
        let redactor = Redactor::new([&Secret::new("pass"), &Secret::new("password1")]);
        assert_eq!(redactor.one_line("password1 and pass"), "*** and ***");
    }
}
