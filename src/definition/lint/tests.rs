mod any;
mod approvals;
mod values;

use super::*;
use crate::definition::{Catalogue, person};

/// A file without mistakes, in pieces that the tests replace.
const TOP: &str = "about = 'x'\n";
const LOGIN: &str = "[login]\njson = { user = '{user}', password = '{password}' }\n";
const FIELDS: &str = "[[field]]\nname = 'user'\nhelp = 'x'\n[[field]]\nname = 'password'\nhelp = 'x'\nsecret = true\n";
const ANSWER: &str = "[answer]\ntoken = '/t'\nerror = ['/e']\n";
const EXAMPLE: &str = "[[example]]\nstatus = 200\nbody = '{\"t\": \"a\"}'\ntoken = 'a'\n";

fn said(text: &str) -> Vec<String> {
    let faults = prove(text).err().unwrap_or_default();
    faults
        .iter()
        .map(|fault| format!("{}: {}", fault.line, fault.words))
        .collect()
}

#[track_caller]
fn says(parts: &[&str], expected: &[&str]) {
    assert_eq!(said(&parts.concat()), expected, "\n{}", parts.concat());
}

/// The first mistake of the file with these lines at its end.
#[track_caller]
fn ends(lines: &str, expected: &str) {
    let text = [TOP, FIELDS, LOGIN, ANSWER, lines].concat();
    let line = text.lines().count() - lines.lines().count();
    let found = prove(&text).err().and_then(|faults| faults.into_iter().next());
    let found = found.map(|fault| format!("{}: {}", fault.line.saturating_sub(line), fault.words));
    assert_eq!(found.as_deref(), Some(expected), "\n{text}");
}

#[test]
fn what_is_right_is_read() {
    says(&[TOP, FIELDS, LOGIN, ANSWER, EXAMPLE], &[]);
    says(&[TOP, FIELDS, LOGIN, ANSWER], &[]);
    says(&[TOP, "[login]\n", ANSWER], &[]);
    says(&["\u{feff}", TOP, "[login]\r\n", ANSWER], &[]);
}

#[test]
fn broken_toml_is_told_of_with_its_line() {
    says(&[TOP, "[login\n", ANSWER], &["2: unclosed table, expected `]`"]);
    says(&[TOP, TOP], &["2: duplicate key: 'about'"]);
    says(
        &["about = 'x\nx = 1 2\n"],
        &[
            "1: invalid literal string, expected `'`",
            "2: string values must be quoted, expected literal string: '1 2'",
        ],
    );
}

#[test]
fn a_key_that_is_unknown_brings_the_right_one() {
    says(
        &[
            "abuot = 'x'\nurls = 'https://x.example'\n[login]\npath = '/'\ntoken = '/t'\n[answer]\ntokn = '/t'\nurl = ''\nqux = 1\n",
        ],
        &[
            "1: unknown key 'abuot', did you mean 'about'?",
            "2: unknown key 'urls', did you mean 'url'?",
            "5: unknown key 'token' in [login]; it belongs in [answer]",
            "7: unknown key 'tokn' in [answer], did you mean 'token'?",
            "8: unknown key 'url' in [answer]; it belongs at the top of the file, before any table",
            "9: unknown key 'qux' in [answer]; known are success, token, refresh_token, refresh_expires_at, \
             refresh_expires_in, expires_at, expires_in, expires_in_ms, lifetime, extras, error",
        ],
    );
    says(
        &[
            TOP,
            "[login]\n",
            ANSWER,
            "[[example]]\nstatus = 200\nbody = '{\"t\": \"a\"}'\ntokens = 'b'\n",
        ],
        &[
            "6: the example is read otherwise than documented: token: \"a\" is read, \"b\" is documented",
            "9: unknown key 'tokens' in [[example]], did you mean 'token'?",
        ],
    );
}

#[test]
fn a_key_that_is_missing_is_told_of_at_its_table() {
    says(
        &["url = 'https://x.example'\n[[field]]\nhelp = 'x'\n[[example]]\n"],
        &[
            "1: the key 'about' is missing",
            "2: the key 'name' is missing in [[field]]",
            "4: the key 'status' is missing in [[example]]",
            "4: [login] is missing",
            "4: [answer] is missing",
        ],
    );
    says(
        &[TOP, "[login]\n[answer]\n"],
        &["3: the key 'token' is missing in [answer]"],
    );
}

