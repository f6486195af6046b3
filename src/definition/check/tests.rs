//! Each mistake that a definition can hold is found and named.

use super::*;

/// A definition without a mistake, with something of everything.
const RIGHT: &str = r#"
about = "Acme"
url = "https://{account}.acme.example/api"
ways = [["user", "password"], ["key"]]

[[field]]
name = "account"
help = "Account"

[[field]]
name = "user"
help = "User"

[[field]]
name = "password"
help = "Password"
secret = true

[[field]]
name = "key"
help = "Key"
secret = true

[[field]]
name = "span"
help = "Span"
kind = "duration"
default = "1h"

[[field]]
name = "unit"
help = "Unit"
optional = true

[login]
path = "/login/{account}"
query = { unit = "{unit}" }
headers = { X-Key = "{key}" }
basic = "{user:form}:{password:form}"
json = { user = "{user}", until = "{span:utc}", constant = 1 }

[refresh]
path = "/refresh"
form = { token = "{refresh-token}" }

[revoke]
path = "/logout"
headers = { Authorization = "Bearer {token}" }
note = "all"

[answer]
success = { "/ok" = true }
token = ["/token", "/data/token"]
refresh_token = "/refresh"
expires_at = "/at"
expires_in = "/in"
expires_in_ms = "/ms"
lifetime = "{span}"
extras = { id = "/id" }
error = ["/error", ""]

[use]
query = "token={token}"
"#;

fn found(text: &str) -> Vec<String> {
    let definition: Definition = toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    mistakes(&definition).into_iter().map(|mistake| mistake.words).collect()
}

#[test]
fn a_right_definition_has_no_mistake() {
    assert_eq!(found(RIGHT), Vec::<String>::new());
}

