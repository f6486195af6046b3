//! The names that a file's approvals take, so that nothing else in it can have them.

use crate::definition::approval::{
    BROWSER, CODE, CODE_CHALLENGE, CODE_VERIFIER, DEVICE, DEVICE_CODE, REDIRECT_URI, STATE,
};
use crate::definition::schema::Definition;

/// The names of what the approvals of a file give.
pub(super) fn values(definition: &Definition) -> Vec<&'static str> {
    let of_browser = [REDIRECT_URI, STATE, CODE_CHALLENGE, CODE, CODE_VERIFIER];
    let browser = definition.browser.iter().flat_map(|_| of_browser);
    browser.chain(definition.device.iter().map(|_| DEVICE_CODE)).collect()
}

/// The same, and those of their flags.
pub(super) fn reserved(definition: &Definition) -> impl Iterator<Item = &'static str> + use<> {
    let flags = [
        definition.browser.as_ref().map(|_| BROWSER),
        definition.device.as_ref().map(|_| DEVICE),
    ];
    values(definition).into_iter().chain(flags.into_iter().flatten())
}
