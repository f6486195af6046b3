//! starship: `/auth/login`, `/auth/refresh` and `/auth/logout`. A refresh token is used once; logging out ends them all.

use serde_json::{Value, json};

use super::{Reply, Vendor, members, text};
use crate::desk::{Desk, No, utc};
use crate::protocol::account;
use crate::wire::Call;

const LOGIN: &str = "/auth/login";
const REFRESH: &str = "/auth/refresh";
const LOGOUT: &str = "/auth/logout";

pub(super) struct Starship;

impl Vendor for Starship {
    fn paths(&self) -> &[&str] {
        &[LOGIN, REFRESH, LOGOUT]
    }

    fn answer(&self, path: &str, call: &Call, desk: &mut Desk) -> Result<Reply, No> {
        match path {
            LOGIN => {
                let members = members(call, &["username", "password"], &[])?;
                let (username, password) = (text(&members, "username")?, text(&members, "password")?);
                let known = account::STARSHIP_USERNAMES.contains(&username);
                desk.admit(known && password == account::STARSHIP_PASSWORD)?;
                Ok(grant(desk, username))
            }
            REFRESH => {
                let members = members(call, &["refresh_token"], &[])?;
                let token = text(&members, "refresh_token")?;
                desk.admit(desk.books.refresh.contains_key(token))?;
                let user = desk.books.refresh.get(token).cloned().unwrap_or_default();
                // A vendor that gives no new one does not rotate.
                if desk.behaviour.refresh_token != Some(Value::Null) {
                    desk.books.refresh.remove(token);
                }
                Ok(grant(desk, &user))
            }
            _ => log_out(call, desk),
        }
    }

    fn malformed(&self, path: &str, _: Option<&str>) -> Reply {
        let message = match path {
            REFRESH => "Refresh token is required",
            _ => "Username and password are required",
        };
        Reply::json(400, &json!({"error": "validation_error", "message": message}))
    }

    fn denied(&self, path: &str, text: Option<&str>) -> Reply {
        let usual = match path {
            LOGIN => "Invalid credentials",
            REFRESH => "Invalid refresh token",
            _ => "Invalid token",
        };
        Reply::json(401, &json!({"error": "unauthorized", "message": text.unwrap_or(usual)}))
    }

    fn too_many(&self) -> Reply {
        let message = "Too many login attempts. Please try again later.";
        Reply::json(429, &json!({"error": "Too Many Requests", "message": message}))
    }
}

fn grant(desk: &mut Desk, user: &str) -> Reply {
    let client = client_id(user);
    let (end, week) = (desk.end(90 * 60), desk.now() + jiff::SignedDuration::from_hours(7 * 24));
    let access = desk.jwt(json!({"client_id": client, "type": "access", "exp": end.as_second()}));
    let refresh = desk.jwt(json!({"client_id": client, "type": "refresh", "exp": week.as_second()}));
    let access = desk.issue(access, user);
    let refresh = desk.behaviour.refresh_token.clone().unwrap_or(Value::String(refresh));
    let mut body = json!({
        "access_token": access,
        "refresh_token": refresh,
        "access_expires_at": utc(end),
        "refresh_expires_at": utc(week),
        "client_id": client,
    });
    match refresh {
        Value::String(token) => {
            desk.books.refresh.insert(token, user.to_owned());
        }
        Value::Null => {
            let body = body.as_object_mut().expect("an object");
            body.remove("refresh_token");
            body.remove("refresh_expires_at");
        }
        _ => {}
    }
    Reply::json(200, &body)
}

/// A body is neither described nor refused.
fn log_out(call: &Call, desk: &mut Desk) -> Result<Reply, No> {
    let token = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else {
        return Err(No::malformed("no Bearer token to log out"));
    };
    let user = desk.books.live.get(token).cloned();
    desk.admit(user.is_some())?;
    desk.books.live.retain(|_, owner| Some(&*owner) != user.as_ref());
    desk.books.refresh.retain(|_, owner| Some(&*owner) != user.as_ref());
    Ok(Reply::json(200, &json!({"message": "Logged out"})))
}

fn client_id(user: &str) -> u32 {
    123_456 + u32::from(user != account::STARSHIP_USERNAMES[0])
}
