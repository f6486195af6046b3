//! Each mistake in a value is found and named.

use super::super::mistakes;
use super::*;

const RIGHT: &str = r#"
about = "Acme"

[[field]]
name = "user"
help = "User"

[[field]]
name = "span"
help = "Span"
kind = "duration"
default = "1m"

[[field]]
name = "secret"
help = "Secret"
secret = true

[[field]]
name = "key"
help = "Key"
secret = true
kind = "pem"

[[field]]
name = "document"
help = "Document"
secret = true
kind = "json"

[login]
path = "/login/{nonce}"
query = { at = "{now}", sign = "{sign}" }
headers = { Body = "{over}" }
json = { assertion = "{assertion}", code = "{code}", digest = "{digest}" }

[refresh]
form = { sign = "{again}" }

[let.assertion.jwt]
alg = "RS256"
key = "{key}"
header = { kid = "{document:/private_key_id}" }
claims = { iss = "{user}", exp = "{end}", jti = "{nonce}", sub = "{document:/email}" }

[let.now.time]
as = "unix"

[let.end.time]
as = "unix"
plus = "{span}"

[let.nonce.random]
as = "uuid"

[let.sign.hmac]
hash = "sha256"
key = "{secret}"
of = "{now}{nonce}{user}"
as = "hex"

[let.over.hmac]
hash = "sha256"
key = "{secret}"
of = "{body}"
as = "base64"

[let.digest.digest]
hash = "sha1"
of = "{secret}{now}"
as = "hex"

[let.code.totp]
seed = "{secret}"

[let.again.hmac]
hash = "sha1"
key = "{secret}"
of = "{refresh-token}"
as = "hex"

[answer]
token = "/token"
refresh_token = "/refresh"
"#;

fn found(text: &str) -> Vec<String> {
    let definition: Definition = toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    mistakes(&definition).into_iter().map(|mistake| mistake.words).collect()
}

#[test]
fn right_values_have_no_mistake() {
    assert_eq!(found(RIGHT), Vec::<String>::new());
}

#[test]
#[allow(clippy::too_many_lines, reason = "one line for each mistake")]
fn each_mistake_is_found_and_named() {
    for (right, wrong, words) in [
        ("[let.nonce.", "[let.Nonce.", "[let] 'Nonce': a name is [a-z]"),
        ("[let.now.", "[let.user.", "[let] 'user': there is a field of that name"),
        ("[let.now.", "[let.body.", "[let] 'body': the name is reserved"),
        ("[let.now.", "[let.token.", "[let] 'token': the name is reserved"),
        (r#"code = "{code}", "#, "", "[let] 'code': it is used nowhere"),
        (r#"of = "{body}""#, r#"of = "{over}""#, "[let] 'over': it needs itself"),
        (
            r#"of = "{secret}{now}""#,
            r#"of = "{digest2}""#,
            "[let] 'digest': 'of' names no field: '{digest2}', did you mean '{digest}'?",
        ),
        (r#"of = "{secret}{now}""#, r#"of = "{now""#, "[let] 'digest': 'of': '{'"),
        (
            r#"of = "{secret}{now}""#,
            r#"of = "{user:utc}""#,
            "'{user:utc}' needs a field of kind duration",
        ),
        (
            r#"of = "{secret}{now}""#,
            r#"of = "{secret:/a}""#,
            "'{secret:/a}' needs a field of kind json",
        ),
        (
            r#"iss = "{user}""#,
            r#"iss = "{secret}""#,
            "[let] 'assertion': 'claims' holds the secret 'secret', and whoever sees a JWT can read it",
        ),
        (
            r#"kid = "{document:/private_key_id}""#,
            r#"kid = "{document}""#,
            "'header' holds the secret 'document'",
        ),
        (
            "header = { kid",
            r#"header = { alg = "RS256", kid"#,
            "'header' takes no 'alg'",
        ),
        (
            r#"plus = "{span}""#,
            r#"plus = "{user}""#,
            "'plus' takes a duration or one field",
        ),
        (
            r#"plus = "{span}""#,
            r#"plus = "-1m""#,
            "'plus': '-1m' is not a duration",
        ),
        (
            r#"plus = "{span}""#,
            "plus = \"{span}\"\nminus = \"soon\"",
            "'minus': 'soon' is not a duration",
        ),
        (
            "as = \"uuid\"",
            "as = \"uuid\"\nbytes = 8",
            "[let] 'nonce': a 'uuid' takes no 'bytes'",
        ),
        ("as = \"uuid\"", "as = \"hex\"", "[let] 'nonce': 'bytes' says how many"),
        (
            "[let.again.hmac]\nhash = \"sha1\"\nkey = \"{secret}\"\nof = \"{refresh-token}\"\nas = \"hex\"",
            "[let.again.totp]\nseed = \"{secret}\"",
            "there can be one 'totp'",
        ),
        (
            r#"at = "{now}""#,
            r#"at = "{again}""#,
            "[login] 'query' needs '{refresh-token}', which there is none of before a login",
        ),
        (
            r#"digest = "{digest}" }"#,
            r#"digest = "{digest}", over = "{over}" }"#,
            "[login] 'json' needs '{body}', which is the body itself",
        ),
        (
            r#"at = "{now}""#,
            r#"at = "{body}""#,
            "[login] 'query' names no field: '{body}'",
        ),
        (
            r#"path = "/login/{nonce}""#,
            r#"path = "/login/{nonce}/{code}""#,
            "[login] 'path' holds the secret 'code'",
        ),
        (
            r#"at = "{now}""#,
            r#"at = "{digest}""#,
            "[login] 'query' holds the secret 'digest'",
        ),
        (
            r#"at = "{now}""#,
            r#"at = "{assertion}""#,
            "[login] 'query' holds the secret 'assertion'",
        ),
        (
            r#"of = "{now}{nonce}{user}""#,
            r#"of = "{digest}""#,
            "[login] 'query' holds the secret 'sign'",
        ),
        (
            "secret = true\nkind = \"pem\"",
            "kind = \"pem\"",
            "field 'key': only a secret is a whole document",
        ),
        (
            "secret = true\nkind = \"pem\"",
            "secret = true\nkind = \"uuid\"",
            "field 'key': a secret takes no 'kind' but 'pem' and 'json'",
        ),
    ] {
        let text = RIGHT.replacen(right, wrong, 1);
        assert_ne!(text, RIGHT, "{right}");
        let found = found(&text);
        assert!(
            found.iter().any(|mistake| mistake.contains(words)),
            "{wrong}: {found:?}"
        );
    }
}

#[test]
fn a_field_may_be_called_body() {
    let text = RIGHT
        .replacen("of = \"{body}\"", "of = \"{now}\"", 1)
        .replace("\"user\"", "\"body\"")
        .replace("{user}", "{body}")
        .replacen("/login/{nonce}", "/login/{body}", 1);
    assert_eq!(found(&text), Vec::<String>::new());
}

#[test]
fn a_circle_is_named_whole_and_ends() {
    let text = RIGHT.replacen(r#"of = "{body}""#, r#"of = "{digest}""#, 1).replacen(
        r#"of = "{secret}{now}""#,
        r#"of = "{over}""#,
        1,
    );
    let found = found(&text);
    for words in [
        "[let] 'digest': it needs 'over', which needs 'digest'",
        "[let] 'over': it needs 'digest', which needs 'over'",
    ] {
        assert!(found.iter().any(|mistake| mistake == words), "{found:?}");
    }
}
