//! Any text is a config file or an error with file and line, and no error shows a secret.

use std::fs;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::error::Exit;

const RIGHT: &str = r#"
# Mine.
[crmcom]
url = "https://crm.example.com"
organisation = "A"
way = "username"
password-command = "pass show crm"

[crmcom.staging]
variable = "STAGING"
min-ttl = "5m"
timeout = 10

[data8]
allowed-method = ["One", "Two"]
max-credits = 7
"#;

fn load(text: impl AsRef<[u8]>, vendor: &str) -> Result<Profiles> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.toml"), text).unwrap();
    let catalogue = Catalogue::new(Some(folder.path()));
    let vendor = catalogue.find(vendor).unwrap().unwrap();
    let profiles = Profiles::load(Some(folder.path()), &vendor, &catalogue)?;
    strangers(Some(folder.path()), &catalogue)?;
    Ok(profiles)
}

/// Read, or refused with file and line.
fn check(text: &[u8], vendor: &str) -> std::result::Result<(), TestCaseError> {
    if let Err(error) = load(text, vendor) {
        prop_assert_eq!(error.exit, Exit::Usage);
        let (_, place) = error.text().split_once("config.toml:").unwrap_or_default();
        let (line, why) = place.split_once(": ").unwrap_or_default();
        let lines = text.split(|byte| *byte == b'\n').count();
        prop_assert!((1..=lines).contains(&line.parse().unwrap_or(0)), "{}", error);
        prop_assert!(!why.is_empty(), "{}", error);
        prop_assert!(!error.text().contains(char::is_control), "{:?}", error);
        prop_assert!(
            !error.hint().unwrap_or_default().contains(char::is_control),
            "{:?}",
            error
        );
    }
    Ok(())
}

/// What may stand in such a file, right or wrong.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let lines = proptest::sample::select(vec![
        "password = 'x'\n",
        "timeout = 0\n",
        "variable = '1X'\n",
        "min-ttl = -1\n",
        "[crmcom]\n",
        "[nobody.x]\n",
        "crmcom = 1\n",
        "way = [[1], {a = 2}]\n",
        "\"\\u0007\" = 1\n",
        "[\"\\n\".\"\\n\"]\n",
        "'''\n",
        "1979-05-27\n",
    ]);
    prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes),
        "[a-z\"'=\\[\\]{}\n.,#-]{0,9}".prop_map(String::into_bytes),
        lines.prop_map(|line| line.as_bytes().to_vec()),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_with_file_and_line(bytes in any::<Vec<u8>>()) {
        check(&bytes, "crmcom")?;
    }

    #[test]
    fn any_text_is_read_or_refused_with_file_and_line(text in any::<String>()) {
        check(text.as_bytes(), "crmcom")?;
    }

    #[test]
    fn any_pieces_are_read_or_refused_with_file_and_line(pieces in proptest::collection::vec(piece(), 0..9)) {
        check(&pieces.concat(), "crmcom")?;
    }

    #[test]
    fn a_good_file_with_something_put_in_its_place_is_read_or_refused_with_file_and_line(
        from in 0..400usize, length in 0..30usize, instead in piece(),
    ) {
        let from = from.min(RIGHT.len());
        let to = (from + length).min(RIGHT.len());
        let changed = [&RIGHT.as_bytes()[..from], &instead, &RIGHT.as_bytes()[to..]].concat();
        check(&changed, "crmcom")?;
        check(&changed, "data8")?;
    }

    #[test]
    fn a_value_comes_through_as_it_is(value in any::<String>()) {
        let text = format!("[crmcom]\norganisation = {}\n", toml::Value::from(value.as_str()));
        let profiles = load(&text, "crmcom").unwrap();
        prop_assert_eq!(&profiles.list[0].plain["organisation"], &vec![value]);
    }
}

#[test]
fn profiles_are_read_and_inherit_nothing() {
    let profiles = load(RIGHT, "crmcom").unwrap();
    let default = profiles.get("crmcom", None).unwrap();
    assert_eq!(default.plain["organisation"], ["A"]);
    assert_eq!(default.commands["password"], "pass show crm");
    assert_eq!(
        (default.url.as_deref(), default.way.as_deref()),
        (Some("https://crm.example.com"), Some("username"))
    );
    let staging = profiles.get("crmcom", Some("staging")).unwrap();
    assert_eq!(staging.header("crmcom"), "[crmcom.staging]");
    assert!(staging.plain.is_empty() && staging.url.is_none() && staging.commands.is_empty());
    assert_eq!(
        (staging.min_ttl, staging.timeout),
        (Some(Duration::from_secs(300)), Some(Duration::from_secs(10)))
    );
    let data8 = load(RIGHT, "data8").unwrap().get("data8", None).unwrap();
    assert_eq!(
        (
            data8.plain["allowed-method"].len(),
            data8.plain["max-credits"][0].as_str()
        ),
        (2, "7")
    );
}

#[test]
fn an_unknown_profile_is_a_usage_error_with_a_hint() {
    let profiles = load(RIGHT, "crmcom").unwrap();
    let error = profiles.get("crmcom", Some("stagin")).unwrap_err();
    assert_eq!(error.exit, Exit::Usage);
    assert!(error.to_string().contains("crmcom@staging"), "{error}");
}

#[test]
fn an_error_names_the_line_and_shows_no_secret() {
    for (text, line) in [
        ("[crmcom]\npassword = \"canary\"\n", 2),
        ("[crmcom]\n\npass-code = 7777\n", 3),
        ("[crmcom.a]\nauthentication-code = \"canary\"\n", 2),
        ("[crmcom]\npassword = canary\n", 2),
        ("[crmcom]\npassword = \"canary\n", 2),
        ("[crmcom]\npasword = \"canary\"\n", 2),
        ("[crmcom]\nurl = [\"canary\"]\n", 2),
        ("[crmcom]\nmin-ttl = \"soon\"\n", 2),
        ("timeout = 5\n", 1),
        ("[crmcom]\ntimeout = 0\n", 2),
        ("[crmcom]\nvariable = \"1X\"\n", 2),
        ("crmcom = \"canary\"\n", 1),
        ("[crmcom]\n[crmcom]\n", 2),
        ("[crmcom]\norganisation = 1.5\n", 2),
        ("[crmcom]\norganisation = true\n", 2),
    ] {
        let error = load(text, "crmcom").unwrap_err();
        assert!(
            error.text().contains(&format!("config.toml:{line}: ")),
            "{text}: {error}"
        );
        assert!(
            !error.to_string().contains("canary") && !error.to_string().contains("7777"),
            "{error}"
        );
    }
}

#[test]
fn no_file_is_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::new(None);
    let vendor = catalogue.find("modulus").unwrap().unwrap();
    for place in [None, Some(folder.path().join("missing"))] {
        let profiles = Profiles::load(place.as_deref(), &vendor, &catalogue).unwrap();
        assert!(profiles.get("modulus", None).unwrap().plain.is_empty());
    }
}
