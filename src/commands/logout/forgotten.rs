//! What one call forgot, in words.

#[derive(Default)]
pub(super) struct Forgotten {
    pub(super) secrets: Vec<String>,
    pub(super) tokens: usize,
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
        match self.tokens {
            0 => {}
            1 => parts.push("1 token".to_owned()),
            several => parts.push(format!("{several} tokens")),
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