#[test]
fn what_stands_behind_a_key_must_be_what_it_takes() {
    for (lines, expected) in [
        ("[use]\nheader = 1", "2: 'header' in [use] takes a text in quotes"),
        (
            "[revoke]\nmethod = 'get'",
            "2: 'method' in [revoke] takes one of 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', not 'get'",
        ),
        (
            "[revoke]\njson = { at = 1979-05-27 }",
            "2: 'json' in [revoke] takes what JSON has; a date stands in quotes",
        ),
        (
            "[revoke]\nform.x = nan",
            "2: 'form' in [revoke] takes a table of names, each with a value that JSON has; a date stands in quotes",
        ),
        (
            "[revoke]\nform = 'x'",
            "2: 'form' in [revoke] takes a table of names, each with a value that JSON has; a date stands in quotes",
        ),
        (
            "[revoke.query]\nn = 1",
            "1: 'query' in [revoke] takes a table of names, each with a text in quotes",
        ),
        (
            "[[example]]\nstatus = 99",
            "2: 'status' in [[example]] takes a number from 100 to 599",
        ),
        (
            "[[example]]\nstatus = 99999999999999999999",
            "2: 'status' in [[example]] takes a number from 100 to 599",
        ),
        ("[[revoke]]", "1: 'revoke' takes one table, written [revoke]"),
        (
            "[example]\nstatus = 200",
            "1: 'example' takes tables, each written [[example]]",
        ),
    ] {
        ends(lines, expected);
    }
    says(
        &[
            TOP,
            "[[field]]\nname = 'x'\nhelp = 'x'\nsecret = 'yes'\n",
            "[login]\nform = { x = '{x}' }\n",
            ANSWER,
        ],
        &["5: 'secret' in [[field]] takes true or false"],
    );
    let ways = "'ways' takes a list of lists of field names";
    for given in ["['password']", "'password'", "[[1]]", "[{ name = 'password' }]"] {
        says(
            &[TOP, &format!("ways = {given}\n"), FIELDS, LOGIN, ANSWER],
            &[&format!("2: {ways}")],
        );
    }
    says(
        &[TOP, "[login]\n[answer]\ntoken = 1\nerror = '/e'\n"],
        &[
            "4: 'token' in [answer] takes a JSON pointer in quotes or a list of them",
            "5: 'error' in [answer] takes a list of texts in quotes",
        ],
    );
}

#[test]
fn the_rules_for_fields_name_the_line() {
    let field = |lines: &str| format!("[[field]]\nhelp = 'x'\n{lines}");
    for (lines, expected) in [
        ("name = 'X'", "3: field 'X': a name is [a-z][a-z0-9-]*"),
        ("name = 'url'", "3: field 'url': the name is reserved"),
        ("name = 'a-command'", "3: field 'a-command': the name is reserved"),
        ("name = 'user'", "3: field 'user': it is there twice"),
        ("name = 'unused'", "3: field 'unused': it is used nowhere"),
    ] {
        ends(&field(lines), expected);
    }
    says(
        &[
            TOP,
            "[[field]]\nname = 'n'\nhelp = \"a\\nb\"\nkind = 'integer'\ndefault = 'x'\n",
            "[login]\nform = { n = '{n}' }\n",
            ANSWER,
        ],
        &[
            "4: field 'n': 'help' takes one line",
            "6: field 'n': its default: 'x' is not a whole number",
        ],
    );
    says(
        &[
            TOP,
            "[[field]]\nname = 's'\nhelp = 'x'\nsecret = true\ndefault = 'x'\n",
            "[login]\nform = { s = '{s}' }\n",
            ANSWER,
        ],
        &["6: field 's': a secret takes no 'default'"],
    );
}

#[test]
fn the_rules_for_urls_and_ways_name_the_line() {
    for (line, expected) in [
        (
            "url = 'http://x.example'",
            "'url' is http to another machine, and passwords go over https only",
        ),
        (
            "url = 'https://{usr}.example'",
            "'url' names no field: '{usr}', did you mean '{user}'?",
        ),
        (
            "url = 'https://{password}.example'",
            "'url' holds the secret 'password', and servers log URLs",
        ),
        (
            "url = 'https://x.example/{user}'",
            "'url' takes fields in the host alone; 'path' takes them too",
        ),
        (
            "url = 'https://{user'",
            "'url': '{' without '}' in 'https://{user'; write '{{' for a brace",
        ),
        (
            "ways = [['user'], ['pasword']]",
            "'ways' names no field: 'pasword', did you mean 'password'?",
        ),
    ] {
        says(&[TOP, line, "\n", FIELDS, LOGIN, ANSWER], &[&format!("2: {expected}")]);
    }
}

