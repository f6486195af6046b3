//! What more than one shell takes the same way.

/// True of a token that no shell and no reader of settings looks at twice, at least inside single quotes. Most tokens
/// are so: it covers base64, base64url, hex, JWTs and UUIDs.
pub(super) fn is_plain(token: &str) -> bool {
    token
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._~+/=:,@%-".contains(&byte))
}

/// A command that prints the token, with an octal escape for every byte that is not a letter or digit: the text has no
/// glob, no history mark and no quote of its own, so that it comes through the splitting and globbing of an unquoted
/// command substitution.
pub(super) fn printf(token: &str) -> String {
    let escaped = token.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("\\{byte:03o}")
        }
    });
    format!("printf '{}'", escaped.collect::<String>())
}
