//! Takes the secrets that were sent out of the words that come back.
//!
//! A vendor echoes a secret in whatever spelling its software gives it, and encoders differ in the characters that they
//! escape. So each character of a secret is looked for in every spelling of its own: as it is, escaped for JSON, for a URL,
//! for a form or for HTML. Beside that the secret is known in base64, as HTTP Basic sends it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::secret::Secret;
#[cfg(test)]
use crate::text::encode;
use crate::text::words;

/// Knows every form in which a secret may be echoed.
#[derive(Default, Clone)]
pub(crate) struct Redactor {
    forms: Vec<Form>,
}

/// A text whose characters may each be spelt in several ways. The spellings are made while it is looked for, since there
/// are many of them and few are needed.
#[derive(Clone)]
struct Form(Secret);

impl Redactor {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut forms = Vec::new();
        for secret in secrets
            .into_iter()
            .map(Secret::expose)
            .filter(|secret| !secret.is_empty())
        {
            forms.push(Form::of(secret));
            forms.extend(
                [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|base64| Form::of(&base64.encode(secret))),
            );
        }
        Self { forms }
    }

    /// One that knows more.
    pub(crate) fn and(&self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut forms = Self::new(&secrets.into_iter().collect::<Vec<_>>()).forms;
        forms.extend(self.forms.iter().cloned());
        Self { forms }
    }

    /// Somebody else's words in one line, with `***` for every secret that was sent.
    pub(crate) fn one_line(&self, words: &str) -> String {
        let mut shown = String::new();
        let mut visible = 0;
        let mut rest = words;
        // What lies behind is cut off anyway.
        while visible <= words::LIMIT
            && let Some(character) = rest.chars().next()
        {
            // The longest one, so that a secret that is part of another leaves nothing of it.
            let secret = self.forms.iter().filter_map(|form| form.length_in(rest)).max();
            if secret.is_some() {
                shown.push_str("***");
            } else {
                shown.push(character);
            }
            visible += usize::from(secret.is_some() || !character.is_whitespace());
            rest = rest.get(secret.unwrap_or(character.len_utf8())..).unwrap_or_default();
        }
        words::one_line(&shown)
    }
}

impl Form {
    fn of(secret: &str) -> Self {
        Self(Secret::new(secret))
    }

    /// How much of the text is the secret, where the text begins with it. One text may be read in two ways, `%25` as three
    /// characters or as one, so that all ends are followed.
    fn length_in(&self, text: &str) -> Option<usize> {
        let mut ends = vec![0];
        for character in self.0.expose().chars() {
            let spellings = spellings(character);
            let mut next = Vec::new();
            for end in ends {
                let rest = text.get(end..).unwrap_or_default().as_bytes();
                for (place, spelling) in spellings.iter().enumerate() {
                    let spelling = spelling.as_bytes();
                    let there = rest
                        .get(..spelling.len())
                        .is_some_and(|start| start == spelling || place > 0 && start.eq_ignore_ascii_case(spelling));
                    if there && !next.contains(&(end + spelling.len())) {
                        next.push(end + spelling.len());
                    }
                }
            }
            if next.is_empty() {
                return None;
            }
            ends = next;
        }
        ends.into_iter().max()
    }
}

/// The character itself, then its escapes, whose letters may be of either case.
fn spellings(character: char) -> Vec<String> {
    let text = character.to_string();
    let code = u32::from(character);
    let units: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let mut spellings = vec![
        text,
        units.concat(),
        bytes.concat(),
        format!("&#{code};"),
        format!("&#0{code};"),
        format!("&#x{code:x};"),
    ];
    let short: &[&str] = match character {
        '"' => &["\\\"", "&quot;"],
        '\\' => &["\\\\"],
        '/' => &["\\/"],
        '\'' => &["\\'", "&apos;"],
        '&' => &["&amp;"],
        '<' => &["&lt;"],
        '>' => &["&gt;"],
        ' ' => &["+"],
        '\t' => &["\\t"],
        _ => &[],
    };
    spellings.extend(short.iter().map(|short| (*short).to_owned()));
    spellings
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_form_of_a_sent_secret_is_shown() {
        let redactor = Redactor::new([&Secret::new("p\"a/s s+")]);
        for echo in [
            "p\"a/s s+",
            "p\\\"a/s s+",
            "p\\\"a\\/s s+",
            "p\\u0022a/s s\\u002B",
            "p%22a%2Fs%20s%2B",
            "p%22a%2fs%20s%2b",
            "p%22a%2Fs+s%2B",
            "p&quot;a/s s&#43;",
            "cCJhL3Mgcys=",
            "cCJhL3Mgcys",
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

    #[test]
    fn a_word_of_a_pass_phrase_is_no_secret() {
        let redactor = Redactor::new([&Secret::new("pass a")]);
        assert_eq!(
            redactor.one_line("pass a is wrong at a glance"),
            "*** is wrong at a glance"
        );
    }

    #[test]
    fn a_secret_that_looks_escaped_is_found_as_it_is_and_escaped_again() {
        let redactor = Redactor::new([&Secret::new("100%25\\u0041")]);
        for echo in ["100%25\\u0041", "100%2525%5Cu0041", "100%25\\\\u0041"] {
            assert_eq!(redactor.one_line(echo), "***");
        }
    }

    proptest! {
        #[test]
        fn other_words_stay_as_they_are(words in "[a-y ]{0,40}") {
            let redactor = Redactor::new([&Secret::new("z")]);
            let clean = words::one_line(&words);
            prop_assume!(!clean.contains("eg"));
            prop_assert_eq!(redactor.one_line(&words), clean);
        }

        #[test]
        fn a_secret_is_found_wherever_it_stands(secret in "\\PC{8,20}", before in "[a-z ]{0,9}", after in "[a-z ]{0,9}") {
            let redactor = Redactor::new([&Secret::new(secret.as_str())]);
            for form in [
                secret.clone(),
                serde_json::json!(secret).to_string(),
                encode::percent(&secret),
                encode::form(&secret),
                STANDARD.encode(&secret),
            ] {
                let shown = redactor.one_line(&format!("{before}{form}{after}"));
                prop_assert!(shown.contains("***") && !shown.contains(&form), "{}", shown);
            }
        }
    }
}
