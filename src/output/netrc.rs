//! A line for a `.netrc` file, for programs that send HTTP Basic from it.
//!
//! There is no document: readers disagree on quotes, backslashes and `#`, so a text with one of them is refused.

use super::Given;
use crate::error::{Error, Result};

pub(super) fn render(given: &Given) -> Result<String> {
    let (host, user, token) = (&given.host, &given.user, given.token.expose());
    for (what, text) in [("the user's name", user.as_str()), ("the token", token)] {
        if text.contains(|c: char| c.is_whitespace() || "\"'\\#".contains(c)) {
            return Err(Error::other(format!(
                "format netrc: {what} has a character that readers of .netrc do not agree on"
            )));
        }
    }
    Ok(format!("machine {host} login {user} password {token}\n"))
}

#[cfg(test)]
mod tests {
    use super::super::Usage;
    use super::super::tests::given;
    use super::*;

    #[test]
    fn host_name_and_token_stand_in_one_line_and_what_readers_disagree_on_is_refused() {
        let line = |token| render(&given(token, Usage::Query(String::new())));
        assert_eq!(
            line("a.b-c=").unwrap(),
            "machine api.example.com login oauth2 password a.b-c=\n"
        );
        for token in ["a\"", "a'", "a\\", "#a"] {
            assert!(line(token).is_err(), "{token}");
        }
    }
}
