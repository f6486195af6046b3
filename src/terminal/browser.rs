//! A person's browser: whether one can be opened here, and opening it.
//!
//! `BROWSER` says how, wherever tok runs: programs with their arguments, separated by colons, with `%s` for the address or
//! nothing, in which case it comes last. Else it is what the system opens addresses with, unless the person sits elsewhere.
//! Only an address over https or on loopback gets there, so that none is ever taken for an option. Nothing is waited for: a
//! program that fails or hangs holds nothing up, and of several the first that can be started is the one.

use std::env;
use std::process::{Command, Stdio};
use std::thread;

use crate::origin::address::Address;

/// Where several programs may stand in `BROWSER`.
const SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

pub(crate) fn can_open() -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("BROWSER") || is_here(is_set)
}

/// Whether the person sits where the system would open one.
fn is_here(is_set: impl Fn(&str) -> bool) -> bool {
    let elsewhere = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"];
    // Linux in Windows has Windows's browser.
    let displays = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"];
    let has_display = cfg!(any(windows, target_os = "macos")) || displays.into_iter().any(&is_set);
    has_display && !elsewhere.into_iter().any(is_set)
}

/// Opens one tab, if that can be done here, and says whether a program was started for it, which inherits none of these
/// variables.
pub(crate) fn open(address: &Address, dropped: &[String]) -> bool {
    if !can_open() {
        return false;
    }
    let url = address.url();
    let own = env::var("BROWSER").ok().filter(|browser| !browser.trim().is_empty());
    let commands = match own {
        Some(browser) => browser
            .split(SEPARATOR)
            .filter_map(|line| command(line, &url))
            .collect(),
        None => open::commands(&url),
    };
    for mut command in commands {
        for variable in dropped {
            command.env_remove(variable);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C ends tok, not the browser.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        if let Ok(mut child) = command.spawn() {
            let _ = thread::Builder::new().spawn(move || child.wait());
            return true;
        }
    }
    false
}

fn command(line: &str, url: &str) -> Option<Command> {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next()?);
    let arguments: Vec<String> = words.map(|word| word.replace("%s", url)).collect();
    command.args(&arguments);
    if !line.contains("%s") {
        command.arg(url);
    }
    Some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn a_browser_can_be_opened_where_there_is_a_display_and_the_person_is_not_elsewhere() {
        let here = |set: &[&str]| is_here(|name| set.contains(&name));
        assert!(here(&["DISPLAY"]));
        assert!(here(&["WAYLAND_DISPLAY", "TERM"]));
        assert!(here(&["WSL_DISTRO_NAME"]));
        assert!(!here(&[]));
        for elsewhere in ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"] {
            assert!(!here(&["DISPLAY", elsewhere]), "{elsewhere}");
        }
    }

    #[test]
    fn the_address_stands_where_it_is_wanted_or_last_and_is_one_word() {
        let words = |line: &str| {
            let command = command(line, "https://a.example/?a=1&b=$(id)")?;
            let words = [command.get_program()].into_iter().chain(command.get_args());
            Some(words.map(|word| word.to_str().unwrap().to_owned()).collect::<Vec<_>>())
        };
        let url = "https://a.example/?a=1&b=$(id)".to_owned();
        assert_eq!(words("links"), Some(vec!["links".to_owned(), url.clone()]));
        assert_eq!(
            words("firefox --new-tab %s --x"),
            Some(vec![
                "firefox".to_owned(),
                "--new-tab".to_owned(),
                url,
                "--x".to_owned()
            ])
        );
        assert_eq!(words("  "), None);
    }
}
