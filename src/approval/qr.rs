//! An address as a QR code, drawn with half blocks: each character is two modules, one above the other.
//!
//! A module has to be light or dark whatever the terminal's background is, so both colours are said. Where no colours are
//! wanted, what is light is what is written, as on a dark background; a reader that takes no inverted code needs that.

use qrcodegen::{QrCode, QrCodeEcc};

/// The light margin around it, in modules. The standard's 4 would make it too high for a small window, and readers want 2.
const MARGIN: i32 = 2;

/// White on black, of the palette that no theme changes.
const COLOURS: [&str; 2] = ["\x1b[38;5;231;48;5;16m", "\x1b[0m"];

/// Its lines, or nothing where the text is too long for a code of so many columns.
pub(super) fn draw(text: &str, columns: u16, colours: bool) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let modules = -MARGIN..code.size() + MARGIN;
    if modules.len() > usize::from(columns) {
        return None;
    }
    let [begin, end] = if colours { COLOURS } else { [""; 2] };
    let mut drawn = String::new();
    for row in modules.clone().step_by(2) {
        drawn.push_str(begin);
        drawn.extend(modules.clone().map(|column| {
            // What is outside is light.
            let is_dark = |row| code.get_module(column, row);
            match (is_dark(row), is_dark(row + 1)) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            }
        }));
        drawn.push_str(end);
        drawn.push('\n');
    }
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://login.example/device?user_code=WDJB-MJHT";

    /// The modules as they are seen, dark ones `true`, without the margin.
    fn seen(drawn: &str) -> Vec<Vec<bool>> {
        let mut rows = Vec::new();
        for line in drawn.lines() {
            let halves = line.chars().map(|character| match character {
                '█' => (false, false),
                '▀' => (false, true),
                '▄' => (true, false),
                ' ' => (true, true),
                other => panic!("{other:?}"),
            });
            let (upper, lower): (Vec<bool>, Vec<bool>) = halves.unzip();
            rows.extend([upper, lower]);
        }
        let side = rows[0].len();
        rows.truncate(side);
        let margin = usize::try_from(MARGIN).unwrap();
        for row in &rows {
            assert!(!row[..margin].iter().chain(&row[side - margin..]).any(|dark| *dark));
        }
        assert!(
            !rows[..margin]
                .iter()
                .chain(&rows[side - margin..])
                .flatten()
                .any(|dark| *dark)
        );
        let inner = rows[margin..side - margin].iter();
        inner.map(|row| row[margin..side - margin].to_vec()).collect()
    }

    #[test]
    fn every_module_is_seen_within_a_light_margin() {
        for text in [ADDRESS, "", &"long".repeat(200)] {
            let code = QrCode::encode_text(text, QrCodeEcc::Low).unwrap();
            let seen = seen(&draw(text, 300, false).unwrap());
            for (row, line) in (0..).zip(&seen) {
                for (column, dark) in (0..).zip(line) {
                    assert_eq!(*dark, code.get_module(column, row), "{column}, {row}");
                }
            }
            assert_eq!(seen.len(), usize::try_from(code.size()).unwrap());
        }
    }

    #[test]
    fn it_is_drawn_only_where_it_fits() {
        let lines = draw(ADDRESS, 300, false).unwrap();
        let columns = u16::try_from(lines.lines().next().unwrap().chars().count()).unwrap();
        assert!(lines.lines().count() < 24 && columns < 80, "{columns}");
        assert!(draw(ADDRESS, columns, false).is_some());
        assert!(draw(ADDRESS, columns - 1, false).is_none());
        assert!(draw(&"x".repeat(10_000), u16::MAX, false).is_none());
    }

    #[test]
    fn with_colours_every_line_says_both_and_gives_them_back() {
        let drawn = draw(ADDRESS, 300, true).unwrap();
        for line in drawn.lines() {
            assert!(line.starts_with(COLOURS[0]) && line.ends_with(COLOURS[1]), "{line:?}");
        }
        let plain = drawn.replace(COLOURS[0], "").replace(COLOURS[1], "");
        assert_eq!(plain, draw(ADDRESS, 300, false).unwrap());
    }
}
