//! The shells whose command lines can be completed.
//!
//! The scripts in `completions/` are what packages install and what `tok completions` prints. Their tables are made from
//! the command tree; a test sees that they are current.

#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) name: &'static str,
    pub(crate) script: &'static str,
}

impl Shell {
    pub(crate) const ALL: &[Self] = &[
        Self {
            name: "bash",
            script: include_str!("../../completions/tok.bash"),
        },
        Self {
            name: "zsh",
            script: include_str!("../../completions/_tok"),
        },
        Self {
            name: "fish",
            script: include_str!("../../completions/tok.fish"),
        },
        Self {
            name: "elvish",
            script: include_str!("../../completions/tok.elv"),
        },
        Self {
            name: "powershell",
            script: include_str!("../../completions/_tok.ps1"),
        },
    ];

    pub(crate) fn parse(name: &str) -> Option<&'static Self> {
        let name = if name == "pwsh" { "powershell" } else { name };
        Self::ALL.iter().find(|shell| shell.name == name)
    }
}
