//! Completions, tried in the shells themselves: keys are typed on a terminal, and the completed words are looked at.

use std::fs;
use std::path::Path;

use crate::harness::{Tok, need};
use crate::stand_in::Server;

const CONFIG: &str =
    "[modulus]\naccount = \"a\"\n[modulus.staging]\n[modulus.live]\n[data8.\"two words\"]\n[nobody.x]\n";

const OWN: &str = "about = \"Acme\"\nurl = \"https://acme.example\"\n[[field]]\nname = \"badge\"\nhelp = \"Number | name\"\n\
                   [[field]]\nname = \"secret\"\nhelp = \"Its secret\"\nsecret = true\n\
                   [login]\njson = { badge = \"{badge}\", secret = \"{secret}\" }\n[answer]\ntoken = \"/token\"\n";

fn tok() -> Tok {
    Tok::new()
        .config(CONFIG)
        .own_vendor("acme", OWN)
        .write("home/a file", "")
        .write("home/other", "")
}

#[test]
fn each_script_is_the_checked_in_file() {
    let files = [
        ("bash", "tok.bash"),
        ("zsh", "_tok"),
        ("fish", "tok.fish"),
        ("elvish", "tok.elv"),
        ("powershell", "_tok.ps1"),
        ("pwsh", "_tok.ps1"),
    ];
    for (shell, file) in files {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(file);
        // A broken config is nothing to it.
        let tok = Tok::new().config("broken").env("TOK_TIMEOUT", "x");
        let text = fs::read_to_string(path).unwrap();
        tok.run(["completions", shell]).ok().quiet().prints(&text);
    }
}

#[test]
fn a_misspelt_shell_is_corrected() {
    let tok = Tok::new();
    tok.run(["completions", "bsh"])
        .fails(2)
        .says("SHELL: 'bsh' is not one of bash, zsh, fish, elvish, powershell, did you mean bash?");
    tok.run(["completions"])
        .fails(2)
        .says("SHELL is missing")
        .says("hint: `tok completions --help` names those that there are");
    tok.run(["completion", "bash"])
        .fails(2)
        .says("did you mean completions?");
}

#[test]
fn a_script_is_told_of_own_vendors_and_profiles_and_nothing_is_touched() {
    let server = Server::start();
    let tok = tok().vendor(&server).env("TOK_KEYRING", "on");
    let own = ["completions", "--own"];
    tok.run(own)
        .ok()
        .quiet()
        .prints("acme\nmodulus@staging\nmodulus@live\n");
    // The names alone are asked for: what a file says plays no part.
    let names = tok.clone().own_vendor("acme", "broken").run(own).ok().quiet();
    assert!(names.stdout.starts_with("acme\n"), "{names}");
    server.untouched();
    assert!(!tok.cache_folder().exists());
}

#[test]
fn a_script_is_told_what_may_follow_an_own_vendor() {
    let tok = tok();
    let rows = tok.run(["completions", "--own", "env", "acme"]).ok().quiet();
    assert!(
        rows.stdout.contains("--badge|any|Number | name [TOK_ACME_BADGE]\n"),
        "{rows}"
    );
    assert!(rows.stdout.contains("--secret-file|file|"), "{rows}");
    assert!(rows.stdout.contains("-f --format|=posix fish "), "{rows}");
    let rows = tok.run(["completions", "--own", "login", "acme"]).ok().quiet();
    assert!(
        rows.stdout.contains("--no-verify||") && !rows.stdout.contains("--format"),
        "{rows}"
    );
}

#[test]
fn a_script_is_told_nothing_where_anything_is_broken() {
    let broken = tok().config("[modulus").own_vendor("acme", "broken");
    broken.run(["completions", "--own"]).ok().quiet().prints("acme\n");
    for place in ["acme", "nobody", "modulus@x", "../config", ""] {
        broken.run(["completions", "--own", place]).ok().quiet().prints("");
    }
    let nowhere = Tok::new().env("TOK_CONFIG_DIR", "relative");
    nowhere.run(["completions", "--own"]).ok().quiet().prints("");
    nowhere
        .run(["completions", "--own", "env", "acme", "more"])
        .ok()
        .quiet()
        .prints("");
    let file = Tok::new().write("config", "a file, not a folder");
    file.run(["completions", "--own"]).ok().quiet().prints("");
}

