//! A token endpoint of RFC 6749, client credentials (§4.4), the client by HTTP Basic (§2.3.1), errors as in §5.2.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::{Reply, Vendor, content_type};
use crate::desk::{Desk, No};
use crate::protocol::account;
use crate::wire::Call;

const SCOPES: [&str; 3] = ["read", "write", "admin:all"];

pub(super) struct OAuth2;

impl Vendor for OAuth2 {
    fn paths(&self) -> &[&str] {
        &[account::OAUTH2_PATH]
    }

    fn answer(&self, _: &str, call: &Call, desk: &mut Desk) -> Result<Reply, No> {
        content_type(call, "application/x-www-form-urlencoded")?;
        let form = form(call)?;
        let value = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        if value("grant_type") != Some("client_credentials") {
            return Err(No::malformed("grant_type is not client_credentials"));
        }
        if let Some((name, _)) = form
            .iter()
            .find(|(n, _)| !["grant_type", "scope", "audience"].contains(&n.as_str()))
        {
            return Err(No::malformed(format!("no parameter {name} is known")));
        }
        let (id, secret) = basic(call)?;
        let known = account::OAUTH2_CLIENT_IDS.contains(&id.as_str());
        desk.admit(known && secret == account::OAUTH2_CLIENT_SECRET)?;
        let scope = value("scope").unwrap_or("read");
        if let Some(unknown) = scope.split(' ').find(|scope| !SCOPES.contains(scope)) {
            let error = format!("Unknown scope: {unknown}");
            return Ok(Reply::json(
                400,
                &json!({"error": "invalid_scope", "error_description": error}),
            ));
        }
        let token = desk.opaque();
        let token = desk.issue(token, &id);
        let body = json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": desk.lifetime(3600),
            "scope": scope,
        });
        Ok(Reply::json(200, &body)
            .with("Cache-Control", "no-store")
            .with("Pragma", "no-cache"))
    }

    fn malformed(&self, _: &str, _: Option<&str>) -> Reply {
        Reply::json(400, &json!({"error": "invalid_request"}))
    }

    fn denied(&self, _: &str, text: Option<&str>) -> Reply {
        let description = text.unwrap_or("Client authentication failed");
        Reply::json(
            401,
            &json!({"error": "invalid_client", "error_description": description}),
        )
        .with("WWW-Authenticate", "Basic realm=\"token\"")
    }
}

/// The client's id and secret, each form-encoded before they were joined.
fn basic(call: &Call) -> Result<(String, String), No> {
    let wrong = || No::malformed(format!("Authorization is {:?}", call.header("authorization")));
    let encoded = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "))
        .ok_or_else(wrong)?;
    let pair = BASE64_STANDARD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(wrong)?;
    let (id, secret) = pair.split_once(':').ok_or_else(wrong)?;
    form_decoded(id)
        .zip(form_decoded(secret))
        .ok_or_else(|| No::malformed("id or secret is not form-encoded"))
}

fn form(call: &Call) -> Result<Vec<(String, String)>, No> {
    let wrong = || No::malformed("the body is not form-encoded");
    let body = std::str::from_utf8(&call.body).map_err(|_| wrong())?;
    let mut form = Vec::<(String, String)>::new();
    for pair in body.split('&') {
        let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
        let pair = form_decoded(name).zip(form_decoded(value)).ok_or_else(wrong)?;
        if pair.1.is_empty() || form.iter().any(|(name, _)| *name == pair.0) {
            return Err(No::malformed(format!("{} is empty or there twice", pair.0)));
        }
        form.push(pair);
    }
    Ok(form)
}

/// None where a character stands as itself that must not.
pub(super) fn form_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            b'*' | b'-' | b'.' | b'_' => byte,
            _ if byte.is_ascii_alphanumeric() => byte,
            _ => return None,
        });
    }
    String::from_utf8(decoded).ok()
}

pub(super) fn form_encoded(text: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'*' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            _ => write!(encoded, "%{byte:02X}").expect("a string takes all"),
        }
    }
    encoded
}
