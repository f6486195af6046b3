//! A line for each host, for a `.netrc` file, of which programs send HTTP Basic.
//!
//! There is no document: readers disagree on quotes, backslashes and `#`, so a text with one of them is refused.

use super::Given;
use crate::error::{Error, Result};

pub(super) fn render(given: &Given) -> Result<String> {
    let (user, token) = (&given.user, given.token.expose());
    for (what, text) in [("the user's name", user.as_str()), ("the token", token)] {
        if text.contains(|c: char| c.is_whitespace() || "\"'\\#".contains(c)) {
            return Err(Error::other(format!(
                "format netrc: {what} has a character that readers of .netrc do not agree on"
            )));
        }
    }
    let lines = given
        .hosts
        .iter()
        .map(|host| format!("machine {host} login {user} password {token}\n"));
    Ok(lines.collect::<Vec<_>>().concat())
}

#[cfg(test)]
mod tests {
    use super::super::Usage;
    use super::super::tests::given;
    use super::*;

    #[test]
    fn each_host_has_a_line_with_name_and_token_and_what_readers_disagree_on_is_refused() {
        let line = |token| render(&given(token, Usage::Query(String::new())));
        assert_eq!(
            line("a.b-c=").unwrap(),
            "machine api.example.com login oauth2 password a.b-c=\nmachine git.example.com login oauth2 password a.b-c=\n"
        );
        for token in ["a\"", "a'", "a\\", "#a"] {
            assert!(line(token).is_err(), "{token}");
        }
    }
}
