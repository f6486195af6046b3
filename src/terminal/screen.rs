//! What a terminal can show.

use std::env;

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Screen {
    /// 0 where nobody knows, here and below.
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    pub(crate) colours: bool,
}

/// Whether it shows more than ASCII. Where no locale says otherwise, as in many a container, it most likely does.
pub(crate) fn has_unicode() -> bool {
    decide(|name| env::var(name).ok())
}

fn decide(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    if set("TERM").as_deref() == Some("dumb") {
        return false;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(variables: &[(&str, &str)]) -> bool {
        decide(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_locale_that_counts_tells() {
        assert!(decided(&[("LANG", "en_GB.UTF-8")]));
        assert!(decided(&[("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(decided(&[("LC_ALL", ""), ("LANG", "de_CH.UTF-8"), ("TERM", "xterm")]));
        assert!(!decided(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]));
        assert!(!decided(&[("LANG", "de_CH.ISO-8859-1")]));
        assert!(!decided(&[("LANG", "en_GB.UTF-8"), ("TERM", "dumb")]));
        assert!(decided(&[]));
    }
}
