//! A line for a report of GitLab's `artifacts:reports:dotenv`
//! (<https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv>).
//!
//! GitLab takes what stands behind `=` without unquoting it, refuses files of more than 5 KiB, and its runner expands `$` in what
//! it took.

use super::cannot_carry;
use crate::error::Result;

/// In bytes, of the whole file.
const MOST: usize = 5 * 1024;

pub(super) fn render(variable: &str, token: &str) -> Result<String> {
    if token.contains('$') {
        return Err(cannot_carry("gitlab", "GitLab expands the $ in it"));
    }
    let line = format!("{variable}={token}\n");
    if line.len() > MOST {
        return Err(cannot_carry("gitlab", "GitLab takes no file of more than 5 KiB"));
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gitlab_would_change_or_refuse_is_refused() {
        assert_eq!(render("T", "'a\"#\\").unwrap(), "T='a\"#\\\n");
        assert!(render("T", "a$b").is_err());
        assert_eq!(render("T", &"x".repeat(MOST - 3)).unwrap().len(), MOST);
        assert!(render("T", &"x".repeat(MOST - 2)).is_err());
    }
}
