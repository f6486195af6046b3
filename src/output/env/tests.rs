use proptest::prelude::*;

use super::*;
use crate::error::Exit;

/// Every character that a token may have.
pub(in super::super) const VISIBLE: &str = concat!(
    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
);

/// A missing program skips a test with a visible line, and fails it where all are required.
pub(crate) fn present(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        missing(program);
    }
    found
}

pub(super) fn missing(what: &str) {
    let required = std::env::var("TOK_TEST_REQUIRE").is_ok_and(|value| value == "all");
    assert!(!required, "{what} is not installed");
    // Past the capture of a passing test's output, or nobody would see it.
    let _ = writeln!(std::io::stderr(), "skipped: {what} is not installed");
}

pub(super) fn given(format: &str, variable: &str, token: &str) -> Result<String> {
    let mut out = Vec::new();
    EnvFormat::parse(format)
        .unwrap()
        .give(variable, token, &mut out, None)
        .map(|()| String::from_utf8(out).unwrap())
}

#[test]
fn names_and_aliases_are_found_and_differ() {
    let mut names = Vec::new();
    for format in EnvFormat::ALL {
        for name in [&[format.name], format.aliases].concat() {
            assert_eq!(EnvFormat::parse(name).unwrap().name, format.name);
            names.push(name);
        }
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(EnvFormat::parse("xonsh").is_none());
}

#[test]
fn failing_code_is_for_shells_alone() {
    let code = |format| EnvFormat::parse(format).unwrap().failing(Some("T"));
    for format in [
        "nushell", "dotenv", "json", "github", "azure", "gitlab", "docker", "systemd",
    ] {
        assert_eq!(code(format), None, "{format}");
    }
    for format in ["posix", "fish", "powershell", "elvish", "tcsh", "cmd"] {
        assert!(code(format).unwrap().contains('T'), "{format}");
        assert!(
            !EnvFormat::parse(format).unwrap().failing(None).unwrap().contains('T'),
            "{format}"
        );
    }
}

#[test]
fn a_refusal_is_this_machines_and_does_not_tell_the_token() {
    for format in ["cmd", "dotenv"] {
        let error = given(format, "T", "hush%\"").unwrap_err();
        assert_eq!(error.exit, Exit::Other);
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}

proptest! {
    #[test]
    fn nothing_makes_a_format_panic(token in any::<String>()) {
        for format in EnvFormat::ALL.iter().filter(|format| format.name != "github") {
            if let Ok(text) = given(format.name, "T", &token) {
                prop_assert!(text.ends_with('\n'));
                prop_assert!(token.contains('\n') || text.lines().count() == 1 || format.name == "azure");
            }
        }
    }

    #[test]
    fn plain_tokens_go_through_every_format(token in "[A-Za-z0-9._~+/=:,@-]{1,80}") {
        for format in EnvFormat::ALL.iter().filter(|format| format.name != "github") {
            prop_assert!(given(format.name, "T", &token).unwrap().contains(&token), "{}", format.name);
        }
    }
}
