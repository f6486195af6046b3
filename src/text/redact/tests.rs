//! No spelling of a secret comes through, and whatever comes is soon done with.

use proptest::prelude::*;

use super::*;
use crate::text::encode;

#[test]
fn no_form_of_a_sent_secret_is_shown() {
    let redactor = Redactor::new([&Secret::new("p\"a/s s+")]);
    for echo in [
        "p\"a/s s+",
        "p\\\"a/s s+",
        "p\\\"a\\/s s+",
        "p\\u0022a/s s\\u002B",
        "p%22a%2Fs%20s%2B",
        "p%22a%2fs%20s%2b",
        "p%22a%2Fs+s%2B",
        "p&quot;a/s s&#43;",
        "cCJhL3Mgcys=",
        "cCJhL3Mgcys",
    ] {
        let shown = redactor.one_line(&format!("wrong: {echo}."));
        assert_eq!(shown, "wrong: ***.");
    }
}

#[test]
fn a_secret_that_is_part_of_another_leaves_nothing_of_it() {
    let redactor = Redactor::new([&Secret::new("pass"), &Secret::new("password1")]);
    assert_eq!(redactor.one_line("password1 and pass"), "*** and ***");
}

#[test]
fn a_text_that_nearly_is_the_secret_at_every_place_is_soon_done_with() {
    let secret = Secret::new("a".repeat(16384));
    let words = ("a".repeat(8000) + "b").repeat(130);
    let began = std::time::Instant::now();
    let shown = Redactor::new([&secret]).one_line(&words);
    assert_eq!(shown, "a".repeat(299) + "…");
    assert!(began.elapsed().as_secs() < 4, "{:?}", began.elapsed());
}

#[test]
fn nothing_is_shown_of_a_secret_that_is_longer_than_what_is_looked_at() {
    let secret = "s\"€".repeat(LONGEST);
    for echo in [
        secret.clone(),
        serde_json::json!(secret).to_string(),
        encode::percent(&secret),
    ] {
        for before in 0..14 {
            let before = " ".repeat(before);
            let shown = Redactor::new([&Secret::new(secret.as_str())]).one_line(&format!("{before}{echo}"));
            assert_eq!(shown.trim_start_matches('"'), "***…");
        }
    }
}

#[test]
fn a_word_of_a_pass_phrase_is_no_secret() {
    let redactor = Redactor::new([&Secret::new("pass a")]);
    assert_eq!(
        redactor.one_line("pass a is wrong at a glance"),
        "*** is wrong at a glance"
    );
}

#[test]
fn a_secret_that_looks_escaped_is_found_as_it_is_and_escaped_again() {
    let redactor = Redactor::new([&Secret::new("100%25\\u0041")]);
    for echo in ["100%25\\u0041", "100%2525%5Cu0041", "100%25\\\\u0041"] {
        assert_eq!(redactor.one_line(echo), "***");
    }
}

proptest! {
    #[test]
    fn other_words_stay_as_they_are(words in "[a-y ]{0,40}") {
        let redactor = Redactor::new([&Secret::new("z")]);
        let clean = words::one_line(&words);
        prop_assume!(!clean.contains("eg"));
        prop_assert_eq!(redactor.one_line(&words), clean);
    }

    #[test]
    fn a_secret_is_found_wherever_it_stands(secret in "\\PC{8,20}", before in "[a-z ]{0,9}", after in "[a-z ]{0,9}") {
        let redactor = Redactor::new([&Secret::new(secret.as_str())]);
        for form in [
            secret.clone(),
            serde_json::json!(secret).to_string(),
            encode::percent(&secret),
            encode::form(&secret),
            STANDARD.encode(&secret),
        ] {
            let shown = redactor.one_line(&format!("{before}{form}{after}"));
            prop_assert!(shown.contains("***") && !shown.contains(&form), "{}", shown);
        }
    }
}