#[test]
#[allow(clippy::too_many_lines, reason = "one line for each mistake")]
fn each_mistake_is_found_and_named() {
    for (right, wrong, words) in [
        (r#"about = "Acme""#, r#"about = " ""#, "'about'"),
        (r#"about = "Acme""#, r#"about = "a\nb""#, "'about'"),
        ("https://{account}.acme", "http://{account}.acme", "'url'"),
        ("https://{account}.acme", "{account}.acme", "'url'"),
        ("https://{account}.acme", "https://{missing}.acme", "'{missing}'"),
        ("https://{account}.acme", "https://{password}.acme", "secret 'password'"),
        ("https://{account}.acme", "https://{account.acme", "'url'"),
        ("https://{account}.acme", "https://{account:form}.acme", "'url'"),
        (
            "acme.example/api",
            "acme.example/{user}",
            "'url' takes fields in the host",
        ),
        ("acme.example/api", "acme.example/api?a=b", "query"),
        (r#"["key"]]"#, r#"["missing"]]"#, "'ways' names no field: 'missing'"),
        (r#"["key"]]"#, r#"["unit"]]"#, "'ways' names 'unit'"),
        (r#"["key"]]"#, r#"["span"]]"#, "'ways' names 'span'"),
        (r#"name = "unit""#, r#"name = "Unit""#, "[a-z]"),
        (r#"name = "unit""#, r#"name = "1unit""#, "[a-z]"),
        (r#"name = "unit""#, r#"name = "u_nit""#, "[a-z]"),
        (r#"name = "unit""#, r#"name = """#, "[a-z]"),
        (r#"name = "unit""#, r#"name = "unit-stdin""#, "reserved"),
        (r#"name = "unit""#, r#"name = "unit-file""#, "reserved"),
        (r#"name = "unit""#, r#"name = "unit-command""#, "reserved"),
        (r#"name = "unit""#, r#"name = "user""#, "twice"),
        (
            "help = \"Key\"\nsecret = true",
            "help = \"Key\"\nsecret = true\ndefault = \"x\"",
            "no 'default'",
        ),
        (
            "help = \"Key\"\nsecret = true",
            "help = \"Key\"\nsecret = true\nkind = \"uuid\"",
            "no 'kind'",
        ),
        (r#"default = "1h""#, r#"default = "soon""#, "default"),
        (r#"path = "/login/{account}""#, r#"path = "login""#, "starts with '/'"),
        (r#"path = "/login/{account}""#, r#"path = "/login?a=b""#, "'?'"),
        (r#"path = "/login/{account}""#, r#"path = "/login#a""#, "'#'"),
        (r#"path = "/login/{account}""#, r#"path = "/log in""#, "[login] 'path'"),
        (
            r#"path = "/login/{account}""#,
            r#"path = "/../login""#,
            "[login] 'path'",
        ),
        (r#"path = "/login/{account}""#, r#"path = "/%zz""#, "[login] 'path'"),
        (
            r#"path = "/login/{account}""#,
            r#"path = "/{password}""#,
            "'path' holds the secret 'password'",
        ),
        (
            r#"path = "/login/{account}""#,
            r#"path = "/{missing}""#,
            "'path' names no field",
        ),
        (
            r#"path = "/login/{account}""#,
            r#"path = "/{account""#,
            "[login] 'path'",
        ),
        (
            r#"unit = "{unit}" }"#,
            r#"unit = "{key}" }"#,
            "'query' holds the secret 'key'",
        ),
        (r#"unit = "{unit}" }"#, r#"unit = "{unit:base32}" }"#, "':base64'"),
        (
            r#"X-Key = "{key}""#,
            r#"X-Key = "{missing}""#,
            "'headers' names no field",
        ),
        (r#"X-Key = "{key}""#, r#""X Key" = "{key}""#, "[login] 'headers'"),
        (
            r#"basic = "{user:form}:{password:form}""#,
            r#"basic = "{user:form}""#,
            "'basic'",
        ),
        (r#"until = "{span:utc}""#, r#"until = "{user:utc}""#, "kind duration"),
        (
            r#"until = "{span:utc}""#,
            r#"until = "{token}""#,
            "'json' names no field",
        ),
        (
            r#"until = "{span:utc}""#,
            r#"until = ["{missing}"]"#,
            "'json' names no field",
        ),
        ("[login]\n", "[login]\nform = { a = \"b\" }\n", "'json' or 'form'"),
        ("[login]\n", "[login]\nnote = \"x\"\n", "'note'"),
        ("[login]\n", "[login]\nreusable = true\n", "'reusable'"),
        ("[login]\n", "[login]\nmethod = \"GET\"\n", "GET"),
        (r#"refresh_token = "/refresh""#, "", "'refresh_token'"),
        ("[use]", "[use]\nheader = \"A: {token}\"", "'header' or 'query'"),
        (r#"query = "token={token}""#, r#"query = "token={key}""#, "'query'"),
        (r#"query = "token={token}""#, r#"query = "{token}""#, "'query'"),
        (r#"query = "token={token}""#, r#"query = "a={token}{token}""#, "'query'"),
        (r#"query = "token={token}""#, r#"header = "Bearer {token}""#, "'header'"),
        (r#""/ok" = true"#, "ok = true", "'ok' is not a JSON pointer"),
        (
            r#""/data/token""#,
            r#""data/token""#,
            "'data/token' is not a JSON pointer",
        ),
        (r#"expires_at = "/at""#, r#"expires_at = "at""#, "'at' is not"),
        (r#"id = "/id""#, r#"id = "id""#, "'id' is not"),
        (r#"error = ["/error", ""]"#, r#"error = ["error"]"#, "'error' is not"),
        (r#"lifetime = "{span}""#, r#"lifetime = "soon""#, "'lifetime'"),
        (r#"lifetime = "{span}""#, r#"lifetime = "{user}""#, "'lifetime'"),
        (r#"lifetime = "{span}""#, r#"lifetime = "{missing}""#, "'lifetime'"),
    ] {
        let text = RIGHT.replacen(right, wrong, 1);
        assert_ne!(text, RIGHT, "{right}");
        let found = found(&text);
        assert!(
            found.iter().any(|mistake| mistake.contains(words)),
            "{wrong}: {found:?}"
        );
        assert!(found.iter().all(|mistake| !mistake.contains('\n')), "{found:?}");
    }
}

#[test]
fn reserved_names_are_refused() {
    for name in RESERVED_FIELDS
        .into_iter()
        .chain(["profile", "min-ttl", "no-verify", "quiet"])
    {
        let found = found(&RIGHT.replacen(r#"name = "unit""#, &format!("name = \"{name}\""), 1));
        assert!(
            found.iter().any(|mistake| mistake.contains("reserved")),
            "{name}: {found:?}"
        );
    }
    for name in ["", "Acme", "1acme", "a-b", "a_b", "a.b", "a/b", "ä", "a b", "a@b"] {
        assert!(!is_vendor_name(name), "{name}");
    }
    for name in ["a", "acme", "acme2"] {
        assert!(is_vendor_name(name), "{name}");
    }
}

#[test]
fn an_unknown_key_or_a_wrong_type_is_not_read() {
    for (right, wrong) in [
        ("[login]\n", "[login]\nretries = 3\n"),
        ("[answer]\n", "[answer]\nscript = \"x\"\n"),
        (r#"about = "Acme""#, "about = 7"),
        (r#"kind = "duration""#, r#"kind = "regex""#),
        ("[login]\n", "[login]\nmethod = \"TRACE\"\n"),
        (r#"about = "Acme""#, ""),
        ("[login]", "[enter]"),
    ] {
        let text = RIGHT.replacen(right, wrong, 1);
        assert!(toml::from_str::<Definition>(&text).is_err(), "{wrong}");
    }
}

#[test]
fn a_path_of_another_kind_brings_the_pointer_that_was_meant() {
    for (path, pointer) in [
        ("token", "/token"),
        ("data.access_token", "/data/access_token"),
        ("data/token", "/data/token"),
        ("$.data[0].token", "/data/0/token"),
        ("$['data']['token']", "/data/token"),
        ("data/v1.token", "/data/v1.token"),
    ] {
        assert_eq!(answer::as_pointer(path), pointer, "{path}");
    }
    let said = found(&RIGHT.replace(r#""/data/token""#, r#""data.access_token""#));
    assert_eq!(
        said,
        ["[answer] 'data.access_token' is not a JSON pointer; write '/data/access_token'"]
    );
}
