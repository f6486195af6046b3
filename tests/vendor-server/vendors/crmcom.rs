//! crmcom: `POST {base}/authentication/token`, three ways to log in, one envelope for every answer.
//!
//! The status of a failure is not documented; the envelope is, so it comes with 200 here. Its codes are made up. The
//! token is a JWT of release 12, whose `exp` and `iat` are strings in the vendor's samples.

use serde_json::{Map, Value, json};

use super::{Reply, Vendor, members, text};
use crate::desk::{Desk, No};
use crate::protocol::account;
use crate::wire::Call;

const LOGIN: &str = "/crmapi/rest/v2/authentication/token";
const RELEASE: &str = "/crmapi/rest/v2/authentication/token/release";

pub(super) struct Crmcom;

impl Vendor for Crmcom {
    fn paths(&self) -> &[&str] {
        &[LOGIN, RELEASE]
    }

    fn answer(&self, path: &str, call: &Call, desk: &mut Desk) -> Result<Reply, No> {
        if path == RELEASE {
            return release(call, desk);
        }
        let members = members(
            call,
            &["organisation"],
            &["unit", "username", "password", "access_token_identifier"],
        )?;
        let organisation = text(&members, "organisation")?;
        let unit = match members.get("unit") {
            None => "",
            Some(_) => text(&members, "unit")?,
        };
        let (user, right) = login(&members)?;
        let unit_right = ["", account::CRMCOM_UNIT].contains(&unit);
        desk.admit(right && unit_right && organisation == account::CRMCOM_ORGANISATION)?;
        let token = desk.jwt(json!({
            "usr": user,
            "org": organisation,
            "oun": unit,
            "iat": desk.now().as_second().to_string(),
            "exp": desk.end(2 * 3600).as_second().to_string(),
        }));
        let token = desk.issue(token, &user);
        Ok(answer("OK", None, &json!({"token": token})))
    }

    fn malformed(&self, _: &str, member: Option<&str>) -> Reply {
        let description = format!(
            "Mandatory parameter is missing or invalid: {}",
            member.unwrap_or("request")
        );
        let mut reply = answer("INVALID_PARAMETERS", Some(&description), &Value::Null);
        reply.status = 400;
        reply
    }

    fn denied(&self, _: &str, text: Option<&str>) -> Reply {
        answer(
            "INVALID_LOGIN",
            Some(text.unwrap_or("Invalid username or password")),
            &Value::Null,
        )
    }
}

/// Who logs in, and whether the secret is right. Exactly one way, whole.
fn login(members: &Map<String, Value>) -> Result<(String, bool), No> {
    let two_ways = || No::malformed("not exactly one whole way to log in");
    let by_password = members.contains_key("username") || members.contains_key("password");
    let Some(identifier) = members.get("access_token_identifier") else {
        if !(members.contains_key("username") && members.contains_key("password")) {
            return Err(two_ways());
        }
        let (username, password) = (text(members, "username")?, text(members, "password")?);
        let right = account::CRMCOM_USERNAMES.contains(&username) && password == account::CRMCOM_PASSWORD;
        return Ok((username.to_owned(), right));
    };
    let Some(inner) = identifier.as_object().filter(|_| !by_password) else {
        return Err(two_ways());
    };
    match inner.keys().map(String::as_str).collect::<Vec<_>>()[..] {
        ["authentication_code"] => {
            let code = text(inner, "authentication_code")?;
            Ok((code.to_owned(), account::CRMCOM_AUTHENTICATION_CODES.contains(&code)))
        }
        ["identifier", "pass_code"] | ["pass_code", "identifier"] => {
            let (identifier, code) = (text(inner, "identifier")?, text(inner, "pass_code")?);
            let right = account::CRMCOM_IDENTIFIERS.contains(&identifier) && code == account::CRMCOM_PASS_CODE;
            Ok((identifier.to_owned(), right))
        }
        _ => Err(two_ways()),
    }
}

fn release(call: &Call, desk: &mut Desk) -> Result<Reply, No> {
    let members = members(call, &["token"], &[])?;
    let token = text(&members, "token")?;
    desk.admit(desk.books.live.contains_key(token))?;
    desk.books.live.remove(token);
    Ok(answer("OK", None, &json!({})))
}

fn answer(code: &str, description: Option<&str>, data: &Value) -> Reply {
    let body = json!({"status": {"code": code, "message": null, "description": description}, "data": data});
    Reply::json(200, &body)
}
