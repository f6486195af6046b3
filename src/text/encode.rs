//! How a value is written into a URL or a form.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 section 2.3.
pub(crate) fn percent(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The form that HTML and OAuth use: as above, and a blank is `+`.
pub(crate) fn form(text: &str) -> String {
    percent(text).replace("%20", "+")
}
