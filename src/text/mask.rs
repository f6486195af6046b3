//! What makes GitHub's runner hide a text in a job's log.

/// The line that does it, from then on.
pub(crate) fn mask(text: &str) -> String {
    let value = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    format!("::add-mask::{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_one_command_whatever_the_token() {
        assert_eq!(mask("a%b\r\nc"), "::add-mask::a%25b%0D%0Ac\n");
    }
}
