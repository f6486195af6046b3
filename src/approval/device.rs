//! Approval on another device (RFC 8628): what a person is told, and what is said where it does not come to a token.

use std::time::Duration;

use super::{Names, qr};
use crate::definition::approval::DEVICE_CODE;
use crate::definition::device::Codes;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::terminal::paint::Paint;
use crate::terminal::{Person, Screen, has_unicode};
use crate::time::duration;

/// Nothing lays it in, but it is as secret as the other one in everything that is said or kept.
const USER_CODE: &str = "user-code";

/// What stands in the login.
pub(crate) fn names(codes: &Codes) -> Names {
    Names::from([
        (DEVICE_CODE, codes.device_code.clone()),
        (USER_CODE, Secret::new(&*codes.user_code)),
    ])
}

/// Shows the person the codes, which last so long.
pub(crate) fn tell(person: Person, vendor: &str, codes: &Codes, life: Duration) -> Result<()> {
    match person {
        Person::At(terminal) => {
            let text = words(vendor, codes, life, terminal.screen(), has_unicode());
            let told = terminal.tell(&text);
            told.map_err(|why| Error::credential(format!("{vendor}: the terminal: {why}")))
        }
        Person::Script(script) => {
            script(codes.complete.as_ref().unwrap_or(&codes.address));
            Ok(())
        }
    }
}

/// The person said no, in the vendor's words.
pub(crate) fn denied(vendor: &str, words: &str) -> Error {
    Error::refused(format!("{vendor}: the login was not approved: {words}"))
}

pub(crate) fn too_late(vendor: &str, life: Duration) -> Error {
    let life = duration::words(life);
    Error::credential(format!("{vendor}: nobody approved the login within {life}"))
        .with_hint("call again and enter the new code")
        .of_person()
}

/// Code and address stand alone in their lines, so that they are seen at once and copied whole. A picture is above them, so that
/// they stay in sight, and takes the room between them where there is not enough for all.
fn words(vendor: &str, codes: &Codes, life: Duration, screen: Screen, unicode: bool) -> String {
    let (address, code) = (&codes.address, Paint::Strong.of(&codes.user_code, screen.colours));
    let life = duration::words(life);
    let text = |gap: &str| {
        format!(
            "{vendor}: to log in, open this address on any device\n{gap}    {address}\n{gap}and enter this code\n{gap}    {code}\n\
             {gap}It lasts {life}. Waiting for you; Ctrl-C ends it.\n"
        )
    };
    let airy = ["\n", &text("\n")].concat();
    let rows = if screen.rows == 0 {
        usize::MAX
    } else {
        screen.rows.into()
    };
    let scanned = codes.complete.as_deref().unwrap_or(address);
    let columns = if unicode { screen.columns } else { 0 };
    let picture = qr::draw(scanned, columns, screen.colours).filter(|picture| picture.lines().count() < rows);
    match picture {
        None => airy,
        // The cursor has a row as well.
        Some(picture) if picture.lines().count() + airy.lines().count() < rows => picture + &airy,
        Some(picture) => picture + &text(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn told(columns: u16, rows: u16, colours: bool, unicode: bool) -> String {
        let screen = Screen { columns, rows, colours };
        words("acme", &codes(), Duration::from_secs(900), screen, unicode)
    }

    #[test]
    fn code_and_address_stand_alone_in_their_lines() {
        assert_eq!(
            told(0, 0, false, true),
            "\nacme: to log in, open this address on any device\n\n    https://example.com/device\n\n\
             and enter this code\n\n    WDJB-MJHT\n\nIt lasts 15 min. Waiting for you; Ctrl-C ends it.\n"
        );
    }

    #[test]
    fn where_there_is_room_a_qr_code_has_both() {
        let address = codes().complete.unwrap();
        let picture = qr::draw(&address, 80, true).unwrap();
        for rows in [0, 24, 50] {
            assert!(told(80, rows, true, true).starts_with(&picture), "{rows}");
        }
        assert!(!told(20, 50, false, true).contains('█'));
        assert!(told(80, 50, false, false).is_ascii());
    }

    #[test]
    fn on_a_small_screen_the_picture_leaves_room_for_the_words_or_is_not_there() {
        assert!(told(80, 24, false, true).lines().count() < 24);
        assert!(told(80, 50, false, true).ends_with(&told(80, 10, false, true)));
        assert!(!told(80, 10, false, true).contains('█'));
    }

    #[test]
    fn the_device_code_is_not_told() {
        assert!(!told(200, 50, true, true).contains("canary"));
    }
}
