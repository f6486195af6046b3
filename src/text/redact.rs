//! Takes the secrets that were sent out of the words that come back.
//!
//! A vendor echoes a secret in whatever spelling its software gives it, and encoders differ in the characters that they
//! escape. So each character of a secret is looked for in every spelling of its own: as it is, escaped for JSON, for a URL,
//! for a form or for HTML. Beside that the secret is known in base64, as HTTP Basic sends it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::secret::Secret;
use crate::text::words;

/// How much of somebody else's words is looked at, in characters: far more than is shown, and little enough to be soon done
/// with, whatever it is.
const LONGEST: usize = 8192;

/// Knows every form in which a secret may be echoed.
#[derive(Default, Clone)]
pub(crate) struct Redactor {
    forms: Vec<Form>,
}

/// What an escape begins with.
const ESCAPES: [char; 4] = ['\\', '%', '&', '+'];

/// In bytes: two units for JSON, or four bytes for a URL.
const LONGEST_ESCAPE: usize = 12;

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
        let cut = words.char_indices().nth(LONGEST).map(|(end, _)| end);
        let mut rest = cut.and_then(|end| words.get(..end)).unwrap_or(words);
        // What lies behind is cut off anyway.
        while visible <= words::LIMIT
            && let Some(character) = rest.chars().next()
        {
            // The longest one, so that a secret that is part of another leaves nothing of it.
            let secret = self
                .forms
                .iter()
                .filter_map(|form| form.length_in(rest, cut.is_some()))
                .max();
            if secret.is_some() {
                shown.push_str("***");
            } else {
                shown.push(character);
            }
            visible += usize::from(secret.is_some() || !character.is_whitespace());
            rest = rest.get(secret.unwrap_or(character.len_utf8())..).unwrap_or_default();
        }
        if cut.is_some() {
            shown.push('…');
        }
        words::one_line(&shown)
    }
}

impl Form {
    fn of(secret: &str) -> Self {
        Self(Secret::new(secret))
    }

    /// How much of the text is the secret, where the text begins with it; all of it where the text is cut off within. One
    /// text may be read in two ways, `%25` as three characters or as one, so that all ends are followed.
    fn length_in(&self, text: &str, is_cut: bool) -> Option<usize> {
        let mut ends = vec![0];
        let mut next = Vec::new();
        for character in self.0.expose().chars() {
            for end in ends.drain(..) {
                let rest = text.get(end..).unwrap_or_default();
                if is_cut && is_begun(rest, character) {
                    return Some(text.len());
                }
                let mut add = |length: usize| {
                    if !next.contains(&(end + length)) {
                        next.push(end + length);
                    }
                };
                if rest.starts_with(character) {
                    add(character.len_utf8());
                }
                if rest.starts_with(ESCAPES) {
                    let is_there = |escape: &String| {
                        let start = rest.as_bytes().get(..escape.len());
                        start.is_some_and(|start| start.eq_ignore_ascii_case(escape.as_bytes()))
                    };
                    escapes(character)
                        .iter()
                        .filter(|escape| is_there(escape))
                        .for_each(|escape| add(escape.len()));
                }
            }
            if next.is_empty() {
                return None;
            }
            std::mem::swap(&mut ends, &mut next);
        }
        ends.into_iter().max()
    }
}

/// Whether what is left of a cut text may be the beginning of this character.
fn is_begun(rest: &str, character: char) -> bool {
    let is_short = rest.len() < LONGEST_ESCAPE;
    rest.is_empty()
        || is_short
            && rest.starts_with(ESCAPES)
            && escapes(character).iter().any(|escape| {
                let start = escape.as_bytes().get(..rest.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(rest.as_bytes()) && rest.len() < escape.len())
            })
}

/// Their letters may be of either case.
fn escapes(character: char) -> Vec<String> {
    let text = character.to_string();
    let code = u32::from(character);
    let units: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let mut escapes = vec![
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
    escapes.extend(short.iter().map(|short| (*short).to_owned()));
    escapes
}

#[cfg(test)]
mod tests;