#[test]
fn fish_completes() {
    if !need("fish") {
        return;
    }
    let tok = tok();
    let complete = |line: &str| {
        let script = "tok completions fish | source; complete -C $argv[1]";
        let output = tok.program("fish", ["-c", script, line]).ok().quiet();
        let words = output
            .stdout
            .lines()
            .map(|line| line.split('\t').next().unwrap().to_owned());
        words.collect::<Vec<_>>()
    };
    assert_eq!(complete("tok m"), ["modulus", "modulus@live", "modulus@staging"]);
    assert_eq!(complete("tok exec modulus@st"), ["modulus@staging"]);
    assert_eq!(complete("tok exec modulus da"), ["data8"]);
    assert_eq!(complete("tok vendors mo"), ["modulus"]);
    assert_eq!(complete("tok vendors ac"), ["acme"]);
    assert_eq!(complete("tok vendors ch"), ["check"]);
    assert_eq!(complete("tok vendors check ot"), ["other"]);
    assert_eq!(complete("tok vendors modulus ot"), [""; 0]);
    assert_eq!(complete("tok env modulus@staging --us"), ["--username"]);
    assert_eq!(complete("tok login acme --ba"), ["--badge"]);
    assert_eq!(complete("tok modulus -f c"), ["claims", "curl"]);
    assert_eq!(complete("tok modulus --format=he"), ["--format=header"]);
    assert_eq!(complete("tok modulus -p s"), ["staging"]);
    // A later fish escapes the blank.
    assert_eq!(
        complete("tok modulus --password-file a").join("").replace('\\', ""),
        "a file"
    );
    assert_eq!(complete("tok modulus --account a"), [""; 0]);
    assert_eq!(complete("tok completions e"), ["elvish"]);
    assert!(complete("tok exec modulus -- ech").contains(&"echo".to_owned()));
    let all = complete("tok ");
    for word in ["acme", "crmcom", "env", "completions"] {
        assert!(all.contains(&word.to_owned()), "{word}: {all:?}");
    }
}

#[test]
fn elvish_completes() {
    if !need("elvish") {
        return;
    }
    // The editor is not there without a terminal; these stand in for what the script takes from it.
    let editor = "var edit: = (ns [
        &completion:=(ns [&arg-completer=[&]])
        &complex-candidate~={|text &display='' &code-suffix=''| put $text }
        &complete-filename~={|path| put [&stem=FILE &code-suffix=''] }
        &complete-sudo~={|@words| put $@words }
    ])\n";
    let tok = tok();
    let script = tok.run(["completions", "elvish"]).ok().stdout;
    let complete = |line: &str| {
        let call =
            format!("{editor}{script}\n$edit:completion:arg-completer[tok] {line} | each {{|word| echo $word }}");
        let output = tok.program("elvish", ["-norc", "-c", &call]).ok().quiet();
        output.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let holds = |line: &str, word: &str| complete(line).contains(&word.to_owned());
    for word in ["modulus", "modulus@staging", "acme", "env"] {
        assert!(holds("tok ''", word), "{word}");
    }
    assert!(holds("tok exec modulus ''", "modulus@staging"));
    assert!(!holds("tok vendors ''", "modulus@staging"));
    assert!(holds("tok vendors ''", "check"));
    assert_eq!(complete("tok vendors check ''"), ["FILE"]);
    assert!(!holds("tok vendors modulus ''", "FILE"));
    assert!(holds("tok env modulus@staging -", "--username"));
    assert!(!holds("tok env modulus@staging -", "--email"));
    assert!(holds("tok login acme -", "--badge"));
    assert_eq!(
        complete("tok modulus -f ''"),
        [
            "token",
            "header",
            "curl",
            "json",
            "claims",
            "authorization",
            "http",
            "netrc"
        ]
    );
    assert!(holds("tok modulus --format=he", "--format=header"));
    assert_eq!(complete("tok modulus -p ''"), ["staging", "live"]);
    assert_eq!(complete("tok modulus --password-file ''"), ["FILE"]);
    assert_eq!(complete("tok exec modulus -- ls -a"), ["--", "ls", "-a"]);
}

