//! A sealed entry whose times a test moves: the secret part is opened and sealed anew beside what stands there now, as only who
//! has the key can do it.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde_json::{Value, json};

use crate::harness::SEAL_KEY;

/// The key's id, with which what is sealed begins.
const ID_LEN: usize = 8;

/// `name` is the file's without its ending. Nothing changes where it is not sealed with the tests' key.
pub(crate) fn reseal(name: &str, before: &Value, after: &mut Value) {
    let Some(sealed) = before["sealed"].as_str() else {
        return;
    };
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).unwrap();
    let (id, rest) = bytes.split_at_mut(ID_LEN);
    let (nonce, text) = rest.split_at_mut(NONCE_LEN);
    let key = BASE64_STANDARD.decode(SEAL_KEY).unwrap();
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key).unwrap());
    let nonce = || Nonce::try_assume_unique_for_key(nonce).unwrap();
    let Ok(plain) = key.open_in_place(nonce(), place(id, name, before), text) else {
        return;
    };
    let mut text = plain.to_vec();
    // The same nonce again, which is nobody's loss here.
    key.seal_in_place_append_tag(nonce(), place(id, name, after), &mut text)
        .unwrap();
    after["sealed"] = BASE64_URL_SAFE_NO_PAD
        .encode([&*id, nonce().as_ref(), &text].concat())
        .into();
}

fn place(id: &[u8], name: &str, entry: &Value) -> Aad<Vec<u8>> {
    let beside = json!([
        [entry["asked_at"], entry["expires_at"]],
        [entry["can_refresh"] == true, entry["refresh_expires_at"]],
        [entry["attempt"], entry["generation"], entry["ticket"]],
    ]);
    let schema = u32::try_from(entry["schema"].as_u64().unwrap()).unwrap();
    Aad::from([id, &schema.to_be_bytes(), format!("{name} {beside}").as_bytes()].concat())
}
