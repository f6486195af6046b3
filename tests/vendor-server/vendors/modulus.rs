//! modulus: `POST /api/cmn/AuthenticateToken`. The token is 32 characters that say nothing; it ends after 15 minutes.

use serde_json::{Value, json};

use super::{Reply, Vendor, members, text};
use crate::desk::{Desk, No};
use crate::protocol::account;
use crate::wire::Call;

pub(super) struct Modulus;

impl Vendor for Modulus {
    fn paths(&self) -> &[&str] {
        &["/api/cmn/AuthenticateToken"]
    }

    fn answer(&self, _: &str, call: &Call, desk: &mut Desk) -> Result<Reply, No> {
        let members = members(call, &["username", "password"], &[])?;
        let (username, password) = (text(&members, "username")?, text(&members, "password")?);
        desk.admit(account::MODULUS_USERNAMES.contains(&username) && password == account::MODULUS_PASSWORD)?;
        let token = match desk.behaviour.lifetime {
            None => desk.opaque(),
            Some(_) => desk.jwt(json!({"sub": username, "exp": desk.end(0).as_second()})),
        };
        let token = desk.issue(token, username);
        Ok(answer(200, true, "Success", "Authentication succeeded.", &token))
    }

    fn malformed(&self, _: &str, _: Option<&str>) -> Reply {
        let message = "Missing one or more of parameters username and password.";
        answer(400, false, "Bad Request", message, &Value::Null)
    }

    fn denied(&self, _: &str, text: Option<&str>) -> Reply {
        let message = text.unwrap_or("Authentication failed.");
        answer(401, false, "Unauthorized", message, &Value::Null)
    }
}

fn answer(status: u16, result: bool, title: &str, message: &str, object: &Value) -> Reply {
    let body = json!({"result": result, "title": title, "message": message, "object": object});
    Reply::json(status, &body)
}