#[test]
fn powershell_reads_the_script() {
    // No Debian package brings it, so that it may be missing anywhere.
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&path).any(|folder| folder.join("pwsh").is_file() || folder.join("pwsh.exe").is_file()) {
        return;
    }
    let script = "tok completions powershell | Out-String | Invoke-Expression
        $words = { param($line) (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText -join ' ' }
        & $words 'tok exec modulus@st'; & $words 'tok env modulus@staging --us'; & $words 'tok modulus -f c'";
    let output = tok().program("pwsh", ["-NoProfile", "-Command", script]).ok().quiet();
    assert_eq!(
        output.stdout.replace('\r', ""),
        "modulus@staging\n--username\ncurl claims\n"
    );
}

#[cfg(unix)]
mod on_a_terminal {
    use super::*;

    /// Keys, and the words that the shell then has. `\x14` puts in all that is possible.
    const TYPED: [(&str, &str); 17] = [
        ("tok env m\x14", "<env><modulus><modulus@live><modulus@staging>"),
        ("tok modulus@st\t", "<modulus@staging>"),
        ("tok env modulus@st\t", "<env><modulus@staging>"),
        ("tok exec crmcom modulus@st\t", "<exec><crmcom><modulus@staging>"),
        ("tok logout modulus@l\t", "<logout><modulus@live>"),
        ("tok status ac\t", "<status><acme>"),
        ("tok vendors ch\t", "<vendors><check>"),
        ("tok vendors check ot\t", "<vendors><check><other>"),
        ("tok modulus@staging --us\t", "<modulus@staging><--username>"),
        (
            "tok modulus --url https://u:1@h --us\t",
            "<modulus><--url><https://u:1@h><--username>",
        ),
        ("tok env acme --ba\t", "<env><acme><--badge>"),
        ("tok env modulus -f po\x14", "<env><modulus><-f><posix><powershell>"),
        ("tok modulus --format=he\t", "<modulus><--format=header>"),
        ("tok modulus -p s\t", "<modulus><-p><staging>"),
        ("tok modulus --password-file a\t", "<modulus><--password-file><a file>"),
        ("tok modulus --password-file=a\t", "<modulus><--password-file=a file>"),
        ("tok exec modulus -- ls ot\t", "<exec><modulus><--><ls><other>"),
    ];

    /// Starts the shell on a terminal with these lines before its first prompt.
    fn types(shell: &str, setup: &str) {
        let shown = "tok() { printf '<%s>' \"$@\"; echo .; }\nPS1='ready> '\n";
        let tok = tok()
            .write("home/.zshrc", &format!("{setup}{shown}"))
            .write("home/.rc", &format!("{setup}{shown}"))
            .env("TERM", "dumb");
        let script = format!("exec {shell} </dev/tty >/dev/tty 2>&1");
        let mut terminal = tok.terminal_of("sh", ["-c", &script]);
        for (keys, words) in TYPED {
            terminal.expect("ready> ");
            terminal.send(&format!("{keys}\r"));
            terminal.expect(&format!("{words}."));
        }
        terminal.expect("ready> ");
        terminal.send("exit\r");
        terminal.wait();
    }

    const BASH: &str = "bash --noprofile --rcfile .rc -i";
    const BINDINGS: &str = "bind 'set bell-style none'\nbind '\"\\C-t\": insert-completions'\n";

    #[test]
    fn bash_completes() {
        if need("bash") {
            types(BASH, &format!(". <(command tok completions bash)\n{BINDINGS}"));
        }
    }

    #[test]
    fn bash_completes_with_the_bash_completion_package() {
        let package = "/usr/share/bash-completion/bash_completion";
        if need("bash") && need(package) {
            types(
                BASH,
                &format!(". {package}\n. <(command tok completions bash)\n{BINDINGS}"),
            );
        }
    }

    #[test]
    fn zsh_completes() {
        if !need("zsh") {
            return;
        }
        let setup = "fpath=(~/functions $fpath)\nmkdir -p ~/functions\ncommand tok completions zsh >~/functions/_tok\n\
                     autoload -U compinit\ncompinit -u -D\n\
                     zle -C all-matches complete-word _generic\nbindkey '^T' all-matches\n\
                     zstyle ':completion:all-matches::::' completer _all_matches _complete\n\
                     zstyle ':completion:all-matches:*' insert true\n";
        types("zsh -d -i", setup);
    }
}
