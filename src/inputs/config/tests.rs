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

fn load(text: &str, vendor: &str) -> Result<Profiles> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.toml"), text).unwrap();
    let catalogue = Catalogue::new(Some(folder.path()));
    let vendor = catalogue.find(vendor).unwrap().unwrap();
    Profiles::load(Some(folder.path()), &vendor, &catalogue)
}

fn check(text: &str, vendor: &str) -> std::result::Result<(), TestCaseError> {
    if let Err(error) = load(text, vendor) {
        prop_assert_eq!(error.exit, Exit::Usage);
        prop_assert!(error.text().contains("config.toml"), "{}", error);
        prop_assert!(!error.text().contains('\n'), "{}", error);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text, "crmcom")?;
    }

    #[test]
    fn a_file_with_something_put_in_its_place_is_read(
        from in 0..400usize, length in 0..30usize,
        instead in prop_oneof![any::<String>(), "[a-z\"'=\\[\\]{}\n.,#-]{0,9}", Just("password = 'x'\n".to_owned())],
    ) {
        let text: Vec<char> = RIGHT.chars().collect();
        let from = from.min(text.len());
        let to = (from + length).min(text.len());
        let changed: String = text[..from].iter().copied().chain(instead.chars()).chain(text[to..].iter().copied()).collect();
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
