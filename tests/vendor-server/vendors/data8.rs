//! data8: `POST /UserAdmin/GetJWT.json`. Parameters in lower camel case, the answer in Pascal case; every answer is a 200
//! with an envelope that says whether it worked.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Reply, Vendor, members, text};
use crate::desk::{Desk, No};
use crate::protocol::account;
use crate::wire::Call;

pub(super) struct Data8;

impl Vendor for Data8 {
    fn paths(&self) -> &[&str] {
        &["/UserAdmin/GetJWT.json"]
    }

    fn answer(&self, _: &str, call: &Call, desk: &mut Desk) -> Result<Reply, No> {
        let required = ["username", "password", "expiresAt"];
        let members = members(
            call,
            &required,
            &["clientIp", "allowedMethods", "maxCredits", "options"],
        )?;
        let (username, password) = (text(&members, "username")?, text(&members, "password")?);
        let end = end(text(&members, "expiresAt")?)?;
        optional(&members)?;
        desk.admit(account::DATA8_USERNAMES.contains(&username) && password == account::DATA8_PASSWORD)?;
        let end = if desk.behaviour.lifetime.is_some() {
            desk.end(0)
        } else {
            end
        };
        let token = desk.jwt(json!({"sub": username, "exp": end.as_second()}));
        let token = desk.issue(token, username);
        Ok(answer(true, None, &token))
    }

    fn malformed(&self, _: &str, member: Option<&str>) -> Reply {
        let error = format!("Invalid or missing parameter: {}", member.unwrap_or("request"));
        let mut reply = answer(false, Some(&error), &Value::Null);
        reply.status = 400;
        reply
    }

    fn denied(&self, _: &str, text: Option<&str>) -> Reply {
        answer(
            false,
            Some(text.unwrap_or("Invalid username or password")),
            &Value::Null,
        )
    }
}

/// As `2026-01-31T10:00:00Z`, to the letter.
fn end(text: &str) -> Result<Timestamp, No> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    match text.parse() {
        Ok(end) if shape == "0000-00-00T00:00:00Z" => Ok(end),
        _ => Err(No::malformed(format!("expiresAt is {text:?}"))),
    }
}

fn optional(members: &Map<String, Value>) -> Result<(), No> {
    let wrong = |name: &str| Err(No::malformed(format!("{name} is {}", members[name])));
    let word = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| !text.is_empty() && !text.contains([',', ' ']))
    };
    match members.get("clientIp") {
        None | Some(Value::Null) => {}
        Some(Value::String(ip)) if ip.parse::<std::net::IpAddr>().is_ok() => {}
        Some(_) => return wrong("clientIp"),
    }
    match members.get("allowedMethods") {
        None => {}
        Some(Value::Array(methods)) if !methods.is_empty() && methods.iter().all(word) => {}
        Some(_) => return wrong("allowedMethods"),
    }
    match members.get("maxCredits") {
        None | Some(Value::Number(_)) => {}
        Some(_) => return wrong("maxCredits"),
    }
    match members.get("options") {
        None => Ok(()),
        Some(Value::Object(options))
            if options
                .iter()
                .all(|(name, value)| name == "ApplicationName" && value.is_string()) =>
        {
            Ok(())
        }
        Some(_) => wrong("options"),
    }
}

fn answer(success: bool, error: Option<&str>, jwt: &Value) -> Reply {
    let status = json!({"Success": success, "ErrorMessage": error, "CreditsRemaining": 12.5});
    Reply::json(200, &json!({"Status": status, "Jwt": jwt}))
}
