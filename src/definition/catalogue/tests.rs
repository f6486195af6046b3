//! Any text is a definition or an error with the file's name.

use proptest::prelude::*;

use super::*;
use crate::definition::check::RESERVED_VENDORS;
use crate::definition::name::COMMANDS;
use crate::error::Exit;

fn read_own(text: &str) -> Result<Vendor> {
    read("acme", text.to_owned(), PathBuf::from("/v/acme.toml"))
}

fn check(text: &str) -> std::result::Result<(), TestCaseError> {
    if let Err(error) = read_own(text) {
        prop_assert_eq!(error.exit, Exit::Usage);
        let line = error
            .text()
            .strip_prefix("/v/acme.toml:")
            .and_then(|rest| rest.split(':').next());
        let line: usize = line.and_then(|line| line.parse().ok()).unwrap_or(0);
        prop_assert!((1..=text.lines().count() + 1).contains(&line), "{}", error);
        prop_assert!(!error.text().contains('\n'), "{}", error);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn a_definition_with_something_put_in_its_place_is_read(
        vendor in 0..BUILT_IN.len(), from in 0..2000usize, length in 0..40usize,
        instead in prop_oneof![
            any::<String>(), "[a-z{}\"'=\\[\\]\n./:]{0,9}", Just("[[field]]\n".to_owned()), Just("{password}".to_owned()),
            Just("\u{202e}".to_owned()),
        ],
    ) {
        let text: Vec<char> = BUILT_IN[vendor].text.chars().collect();
        let from = from.min(text.len());
        let to = (from + length).min(text.len());
        let changed: String = text[..from].iter().copied().chain(instead.chars()).chain(text[to..].iter().copied()).collect();
        check(&changed)?;
    }
}

#[test]
fn a_built_in_definition_is_as_good_as_a_users() {
    for BuiltIn { text, .. } in BUILT_IN {
        let vendor = read_own(text).unwrap();
        assert_eq!(vendor.token_variable(), "ACME_TOKEN");
    }
}

#[test]
fn an_error_names_the_line() {
    for (text, line) in [
        ("about = \n", 1),
        ("about = 'a'\nnonsense = 1\n", 2),
        ("about = 'a'\n\n[login]\nmethod = 'PUT'\n", 4),
        ("about = 'a'\n[login]\n[answer]\ntoken = 7\n", 4),
    ] {
        let error = read_own(text).unwrap_err();
        assert!(error.text().starts_with(&format!("/v/acme.toml:{line}: ")), "{error}");
    }
}

#[test]
fn a_reserved_name_is_refused_and_a_built_in_one_stays_built_in() {
    for name in RESERVED_VENDORS.into_iter().chain(COMMANDS).chain(["help"]) {
        let error = read(name, BUILT_IN[0].text.to_owned(), PathBuf::from("x.toml")).unwrap_err();
        let said = ["is reserved", "is a command"]
            .iter()
            .any(|why| error.text().contains(why));
        assert!(said, "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("vendors")).unwrap();
    for file in ["modulus.toml", "Acme.toml", "a-b.toml", "acme.toml", "acme.txt"] {
        fs::write(folder.path().join("vendors").join(file), "broken").unwrap();
    }
    let catalogue = Catalogue::new(Some(folder.path()));
    assert!(catalogue.find("modulus").unwrap().unwrap().path.is_none());
    assert_eq!(catalogue.names().last().unwrap(), "acme");
    assert_eq!(catalogue.names().len(), BUILT_IN.len() + 1);
    assert!(catalogue.find("acme").is_err());
    assert!(catalogue.find("a-b").unwrap().is_none());
    assert!(catalogue.find("../acme").unwrap().is_none());
}