#[test]
fn the_rules_for_requests_name_the_line() {
    for (lines, expected) in [
        ("path = 'x'", "2: [revoke] 'path' starts with '/'"),
        (
            "path = '/x?y'",
            "2: [revoke] 'path' takes no '?' and no '#'; a query has a key of its own",
        ),
        (
            "path = '/{token}'",
            "2: [revoke] 'path' holds the secret 'token', and servers log URLs",
        ),
        (
            "query = { a = 'b', c = '{password}' }",
            "2: [revoke] 'query' holds the secret 'password', and servers log URLs",
        ),
        ("form = {}\njson = {}", "2: [revoke] takes 'json' or 'form', not both"),
        (
            "method = 'GET'\njson = {}",
            "2: [revoke] takes no 'json' and no 'form', since a GET has no body",
        ),
        ("basic = '{user}'", "2: [revoke] 'basic' is 'user:password'"),
        (
            "[revoke.json]\na = 1\nb = [\n'c',\n'{d}']",
            "6: [revoke] 'json' names no field: '{d}'",
        ),
        (
            "[revoke.form]\na = 'x'\nb = '{tokn}'",
            "4: [revoke] 'form' names no field: '{tokn}', did you mean '{token}'?",
        ),
        (
            "headers = { x = '{user:utc}' }",
            "2: [revoke] 'headers': '{user:utc}' needs a field of kind duration",
        ),
        (
            "headers = { x = '{user:up}' }",
            "2: [revoke] 'headers': '{user:up}' ends in ':up'; known are ':utc', ':form', ':base64', ':base64url', ':hex', ':lower', \
             ':upper' and ':/POINTER'",
        ),
    ] {
        ends(&format!("[revoke]\n{lines}"), expected);
    }
    says(
        &[TOP, FIELDS, LOGIN, ANSWER, "[revoke]\njson = { t = '{lasting-token}' }"],
        &[],
    );
    says(
        &[TOP, "[login]\njson = { t = '{lasting-token}' }\n", ANSWER],
        &["3: [login] 'json' names no field: '{lasting-token}'"],
    );
    says(
        &[TOP, "[login]\nnote = 'x'\njson = { token = '{token}' }\n", ANSWER],
        &[
            "3: [login] takes no 'note'; that is for [revoke]",
            "4: [login] 'json' names no field: '{token}'",
        ],
    );
    ends("[refresh]", "1: [refresh] needs 'refresh_token' in [answer]");
}

#[test]
fn the_rules_for_answers_and_the_use_name_the_line() {
    says(
        &[
            TOP,
            "[login]\n[answer]\ntoken = ['/a', 'b']\nsuccess = { ok = true }\nextras = { a = 'a' }\nlifetime = 'long'\n",
        ],
        &[
            "4: [answer] 'b' is not a JSON pointer; write '/b'",
            "5: [answer] 'ok' is not a JSON pointer; write '/ok'",
            "6: [answer] 'a' is not a JSON pointer; write '/a'",
            "7: [answer] 'lifetime': 'long' is not a duration such as 90s, 15m, 1h30m or 7d",
        ],
    );
    for lifetime in ["0", "3653d", "99999999999999d"] {
        let said = "4: [answer] 'lifetime': a token lasts from a second to ten years";
        says(
            &[
                TOP,
                "[login]\n",
                "[answer]\n",
                &format!("lifetime = '{lifetime}'\ntoken = '/t'\n"),
            ],
            &[said],
        );
    }
    ends(
        "[use]\nheader = 'X: {token}'\nquery = 't={token}'",
        "1: [use] takes 'header' or 'query', not both",
    );
    ends(
        "[use]\nheader = '{token}'",
        "2: [use] 'header' is 'NAME:' and once '{token}'",
    );
    ends(
        "[use]\nquery = 'token'",
        "2: [use] 'query' is 'NAME=' and once '{token}'",
    );
}

