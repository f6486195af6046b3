//! jmvstream: `POST /v1/authenticate`. A JWT of four hours; the documented 400 is not JSON.

use serde_json::json;

use super::{Reply, Vendor, members, text};
use crate::desk::{Desk, No};
use crate::protocol::account;
use crate::wire::Call;

pub(super) struct Jmvstream;

impl Vendor for Jmvstream {
    fn paths(&self) -> &[&str] {
        &["/v1/authenticate"]
    }

    fn answer(&self, _: &str, call: &Call, desk: &mut Desk) -> Result<Reply, No> {
        let members = members(call, &["email", "password", "resource"], &[])?;
        let (email, resource) = (text(&members, "email")?, text(&members, "resource")?);
        let password = text(&members, "password")?;
        if !is_uuid(resource) {
            return Err(No::Malformed {
                why: "resource is not a UUID".to_owned(),
                member: Some("resource".to_owned()),
            });
        }
        desk.admit(
            account::JMVSTREAM_EMAILS.contains(&email)
                && password == account::JMVSTREAM_PASSWORD
                && resource == account::JMVSTREAM_RESOURCE,
        )?;
        let token = desk.jwt(json!({
            "planId": 7,
            "planDescription": "Live",
            "planUuid": resource,
            "planType": "live",
            "iat": desk.now().as_second(),
            "exp": desk.end(4 * 3600).as_second(),
        }));
        let token = desk.issue(token, email);
        Ok(Reply::json(200, &json!({"token": token})))
    }

    fn malformed(&self, _: &str, member: Option<&str>) -> Reply {
        let body = format!("{{\n    \"{}\" is required\n}}", member.unwrap_or("email"));
        Reply::new(400, body).with("Content-Type", "application/json; charset=utf-8")
    }

    fn denied(&self, _: &str, text: Option<&str>) -> Reply {
        Reply::json(401, &json!({"message": text.unwrap_or("not allowed")}))
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
