//! The shells whose command lines can be completed.
//!
//! The scripts in `completions/` are what packages install and what `tok completions` prints. Their tables are made from
//! the command tree; a test sees that they are current.

#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) name: &'static str,
    pub(crate) script: &'static str,
    /// The line that has the script read by every new shell.
    pub(super) install: &'static str,
    /// When or where it is typed.
    pub(super) place: &'static str,
}

impl Shell {
    pub(crate) const ALL: &[Self] = &[
        Self {
            name: "bash",
            script: include_str!("../../completions/tok.bash"),
            install: "tok completions bash >~/.local/share/bash-completion/completions/tok",
            place: "once",
        },
        Self {
            name: "zsh",
            script: include_str!("../../completions/_tok"),
            install: "tok completions zsh >~/.zfunc/_tok",
            place: "once; the folder stands in fpath before compinit",
        },
        Self {
            name: "fish",
            script: include_str!("../../completions/tok.fish"),
            install: "tok completions fish >~/.config/fish/completions/tok.fish",
            place: "once",
        },
        Self {
            name: "elvish",
            script: include_str!("../../completions/tok.elv"),
            install: "eval (tok completions elvish | slurp)",
            place: "in rc.elv",
        },
        Self {
            name: "powershell",
            script: include_str!("../../completions/_tok.ps1"),
            install: "tok completions powershell | Out-String | Invoke-Expression",
            place: "in $PROFILE",
        },
    ];

    pub(crate) fn parse(name: &str) -> Option<&'static Self> {
        let name = if name == "pwsh" { "powershell" } else { name };
        Self::ALL.iter().find(|shell| shell.name == name)
    }
}
