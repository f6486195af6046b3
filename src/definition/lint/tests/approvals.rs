//! The rules for what a person approves.

use super::said;

const TOP: &str = "about = 'x'\n";
const BROWSER: &str = "[browser]\npath = '/authorize'\nquery = { s = '{state}', c = '{code-challenge}' }\n";
const DEVICE: &str = "[device]\npath = '/device'\n";
const OF_BROWSER: &str = "[[login]]\nway = 'browser'\nform = { c = '{code}', v = '{code-verifier}' }\n";
const OF_DEVICE: &str = "[[login]]\nway = 'device'\nform = { d = '{device-code}' }\n";
const ANSWER: &str = "[answer]\ntoken = '/t'\n";

#[track_caller]
fn says(parts: &[&str], expected: &[&str]) {
    assert_eq!(said(&parts.concat()), expected, "\n{}", parts.concat());
}

#[test]
fn both_may_stand_alone_or_together() {
    says(&[TOP, BROWSER, OF_BROWSER, ANSWER], &[]);
    says(&[TOP, DEVICE, OF_DEVICE, ANSWER], &[]);
    says(&[TOP, BROWSER, DEVICE, OF_BROWSER, OF_DEVICE, ANSWER], &[]);
    let one = "[login]\nform = { c = '{code}', v = '{code-verifier}', r = '{redirect-uri}' }\n";
    says(&[TOP, BROWSER, one, ANSWER], &[]);
}

#[test]
fn a_key_that_is_unknown_brings_the_nearest_one() {
    let more = "redirect_host = 'localhost'\nredirct-path = '/x'\nscope = 'x'\n";
    says(
        &[TOP, BROWSER, more, OF_BROWSER, ANSWER],
        &[
            "5: unknown key 'redirect_host' in [browser], did you mean 'redirect-host'?",
            "6: unknown key 'redirct-path' in [browser], did you mean 'redirect-path'?",
            "7: unknown key 'scope' in [browser]; known are path, url, query, redirect-host, port, redirect-path, iss",
        ],
    );
    says(
        &[TOP, DEVICE, "user_cod = '/x'\ntake = { a = '/a' }\n", OF_DEVICE, ANSWER],
        &[
            "4: unknown key 'user_cod' in [device], did you mean 'user_code'?",
            "5: unknown key 'take' in [device]; it belongs in [[step]]",
        ],
    );
    says(
        &[TOP, &BROWSER.replace("[browser]", "[broswer]"), OF_BROWSER, ANSWER],
        &["2: unknown key 'broswer', did you mean 'browser'?"],
    );
}

#[test]
fn what_the_address_and_the_redirect_need_is_missed() {
    let bare = "[browser]\npath = '/authorize'\nquery = { s = '{stat}' }\n";
    says(
        &[TOP, bare, OF_BROWSER, ANSWER],
        &[
            "4: [browser] 'query' names no field: '{stat}', did you mean '{state}'?",
            "4: [browser] 'query' lays in no '{state}'",
            "4: [browser] 'query' lays in no '{code-challenge}'",
        ],
    );
    for (key, words) in [
        (
            "redirect-host = 'example.com'",
            "'redirect-host' in [browser] takes one of '127.0.0.1', 'localhost', not 'example.com'",
        ),
        ("port = 70000", "'port' in [browser] takes a number from 0 to 65535"),
        ("redirect-path = 'x'", "[browser] 'redirect-path' starts with '/'"),
        ("redirect-path = '/x?y'", "[browser] 'redirect-path' has a query"),
        ("iss = 'id.example'", "[browser] 'iss' must begin with https://"),
        (
            "iss = 'https://{tenant}.example'",
            "[browser] 'iss' names no field: '{tenant}'",
        ),
    ] {
        says(
            &[TOP, BROWSER, key, "\n", OF_BROWSER, ANSWER],
            &[&format!("5: {words}")],
        );
    }
}

#[test]
fn a_login_uses_what_was_approved_and_only_where_something_was() {
    says(
        &[
            TOP,
            BROWSER,
            "[[login]]\nway = 'browser'\nform = { c = '{code}' }\n",
            ANSWER,
        ],
        &["5: [[login]] for [browser] lays in no '{code-verifier}'"],
    );
    says(
        &[
            TOP,
            DEVICE,
            "[[login]]\nway = 'device'\nform = { c = '{code}' }\n",
            ANSWER,
        ],
        &[
            "4: [[login]] for [device] lays in no '{device-code}'",
            "6: [login] 'form' names no field: '{code}'",
        ],
    );
    says(
        &[TOP, DEVICE, OF_BROWSER, OF_DEVICE, ANSWER],
        &[
            "5: [login] 'way' names 'browser', and there is no [browser]",
            "6: [login] 'form' names no field: '{code}'",
            "6: [login] 'form' names no field: '{code-verifier}'",
        ],
    );
    says(
        &[TOP, "ways = [['browser'], ['device']]\n", DEVICE, OF_DEVICE, ANSWER],
        &["2: 'ways' names 'browser', and there is no [browser]"],
    );
}

#[test]
fn its_names_are_taken_where_there_is_one_and_free_where_not() {
    let field = |name: &str| format!("[[field]]\nname = '{name}'\nhelp = 'x'\n");
    let used = |name: &str| {
        format!("[[login]]\nway = 'browser'\nform = {{ c = '{{code}}', v = '{{code-verifier}}', x = '{{{name}}}' }}\n")
    };
    for name in ["browser", "state", "code", "redirect-uri"] {
        says(
            &[TOP, BROWSER, &field(name), &used(name), ANSWER],
            &[&format!("6: field '{name}': the name is reserved")],
        );
        let login = format!("[login]\nform = {{ x = '{{{name}}}' }}\n");
        says(&[TOP, &field(name), &login, ANSWER], &[]);
    }
}

#[test]
fn a_value_may_be_made_of_what_was_approved_where_it_is_used_afterwards() {
    let made = "[let.sign.hmac]\nhash = 'sha256'\nkey = 'x'\nof = '{code}'\nas = 'hex'\n";
    let login = "[[login]]\nway = 'browser'\nform = { c = '{code}', v = '{code-verifier}', s = '{sign}' }\n";
    says(&[TOP, BROWSER, login, ANSWER, made], &[]);
    says(
        &[
            TOP,
            "[[step]]\nform = { s = '{sign}' }\n",
            BROWSER,
            OF_BROWSER,
            ANSWER,
            made,
        ],
        &["3: [[step]] 'form' needs '{code}', which no approval before it gives"],
    );
}
