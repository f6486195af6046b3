//! What is said of `[let]`.

use super::*;

#[test]
fn a_value_is_of_one_kind_and_its_keys_are_explained() {
    let value = |lines: &str| format!("[revoke]\nheaders = {{ X = '{{v}}' }}\n{lines}");
    for (lines, expected) in [
        (
            "[let]\nv = 1",
            "4: 'v' in [let] is one of jwt, hmac, digest, totp, random, time",
        ),
        (
            "[let.v]\nas = 'unix'",
            "4: unknown key 'as' in [let.NAME]; it belongs in [let.NAME.hmac]",
        ),
        (
            "[let.v.tme]\nas = 'unix'",
            "3: unknown key 'tme' in [let.NAME], did you mean 'time'?",
        ),
        (
            "[let.v]\ntime.as = 'unix'\nrandom.as = 'uuid'",
            "3: 'v' in [let] is one of jwt, hmac, digest, totp, random, time",
        ),
        (
            "[let.v]",
            "3: 'v' in [let] is one of jwt, hmac, digest, totp, random, time",
        ),
        (
            "[let.v.time]\nas = 'Unix'",
            "4: 'as' in [let.NAME.time] takes one of 'unix', 'unix-ms', 'rfc3339', 'http', not 'Unix'",
        ),
        (
            "[let.v.hmac]\nhash = 'md5'\nkey = 'k'\nof = 'o'\nas = 'hex'",
            "4: 'hash' in [let.NAME.hmac] takes one of 'sha1', 'sha256', 'sha384', 'sha512', not 'md5'",
        ),
        (
            "[let.v.jwt]\nalg = 'none'\nkey = 'k'",
            "4: 'alg' in [let.NAME.jwt] takes one of 'RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA', 'HS256', \
             'HS384', 'HS512', not 'none'",
        ),
        (
            "[let.v.totp]\ndigits = 6",
            "3: the key 'seed' is missing in [let.NAME.totp]",
        ),
        (
            "[let.v.totp]\nseed = 's'\ndigits = 5",
            "5: 'digits' in [let.NAME.totp] takes a number from 6 to 8",
        ),
    ] {
        ends(&value(lines), expected);
    }
}

#[test]
fn values_are_no_list() {
    ends("[[let]]\nv = 1", "1: 'let' takes values, each written [let.NAME.KIND]");
}

#[test]
fn a_mistake_in_a_value_is_told_of_with_the_line_of_its_text() {
    ends(
        "[revoke]\nheaders = { X = '{a}{b}' }\n[let.a.hmac]\nhash = 'sha1'\nkey = '{password}'\nof = '{usr}'\nas = 'hex'\n\
         [let.b.time]\nas = 'unix'\nplus = 'soon'",
        "6: [let] 'a': 'of' names no field: '{usr}', did you mean '{user}'?",
    );
    ends(
        "[revoke]\nheaders = { X = '{b}' }\n[let.b.time]\nas = 'unix'\nplus = 'soon'",
        "5: [let] 'b': 'plus': 'soon' is not a duration such as 90s, 15m, 1h30m or 7d",
    );
}

#[test]
fn a_documented_value_is_made() {
    let file = |example: &str| {
        format!(
            "[revoke]\nheaders = {{ X = '{{mac}}{{now}}' }}\n[let.mac.hmac]\nhash = 'sha256'\nkey = '{{password}}'\nof = \
             '{{now}}{{nonce}}{{user}}'\nas = 'hex'\n[let.now.time]\nas = 'unix'\nplus = '1m'\n[let.nonce.random]\nbytes = \
             8\nas = 'hex'\n[[example]]\nof = 'let'\n{example}"
        )
    };
    let right = "name = 'mac'\nat = '1970-01-01T00:01:00Z'\ngiven = { user = 'user-7', password = 'Jefe', nonce = '!' }\nvalue = \
                 'a62fb3f8fda72962732334d3f361e4d430dcafc014b1b5ed0174daf7e924ddc2'\n";
    says(&[TOP, FIELDS, LOGIN, ANSWER, &file(right)], &[]);
    for (example, expected) in [
        ("name = 'mac'", "the example says nothing of what is made; add 'value'"),
        (
            "value = 'x'",
            "the example says nothing of which value it is; add 'name'",
        ),
        (
            "value = 'x'\nname = 'mca'",
            "the example is of a value that [let] does not have",
        ),
        (
            "value = 'x'\nname = 'mac'\nat = 'noon'",
            "the example takes an 'at' such as '2026-01-31T10:00:00Z'",
        ),
        (
            "value = 'x'\nname = 'mac'\nstatus = 200",
            "the example has keys of an answer, but is of = \"let\"",
        ),
        (
            "value = 'x'\nname = 'mac'",
            "the example is read otherwise than documented: value: none is made, since 'given' lacks something",
        ),
        (
            "value = 'x'\nname = 'now'\nat = '1970-01-01T00:01:00Z'",
            "the example is read otherwise than documented: value: 120 is made, \"x\" is documented",
        ),
    ] {
        let text = [TOP, FIELDS, LOGIN, ANSWER, &file(example)].concat();
        let found = said(&text);
        assert!(
            found.iter().any(|fault| fault.ends_with(expected)),
            "{example}: {found:?}"
        );
    }
}
