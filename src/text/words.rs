//! Somebody else's words, made fit for a message.
//!
//! What comes out is one line that a terminal shows as it is: nothing in it moves the cursor, turns the direction of
//! writing, hides, or is read as a command by a CI runner that watches the log. Secrets are taken out before, by those
//! who know them.

/// How many characters of a stranger are heard.
pub(crate) const LIMIT: usize = 300;

/// One line of at most 300 characters. White space runs together into one blank, what cannot be seen is escaped as
/// `\u{202e}`, `…` marks a cut.
pub(crate) fn one_line(words: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut before_limit = 0;
    let mut blank = false;
    for character in words.chars() {
        if is_blank(character) {
            blank = length > 0;
            continue;
        }
        if blank || completes_command(&line, character) {
            line.push(' ');
            length += 1;
            blank = false;
        }
        if is_hidden(character) {
            line.extend(character.escape_unicode());
            length += character.escape_unicode().count();
        } else {
            line.push(character);
            length += 1;
        }
        if length < LIMIT {
            before_limit = line.len();
        } else if length > LIMIT {
            line.truncate(before_limit);
            line.push('…');
            break;
        }
    }
    line
}

/// Separators of lines and paragraphs are white space to Unicode, but nobody types them.
fn is_blank(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{2028}' | '\u{2029}')
}

/// GitHub's runner reads `::` and `##[`, Azure's agent `##[` and `##vso[`.
fn completes_command(line: &str, next: char) -> bool {
    match next {
        ':' => line.ends_with(':'),
        '[' => ["##", "##vso"].into_iter().any(|start| {
            let end = line.len().checked_sub(start.len()).and_then(|at| line.get(at..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(start))
        }),
        _ => false,
    }
}

/// Control characters and all that Unicode calls ignorable by default: marks of direction, joiners, selectors, tags.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// What the system says of its error, without its number.
pub(crate) fn reason(text: &str) -> String {
    match text.split_once(" (os error") {
        Some((system, _)) => system.trim_end_matches('.').to_ascii_lowercase(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn white_space_runs_together() {
        assert_eq!(one_line("  a\r\n\tb\u{a0}\u{3000}c\u{85} "), "a b c");
        assert_eq!(one_line(" \n "), "");
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(one_line("a\x1b[2Jb\0"), r"a\u{1b}[2Jb\u{0}");
        assert_eq!(
            one_line("\u{202e}x\u{200b}\u{2028}\u{e0041}"),
            r"\u{202e}x\u{200b}\u{2028}\u{e0041}"
        );
        assert_eq!(one_line("größer 中文 ✓"), "größer 中文 ✓");
    }

    #[test]
    fn no_ci_runner_reads_a_command() {
        assert_eq!(one_line("::error::x"), ": :error: :x");
        assert_eq!(one_line(":::"), ": : :");
        assert_eq!(one_line("##[group]"), "## [group]");
        assert_eq!(one_line("##VSO[task.complete]"), "##VSO [task.complete]");
        assert_eq!(one_line("é#[ é##[ [["), "é#[ é## [ [[");
    }

    #[test]
    fn a_cut_is_marked_and_counts() {
        assert_eq!(one_line(&"ä".repeat(300)), "ä".repeat(300));
        assert_eq!(one_line(&"ä".repeat(301)), "ä".repeat(299) + "…");
        assert_eq!(one_line(&("a".repeat(298) + " bc")), "a".repeat(298) + "…");
        assert_eq!(one_line(&("a".repeat(297) + "\u{202e}")), "a".repeat(297) + "…");
        assert_eq!(one_line(&("a".repeat(300) + "  ")), "a".repeat(300));
    }

    proptest! {
        #[test]
        fn it_keeps_its_promises(
            words in proptest::collection::vec(
                prop_oneof![
                    Just(":".to_string()), Just("#".into()), Just("[".into()), Just("vSo".into()), Just(" ".into()),
                    Just("\u{200b}".into()), any::<char>().prop_map(String::from), "[a-z]{0,9}",
                ],
                0..400,
            )
        ) {
            let line = one_line(&words.concat());
            prop_assert!(line.chars().count() <= LIMIT);
            prop_assert!(!line.chars().any(is_hidden));
            prop_assert!(!line.chars().any(|character| character.is_whitespace() && character != ' '));
            prop_assert!(!line.contains("  "));
            prop_assert_eq!(line.trim(), &line);
            let lower = line.to_lowercase();
            for command in ["::", "##[", "##vso["] {
                prop_assert!(!lower.contains(command));
            }
            if !line.ends_with('…') {
                prop_assert_eq!(one_line(&line), line);
            }
        }
    }
}
