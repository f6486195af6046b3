//! What a person is told who approves on another device.

use std::time::Duration;

use super::qr;
use crate::definition::device::Codes;
use crate::terminal::paint::Paint;
use crate::time::duration;

/// What the terminal can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    /// Where a QR code can be seen.
    pub(super) columns: Option<u16>,
    pub(super) colours: bool,
}

/// The code and the address stand alone in their lines, so that they are seen at once and copied whole.
pub(super) fn words(vendor: &str, codes: &Codes, life: Duration, screen: Screen) -> String {
    let strong = |text: &str| Paint::Strong.of(text, screen.colours);
    let (address, code) = (strong(&codes.address), strong(&codes.user_code));
    let scanned = codes.complete.as_deref().unwrap_or(&codes.address);
    let picture = screen
        .columns
        .and_then(|columns| qr::draw(scanned, columns, screen.colours))
        .map(|picture| format!("\n{picture}"));
    format!(
        "{}\n{vendor}: to log in, open this address on any device\n\n    {address}\n\nand enter this code\n\n    {code}\n\n\
         It lasts {}. Waiting for you; Ctrl-C ends it.\n",
        picture.unwrap_or_default(),
        duration::words(life),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn codes() -> Codes {
        Codes {
            device_code: Secret::new("device-code-canary"),
            user_code: "WDJB-MJHT".into(),
            address: "https://example.com/device".into(),
            complete: Some("https://example.com/device?user_code=WDJB-MJHT".into()),
            life: None,
            interval: None,
        }
    }

    fn told(columns: Option<u16>, colours: bool) -> String {
        words("acme", &codes(), Duration::from_secs(900), Screen { columns, colours })
    }

    #[test]
    fn code_and_address_stand_alone_in_their_lines() {
        assert_eq!(
            told(None, false),
            "\nacme: to log in, open this address on any device\n\n    https://example.com/device\n\n\
             and enter this code\n\n    WDJB-MJHT\n\nIt lasts 15 min. Waiting for you; Ctrl-C ends it.\n"
        );
    }

    #[test]
    fn where_there_is_room_a_qr_code_has_both() {
        let address = codes().complete.unwrap();
        let picture = qr::draw(&address, 80, true).unwrap();
        assert!(told(Some(80), true).starts_with(&format!("\n{picture}\n")));
        assert!(!told(Some(20), false).contains('█'));
    }

    #[test]
    fn the_device_code_is_not_told() {
        assert!(!told(Some(200), true).contains("canary"));
    }
}
