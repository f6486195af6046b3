//! Where in a text something stands, as messages say it.

/// The line of a byte, counted from 1.
pub(crate) fn line_of(text: impl AsRef<[u8]>, offset: usize) -> usize {
    let before = text.as_ref().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_behind_the_line_feed() {
        for (offset, line) in [(0, 1), (1, 1), (2, 2), (3, 3), (9, 3)] {
            assert_eq!(line_of("a\n\nb", offset), line, "{offset}");
        }
    }
}