#[test]
fn an_example_must_say_something_and_be_read_so() {
    for (lines, expected) in [
        (
            "body = '{\"t\": \"a\"}'",
            "1: the example says nothing of what is read from it; add 'token', or 'exit' where the vendor refuses",
        ),
        (
            "of = 'refresh'\ntoken = 'a'",
            "3: the example is of a table that the file does not have",
        ),
        (
            "token = 'a'\nexit = 4",
            "3: the example documents a 'token' and an 'exit' other than 0",
        ),
        (
            "lifetime = '1h'\nexit = 4",
            "3: the example documents a 'lifetime' and an 'exit' other than 0",
        ),
        (
            "token = 'a'\nerror = 'x'",
            "4: the example documents an 'error', but no 'exit' other than 0",
        ),
        (
            "token = 'a'\ndate = 'today'",
            "4: the example takes a 'date' such as 'Sat, 31 Jan 2026 10:00:00 GMT'",
        ),
        (
            "body = '{\"t\": \"a\"}'\ntoken = 'a'\nlifetime = '1h'",
            "1: the example is read otherwise than documented: lifetime: none is read, 1h is documented",
        ),
        (
            "body = '{\"e\": \"no\"}'\nexit = 6",
            "1: the example is read otherwise than documented: exit: 4 is read, 6 is documented",
        ),
        (
            "body = '{\"e\": \"no\"}'\nerror = 'yes'\nexit = 4",
            "1: the example is read otherwise than documented: error: \"no\" is read, \"yes\" is documented",
        ),
    ] {
        ends(&format!("[[example]]\nstatus = 200\n{lines}"), expected);
    }
    says(
        &[
            TOP,
            FIELDS,
            LOGIN,
            ANSWER,
            "[revoke]\n[[example]]\nof = 'revoke'\nstatus = 204\n",
        ],
        &[],
    );
}

#[test]
fn the_examples_wait_until_the_answer_is_right() {
    says(
        &[TOP, "[login]\n[answer]\ntoken = 't'\n", EXAMPLE],
        &["4: [answer] 't' is not a JSON pointer; write '/t'"],
    );
}

#[test]
fn a_login_that_does_not_say_who_logs_in_is_remarked_on_with_the_field_that_looks_like_it() {
    let said =
        |fields: &str, login: &str| person::remarks(&read(&[TOP, fields, login, ANSWER, EXAMPLE].concat()).unwrap());
    let nobody =
        "no required field with 'person = true' says who logs in, so the secrets do, and are looked up for every call";
    assert_eq!(said(FIELDS, LOGIN), [format!("{nobody}; 'user' looks like it")]);
    let field = |name: &str, more: &str| format!("[[field]]\nname = '{name}'\nhelp = 'x'\n{more}");
    let tenant = field("tenant", "") + &field("key", "secret = true\n");
    let by_key = "[login]\njson = { tenant = '{tenant}', key = '{key}', user = '{user}' }\n";
    assert_eq!(said(&tenant, &by_key.replace(", user = '{user}'", "")), [nobody]);
    // One that may be absent says nothing of those who leave it out.
    let optional = tenant.clone() + &field("user", "person = true\noptional = true\n");
    assert_eq!(said(&optional, by_key), [nobody]);
    // Without a secret all that is sent tells.
    assert_eq!(said(&field("tenant", ""), "[login]\njson = '{tenant}'\n"), [""; 0]);
}

#[test]
fn of_several_ways_those_that_do_not_say_who_logs_in_are_remarked_on() {
    let crmcom = Catalogue::new(None).find("crmcom").unwrap().unwrap();
    let said = person::remarks(&crmcom.definition);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("the way 'authentication-code': no required field"),
        "{said:?}"
    );
}

#[test]
fn a_secret_names_no_person() {
    let fields = FIELDS.replace("secret = true\n", "secret = true\nperson = true\n");
    says(
        &[TOP, &fields, LOGIN, ANSWER],
        &["9: field 'password': a secret takes no 'person'; that is for a plain field"],
    );
}

#[test]
fn what_is_said_is_one_line_without_commands() {
    for fault in prove("\"a\\u001b[2J\\n::error::b\" = 1\n").unwrap_err() {
        assert!(
            !fault.words.contains(['\u{1b}', '\n']) && !fault.words.contains("::"),
            "{fault:?}"
        );
    }
}

#[test]
fn every_built_in_file_passes() {
    for vendor in Catalogue::new(None).all().0 {
        assert_eq!(prove(&vendor.text).err(), None, "{}", vendor.name);
    }
}

