//! Each reader, and each absence.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn answer(headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
    let mut answer = Answer::new(200, body);
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    answer.headers.extend(headers);
    answer
}

#[track_caller]
fn reads(answer: &Answer, reader: &str, expected: impl Into<Option<Json>>) {
    let reading = Reading::of(answer);
    assert_eq!(reading.at(reader).map(Cow::into_owned), expected.into(), "{reader}");
}

#[test]
fn a_pointer_finds_a_member_with_its_type() {
    let answer = answer(&[], r#"{"a": {"b": 7}, "null": null}"#);
    reads(&answer, "/a/b", json!(7));
    reads(&answer, "", json!({"a": {"b": 7}, "null": null}));
    reads(&answer, "/null", Json::Null);
    reads(&answer, "/a/c", None);
}

#[test]
fn json_is_read_behind_a_byte_order_mark_and_nothing_else_is_json() {
    reads(&answer(&[], "\u{feff}{\"a\": 1}"), "/a", json!(1));
    for body in ["", "a=1", "<html>", "{"] {
        reads(&answer(&[], body), "/a", None);
        reads(&answer(&[], body), "", None);
    }
}

#[test]
fn a_header_is_found_by_its_name_in_any_case_without_the_scheme() {
    let answer = answer(
        &[
            ("x-token", " abc "),
            ("authorization", "bEARER  xyz"),
            ("x-empty", ""),
            ("x-bearer", "Bearer"),
        ],
        "",
    );
    reads(&answer, "header:X-Token", json!("abc"));
    reads(&answer, "header:Authorization", json!("xyz"));
    reads(&answer, "header:X-Bearer", json!("Bearer"));
    reads(&answer, "header:X-Empty", None);
    reads(&answer, "header:X-Other", None);
}

#[test]
fn a_cookie_is_what_was_set_last_and_nothing_once_it_is_taken_away() {
    let answer = answer(
        &[
            ("set-cookie", "sid=old; Path=/"),
            ("set-cookie", "sid=new; Path=/; HttpOnly"),
            ("set-cookie", "gone=\"\"; Max-Age=0"),
            ("cookie", "other=1"),
        ],
        "",
    );
    reads(&answer, "cookie:sid", json!("new"));
    for absent in ["cookie:gone", "cookie:other", "cookie:SID"] {
        reads(&answer, absent, None);
    }
}

#[test]
fn text_is_the_whole_body_trimmed() {
    reads(&answer(&[], " a.b.c\r\n"), "text", json!("a.b.c"));
    reads(&answer(&[], " \n"), "text", None);
    reads(&answer(&[], b"\xff".to_vec()), "text", None);
}

#[test]
fn a_form_gives_its_members_decoded() {
    let answer = answer(&[], "access_token=a%2Bb+c&expires=60&Auth=x&empty=\r\n");
    reads(&answer, "form:access_token", json!("a+b c"));
    reads(&answer, "form:expires", json!("60"));
    reads(&answer, "form:empty", None);
    reads(&answer, "form:auth", None);
}

#[test]
fn what_is_no_reader_is_none() {
    for text in [
        "token",
        "data.token",
        "header:",
        "header",
        "cookie:",
        "form:",
        "xml:a",
        "Text",
        ":a",
    ] {
        assert_eq!(Reader::parse(text), None, "{text}");
    }
    assert_eq!(Reader::parse("header:a:b"), Some(Reader::Header("a:b")));
    assert_eq!(Reader::parse("/header:a"), Some(Reader::Pointer("/header:a")));
}

proptest! {
    #[test]
    fn any_answer_is_read_without_a_panic(
        reader in "(/|header:|cookie:|form:|text)?.{0,10}",
        body in any::<Vec<u8>>(),
        cookie in any::<String>()
    ) {
        let answer = answer(&[("set-cookie", &cookie)], body);
        let _ = Reading::of(&answer).at(&reader);
    }
}
