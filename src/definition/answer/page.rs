//! A page for people in the place of an answer: what a wrong address brings, a portal before the network, a proxy.

/// Where the begin of a page says what it is.
const HEAD: usize = 1024;

/// Whether it is one, whatever its header says; its title is the vendor's text as it stands.
pub(super) struct Page {
    title: Option<String>,
}

impl Page {
    pub(super) fn of(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        // Of the same length, so that what is found in one stands in the other.
        let lower = text.to_ascii_lowercase();
        let head: String = lower.chars().take(HEAD).collect();
        let begins = ["<head", "<body", "<title"].iter().any(|tag| head.starts_with(tag));
        let says = ["<!doctype html", "<html"].iter().any(|tag| head.contains(tag));
        (begins || head.starts_with('<') && says).then(|| Self {
            title: title(text, &lower),
        })
    }

    /// Behind "it is" or the like; `shown` makes a foreign text fit for a message.
    pub(super) fn words(&self, shown: impl FnOnce(&str) -> String) -> String {
        match self.title.as_deref().map(shown).filter(|title| !title.is_empty()) {
            Some(title) => format!("an HTML page, titled '{title}'"),
            None => "an HTML page".to_owned(),
        }
    }
}

fn title(text: &str, lower: &str) -> Option<String> {
    let tag = lower.find("<title")?;
    let begin = tag + lower.get(tag..)?.find('>')? + 1;
    let end = begin + lower.get(begin..)?.find("</title")?;
    text.get(begin..end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::words::one_line;

    fn said(body: &str) -> Option<String> {
        Page::of(body.as_bytes()).map(|page| page.words(one_line))
    }

    #[test]
    fn a_page_is_told_by_its_begin_and_named_by_its_title() {
        for (body, title) in [
            (
                "<!DOCTYPE html>\n<html><head><title>404 Not Found</title>",
                Some("404 Not Found"),
            ),
            (
                "\u{feff} \n<HTML lang=de><Title class=a>\n Gäste\n  Portal </TITLE>",
                Some("Gäste Portal"),
            ),
            ("<?xml version='1.0'?><!doctype HTML PUBLIC ''><title>x", None),
            ("<!-- made by hand --><html><title></title>", None),
            ("<html>Not Found</html>", None),
            ("<head></head>", None),
        ] {
            let expected = title.map_or_else(
                || "an HTML page".to_owned(),
                |title| format!("an HTML page, titled '{title}'"),
            );
            assert_eq!(said(body), Some(expected), "{body}");
        }
    }

    #[test]
    fn what_is_no_page_is_left_alone() {
        for body in [
            "",
            "no entry",
            r#"{"error": "<html>"}"#,
            "<error>no</error>",
            "<rss><title>no</title></rss>",
            "a <html>",
            "\"<html>\"",
        ] {
            assert_eq!(said(body), None, "{body}");
        }
    }

    #[test]
    fn a_title_moves_no_cursor_and_commands_no_runner() {
        let shown = said("<html><title>\u{1b}[2J::error::x\n##[group]</title>").unwrap();
        assert_eq!(shown, "an HTML page, titled '\\u{1b}[2J: :error: :x ## [group]'");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_page_or_none(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Page::of(&body);
        }

        #[test]
        fn any_page_is_one_line(inside in "\\PC{0,40}(<title>|</title>|<TITLE|>|\\PC|\u{130}){0,8}") {
            let shown = said(&format!("<html>{inside}")).unwrap();
            prop_assert!(shown.starts_with("an HTML page") && !shown.contains('\n'), "{}", shown);
        }
    }
}