/// A file whose requests are these.
fn said_of_requests(requests: &str) -> Vec<String> {
    let fields =
        "field = [{ name = 'user', help = 'x', person = true }, { name = 'password', help = 'x', secret = true }]\n";
    let text = format!("about = 'x'\nurl = 'https://x.example'\n{fields}{requests}\n[answer]\ntoken = '/t'\n");
    prove(&text)
        .err()
        .into_iter()
        .flatten()
        .map(|fault| format!("{}: {}", fault.line, fault.words))
        .collect()
}

const WITH_CODE: &str = "[login]\nform = { user = '{user}', password = '{password}', c = '{code}' }";

#[test]
fn the_rules_for_steps_name_the_line() {
    assert_eq!(
        said_of_requests(&format!("[[step]]\ntake = {{ code = 'header:X' }}\n{WITH_CODE}")),
        [""; 0]
    );
    for (requests, expected) in [
        (
            format!("[[step]]\ntake = {{ code = '/c', other = '/o' }}\n{WITH_CODE}"),
            "5: [[step]] 'take' takes 'other', which no request behind it uses",
        ),
        (
            format!("[[step]]\npath = '/{{code}}'\n[[step]]\ntake = {{ code = '/c' }}\n{WITH_CODE}"),
            "5: [[step]] 'path' uses '{code}', which no step before it takes",
        ),
        (
            format!("[[step]]\ntake = {{ code = 'headr:X' }}\n{WITH_CODE}"),
            "5: [[step]] 'headr:X' says not where to read, did you mean 'header:X'?",
        ),
        (
            format!("[[step]]\ntake = {{ code = 'c.d' }}\n{WITH_CODE}"),
            "5: [[step]] 'c.d' is not a JSON pointer; write '/c/d'",
        ),
        (
            format!("[[step]]\ntake = {{ user = '/c', code = '/d' }}\n{WITH_CODE}"),
            "5: [[step]] 'take' has the name 'user', which something else has",
        ),
        (
            format!("[[step]]\ntake = {{ cod = '/c' }}\n{WITH_CODE}"),
            "5: [[step]] 'take' takes 'cod', which no request behind it uses",
        ),
        (
            format!("[[step]]\nquery = {{ p = '{{password}}' }}\ntake = {{ code = '/c' }}\n{WITH_CODE}"),
            "5: [[step]] 'query' holds the secret 'password', and servers log URLs",
        ),
        (
            format!("[[step]]\nstatus = [429]\ntake = {{ code = '/c' }}\n{WITH_CODE}"),
            "5: [[step]] 'status' takes no 429, which asks for a pause",
        ),
        (
            format!("[[step]]\nway = 'user'\ntake = {{ code = '/c' }}\n{WITH_CODE}"),
            "5: [[step]] takes no 'way'; that is for [login]",
        ),
        (
            format!("[[step]]\ntake = {{ code = '/c' }}\n{WITH_CODE}\nagain = true"),
            "8: [login] takes no 'again'; that is for [[step]]",
        ),
        (
            format!("[[step]]\ntake = {{ code = '/c' }}\n{WITH_CODE}\n[revoke]\npath = '/{{code}}'"),
            "9: [revoke] 'path' uses '{code}', which needs 'again = true' in the step that takes it",
        ),
    ] {
        assert_eq!(
            said_of_requests(&requests).first().map(String::as_str),
            Some(expected),
            "{requests}"
        );
    }
}

#[test]
fn the_rules_for_addresses_name_the_line() {
    let step = "[[step]]\ntake = { code = '/c' }\n";
    for (url, expected) in [
        (
            "url = '{password}'",
            "'url' is an address, or '{name}' of one that a step takes",
        ),
        ("url = '/token'", "'url' must begin with https://"),
        (
            "url = 'http://other.example/token'",
            "'url' is http to another machine, and passwords go over https only",
        ),
        (
            "url = 'https://x.example/?a=b'",
            "'url' takes no '?' and no '#'; a query has a key of its own",
        ),
        (
            "url = 'https://{code}.example'",
            "'url' takes fields that are not secret in its host, and no others",
        ),
        ("url = '{code}'\npath = '/x'", "takes 'url' or 'path', not both"),
    ] {
        let said = said_of_requests(&format!("{step}{WITH_CODE}\n{url}"));
        assert!(said.contains(&format!("8: [login] {expected}")), "{url}: {said:?}");
    }
    for right in ["url = '{code}'", "url = 'https://{user}.login.example/token/{code}'"] {
        assert_eq!(
            said_of_requests(&format!("{step}{WITH_CODE}\n{right}")),
            [""; 0],
            "{right}"
        );
    }
}
