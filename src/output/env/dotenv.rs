//! A line of an `.env` file.
//!
//! No quoting means the same to all who read such files: `docker run --env-file` takes quotes literally, others remove
//! them, expand `$` or end the value at `#`, and many a script simply sources the file. They agree on a bare value of
//! plain characters; a token with any other is refused.

use super::cannot_carry;
use super::quote::is_plain;
use crate::error::Result;

pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    if is_plain(token) {
        Ok(format!("{variable}={token}\n"))
    } else {
        Err(cannot_carry(
            "dotenv",
            "it has characters that readers of .env files do not agree on",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_all_readers_agree_on_is_written() {
        assert_eq!(render("T", "a._~+/=:,@%-").unwrap(), "T=a._~+/=:,@%-\n");
        for token in ["a#b", "$a", "a'", "a\"", "a\\", "a`b`", "a b", "a;b", "a&b", "a!"] {
            assert!(render("T", token).is_err(), "{token}");
        }
    }
}
