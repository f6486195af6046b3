//! What one call forgot, in words.

#[derive(Default)]
pub(super) struct Forgotten {
    pub(super) secrets: Vec<String>,
    pub(super) tokens: usize,
    /// Tokens that other machines share.
    pub(super) shared: usize,
    pub(super) hold: bool,
}

impl Forgotten {
    /// `failed` says whether something could not be forgotten.
    pub(super) fn words(&self, failed: bool) -> String {
        let mut parts: Vec<String> = self
            .secrets
            .iter()
            .map(|name| format!("{name} in the OS keyring"))
            .collect();
        for (number, place) in [(self.tokens, ""), (self.shared, " in the shared store")] {
            match number {
                0 => {}
                1 => parts.push(format!("1 token{place}")),
                several => parts.push(format!("{several} tokens{place}")),
            }
        }
        if self.hold {
            parts.push("the hold".to_owned());
        }
        if parts.is_empty() {
            let none = if failed {
                "nothing is forgotten"
            } else {
                "nothing was kept"
            };
            return none.to_owned();
        }
        format!("forgot {}", parts.join(", "))
    }
}
